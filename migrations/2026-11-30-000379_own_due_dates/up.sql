-- Due dates of exercises for one batch or one member of a cohort, beside the times of exams and cold
-- calls.

set local lock_timeout = '10s';

-- The unique key, and the check that a row is about one thing. Both get a third column.
do $$
declare
    name text;
begin
    for name in
        select conname from pg_constraint
        where conrelid = 'cohort_date_overrides'::regclass
          and (contype = 'u' or contype = 'c' and pg_get_constraintdef(oid) like '%exam_id IS NULL%')
    loop
        execute format('alter table cohort_date_overrides drop constraint %I', name);
    end loop;
end $$;
alter table cohort_date_overrides
    add column exercise_id uuid,
    add check (num_nonnulls(exam_id, prompt_id, exercise_id) = 1),
    -- The close is the time at which the work is due.
    add check (exercise_id is null or opens_at is null),
    add unique nulls not distinct (cohort_id, batch_no, member_id, exam_id, prompt_id, exercise_id);
call make_tenant_reference('cohort_date_overrides', 'exercise_id', 'simulation_exercises', 'exercise_id', 'cascade');

drop function dates_of_member(uuid, integer, uuid);
-- The times that a member of a batch has for themselves. Those of the member come before those of
-- the batch. Without a member those of the batch.
create function dates_of_member(cohort uuid, batch integer, member uuid)
returns table (exam_id uuid, prompt_id uuid, exercise_id uuid, opens_at timestamptz, closes_at timestamptz)
language sql stable as $$
    select o.exam_id, o.prompt_id, o.exercise_id,
           coalesce(max(o.opens_at) filter (where o.member_id is not null), max(o.opens_at)),
           coalesce(max(o.closes_at) filter (where o.member_id is not null), max(o.closes_at))
    from cohort_date_overrides o
    where o.cohort_id = cohort and (o.batch_no = batch or o.member_id = member)
    group by o.exam_id, o.prompt_id, o.exercise_id
$$;
