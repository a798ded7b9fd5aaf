-- Lists of people that were uploaded to a cohort. Their lines wait here until somebody confirms
-- what each of them will do, and are removed then.

create table cohort_lists (
    list_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    cohort_id uuid not null,
    uploaded_by uuid,
    file_name text not null check (length(file_name) <= 200),
    lines jsonb not null,
    -- Numbers of lines by outcome, once confirmed.
    outcome jsonb,
    confirmed_at timestamptz,
    created_at timestamptz not null default now(),
    check ((outcome is null) = (confirmed_at is null))
);
call make_tenant_table('cohort_lists', null);
call make_tenant_reference('cohort_lists', 'cohort_id', 'cohorts', 'cohort_id', 'cascade');
call make_tenant_reference('cohort_lists', 'uploaded_by', 'users', 'user_id', 'set null');
create index on cohort_lists (created_at);
