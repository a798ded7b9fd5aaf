-- Questions about the catalog with their answers, which anybody can ask. They refer to nobody: who
-- has the id in an address can read them, and they are deleted after a day.

set local lock_timeout = '10s';

create table catalog_talks (
    talk_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    -- Questions with their answers, oldest first.
    turns jsonb not null default '[]' check (jsonb_typeof(turns) = 'array'),
    created_at timestamptz not null default now()
);
call make_tenant_table('catalog_talks', null);
create index on catalog_talks (organization_id, created_at);
