drop table course_months;
drop table learner_status_rules;
alter table learner_activity_days drop column rewatched_topics;
