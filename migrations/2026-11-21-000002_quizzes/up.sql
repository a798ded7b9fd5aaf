-- Quiz attempts, and the modules that they unlock.

create type attempt_status as enum ('in_progress', 'passed', 'failed', 'expired');

-- Quiz settings of a course; without a row the defaults apply.
create table course_quiz_settings (
    course_id uuid primary key,
    organization_id uuid not null,
    attempts_allowed integer check (attempts_allowed between 1 and 100),
    retry_wait_minutes integer not null default 0 check (retry_wait_minutes between 0 and 43200),
    partial_credit boolean not null default false,
    updated_at timestamptz not null default now()
);
call make_tenant_table('course_quiz_settings', null);
call make_tenant_reference('course_quiz_settings', 'course_id', 'courses', 'course_id', 'cascade');

create table quiz_attempts (
    attempt_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    module_no integer not null check (module_no > 0),
    topic_pair_index integer not null check (topic_pair_index > 0),
    -- Questions and keys as they were drawn. Later edits do not change an attempt.
    question_set jsonb not null,
    -- Answers by number of the question, from 0.
    answers jsonb not null default '{}',
    -- Score in whole percent.
    score integer check (score between 0 and 100),
    -- Points of each question, from 0 to 1.
    points jsonb,
    status attempt_status not null default 'in_progress',
    passing_score_percent integer not null check (passing_score_percent between 1 and 100),
    partial_credit boolean not null,
    started_at timestamptz not null default now(),
    -- Null without a time limit.
    expires_at timestamptz,
    completed_at timestamptz,
    updated_at timestamptz not null default now(),
    check ((status = 'in_progress') = (completed_at is null)),
    check ((status = 'in_progress') = (score is null))
);
call make_tenant_table('quiz_attempts', null);
call make_tenant_reference('quiz_attempts', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('quiz_attempts', 'course_id', 'courses', 'course_id', 'cascade');
create unique index quiz_attempts_running on quiz_attempts (user_id, course_id, module_no, topic_pair_index) where status = 'in_progress';
create index on quiz_attempts (user_id, course_id, module_no, topic_pair_index, started_at);

-- Graded attempts must not change.
create function refuse_graded_changes() returns trigger language plpgsql as $$
begin
    if old.status <> 'in_progress' then
        raise exception 'a graded attempt is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger graded before update on quiz_attempts for each row execute function refuse_graded_changes();

create table module_progress (
    progress_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    module_no integer not null check (module_no > 0),
    videos_completed integer not null default 0 check (videos_completed >= 0),
    quiz_passed boolean not null default false,
    unlocked_at timestamptz,
    cooldown_until timestamptz,
    completed_at timestamptz,
    passed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (user_id, course_id, module_no),
    check (quiz_passed = (passed_at is not null))
);
call make_tenant_table('module_progress', null);
call make_tenant_reference('module_progress', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('module_progress', 'course_id', 'courses', 'course_id', 'cascade');

-- Extra time of one learner, in percent of the time limit.
create table quiz_allowances (
    user_id uuid not null,
    organization_id uuid not null,
    course_id uuid not null,
    extra_time_percent integer not null default 0 check (extra_time_percent between 0 and 1000),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (user_id, course_id)
);
call make_tenant_table('quiz_allowances', null);
call make_tenant_reference('quiz_allowances', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('quiz_allowances', 'course_id', 'courses', 'course_id', 'cascade');
