-- Exams and cold calls that open and close by the start of each cohort.

set local lock_timeout = '10s';

-- The first instant of the day so many days after a cohort's first one, in its time zone. It is the
-- same as that of the function effective_date of the server.
create function cohort_day(cohort uuid, days integer) returns timestamptz language sql stable strict as $$
    select case when (later - interval '1 hour') at time zone time_zone = midnight
                then later - interval '1 hour' else later end
    from (select c.time_zone, (c.start_date + days)::timestamp as midnight,
                 (c.start_date + days)::timestamp at time zone c.time_zone as later
          from cohorts c where c.cohort_id = cohort) d
$$;

-- A time comes before the days. The close is the end of its day.
alter table exams
    add column opens_after_days integer check (opens_after_days between 0 and 3650),
    add column closes_after_days integer check (closes_after_days between 0 and 3650),
    add check (closes_after_days >= opens_after_days);
alter table cold_call_prompts
    add column opens_after_days integer check (opens_after_days between 0 and 3650),
    add column closes_after_days integer check (closes_after_days between 0 and 3650),
    add check (closes_after_days >= opens_after_days);
