-- Finds the oldest of the sessions in which nobody is signed in, without reading all sessions.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

create index web_sessions_anonymous on web_sessions (organization_id, last_seen_at) where user_id is null;
