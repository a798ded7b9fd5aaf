drop table narrative_messages;
drop table narrative_sessions;
drop table narrative_nodes;
drop table narrative_paths;
drop table topic_nuggets;
