-- Events that open browsers are told of. They hold only ids and are kept for an hour, so that a
-- browser that was away catches up.

create table live_events (
    -- UUIDv7. Transactions may commit in another order than their events were made.
    event_id uuid primary key,
    organization_id uuid not null,
    -- The subject, such as "coldcall/PROMPT/COHORT". The part before the first slash decides who may
    -- know of the event.
    topic text not null check (length(topic) between 1 and 200),
    created_at timestamptz not null default now()
);
call make_tenant_table('live_events', null);
create index on live_events (organization_id, event_id);
create index on live_events (created_at);
