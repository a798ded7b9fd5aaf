alter table topic_progress drop video_completed_at;
drop table simulation_work;
drop table simulation_exercises;
drop table practice_answers;
