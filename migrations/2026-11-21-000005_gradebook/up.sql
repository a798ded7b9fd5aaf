-- What tutors decide about quizzes: for one learner, and for everybody once a question was wrong.

-- The learner may start over. Attempts begun before it stay in the history and count no more; what they opened stays open.
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

-- The quiz is passed for the gates and for completion. Taking the excuse back deletes the row; the audit log remembers.
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

-- More tries at each quiz of the course than others have.
alter table quiz_allowances add column extra_attempts integer not null default 0 check (extra_attempts between 0 and 100);

-- A decision about a question that was wrong, and how far its work is. `key` is the question's key as it was decided, in
-- the form of a frozen question; null where everybody gets the point.
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
    -- Attempts are worked through by their id: up to here they are done.
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

-- What a decision did to one attempt: a record, of which the newest is the attempt's result.
create table quiz_regrades (
    regrading_id uuid not null,
    organization_id uuid not null,
    attempt_id uuid not null,
    -- From 0.
    question_index integer not null check (question_index >= 0),
    -- What is right, with the attempt's own ids; null where everybody gets the point.
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

-- A regrade is the only way to another result, and takes effect by being written: so the records always say how each
-- result came to be, and nobody who reads attempts has to know of regrades.
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

-- What is graded stays as it is, but for a regrade (which comes one trigger deeper); a pass is never taken away.
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

-- Attempts, and whether they count: not those that a reset came after.
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
