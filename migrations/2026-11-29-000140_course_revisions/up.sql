-- The revision of a course changes whenever something changes that all its learners share: its
-- outline, texts, quizzes and exams. Servers keep that in memory under the revision.
create table course_revisions (
    course_id uuid primary key,
    organization_id uuid not null,
    -- Random, so that no revision returns when a backup is restored.
    revision uuid not null default gen_random_uuid()
);
call make_tenant_table('course_revisions', null);
call make_tenant_reference('course_revisions', 'course_id', 'courses', 'course_id', 'cascade');

insert into course_revisions (course_id, organization_id) select course_id, organization_id from courses;

-- Gives the course of the changed row a new revision, once for each transaction. The triggers are
-- deferred to the end of the transaction: a lock on the revision that was held longer could meet
-- a lock on a changed row in another transaction, and both would wait for each other.
create function touch_course_revision() returns trigger language plpgsql as $$
declare
    changed constant jsonb := to_jsonb(coalesce(new, old));
    course uuid := (changed ->> 'course_id')::uuid;
begin
    if course is null then
        select t.course_id into course from topics t where t.topic_id = (changed ->> 'topic_id')::uuid;
    end if;
    if course is not null and current_setting('app.touched_course', true) is distinct from course::text then
        perform set_config('app.touched_course', course::text, true);
        insert into course_revisions (course_id, organization_id)
        select c.course_id, c.organization_id from courses c where c.course_id = course
        on conflict (course_id) do update set revision = gen_random_uuid();
    end if;
    return null;
end $$;

do $$
declare
    shared text;
begin
    foreach shared in array array['courses', 'course_modules', 'topics', 'topic_blocks', 'topic_content_assets',
                                  'simulation_exercises', 'quiz_questions', 'exams'] loop
        execute format('create constraint trigger revision_inserted after insert or delete on %I
                        deferrable initially deferred for each row execute function touch_course_revision()', shared);
        execute format('create constraint trigger revision_updated after update on %I
                        deferrable initially deferred for each row when (old.* is distinct from new.*)
                        execute function touch_course_revision()', shared);
    end loop;
end $$;
