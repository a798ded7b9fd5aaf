drop table learner_persona_profiles, topic_personalization, topic_progress, enrollments;
drop type enrollment_status;
