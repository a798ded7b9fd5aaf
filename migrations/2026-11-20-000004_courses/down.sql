drop table page_content, course_tutors, tutors, quiz_options, quiz_questions, course_files, topic_content_assets,
    topic_blocks, topics, course_modules, courses;
drop type question_purpose;
drop type question_type;
drop type learner_persona;
drop type study_persona;
drop type block_type;
drop type content_type;
drop type course_level;
