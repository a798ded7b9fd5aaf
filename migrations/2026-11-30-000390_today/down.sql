drop index registrations_to_decide;
drop index enrollments_active;
drop index quiz_attempts_failed;
drop table today_dismissals;
