-- Only one certificate of a course is valid. A revoked one stays on record, and a new one may be
-- issued.

create unique index course_certificates_in_force on course_certificates (user_id, course_id, program_type) where revoked_at is null;
alter table course_certificates drop constraint course_certificates_user_id_course_id_program_type_key;
create index on course_certificates (user_id, course_id);
