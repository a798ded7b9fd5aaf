-- Decisions of tutors about an exam for one learner.

-- A reset sitting stays on record but no longer counts; the learner may sit the exam again.
create table exam_resets (
    sitting_id uuid primary key,
    organization_id uuid not null,
    reason text not null check (length(reason) between 1 and 500),
    reset_by uuid,
    reset_at timestamptz not null default now()
);
call make_tenant_table('exam_resets', null);
call make_tenant_reference('exam_resets', 'sitting_id', 'exam_sittings', 'sitting_id', 'cascade');
call make_tenant_reference('exam_resets', 'reset_by', 'users', 'user_id', 'set null');
create trigger immutable before update or delete on exam_resets for each row execute function refuse_change();

-- The learner need not sit the exam. Ending the excuse deletes the row; the audit log keeps it.
create table exam_excuses (
    user_id uuid not null,
    organization_id uuid not null,
    exam_id uuid not null,
    reason text not null check (length(reason) between 1 and 500),
    excused_by uuid,
    excused_at timestamptz not null default now(),
    primary key (user_id, exam_id)
);
call make_tenant_table('exam_excuses', null);
create index on exam_excuses (exam_id);
call make_tenant_reference('exam_excuses', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('exam_excuses', 'exam_id', 'exams', 'exam_id', 'cascade');
call make_tenant_reference('exam_excuses', 'excused_by', 'users', 'user_id', 'set null');

-- Sittings with the result of their newest grading, and whether they count: a reset sitting does
-- not.
create view exam_results with (security_invoker = true) as
select s.sitting_id, s.organization_id, s.exam_id, s.user_id, s.started_at, s.expires_at, s.ended_at, a.score, a.passed,
       a.regrade_of is not null as regraded,
       not exists (select from exam_resets r where r.sitting_id = s.sitting_id) as counts
from exam_sittings s
left join exam_attempts a on a.sitting_id = s.sitting_id
     and not exists (select from exam_attempts r where r.regrade_of = a.attempt_id);
grant select on exam_results to lyceum_app, lyceum_system;
