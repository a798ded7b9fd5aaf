drop table cohort_lists;
