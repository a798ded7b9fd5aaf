-- Copies of all data about a person, and accounts that wait to be deleted.

-- The time at which the account is deleted, unless the person keeps it.
alter table users add column erase_at timestamptz;
create index users_to_erase on users (erase_at) where erase_at is not null;

create table data_exports (
    export_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    -- The person, or an admin who asked for it on their behalf.
    requested_by uuid,
    requested_at timestamptz not null default now(),
    -- Null until a job has made the file.
    file_id uuid,
    expires_at timestamptz,
    check ((file_id is null) = (expires_at is null))
);
call make_tenant_table('data_exports', null);
call make_tenant_reference('data_exports', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('data_exports', 'requested_by', 'users', 'user_id', 'set null');
call make_tenant_reference('data_exports', 'file_id', 'stored_files', 'file_id', 'restrict');
-- A person has one open request at a time.
create unique index data_exports_open on data_exports (user_id) where file_id is null;
