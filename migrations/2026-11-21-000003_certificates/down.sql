drop table organization_keys;
drop function refuse_key_changes();
drop table course_certificates;
drop function refuse_certificate_changes();
drop type program_type;
