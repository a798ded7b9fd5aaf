-- When the modules of a course open to the members of a cohort.

create table cohort_module_rules (
    rule_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    cohort_id uuid not null,
    module_no integer not null,
    -- A rule for one batch or one member takes precedence over the rule of the whole cohort.
    batch_no integer check (batch_no between 1 and 999),
    member_id uuid,
    -- First day, in the cohort's time zone, or the number of days after its start. A module without
    -- either opens by its gate alone.
    opens_on date,
    days_after_start integer check (days_after_start between 0 and 3650),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (opens_on is null or days_after_start is null),
    check (batch_no is null or member_id is null),
    unique nulls not distinct (cohort_id, module_no, batch_no, member_id)
);
call make_tenant_table('cohort_module_rules', null);
call make_tenant_reference('cohort_module_rules', 'cohort_id', 'cohorts', 'cohort_id', 'cascade');
call make_tenant_reference('cohort_module_rules', 'member_id', 'cohort_members', 'member_id', 'cascade');

-- The membership that counts for a person in a course: in the cohort that runs now, otherwise in
-- the one that starts next, otherwise in the one that started last.
create function current_membership(person uuid, course uuid)
returns table (member_id uuid, cohort_id uuid, batch_no integer) language sql stable as $$
    select m.member_id, m.cohort_id, m.batch_no
    from cohort_members m
    join cohorts c on c.cohort_id = m.cohort_id
    where m.user_id = person and c.course_id = course and m.status = 'active' and c.is_active
    order by case when c.starts_at > now() then 1 when c.ends_at <= now() then 2 else 0 end,
             abs(extract(epoch from c.starts_at - now())), c.cohort_id
    limit 1
$$;

-- The rules that apply to a member of a batch. Without a member those of the batch, without a batch
-- those of the whole cohort.
create function prevailing_module_rules(cohort uuid, batch integer, member uuid)
returns table (module_no integer, opens_on date, days_after_start integer) language sql stable as $$
    select distinct on (r.module_no) r.module_no, r.opens_on, r.days_after_start
    from cohort_module_rules r
    where r.cohort_id = cohort
      and (r.member_id is null and r.batch_no is null or r.batch_no = batch or r.member_id = member)
    order by r.module_no, r.member_id is null, r.batch_no is null
$$;
