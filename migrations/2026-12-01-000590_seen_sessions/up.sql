-- Admins see the devices that are signed in, those that were used last first.

set local lock_timeout = '10s';

create index web_sessions_seen on web_sessions (organization_id, last_seen_at desc, web_session_id desc)
    where user_id is not null;
