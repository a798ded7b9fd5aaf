set local lock_timeout = '10s';

-- Without the column, texts for personas would look like versions of the normal text.
delete from topic_versions where study_persona is not null;
alter table topic_versions drop column study_persona;
