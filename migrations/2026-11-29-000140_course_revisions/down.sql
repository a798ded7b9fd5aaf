do $$
declare
    shared text;
begin
    foreach shared in array array['courses', 'course_modules', 'topics', 'topic_blocks', 'topic_content_assets',
                                  'simulation_exercises', 'quiz_questions', 'exams'] loop
        execute format('drop trigger revision_inserted on %I', shared);
        execute format('drop trigger revision_updated on %I', shared);
    end loop;
end $$;
drop function touch_course_revision();
drop table course_revisions;
