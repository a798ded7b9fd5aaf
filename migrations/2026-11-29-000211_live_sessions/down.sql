drop table session_attendance;
drop table live_sessions;
