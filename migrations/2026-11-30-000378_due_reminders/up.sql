-- Due dates of exercises of which the learners were reminded.

set local lock_timeout = '10s';

create table assignment_reminders (
    exercise_id uuid not null,
    due_at timestamptz not null,
    organization_id uuid not null,
    sent_at timestamptz not null default now(),
    primary key (exercise_id, due_at)
);
call make_tenant_table('assignment_reminders', null);
call make_tenant_reference('assignment_reminders', 'exercise_id', 'simulation_exercises', 'exercise_id', 'cascade');
