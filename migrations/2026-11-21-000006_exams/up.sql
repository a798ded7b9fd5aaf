-- Exams, running sittings, and the permanent record of results.

create table exams (
    exam_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    title text not null check (length(trim(title)) between 1 and 200),
    instructions text not null default '' check (length(instructions) <= 20000),
    instructions_html text not null default '',
    duration_seconds integer not null check (duration_seconds between 60 and 86400),
    passing_score_percent integer not null check (passing_score_percent between 1 and 100),
    -- Null without a limit.
    attempts_allowed integer check (attempts_allowed between 1 and 100),
    opens_at timestamptz,
    closes_at timestamptz,
    -- Version 1: shuffling, one question at a time, partial credit, review policy, adaptive.
    config jsonb not null,
    -- Difficulties for adaptive exams by question id, in logits; recalculated from all answers at
    -- times.
    difficulties jsonb not null default '{}',
    difficulties_at timestamptz,
    is_published boolean not null default false,
    retired_at timestamptz,
    -- Number of edits, by which an edit of an older state is detected.
    revision integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (opens_at < closes_at)
);
call make_tenant_table('exams', 'exam_id');
call make_tenant_reference('exams', 'course_id', 'courses', 'course_id', 'cascade');

-- Filter for the bank's questions. If module and topic are null, the whole course is used.
create table exam_sections (
    section_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    exam_id uuid not null,
    position integer not null check (position >= 0),
    title text not null default '' check (length(title) <= 200),
    module_no integer check (module_no > 0),
    topic_id uuid,
    -- Range of the author's estimate. Questions without an estimate are drawn only if both are
    -- null.
    difficulty_min real check (difficulty_min between 0 and 1),
    difficulty_max real check (difficulty_max between 0 and 1),
    question_count integer not null check (question_count between 1 and 200),
    constraint exam_sections_order unique (exam_id, position) deferrable,
    check (difficulty_min <= difficulty_max)
);
call make_tenant_table('exam_sections', null);
call make_tenant_reference('exam_sections', 'exam_id', 'exams', 'exam_id', 'cascade');
call make_tenant_reference('exam_sections', 'topic_id', 'topics', 'topic_id', 'cascade');

create table exam_allowances (
    user_id uuid not null,
    organization_id uuid not null,
    exam_id uuid not null,
    extra_time_percent integer not null default 0 check (extra_time_percent between 0 and 1000),
    extra_attempts integer not null default 0 check (extra_attempts between 0 and 100),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (user_id, exam_id)
);
call make_tenant_table('exam_allowances', null);
call make_tenant_reference('exam_allowances', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('exam_allowances', 'exam_id', 'exams', 'exam_id', 'cascade');

create table exam_sittings (
    sitting_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    exam_id uuid not null,
    user_id uuid not null,
    -- Questions and keys as they were drawn. Null once the sitting has ended; the answer sheet
    -- then holds them.
    paper jsonb,
    -- Question that may be answered in a forward-only sitting.
    at_question integer not null default 0 check (at_question >= 0),
    started_at timestamptz not null default now(),
    expires_at timestamptz not null,
    ended_at timestamptz,
    check ((ended_at is null) = (paper is not null))
);
call make_tenant_table('exam_sittings', 'sitting_id');
call make_tenant_reference('exam_sittings', 'exam_id', 'exams', 'exam_id', 'cascade');
call make_tenant_reference('exam_sittings', 'user_id', 'users', 'user_id', 'cascade');
create unique index exam_sittings_running on exam_sittings (exam_id, user_id) where ended_at is null;

-- Answers of running sittings.
create table exam_answers (
    sitting_id uuid not null,
    organization_id uuid not null,
    question_no integer not null check (question_no >= 0),
    answer jsonb,
    is_flagged boolean not null default false,
    saved_at timestamptz not null default now(),
    revision integer not null default 1,
    -- Number of the newest change of each tab. A change that arrives late must not replace a newer
    -- one.
    tabs jsonb not null default '{}',
    primary key (sitting_id, question_no)
);
call make_tenant_table('exam_answers', null);
call make_tenant_reference('exam_answers', 'sitting_id', 'exam_sittings', 'sitting_id', 'cascade');

-- Events of a sitting, for its timeline.
create table exam_sitting_events (
    event_id uuid primary key,
    organization_id uuid not null,
    sitting_id uuid not null,
    kind text not null check (kind in ('started', 'question_shown', 'left', 'returned', 'offline', 'reconnected', 'handed_in', 'time_over')),
    question_no integer check (question_no >= 0),
    at timestamptz not null
);
call make_tenant_table('exam_sitting_events', null);
create index on exam_sitting_events (sitting_id, at);
call make_tenant_reference('exam_sitting_events', 'sitting_id', 'exam_sittings', 'sitting_id', 'cascade');

-- Permanent record: one row when a sitting ends, and one for each regrade.
create table exam_attempts (
    attempt_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    exam_id uuid not null,
    user_id uuid not null,
    sitting_id uuid not null,
    -- Whole percent. In an adaptive exam, the share of points that the estimated ability would
    -- earn on the whole bank.
    score integer not null check (score between 0 and 100),
    passed boolean not null,
    started_at timestamptz not null,
    completed_at timestamptz not null,
    -- The whole paper as it was shown, with answers and points.
    answer_sheet jsonb not null,
    -- Logits; only in adaptive exams.
    ability double precision,
    standard_error double precision,
    -- Row that this one replaces, and the reason.
    regrade_of uuid unique,
    regrade_reason text check (length(trim(regrade_reason)) between 1 and 1000),
    regraded_by uuid,
    created_at timestamptz not null default now(),
    check ((regrade_of is null) = (regrade_reason is null)),
    check ((ability is null) = (standard_error is null))
);
call make_tenant_table('exam_attempts', 'attempt_id');
call make_tenant_reference('exam_attempts', 'exam_id', 'exams', 'exam_id', 'restrict');
call make_tenant_reference('exam_attempts', 'user_id', 'users', 'user_id', 'restrict');
call make_tenant_reference('exam_attempts', 'sitting_id', 'exam_sittings', 'sitting_id', 'restrict');
call make_tenant_reference('exam_attempts', 'regrade_of', 'exam_attempts', 'attempt_id', 'restrict');
call make_tenant_reference('exam_attempts', 'regraded_by', 'users', 'user_id', 'set null');
-- A sitting is graded once, however often it is handed in.
create unique index exam_attempts_once on exam_attempts (sitting_id) where regrade_of is null;
revoke update, delete, truncate on exam_attempts from lyceum_app;
create trigger immutable before update or delete on exam_attempts for each row execute function refuse_change();
