-- The weights come from `src/course/server/search/ranking.rs`, for the letters D, C, B and A.
drop function search_courses(uuid, tsquery);
create function search_courses(organization uuid, query tsquery, weights real[])
returns table (course_id uuid, rank real)
language sql stable security definer set search_path = pg_catalog, public as $$
    select c.course_id, ts_rank(weights, c.search, query) from courses c
    where c.organization_id = organization and c.search @@ query and c.is_published and c.retired_at is null
$$;

drop function search_topics(uuid, uuid, tsquery);
create function search_topics(organization uuid, course uuid, query tsquery, weights real[])
returns table (topic_id uuid, rank real)
language sql stable security definer set search_path = pg_catalog, public as $$
    select t.topic_id, ts_rank(weights, t.search, query) from topics t
    where t.organization_id = organization and t.course_id = course and t.search @@ query and t.retired_at is null
$$;

revoke all on function search_courses(uuid, tsquery, real[]), search_topics(uuid, uuid, tsquery, real[]) from public;
grant execute on function search_courses(uuid, tsquery, real[]), search_topics(uuid, uuid, tsquery, real[])
    to lyceum_app;
