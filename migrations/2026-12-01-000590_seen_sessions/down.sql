drop index web_sessions_seen;
