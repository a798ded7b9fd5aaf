-- The membership that counts for a person in a course: in the cohort that runs now, otherwise in
-- the one that started last, otherwise in the one that starts next. Members read what their cohort
-- wrote after its end, also when they are members of one that has not started.
create or replace function current_membership(person uuid, course uuid)
returns table (member_id uuid, cohort_id uuid, batch_no integer) language sql stable as $$
    select m.member_id, m.cohort_id, m.batch_no
    from cohort_members m
    join cohorts c on c.cohort_id = m.cohort_id
    where m.user_id = person and c.course_id = course and m.status = 'active' and c.is_active
    order by case when c.starts_at > now() then 2 when c.ends_at <= now() then 1 else 0 end,
             abs(extract(epoch from c.starts_at - now())), c.cohort_id
    limit 1
$$;
