-- Answers of the tutor by a language model, and the tokens that they use.

set local lock_timeout = '10s';

create table ai_usage (
    -- UUIDv7, so that ids are in the order of time.
    usage_id uuid primary key,
    organization_id uuid not null,
    -- Null after the account was deleted.
    user_id uuid,
    course_id uuid,
    purpose text not null check (length(purpose) between 1 and 40),
    model text not null check (length(model) between 1 and 200),
    prompt_version text not null check (length(prompt_version) between 1 and 40),
    tokens_in integer not null check (tokens_in >= 0),
    tokens_out integer not null check (tokens_out >= 0),
    -- Millionths of the currency's unit, at the prices of then. Null without prices.
    cost_micro bigint check (cost_micro >= 0),
    -- "ok", or the reason why the reply did not arrive.
    outcome text not null check (length(outcome) between 1 and 40),
    milliseconds integer not null check (milliseconds >= 0),
    created_at timestamptz not null default now()
);
call make_tenant_table('ai_usage', null);
call make_tenant_reference('ai_usage', 'user_id', 'users', 'user_id', 'set null');
call make_tenant_reference('ai_usage', 'course_id', 'courses', 'course_id', 'set null');
create index on ai_usage (organization_id, created_at);

alter table cp_rag_chat_messages
    -- Sentences of a model, each with the places of its citations in the list.
    add column sentences jsonb not null default '[]',
    add column model text check (length(model) <= 200),
    add column prompt_version text check (length(prompt_version) <= 40),
    -- The reason why the tutor quotes the course although a model is set up.
    add column note text check (note in ('limit', 'unavailable', 'unsupported', 'broken')),
    -- True if the answer costs a typed question when it is there.
    add column costs_question boolean not null default false,
    -- Moment from which the answer is written again.
    add column begun_at timestamptz;
create index cp_rag_chat_messages_unwritten on cp_rag_chat_messages (session_id) where status in ('pending', 'streaming');
