drop table course_import_previews;
