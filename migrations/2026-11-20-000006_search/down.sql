drop function search_topics(uuid, uuid, tsquery);
drop function search_courses(uuid, tsquery);
drop function search_near_terms(uuid, uuid, text, text[]);
drop table search_terms;
