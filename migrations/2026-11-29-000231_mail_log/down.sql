drop index background_jobs_waiting;
drop index background_jobs_failed;
drop table mail_log;
