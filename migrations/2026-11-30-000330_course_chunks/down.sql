delete from background_jobs where kind = 'index_course';
drop table course_terms;
drop table course_chunks;
drop table course_indexes;
