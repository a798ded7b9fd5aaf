-- Full-text search. With row-level security, the planner cannot use indexes whose operators are
-- not leakproof. These functions therefore run as their owner and take the organization as an
-- argument.

-- Words of the catalog (course_id null) or of one course, with their trigrams. Mistyped words are
-- compared with them.
create table search_terms (
    organization_id uuid not null,
    course_id uuid,
    term text not null check (length(term) between 2 and 60),
    trigrams text[] not null,
    unique nulls not distinct (organization_id, course_id, term)
);
call make_tenant_table('search_terms', null);
call make_tenant_reference('search_terms', 'course_id', 'courses', 'course_id', 'cascade');
create index on search_terms using gin (trigrams);

create function search_near_terms(organization uuid, course uuid, word text, word_trigrams text[])
returns table (term text)
language sql stable security definer set search_path = pg_catalog, public as $$
    select t.term from search_terms t
    where t.organization_id = organization and t.course_id is not distinct from course and t.trigrams && word_trigrams
    order by cardinality(array(select unnest(t.trigrams) intersect select unnest(word_trigrams))) desc,
             abs(length(t.term) - length(word)), t.term
    limit 24
$$;

create function search_courses(organization uuid, query tsquery)
returns table (course_id uuid, rank real)
language sql stable security definer set search_path = pg_catalog, public as $$
    select c.course_id, ts_rank(c.search, query) from courses c
    where c.organization_id = organization and c.search @@ query and c.is_published and c.retired_at is null
$$;

create function search_topics(organization uuid, course uuid, query tsquery)
returns table (topic_id uuid, rank real)
language sql stable security definer set search_path = pg_catalog, public as $$
    select t.topic_id, ts_rank(t.search, query) from topics t
    where t.organization_id = organization and t.course_id = course and t.search @@ query and t.retired_at is null
$$;

revoke all on function search_near_terms(uuid, uuid, text, text[]), search_courses(uuid, tsquery),
    search_topics(uuid, uuid, tsquery) from public;
grant execute on function search_near_terms(uuid, uuid, text, text[]), search_courses(uuid, tsquery),
    search_topics(uuid, uuid, tsquery) to lyceum_app;
