drop table stored_files;
drop table audit_logs;
drop procedure make_partitions(regclass, integer);
drop table background_jobs;
drop function notify_job();
drop type job_status;
