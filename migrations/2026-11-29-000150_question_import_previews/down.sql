drop table question_import_previews;
