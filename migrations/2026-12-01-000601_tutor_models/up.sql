-- Models and limits for the organization and for single courses, and the tone of a course's tutor.

set local lock_timeout = '10s';

create table ai_model_configs (
    config_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    -- Null for the whole organization.
    course_id uuid,
    -- Name of the model. Empty: answers are quotations. Null: as the wider scope has it.
    model text check (length(model) <= 200),
    -- Tokens of 24 hours in the scope. Null: no limit besides those of the wider scopes.
    daily_tokens integer check (daily_tokens >= 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique nulls not distinct (organization_id, course_id)
);
call make_tenant_table('ai_model_configs', null);
call make_tenant_reference('ai_model_configs', 'course_id', 'courses', 'course_id', 'cascade');
create index on ai_usage (course_id, created_at);

alter table course_tutor_settings
    add column tone text not null default 'plain' check (tone in ('plain', 'encouraging', 'brief', 'formal'));
