-- Enrollments and progress of learners.

create type enrollment_status as enum ('active', 'completed', 'withdrawn', 'expired');

create table enrollments (
    enrollment_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    status enrollment_status not null default 'active',
    enrolled_at timestamptz not null default now(),
    completed_at timestamptz,
    -- Topic where the learner stopped.
    last_topic_id uuid,
    last_opened_at timestamptz,
    updated_at timestamptz not null default now(),
    unique (user_id, course_id)
);
call make_tenant_table('enrollments', null);
call make_tenant_reference('enrollments', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('enrollments', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('enrollments', 'last_topic_id', 'topics', 'topic_id', 'set null');

create table topic_progress (
    progress_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    topic_id uuid not null,
    is_completed boolean not null default false,
    completed_at timestamptz,
    -- Position in the video, in seconds. The position in the text is `last_anchor`.
    last_position_s double precision not null default 0 check (last_position_s >= 0),
    last_anchor text check (length(last_anchor) <= 200),
    -- Furthest position in the text, in percent.
    read_percent smallint not null default 0 check (read_percent between 0 and 100),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (user_id, topic_id)
);
call make_tenant_table('topic_progress', null);
call make_tenant_reference('topic_progress', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('topic_progress', 'topic_id', 'topics', 'topic_id', 'cascade');

create table topic_personalization (
    personalization_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    persona study_persona not null default 'normal',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (user_id, course_id)
);
call make_tenant_table('topic_personalization', null);
call make_tenant_reference('topic_personalization', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('topic_personalization', 'course_id', 'courses', 'course_id', 'cascade');

create table learner_persona_profiles (
    profile_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    persona_key learner_persona not null,
    analysis_summary text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (user_id, course_id)
);
call make_tenant_table('learner_persona_profiles', null);
call make_tenant_reference('learner_persona_profiles', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('learner_persona_profiles', 'course_id', 'courses', 'course_id', 'cascade');
