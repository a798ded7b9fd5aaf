drop table grade_entries;
drop table grade_columns;
drop table course_grading;
