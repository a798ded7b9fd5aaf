-- Filters of the list of people that an admin has given a name.

set local lock_timeout = '10s';

create table people_views (
    view_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    owner_id uuid not null,
    name text not null check (length(name) between 1 and 120),
    -- The filters as the address of the list has them.
    search text not null default '' check (length(search) <= 200),
    role text not null default '',
    state text not null default '',
    -- True if all admins see it.
    is_shared boolean not null default false,
    created_at timestamptz not null default now(),
    unique (owner_id, name)
);
call make_tenant_table('people_views', null);
call make_tenant_reference('people_views', 'owner_id', 'users', 'user_id', 'cascade');
