set local lock_timeout = '10s';

drop index web_sessions_anonymous;
