drop index notifications_unread_of_subject;
alter table cohorts drop column start_told_at;
