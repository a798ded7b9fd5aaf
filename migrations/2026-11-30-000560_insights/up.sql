-- Figures of courses: topics whose videos were watched again, the rules of a learner's status, and
-- sums by month.

set local lock_timeout = '10s';

-- Sorted, a topic once for each return to an earlier part of its video.
alter table learner_activity_days add column rewatched_topics uuid[] not null default '{}';

-- A course without a row has the rules of `StatusRules::default`.
create table learner_status_rules (
    course_id uuid primary key,
    organization_id uuid not null,
    drift_days integer not null check (drift_days between 1 and 60),
    gone_days integer not null check (gone_days between drift_days and 120),
    failed_quizzes integer not null check (failed_quizzes between 1 and 50),
    same_questions integer not null check (same_questions between 1 and 50),
    rewatched integer not null check (rewatched between 1 and 200),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('learner_status_rules', null);
call make_tenant_reference('learner_status_rules', 'course_id', 'courses', 'course_id', 'cascade');

-- Made by a job from what the months hold, so that reports over years read few rows.
create table course_months (
    course_id uuid not null,
    organization_id uuid not null,
    -- The first day.
    month date not null check (extract(day from month) = 1),
    enrolled integer not null default 0,
    completed integer not null default 0,
    -- Learners who did something.
    active integer not null default 0,
    seconds_active bigint not null default 0,
    quizzes_passed integer not null default 0,
    quizzes_failed integer not null default 0,
    -- Questions to the tutor, and those that were handed to a person.
    asked integer not null default 0,
    handed integer not null default 0,
    -- Those handed over that were done, and half of them within this time.
    handled integer not null default 0,
    median_reply_seconds bigint,
    model_requests integer not null default 0,
    -- Millionths of the currency's unit. Null without prices.
    cost_micro bigint,
    summed_at timestamptz not null default now(),
    primary key (course_id, month)
);
call make_tenant_table('course_months', null);
call make_tenant_reference('course_months', 'course_id', 'courses', 'course_id', 'cascade');
create index on course_months (organization_id, month);
