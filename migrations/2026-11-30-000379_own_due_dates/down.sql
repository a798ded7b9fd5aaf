delete from cohort_date_overrides where exercise_id is not null;
drop function dates_of_member(uuid, integer, uuid);
-- Its checks and its unique key go with the column.
alter table cohort_date_overrides drop column exercise_id;
alter table cohort_date_overrides
    add check ((exam_id is null) <> (prompt_id is null)),
    add unique nulls not distinct (cohort_id, batch_no, member_id, exam_id, prompt_id);
create function dates_of_member(cohort uuid, batch integer, member uuid)
returns table (exam_id uuid, prompt_id uuid, opens_at timestamptz, closes_at timestamptz) language sql stable as $$
    select o.exam_id, o.prompt_id,
           coalesce(max(o.opens_at) filter (where o.member_id is not null), max(o.opens_at)),
           coalesce(max(o.closes_at) filter (where o.member_id is not null), max(o.closes_at))
    from cohort_date_overrides o
    where o.cohort_id = cohort and (o.batch_no = batch or o.member_id = member)
    group by o.exam_id, o.prompt_id
$$;
