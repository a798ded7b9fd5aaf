-- Search compares folded text. Courses that older versions indexed have version 0, and
-- `lyceum migrate` indexes them again.
alter table courses add column search_version smallint not null default 0;

-- Terms are folded: without accents and in lowercase. `written` is the original spelling, for
-- showing it.
alter table search_terms add column written text;

drop function search_near_terms(uuid, uuid, text, text[]);
create function search_near_terms(organization uuid, course uuid, word text, word_trigrams text[])
returns table (term text, written text)
language sql stable security definer set search_path = pg_catalog, public as $$
    select t.term, t.written from search_terms t
    where t.organization_id = organization and t.course_id is not distinct from course and t.trigrams && word_trigrams
    order by cardinality(array(select unnest(t.trigrams) intersect select unnest(word_trigrams))) desc,
             abs(length(t.term) - length(word)), t.term
    limit 24
$$;
revoke all on function search_near_terms(uuid, uuid, text, text[]) from public;
grant execute on function search_near_terms(uuid, uuid, text, text[]) to lyceum_app;

-- Folds a short text, such as a name, so that a part of it is found in any case, with or without
-- accents.
create function folded(text) returns text
language sql immutable strict parallel safe as $$
    select regexp_replace(normalize(lower($1), NFKD), '[\u0300-\u036f]+', '', 'g')
$$;
