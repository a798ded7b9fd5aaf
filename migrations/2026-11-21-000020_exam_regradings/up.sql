-- Decisions about a question of an exam, for sittings that were running at the time. `key` is the
-- question's key at the decision, as in a frozen question; null if everybody gets the point.
create table exam_regradings (
    regrading_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    exam_id uuid not null,
    question_id uuid not null,
    key jsonb,
    reason text not null check (length(trim(reason)) between 1 and 1000),
    decided_by uuid,
    decided_at timestamptz not null default now()
);
call make_tenant_table('exam_regradings', null);
create index on exam_regradings (exam_id, decided_at);
call make_tenant_reference('exam_regradings', 'exam_id', 'exams', 'exam_id', 'cascade');
call make_tenant_reference('exam_regradings', 'question_id', 'quiz_questions', 'question_id', 'cascade');
call make_tenant_reference('exam_regradings', 'decided_by', 'users', 'user_id', 'set null');
