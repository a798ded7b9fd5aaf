-- Closing times of exams of which the learners were reminded.

create table exam_reminders (
    exam_id uuid not null,
    closes_at timestamptz not null,
    organization_id uuid not null,
    sent_at timestamptz not null default now(),
    primary key (exam_id, closes_at)
);
call make_tenant_table('exam_reminders', null);
call make_tenant_reference('exam_reminders', 'exam_id', 'exams', 'exam_id', 'cascade');
