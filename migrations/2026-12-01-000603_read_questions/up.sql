-- Tutors who may read see all questions that were asked since learners are told so.

set local lock_timeout = '10s';

alter table course_tutor_settings
    -- Null while tutors may not read.
    add column may_read_since timestamptz;
update course_tutor_settings set may_read_since = now() where tutors_may_read;
