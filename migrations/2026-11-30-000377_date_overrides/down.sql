drop function dates_of_member(uuid, integer, uuid);
drop table cohort_date_overrides;
