-- The page Today: lines that a tutor has handled or snoozed, and indexes for its queries.

set local lock_timeout = '10s';

create table today_dismissals (
    user_id uuid not null,
    organization_id uuid not null,
    kind text not null check (length(kind) between 1 and 40),
    -- The thing that the line is about, such as a work that was handed in.
    subject text not null check (length(subject) between 1 and 200),
    -- The facts when the line was dismissed. With other facts the line is shown again.
    fingerprint text not null check (length(fingerprint) between 1 and 200),
    -- End of a snooze. Null for a line that stays away until the facts change.
    until timestamptz,
    created_at timestamptz not null default now(),
    primary key (user_id, kind, subject)
);
call make_tenant_table('today_dismissals', null);
call make_tenant_reference('today_dismissals', 'user_id', 'users', 'user_id', 'cascade');

create index quiz_attempts_failed on quiz_attempts (course_id, user_id, module_no, topic_pair_index)
    where status in ('failed', 'expired');
create index enrollments_active on enrollments (course_id, last_opened_at) where status = 'active';
create index registrations_to_decide on registrations (offering_id) where status in ('submitted', 'in_review');
