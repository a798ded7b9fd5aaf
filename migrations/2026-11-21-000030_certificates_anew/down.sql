-- Fails if somebody has a certificate beside a revoked one, because neither can be deleted.
alter table course_certificates add unique (user_id, course_id, program_type);
drop index course_certificates_user_id_course_id_idx;
drop index course_certificates_in_force;
