drop table topic_versions;
drop table topic_drafts;
