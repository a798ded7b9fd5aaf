-- The cohort that starts next counts before the one that started last.
create or replace function current_membership(person uuid, course uuid)
returns table (member_id uuid, cohort_id uuid, batch_no integer) language sql stable as $$
    select m.member_id, m.cohort_id, m.batch_no
    from cohort_members m
    join cohorts c on c.cohort_id = m.cohort_id
    where m.user_id = person and c.course_id = course and m.status = 'active' and c.is_active
    order by case when c.starts_at > now() then 1 when c.ends_at <= now() then 2 else 0 end,
             abs(extract(epoch from c.starts_at - now())), c.cohort_id
    limit 1
$$;
