-- Practice questions, exercises and watched videos of learners.

-- Latest answer to each practice question. It does not count toward any result.
create table practice_answers (
    user_id uuid not null,
    organization_id uuid not null,
    question_id uuid not null,
    -- Hash of the question at the time. An answer to another version of the question is no longer
    -- shown.
    fingerprint bytea not null check (length(fingerprint) = 32),
    answer jsonb not null,
    -- Points, from 0 to 1.
    points double precision not null check (points between 0 and 1),
    tries integer not null default 1 check (tries > 0),
    answered_at timestamptz not null default now(),
    primary key (user_id, question_id)
);
call make_tenant_table('practice_answers', null);
call make_tenant_reference('practice_answers', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('practice_answers', 'question_id', 'quiz_questions', 'question_id', 'cascade');

create table simulation_exercises (
    exercise_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    topic_id uuid not null,
    -- Name in addresses, and identity across imports.
    exercise_key text not null check (length(exercise_key) between 1 and 200),
    title text not null check (length(trim(title)) between 1 and 300),
    difficulty course_level not null default 'beginner',
    brief text not null,
    brief_html text not null,
    -- {"version", "lines"}: lines that learners check their work against.
    rubric jsonb not null,
    position integer not null default 0,
    retired_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (course_id, exercise_key)
);
call make_tenant_table('simulation_exercises', 'exercise_id');
call make_tenant_reference('simulation_exercises', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('simulation_exercises', 'topic_id', 'topics', 'topic_id', 'cascade');

create table simulation_work (
    work_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    exercise_id uuid not null,
    work text not null default '' check (length(work) <= 50000),
    -- {"version", "lines"}: ticked lines of the rubric.
    self_check jsonb not null default '{"version": 1, "lines": []}',
    -- `revision` grows with every save. `writer` is the page that saved last, and `change` is its
    -- number of changes so far.
    revision integer not null default 0 check (revision >= 0),
    writer uuid,
    change integer not null default 0 check (change >= 0),
    submitted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (user_id, exercise_id)
);
call make_tenant_table('simulation_work', null);
call make_tenant_reference('simulation_work', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('simulation_work', 'exercise_id', 'simulation_exercises', 'exercise_id', 'cascade');

-- Each watched video is counted once in module_progress.videos_completed.
alter table topic_progress add video_completed_at timestamptz;
