set local lock_timeout = '10s';

alter table courses rename constraint courses_license_check to courses_licence_check;
alter table courses rename column license to licence;

alter table practice_answers rename constraint practice_answers_attempts_check to practice_answers_tries_check;
alter table practice_answers rename column attempts to tries;

alter table question_statistics rename constraint question_statistics_answers_check to question_statistics_tries_check;
alter table question_statistics rename column answers to tries;

alter table first_answers rename to question_tries;
do $$
declare
    named record;
begin
    for named in
        select conname as name from pg_constraint
        where conrelid = 'question_tries'::regclass and conname like 'first\_answers\_%'
    loop
        execute format('alter table question_tries rename constraint %I to %I',
            named.name, replace(named.name, 'first_answers', 'question_tries'));
    end loop;
    for named in
        select relname as name from pg_class join pg_index on indexrelid = pg_class.oid
        where indrelid = 'question_tries'::regclass and relname like 'first\_answers\_%'
    loop
        execute format('alter index %I rename to %I',
            named.name, replace(named.name, 'first_answers', 'question_tries'));
    end loop;
end $$;

create or replace function begin_statistics_anew() returns trigger language plpgsql as $$
begin
    delete from question_tries where question_id = new.question_id;
    delete from question_statistics where question_id = new.question_id;
    return null;
end $$;

alter view quiz_attempt_history rename to quiz_tries;
