drop table tutor_requests;
drop table topic_prompt_suggestions;
drop table course_tutor_settings;
