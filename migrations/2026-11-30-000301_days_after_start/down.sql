set local lock_timeout = '10s';

alter table cold_call_prompts drop column opens_after_days, drop column closes_after_days;
alter table exams drop column opens_after_days, drop column closes_after_days;
drop function cohort_day(uuid, integer);
