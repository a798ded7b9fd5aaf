-- Organizations, and helpers that turn a table into a tenant's table. The roles lyceum_app and
-- lyceum_system exist already: `lyceum migrate` creates them before the first migration.

create function touch_updated_at() returns trigger language plpgsql as $$
begin
    new.updated_at := now();
    return new;
end $$;

create function refuse_change() returns trigger language plpgsql as $$
begin
    -- Foreign-key actions run one trigger deeper; the retention job works as lyceum_system.
    if pg_trigger_depth() > 1 or current_user = 'lyceum_system' then
        return case tg_op when 'DELETE' then old else new end;
    end if;
    raise exception '% is a record of what happened and is never changed', tg_table_name using errcode = 'restrict_violation';
end $$;

create table organizations (
    organization_id uuid primary key default gen_random_uuid(),
    slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 63),
    name text not null check (length(trim(name)) between 1 and 200),
    domain text unique check (domain = lower(domain) and length(domain) between 1 and 253),
    time_zone text not null default 'UTC',
    disabled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create trigger touch before update on organizations for each row execute function touch_updated_at();
alter table organizations enable row level security;
create policy tenant on organizations for select to lyceum_app
    using (organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid));
create policy system on organizations to lyceum_system using (true) with check (true);
grant select on organizations to lyceum_app;
grant select, insert, update, delete on organizations to lyceum_system;

-- Sets a tenant table's default, policy, grants and composite key, and maintains `updated_at` if
-- the table has it. `key` is the column that other tenant tables refer to; null if none does.
create procedure make_tenant_table(target regclass, key text) language plpgsql as $$
declare
    organization constant text := 'nullif(current_setting(''app.organization_id'', true), '''')::uuid';
begin
    execute format('alter table %s alter column organization_id set default %s', target, organization);
    execute format('alter table %s alter column organization_id set not null', target);
    if (select relkind from pg_class where oid = target) <> 'p' then
        execute format('alter table %s add foreign key (organization_id) references organizations on delete restrict', target);
    end if;
    if key is not null then
        execute format('alter table %s add unique (organization_id, %I)', target, key);
    end if;
    call protect_tenant_table(target);
    execute format('grant select, insert, update, delete on %s to lyceum_app, lyceum_system', target);
    if exists (select from pg_attribute where attrelid = target and attname = 'updated_at' and not attisdropped) then
        execute format('create trigger touch before update on %s for each row execute function touch_updated_at()', target);
    end if;
end $$;

-- Enables row-level security only. Used for tables, and for each partition, because partitions
-- inherit no policy.
create procedure protect_tenant_table(target regclass) language plpgsql as $$
declare
    mine constant text := 'organization_id = (select nullif(current_setting(''app.organization_id'', true), '''')::uuid)';
begin
    execute format('alter table %s enable row level security', target);
    execute format('create policy tenant on %s to lyceum_app using (%s) with check (%s)', target, mine, mine);
    execute format('create policy system on %s to lyceum_system using (true) with check (true)', target);
end $$;

-- Adds a foreign key between tenant tables, and an index. The key includes the organization,
-- because foreign keys ignore row-level security. `on_delete` is cascade, restrict or set null.
create procedure make_tenant_reference(source regclass, col text, target regclass, target_key text, on_delete text)
language plpgsql as $$
begin
    execute format('alter table %s add foreign key (organization_id, %I) references %s (organization_id, %I) on delete %s',
        source, col, target, target_key,
        case on_delete when 'set null' then format('set null (%I)', col) else on_delete end);
    if not exists (
        select from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attname = col
        where i.indrelid = source and i.indpred is null and i.indkey[0] = a.attnum
    ) then
        execute format('create index on %s (%I)', source, col);
    end if;
end $$;
