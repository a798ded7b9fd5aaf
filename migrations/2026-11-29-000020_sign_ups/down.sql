drop trigger end_sessions on users;
drop function end_sessions();
drop table known_devices;
delete from one_time_tokens where user_id is null;
alter table one_time_tokens drop constraint one_time_tokens_subject, drop column sign_up_id, alter column user_id set not null;
drop table sign_ups;
