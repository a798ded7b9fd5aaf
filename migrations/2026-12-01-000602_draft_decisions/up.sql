-- What tutors decided about questions that rules propose from a topic's text. Proposals themselves
-- are not stored: they are made of the text when a tutor looks at them.

set local lock_timeout = '10s';

create table draft_decisions (
    topic_id uuid not null,
    -- Made of the proposal's words: another text makes another proposal.
    draft_key text not null check (length(draft_key) between 1 and 100),
    organization_id uuid not null,
    decision text not null check (decision in ('used', 'dismissed')),
    created_at timestamptz not null default now(),
    primary key (topic_id, draft_key)
);
call make_tenant_table('draft_decisions', null);
call make_tenant_reference('draft_decisions', 'topic_id', 'topics', 'topic_id', 'cascade');
