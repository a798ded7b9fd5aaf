-- Refused where somebody has a certificate beside one that was revoked: neither can be deleted.
alter table course_certificates add unique (user_id, course_id, program_type);
drop index course_certificates_user_id_course_id_idx;
drop index course_certificates_in_force;
