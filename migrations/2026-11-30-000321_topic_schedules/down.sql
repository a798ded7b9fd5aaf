drop table topic_schedules;
