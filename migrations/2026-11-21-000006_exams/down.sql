drop table exam_attempts;
drop table exam_sitting_events;
drop table exam_answers;
drop table exam_sittings;
drop table exam_allowances;
drop table exam_sections;
drop table exams;
