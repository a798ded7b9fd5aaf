drop function folded(text);
drop function search_near_terms(uuid, uuid, text, text[]);
create function search_near_terms(organization uuid, course uuid, word text, word_trigrams text[])
returns table (term text)
language sql stable security definer set search_path = pg_catalog, public as $$
    select t.term from search_terms t
    where t.organization_id = organization and t.course_id is not distinct from course and t.trigrams && word_trigrams
    order by cardinality(array(select unnest(t.trigrams) intersect select unnest(word_trigrams))) desc,
             abs(length(t.term) - length(word)), t.term
    limit 24
$$;
revoke all on function search_near_terms(uuid, uuid, text, text[]) from public;
grant execute on function search_near_terms(uuid, uuid, text, text[]) to lyceum_app;

alter table search_terms drop column written;
alter table courses drop column search_version;
