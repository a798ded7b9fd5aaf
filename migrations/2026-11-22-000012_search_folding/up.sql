-- Search compares folded text. What is stored by older versions has version 0; `lyceum migrate` indexes it anew.
alter table courses add column search_version smallint not null default 0;

-- A term is folded: without accents and in lowercase. This is how it is written, for showing it.
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

-- For finding a part of a short text, such as a name, without regard to accents and case.
create function folded(text) returns text
language sql immutable strict parallel safe as $$
    select regexp_replace(normalize(lower($1), NFKD), '[\u0300-\u036f]+', '', 'g')
$$;
