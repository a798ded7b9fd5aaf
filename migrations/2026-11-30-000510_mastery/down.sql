drop index practice_answers_answered;
drop table progress_disputes;
drop table progress;
drop table learners;
drop table concept_edges;
drop table concepts;
