-- Cold calls: prompts of topics, the cohorts' threads, stars, reports, and what tutors do with them.

create type prompt_visibility as enum ('named', 'anonymous_to_peers', 'tutors_only');

create table cold_call_prompts (
    prompt_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    topic_id uuid not null,
    -- Identity across imports; null for prompts that were written on the site.
    prompt_key text check (length(prompt_key) between 1 and 200),
    prompt text not null check (length(trim(prompt)) between 1 and 2000),
    helper_text text check (length(trim(helper_text)) between 1 and 1000),
    visibility prompt_visibility not null default 'named',
    -- Number within the topic and in addresses. Retired prompts come after all others.
    display_order integer not null check (display_order > 0),
    opens_at timestamptz,
    closes_at timestamptz,
    is_locked boolean not null default false,
    -- Set by the first change on the site. Imports then leave text and place as they are.
    edited_at timestamptz,
    retired_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint cold_call_prompts_order unique (topic_id, display_order) deferrable initially immediate,
    unique (course_id, prompt_key),
    check (closes_at > opens_at)
);
call make_tenant_table('cold_call_prompts', 'prompt_id');
call make_tenant_reference('cold_call_prompts', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('cold_call_prompts', 'topic_id', 'topics', 'topic_id', 'cascade');

-- A top-level message is a member's answer, and its own root. All other messages are replies.
create table cold_call_messages (
    -- UUIDv7, so that ids are in the order of time.
    message_id uuid primary key,
    organization_id uuid not null,
    prompt_id uuid not null,
    cohort_id uuid not null,
    user_id uuid,
    -- True if the person wrote as a tutor of the course.
    is_tutor boolean not null default false,
    parent_id uuid,
    root_id uuid not null,
    body text not null check (length(body) <= 10000),
    body_html text not null,
    edited_at timestamptz,
    deleted_at timestamptz,
    hidden_at timestamptz,
    hidden_reason text check (length(trim(hidden_reason)) between 1 and 500),
    -- Waits for a tutor's approval; only the author and tutors see it.
    held_at timestamptz,
    pinned_at timestamptz,
    -- Shown to later cohorts.
    endorsed_at timestamptz,
    -- Marked by a tutor as a good answer.
    credited_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, message_id, prompt_id, cohort_id),
    check ((parent_id is null) = (root_id = message_id)),
    check ((hidden_at is null) = (hidden_reason is null))
);
call make_tenant_table('cold_call_messages', 'message_id');
call make_tenant_reference('cold_call_messages', 'prompt_id', 'cold_call_prompts', 'prompt_id', 'cascade');
call make_tenant_reference('cold_call_messages', 'cohort_id', 'cohorts', 'cohort_id', 'cascade');
call make_tenant_reference('cold_call_messages', 'user_id', 'users', 'user_id', 'set null');
-- A reply belongs to the prompt and the cohort of its parent and of its root.
alter table cold_call_messages
    add foreign key (organization_id, parent_id, prompt_id, cohort_id)
        references cold_call_messages (organization_id, message_id, prompt_id, cohort_id) on delete cascade,
    add foreign key (organization_id, root_id, prompt_id, cohort_id)
        references cold_call_messages (organization_id, message_id, prompt_id, cohort_id) on delete cascade;
create index on cold_call_messages (prompt_id, cohort_id, message_id);
create index on cold_call_messages (root_id);
create index on cold_call_messages (parent_id);
-- Each member has one answer to a prompt.
create unique index cold_call_answers on cold_call_messages (prompt_id, cohort_id, user_id)
    where parent_id is null and deleted_at is null and not is_tutor;

create table cold_call_stars (
    message_id uuid not null,
    user_id uuid not null,
    organization_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (message_id, user_id)
);
call make_tenant_table('cold_call_stars', null);
call make_tenant_reference('cold_call_stars', 'message_id', 'cold_call_messages', 'message_id', 'cascade');
call make_tenant_reference('cold_call_stars', 'user_id', 'users', 'user_id', 'cascade');

create table cold_call_reports (
    message_id uuid not null,
    user_id uuid not null,
    organization_id uuid not null,
    reason text not null check (length(trim(reason)) between 1 and 500),
    created_at timestamptz not null default now(),
    -- Set when a tutor has looked at it.
    settled_at timestamptz,
    primary key (message_id, user_id)
);
call make_tenant_table('cold_call_reports', null);
call make_tenant_reference('cold_call_reports', 'message_id', 'cold_call_messages', 'message_id', 'cascade');
call make_tenant_reference('cold_call_reports', 'user_id', 'users', 'user_id', 'cascade');

-- Every act of a tutor on a message, a prompt or a member, each of which can be undone.
create table moderation_actions (
    action_id uuid primary key,
    organization_id uuid not null,
    course_id uuid not null,
    -- Null once the account is deleted.
    actor_user_id uuid,
    action text not null check (action in (
        'hide', 'restore', 'pin', 'unpin', 'endorse', 'unendorse', 'credit', 'uncredit', 'approve', 'settle',
        'lock', 'unlock', 'close', 'reopen', 'hold', 'release')),
    message_id uuid,
    prompt_id uuid,
    -- With `member_user_id`: the member whose posts are held for approval.
    cohort_id uuid,
    member_user_id uuid,
    reason text check (length(reason) <= 500),
    -- State before the act, to undo it.
    before jsonb not null default '{}',
    undone_at timestamptz,
    undone_by uuid,
    created_at timestamptz not null default now()
);
call make_tenant_table('moderation_actions', 'action_id');
call make_tenant_reference('moderation_actions', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('moderation_actions', 'actor_user_id', 'users', 'user_id', 'set null');
call make_tenant_reference('moderation_actions', 'undone_by', 'users', 'user_id', 'set null');
call make_tenant_reference('moderation_actions', 'message_id', 'cold_call_messages', 'message_id', 'cascade');
call make_tenant_reference('moderation_actions', 'prompt_id', 'cold_call_prompts', 'prompt_id', 'cascade');
call make_tenant_reference('moderation_actions', 'cohort_id', 'cohorts', 'cohort_id', 'cascade');
call make_tenant_reference('moderation_actions', 'member_user_id', 'users', 'user_id', 'cascade');

-- Whether a topic has cold calls is part of what the learners of a course share.
create constraint trigger revision_inserted after insert or delete on cold_call_prompts
    deferrable initially deferred for each row execute function touch_course_revision();
create constraint trigger revision_updated after update on cold_call_prompts
    deferrable initially deferred for each row when (old.* is distinct from new.*)
    execute function touch_course_revision();
