drop table question_imports;
