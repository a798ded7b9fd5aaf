-- Work on exercises that is handed in and marked.

set local lock_timeout = '10s';

alter table simulation_work
    -- Addresses, one a line, as they were typed.
    add column links text not null default '' check (length(links) <= 6000),
    add unique (organization_id, work_id);

-- An exercise whose work is handed in. Without an active row, learners check their own work.
create table assignments (
    exercise_id uuid primary key,
    organization_id uuid not null,
    is_active boolean not null default true,
    due_at timestamptz,
    -- Days after the due date on which work is still taken, and percent that each takes off.
    late_days integer not null default 0 check (late_days between 0 and 365),
    late_percent integer not null default 0 check (late_percent between 0 and 100),
    -- {"version", "criteria": [{"name", "levels": [{"name", "from", "to"}]}], "checks": [{"name", "feedback"}]}
    rubric jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('assignments', null);
call make_tenant_reference('assignments', 'exercise_id', 'simulation_exercises', 'exercise_id', 'cascade');

-- Work as it was handed in, with its marks.
create table submissions (
    submission_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    work_id uuid not null,
    number integer not null check (number > 0),
    -- False once the learner has handed in again.
    is_latest boolean not null default true,
    work text not null check (length(work) <= 50000),
    links text not null check (length(links) <= 6000),
    handed_in_at timestamptz not null,
    -- Days after the due date, and percent that are taken off for them.
    late_days integer not null default 0 check (late_days >= 0),
    late_percent integer not null default 0 check (late_percent between 0 and 100),
    -- The tutor who marks it, alone until the time.
    marker_id uuid,
    claimed_until timestamptz,
    -- The rubric at the time when marking began.
    rubric jsonb,
    -- {"version", "points"}: points of each criterion, or null.
    points jsonb not null default '{"version": 1, "points": []}',
    -- {"version", "lines"}: names of the checks that are ticked.
    checked jsonb not null default '{"version": 1, "lines": []}',
    feedback text not null default '' check (length(feedback) <= 20000),
    feedback_html text not null default '',
    -- Percent, less those for lateness. Null until all criteria have points.
    score integer check (score between 0 and 100),
    -- As in simulation_work.
    revision integer not null default 0 check (revision >= 0),
    writer uuid,
    change integer not null default 0 check (change >= 0),
    released_at timestamptz,
    check (released_at is null or score is not null),
    unique (work_id, number)
);
call make_tenant_table('submissions', 'submission_id');
call make_tenant_reference('submissions', 'work_id', 'simulation_work', 'work_id', 'cascade');
call make_tenant_reference('submissions', 'marker_id', 'users', 'user_id', 'set null');
create unique index submissions_latest on submissions (work_id) where is_latest;
create index submissions_waiting on submissions (organization_id, handed_in_at, submission_id)
    where is_latest and released_at is null;

-- Files of a draft, or of work that was handed in.
create table work_files (
    work_file_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    work_id uuid not null,
    -- Null for a file of the draft.
    submission_id uuid,
    file_id uuid not null,
    name text not null check (length(name) between 1 and 100),
    added_at timestamptz not null default now()
);
call make_tenant_table('work_files', null);
call make_tenant_reference('work_files', 'work_id', 'simulation_work', 'work_id', 'cascade');
call make_tenant_reference('work_files', 'submission_id', 'submissions', 'submission_id', 'cascade');
call make_tenant_reference('work_files', 'file_id', 'stored_files', 'file_id', 'restrict');

-- What the learner and tutors write to each other about the work.
create table exercise_comments (
    comment_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    work_id uuid not null,
    author_user_id uuid,
    is_tutor boolean not null,
    body text not null check (length(body) between 1 and 4000),
    body_html text not null,
    created_at timestamptz not null default now()
);
call make_tenant_table('exercise_comments', null);
call make_tenant_reference('exercise_comments', 'work_id', 'simulation_work', 'work_id', 'cascade');
call make_tenant_reference('exercise_comments', 'author_user_id', 'users', 'user_id', 'set null');

-- Comments that the tutors of an exercise keep, to use again.
create table marking_comments (
    comment_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    exercise_id uuid not null,
    body text not null check (length(body) between 1 and 2000),
    created_at timestamptz not null default now(),
    unique (exercise_id, body)
);
call make_tenant_table('marking_comments', null);
call make_tenant_reference('marking_comments', 'exercise_id', 'simulation_exercises', 'exercise_id', 'cascade');
