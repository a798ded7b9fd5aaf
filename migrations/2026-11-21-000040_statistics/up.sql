-- Statistics of questions follow the key: a corrected key restarts them. Regrades and exams are
-- counted, too.

-- Time since which the question has its present key and options; null for unchanged ones.
alter table quiz_questions add column key_changed_at timestamptz;

create function note_key_change() returns trigger language plpgsql as $$
begin
    new.key_changed_at = now();
    return new;
end $$;
create trigger key_changed before update on quiz_questions for each row
    when (old.question_type <> new.question_type or old.payload - 'shuffle' <> new.payload - 'shuffle')
    execute function note_key_change();

-- Inserting the options of a new question does not count as a change of its key.
create function note_option_change() returns trigger language plpgsql as $$
begin
    update quiz_questions set key_changed_at = now()
    where question_id = coalesce(new.question_id, old.question_id)
      and created_at < now() and key_changed_at is distinct from now();
    return null;
end $$;
create trigger key_added after insert or delete on quiz_options for each row execute function note_option_change();
create trigger key_changed after update on quiz_options for each row
    when (old.option_text <> new.option_text or old.is_correct <> new.is_correct)
    execute function note_option_change();

create function begin_statistics_anew() returns trigger language plpgsql as $$
begin
    delete from question_tries where question_id = new.question_id;
    delete from question_statistics where question_id = new.question_id;
    return null;
end $$;
create trigger begun_anew after update on quiz_questions for each row
    when (old.key_changed_at is distinct from new.key_changed_at)
    execute function begin_statistics_anew();

-- All statistics are counted again, by the present keys.
truncate question_tries, question_statistics;
-- Attempt or sitting that the answer is from. The answer is counted again after a regrade of its
-- source.
alter table question_tries add column source_id uuid not null;
create index on question_tries (source_id);
insert into uncounted_attempts (attempt_id, organization_id, course_id)
select attempt_id, organization_id, course_id from quiz_attempts where status <> 'in_progress'
on conflict do nothing;

create function count_regraded_attempt() returns trigger language plpgsql as $$
begin
    insert into uncounted_attempts (attempt_id, organization_id, course_id)
    select attempt_id, organization_id, course_id from quiz_attempts where attempt_id = new.attempt_id
    on conflict do nothing;
    return null;
end $$;
create trigger counted after insert on quiz_regrades for each row execute function count_regraded_attempt();

-- Gradings of exams not yet counted in question_tries.
create table uncounted_exam_attempts (
    attempt_id uuid primary key,
    organization_id uuid not null,
    course_id uuid not null
);
call make_tenant_table('uncounted_exam_attempts', null);
call make_tenant_reference('uncounted_exam_attempts', 'attempt_id', 'exam_attempts', 'attempt_id', 'cascade');
call make_tenant_reference('uncounted_exam_attempts', 'course_id', 'courses', 'course_id', 'cascade');

create function count_graded_exam() returns trigger language plpgsql as $$
begin
    insert into uncounted_exam_attempts (attempt_id, organization_id, course_id)
    select new.attempt_id, new.organization_id, course_id from exams where exam_id = new.exam_id;
    return null;
end $$;
create trigger counted after insert on exam_attempts for each row execute function count_graded_exam();

insert into uncounted_exam_attempts (attempt_id, organization_id, course_id)
select a.attempt_id, a.organization_id, e.course_id from exam_attempts a join exams e using (exam_id);
