-- Background jobs, the audit log, and stored files.

create type job_status as enum ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED');

create table background_jobs (
    job_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    kind text not null check (length(kind) between 1 and 100),
    payload jsonb not null default '{}',
    status job_status not null default 'PENDING',
    run_at timestamptz not null default now(),
    attempts integer not null default 0,
    max_attempts integer not null default 8 check (max_attempts between 1 and 50),
    -- While a job with this name waits or runs, no second one is queued.
    unique_key text check (length(unique_key) <= 200),
    lease_owner uuid,
    lease_expires_at timestamptz,
    last_error text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    finished_at timestamptz,
    check ((status = 'RUNNING') = (lease_owner is not null and lease_expires_at is not null))
);
call make_tenant_table('background_jobs', null);
create unique index on background_jobs (organization_id, kind, unique_key) where status in ('PENDING', 'RUNNING');
create index on background_jobs (run_at) where status = 'PENDING';
create index on background_jobs (lease_expires_at) where status = 'RUNNING';
create index on background_jobs (finished_at) where finished_at is not null;

create function notify_job() returns trigger language plpgsql as $$
begin
    perform pg_notify('lyceum_jobs', '');
    return null;
end $$;
-- One trigger per statement and an empty payload, so that PostgreSQL merges the notifications of a
-- commit into one.
create trigger notify after insert on background_jobs for each statement execute function notify_job();

create table audit_logs (
    organization_id uuid not null,
    occurred_at timestamptz not null default now(),
    audit_id uuid not null,
    actor_user_id uuid,
    -- For example user.role_changed, course.published, sign_in.failed.
    action text not null check (length(action) between 1 and 100),
    outcome text not null check (outcome in ('done', 'denied', 'failed')),
    subject_type text check (length(subject_type) <= 60),
    subject_id text check (length(subject_id) <= 200),
    old_values jsonb,
    new_values jsonb,
    address text,
    user_agent text,
    request_id text,
    primary key (organization_id, occurred_at, audit_id)
) partition by range (occurred_at);
call make_tenant_table('audit_logs', null);
revoke update, delete, truncate on audit_logs from lyceum_app;
create trigger immutable before update or delete on audit_logs for each row execute function refuse_change();
create index on audit_logs (organization_id, actor_user_id, occurred_at);
create index on audit_logs (organization_id, subject_type, subject_id, occurred_at);

-- Creates the monthly partitions of a table for `months` months from the current one. The
-- application reads and writes partitions only through their parent.
create procedure make_partitions(parent regclass, months integer) language plpgsql as $$
declare
    month date;
    name text;
begin
    for month in select generate_series(date_trunc('month', now()), date_trunc('month', now()) + make_interval(months => months), '1 month')::date loop
        name := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
        if to_regclass(name) is null then
            execute format('create table %I partition of %s for values from (%L) to (%L)', name, parent, month, month + interval '1 month');
            call protect_tenant_table(name::regclass);
            execute format('revoke all on %I from lyceum_app', name);
        end if;
    end loop;
end $$;
-- Holds rows that fall outside every monthly partition.
create table audit_logs_default partition of audit_logs default;
call protect_tenant_table('audit_logs_default');
revoke all on audit_logs_default from lyceum_app;
call make_partitions('audit_logs', 2);

-- File in the object store. The key is derived from the content, so equal files are stored once.
create table stored_files (
    file_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    object_key text not null check (length(object_key) <= 300),
    media_type text not null check (length(media_type) <= 100),
    size_bytes bigint not null check (size_bytes >= 0),
    sha256 bytea not null check (length(sha256) = 32),
    created_at timestamptz not null default now(),
    unique (organization_id, object_key, media_type)
);
call make_tenant_table('stored_files', 'file_id');
