alter table course_tutor_settings drop column may_read_since;
