drop function load_session_user(uuid, uuid);
drop function load_session(uuid, bytea);
drop table rate_limits;
drop table one_time_tokens;
drop type token_purpose;
drop table web_sessions;
drop table users;
drop type user_role;
