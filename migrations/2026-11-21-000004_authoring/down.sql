drop table question_statistics;
drop table question_tries;
drop trigger counted on quiz_attempts;
drop function count_graded_attempt();
drop table uncounted_attempts;
alter table quiz_attempts drop constraint quiz_attempts_organization_id_attempt_id_key;
alter table course_quiz_settings drop column edited_at;
alter table quiz_questions drop column edited_at, drop column placed_at;
