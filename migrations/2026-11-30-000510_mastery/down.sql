drop table progress_disputes;
drop table progress;
drop table learners;
drop table concept_edges;
drop table concepts;
