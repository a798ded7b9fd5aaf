-- Decisions of tutors about quizzes: for one learner, and for everybody after a wrong question.

-- A learner may start a quiz over. Earlier attempts stay in the history but no longer count.
-- Modules that they unlocked stay unlocked.
create table quiz_resets (
    reset_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    module_no integer not null check (module_no > 0),
    topic_pair_index integer not null check (topic_pair_index > 0),
    reason text not null check (length(reason) between 1 and 500),
    reset_by uuid,
    reset_at timestamptz not null default now()
);
call make_tenant_table('quiz_resets', null);
create index on quiz_resets (user_id, course_id, module_no, topic_pair_index, reset_at);
call make_tenant_reference('quiz_resets', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('quiz_resets', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('quiz_resets', 'reset_by', 'users', 'user_id', 'set null');
create trigger immutable before update or delete on quiz_resets for each row execute function refuse_change();

-- The quiz counts as passed, for gates and for completion. Ending the excuse deletes the row; the
-- audit log keeps it.
create table quiz_excuses (
    user_id uuid not null,
    organization_id uuid not null,
    course_id uuid not null,
    module_no integer not null check (module_no > 0),
    topic_pair_index integer not null check (topic_pair_index > 0),
    reason text not null check (length(reason) between 1 and 500),
    excused_by uuid,
    excused_at timestamptz not null default now(),
    primary key (user_id, course_id, module_no, topic_pair_index)
);
call make_tenant_table('quiz_excuses', null);
call make_tenant_reference('quiz_excuses', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('quiz_excuses', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('quiz_excuses', 'excused_by', 'users', 'user_id', 'set null');

-- Extra attempts at each quiz of the course.
alter table quiz_allowances add column extra_attempts integer not null default 0 check (extra_attempts between 0 and 100);

-- Decision about a wrong question, and the progress of regrading. `key` is the question's key at
-- the decision, as in a frozen question; null if everybody gets the point.
create table quiz_regradings (
    regrading_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    question_id uuid not null,
    key jsonb,
    reason text not null check (length(reason) between 1 and 500),
    ordered_by uuid,
    ordered_at timestamptz not null default now(),
    attempts_total integer not null check (attempts_total >= 0),
    attempts_done integer not null default 0,
    results_changed integer not null default 0,
    -- Attempts are regraded in the order of their id. Attempts up to this one are done.
    last_attempt_id uuid,
    finished_at timestamptz
);
call make_tenant_table('quiz_regradings', 'regrading_id');
call make_tenant_reference('quiz_regradings', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('quiz_regradings', 'question_id', 'quiz_questions', 'question_id', 'cascade');
call make_tenant_reference('quiz_regradings', 'ordered_by', 'users', 'user_id', 'set null');
create unique index quiz_regradings_running on quiz_regradings (question_id) where finished_at is null;

alter table quiz_attempts add constraint quiz_attempts_tenant_key unique (organization_id, attempt_id);
create index quiz_attempts_of_course on quiz_attempts (course_id, attempt_id);

-- Effect of a decision on one attempt. The newest row holds the attempt's result.
create table quiz_regrades (
    regrading_id uuid not null,
    organization_id uuid not null,
    attempt_id uuid not null,
    -- Number of the question, from 0.
    question_index integer not null check (question_index >= 0),
    -- Key in terms of the attempt's own ids; null if everybody gets the point.
    key jsonb,
    old_score integer not null,
    old_status attempt_status not null,
    old_points jsonb not null,
    new_score integer not null check (new_score between 0 and 100),
    new_status attempt_status not null check (new_status <> 'in_progress'),
    new_points jsonb not null,
    regraded_at timestamptz not null default now(),
    primary key (regrading_id, attempt_id)
);
call make_tenant_table('quiz_regrades', null);
call make_tenant_reference('quiz_regrades', 'regrading_id', 'quiz_regradings', 'regrading_id', 'cascade');
call make_tenant_reference('quiz_regrades', 'attempt_id', 'quiz_attempts', 'attempt_id', 'cascade');
create trigger immutable before update or delete on quiz_regrades for each row execute function refuse_change();

-- Inserting a regrade is the only way to change a result, and it takes effect at once. The records
-- thus explain every result, and readers of attempts need not know about regrades.
create function apply_regrade() returns trigger language plpgsql as $$
begin
    select score, status, points into new.old_score, new.old_status, new.old_points
    from quiz_attempts where attempt_id = new.attempt_id and status <> 'in_progress' for update;
    if not found then
        raise exception 'only what is graded is regraded' using errcode = 'restrict_violation';
    end if;
    update quiz_attempts set score = new.new_score, status = new.new_status, points = new.new_points
    where attempt_id = new.attempt_id;
    return new;
end $$;
create trigger applied before insert on quiz_regrades for each row execute function apply_regrade();

-- Graded attempts must not change except by a regrade, which runs one trigger deeper. A pass is
-- never taken away.
create or replace function refuse_graded_changes() returns trigger language plpgsql as $$
declare
    result constant text[] := array['score', 'status', 'points', 'updated_at'];
begin
    if old.status <> 'in_progress' and (
        pg_trigger_depth() < 2
        or to_jsonb(new) - result <> to_jsonb(old) - result
        or (old.status = 'passed' and new.status <> 'passed')
    ) then
        raise exception 'a graded attempt is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

-- Attempts, and whether they count: attempts started before a reset do not.
create view quiz_tries with (security_invoker = true) as
select a.attempt_id, a.organization_id, a.user_id, a.course_id, a.module_no, a.topic_pair_index, a.status, a.score,
       a.started_at, a.completed_at,
       not exists (
           select from quiz_resets r
           where r.user_id = a.user_id and r.course_id = a.course_id and r.module_no = a.module_no
             and r.topic_pair_index = a.topic_pair_index and r.reset_at >= a.started_at
       ) as counts
from quiz_attempts a;
grant select on quiz_tries to lyceum_app, lyceum_system;
