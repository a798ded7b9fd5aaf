drop table exam_regradings;
