alter table cohort_message_receivers drop column read_at;
alter table course_message_receivers drop column read_at;
