drop procedure drop_partitions(regclass, timestamptz);
drop table learner_activity_days;
drop function forget_activity();
drop table learner_activity_events;
drop function activity_day(timestamptz);
