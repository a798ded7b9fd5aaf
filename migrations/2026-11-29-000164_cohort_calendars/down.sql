alter table cohort_members drop column calendar_key;
