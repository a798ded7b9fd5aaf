-- Questions written and edited in the browser, and statistics of questions.

-- Time of a manual change. Later imports leave edited rows unchanged.
alter table quiz_questions add column edited_at timestamptz, add column placed_at timestamptz;
alter table course_quiz_settings add column edited_at timestamptz;

-- Graded attempts not yet counted in question_tries. Grading only adds a row, so it does not wait
-- for locks of others. The rows are counted when somebody opens the statistics.
alter table quiz_attempts add unique (organization_id, attempt_id);
create table uncounted_attempts (
    attempt_id uuid primary key,
    organization_id uuid not null,
    course_id uuid not null
);
call make_tenant_table('uncounted_attempts', null);
call make_tenant_reference('uncounted_attempts', 'attempt_id', 'quiz_attempts', 'attempt_id', 'cascade');
call make_tenant_reference('uncounted_attempts', 'course_id', 'courses', 'course_id', 'cascade');

create function count_graded_attempt() returns trigger language plpgsql as $$
begin
    insert into uncounted_attempts (attempt_id, organization_id, course_id)
    values (new.attempt_id, new.organization_id, new.course_id);
    return null;
end $$;
create trigger counted after update of status on quiz_attempts for each row
    when (old.status = 'in_progress' and new.status <> 'in_progress') execute function count_graded_attempt();

insert into uncounted_attempts (attempt_id, organization_id, course_id)
select attempt_id, organization_id, course_id from quiz_attempts where status <> 'in_progress';

-- Each learner's first answer to a question. Repeated answers would not be independent.
create table question_tries (
    question_id uuid not null,
    organization_id uuid not null,
    user_id uuid not null,
    points double precision not null check (points between 0 and 1),
    -- Mean points of the attempt's other questions; null if there were none.
    rest double precision check (rest between 0 and 1),
    -- Options that the learner chose.
    chosen uuid[] not null default '{}',
    primary key (question_id, user_id)
);
call make_tenant_table('question_tries', null);
call make_tenant_reference('question_tries', 'question_id', 'quiz_questions', 'question_id', 'cascade');
call make_tenant_reference('question_tries', 'user_id', 'users', 'user_id', 'cascade');

-- Statistics shown in the list of questions.
create table question_statistics (
    question_id uuid primary key,
    organization_id uuid not null,
    tries integer not null check (tries > 0),
    facility double precision not null check (facility between 0 and 1),
    discrimination double precision check (discrimination between -1 and 1),
    good_learners_fail boolean not null,
    updated_at timestamptz not null default now()
);
call make_tenant_table('question_statistics', null);
call make_tenant_reference('question_statistics', 'question_id', 'quiz_questions', 'question_id', 'cascade');
