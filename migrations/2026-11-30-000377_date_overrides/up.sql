-- Times of exams and cold calls for one batch or one member of a cohort. What is null stays as it
-- is for the others. Rules for modules are in cohort_module_rules.

set local lock_timeout = '10s';

create table cohort_date_overrides (
    override_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    cohort_id uuid not null,
    batch_no integer check (batch_no between 1 and 999),
    member_id uuid,
    exam_id uuid,
    prompt_id uuid,
    opens_at timestamptz,
    closes_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check ((batch_no is null) <> (member_id is null)),
    check ((exam_id is null) <> (prompt_id is null)),
    check (opens_at is not null or closes_at is not null),
    check (closes_at > opens_at),
    unique nulls not distinct (cohort_id, batch_no, member_id, exam_id, prompt_id)
);
call make_tenant_table('cohort_date_overrides', null);
call make_tenant_reference('cohort_date_overrides', 'cohort_id', 'cohorts', 'cohort_id', 'cascade');
call make_tenant_reference('cohort_date_overrides', 'member_id', 'cohort_members', 'member_id', 'cascade');
call make_tenant_reference('cohort_date_overrides', 'exam_id', 'exams', 'exam_id', 'cascade');
call make_tenant_reference('cohort_date_overrides', 'prompt_id', 'cold_call_prompts', 'prompt_id', 'cascade');

-- The times that a member of a batch has for themselves. Those of the member come before those of
-- the batch. Without a member those of the batch.
create function dates_of_member(cohort uuid, batch integer, member uuid)
returns table (exam_id uuid, prompt_id uuid, opens_at timestamptz, closes_at timestamptz) language sql stable as $$
    select o.exam_id, o.prompt_id,
           coalesce(max(o.opens_at) filter (where o.member_id is not null), max(o.opens_at)),
           coalesce(max(o.closes_at) filter (where o.member_id is not null), max(o.closes_at))
    from cohort_date_overrides o
    where o.cohort_id = cohort and (o.batch_no = batch or o.member_id = member)
    group by o.exam_id, o.prompt_id
$$;
