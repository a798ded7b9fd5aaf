drop trigger keep_topic_source on topics;
drop function keep_topic_source();
drop table topic_sources;
