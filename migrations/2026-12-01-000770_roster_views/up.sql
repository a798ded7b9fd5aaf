-- Filters of a course's roster that a tutor has given a name.

set local lock_timeout = '10s';

create table roster_views (
    view_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    owner_id uuid not null,
    name text not null check (length(name) between 1 and 120),
    -- Search, filter and order as the address of the roster has them.
    search text not null default '' check (length(search) <= 200),
    status text not null default '',
    sort text not null default '',
    is_down boolean not null default false,
    -- True if all tutors of the course see it.
    is_shared boolean not null default false,
    created_at timestamptz not null default now(),
    unique (owner_id, course_id, name)
);
call make_tenant_table('roster_views', null);
call make_tenant_reference('roster_views', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('roster_views', 'owner_id', 'users', 'user_id', 'cascade');
create index on roster_views (organization_id, course_id);
