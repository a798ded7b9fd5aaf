drop table topic_writers;
drop table topic_draft_revisions;
