-- One term for one thing: attempt and first answer instead of try, license instead of licence.
-- Only names change, so no table is rewritten and no row is lost.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

alter view quiz_tries rename to quiz_attempt_history;

-- Policies and privileges follow their table. Constraints and indexes keep names of their own.
alter table question_tries rename to first_answers;
do $$
declare
    named record;
begin
    for named in
        select conname as name from pg_constraint
        where conrelid = 'first_answers'::regclass and conname like 'question\_tries\_%'
    loop
        execute format('alter table first_answers rename constraint %I to %I',
            named.name, replace(named.name, 'question_tries', 'first_answers'));
    end loop;
    -- The index of the primary key was renamed with its constraint.
    for named in
        select relname as name from pg_class join pg_index on indexrelid = pg_class.oid
        where indrelid = 'first_answers'::regclass and relname like 'question\_tries\_%'
    loop
        execute format('alter index %I rename to %I',
            named.name, replace(named.name, 'question_tries', 'first_answers'));
    end loop;
end $$;

create or replace function begin_statistics_anew() returns trigger language plpgsql as $$
begin
    delete from first_answers where question_id = new.question_id;
    delete from question_statistics where question_id = new.question_id;
    return null;
end $$;

alter table question_statistics rename column tries to answers;
alter table question_statistics rename constraint question_statistics_tries_check to question_statistics_answers_check;

alter table practice_answers rename column tries to attempts;
alter table practice_answers rename constraint practice_answers_tries_check to practice_answers_attempts_check;

alter table courses rename column licence to license;
alter table courses rename constraint courses_licence_check to courses_license_check;
