drop view exam_results;
drop table exam_excuses;
drop table exam_resets;
