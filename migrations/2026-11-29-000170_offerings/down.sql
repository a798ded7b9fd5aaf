drop table course_offerings;
