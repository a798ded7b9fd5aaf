drop table quiz_allowances;
drop table module_progress;
drop table quiz_attempts;
drop function refuse_graded_changes();
drop type attempt_status;
drop table course_quiz_settings;
