drop table course_page_edits;
