-- Leaderboards: a course turns them on, and members of its cohorts join by themselves.

set local lock_timeout = '10s';

-- Courses whose cohorts have a leaderboard.
create table course_leaderboards (
    course_id uuid primary key,
    organization_id uuid not null,
    turned_on_at timestamptz not null default now()
);
call make_tenant_table('course_leaderboards', null);
call make_tenant_reference('course_leaderboards', 'course_id', 'courses', 'course_id', 'cascade');

-- Members who stand in the leaderboard of their cohort.
create table leaderboard_members (
    member_id uuid primary key,
    organization_id uuid not null,
    joined_at timestamptz not null default now()
);
call make_tenant_table('leaderboard_members', null);
call make_tenant_reference('leaderboard_members', 'member_id', 'cohort_members', 'member_id', 'cascade');
