alter table course_tutor_settings drop column tone;
drop index ai_usage_course_id_created_at_idx;
drop table ai_model_configs;
