-- Moderation as an inbox, replies that are posted once, and prompts that close for one cohort.

set local lock_timeout = '10s';

-- The newest message of cold calls that a tutor has seen in moderation. Ids are in the order of
-- time, so messages with a later id are new to the tutor.
create table moderation_seen (
    user_id uuid primary key,
    organization_id uuid not null,
    message_id uuid not null,
    updated_at timestamptz not null default now()
);
call make_tenant_table('moderation_seen', null);
call make_tenant_reference('moderation_seen', 'user_id', 'users', 'user_id', 'cascade');

-- A key of the form with which a tutor replied. Sending the same text to the same message with the
-- same key is as good as once.
alter table cold_call_messages add column form_key text check (length(form_key) between 1 and 100);
create unique index cold_call_messages_once on cold_call_messages (parent_id, user_id, form_key, md5(body))
    where form_key is not null;

-- What waits for a tutor, and whose posts do.
create index cold_call_messages_held on cold_call_messages (prompt_id) where held_at is not null;
create index cold_call_reports_open on cold_call_reports (message_id) where settled_at is null;
create index moderation_actions_holds on moderation_actions (cohort_id, member_user_id)
    where action = 'hold' and undone_at is null;

-- A prompt that is locked or closes differently in one cohort. A null column is as the prompt says.
create table cold_call_overrides (
    prompt_id uuid not null,
    cohort_id uuid not null,
    organization_id uuid not null,
    -- Infinity if the prompt stays open although it is closed elsewhere.
    closes_at timestamptz,
    is_locked boolean,
    primary key (prompt_id, cohort_id)
);
call make_tenant_table('cold_call_overrides', null);
call make_tenant_reference('cold_call_overrides', 'prompt_id', 'cold_call_prompts', 'prompt_id', 'cascade');
call make_tenant_reference('cold_call_overrides', 'cohort_id', 'cohorts', 'cohort_id', 'cascade');
