//! The tables as Diesel sees them. The file is kept by hand, and a test compares it with the
//! catalog of a migrated database.

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "attempt_status"))]
    pub struct AttemptStatus;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "block_type"))]
    pub struct BlockType;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "content_type"))]
    pub struct ContentType;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "course_level"))]
    pub struct CourseLevel;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "enrollment_status"))]
    pub struct EnrollmentStatus;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "job_status"))]
    pub struct JobStatus;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "learner_persona"))]
    pub struct LearnerPersona;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "member_status"))]
    pub struct MemberStatus;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "nugget_status"))]
    pub struct NuggetStatus;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "order_status"))]
    pub struct OrderStatus;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "program_type"))]
    pub struct ProgramType;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "prompt_visibility"))]
    pub struct PromptVisibility;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "registration_status"))]
    pub struct RegistrationStatus;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "question_purpose"))]
    pub struct QuestionPurpose;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "question_type"))]
    pub struct QuestionType;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "study_persona"))]
    pub struct StudyPersona;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "token_purpose"))]
    pub struct TokenPurpose;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "user_role"))]
    pub struct UserRole;
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ProgramType;

    assessment_questions (question_id) {
        question_id -> Uuid,
        organization_id -> Uuid,
        program_type -> Nullable<ProgramType>,
        offering_id -> Nullable<Uuid>,
        prompt -> Text,
        options -> Array<Nullable<Text>>,
        display_order -> Int4,
        is_required -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    audit_logs (organization_id, occurred_at, audit_id) {
        organization_id -> Uuid,
        occurred_at -> Timestamptz,
        audit_id -> Uuid,
        actor_user_id -> Nullable<Uuid>,
        action -> Text,
        outcome -> Text,
        subject_type -> Nullable<Text>,
        subject_id -> Nullable<Text>,
        old_values -> Nullable<Jsonb>,
        new_values -> Nullable<Jsonb>,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::JobStatus;

    background_jobs (job_id) {
        job_id -> Uuid,
        organization_id -> Uuid,
        kind -> Text,
        payload -> Jsonb,
        status -> JobStatus,
        run_at -> Timestamptz,
        attempts -> Int4,
        max_attempts -> Int4,
        unique_key -> Nullable<Text>,
        lease_owner -> Nullable<Uuid>,
        lease_expires_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    card_states (generated_asset_id) {
        generated_asset_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        study_material_id -> Uuid,
        sibling_key -> Text,
        position -> Int8,
        is_open -> Bool,
        state -> Text,
        stability -> Nullable<Float4>,
        difficulty -> Nullable<Float4>,
        due_at -> Nullable<Timestamptz>,
        first_day -> Nullable<Date>,
        last_day -> Nullable<Date>,
        reviews -> Int4,
        lapses -> Int4,
        version -> Int4,
        last_interaction_id -> Nullable<Uuid>,
        algorithm -> Text,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::MemberStatus;

    cohort_members (member_id) {
        member_id -> Uuid,
        organization_id -> Uuid,
        cohort_id -> Uuid,
        user_id -> Nullable<Uuid>,
        email -> Text,
        name -> Nullable<Text>,
        status -> MemberStatus,
        batch_no -> Int4,
        joined_at -> Timestamptz,
        updated_at -> Timestamptz,
        calendar_key -> Text,
    }
}

diesel::table! {
    cohorts (cohort_id) {
        cohort_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        title -> Text,
        start_date -> Date,
        end_date -> Nullable<Date>,
        time_zone -> Text,
        starts_at -> Timestamptz,
        ends_at -> Nullable<Timestamptz>,
        is_active -> Bool,
        opened_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        start_told_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    cold_call_messages (message_id) {
        message_id -> Uuid,
        organization_id -> Uuid,
        prompt_id -> Uuid,
        cohort_id -> Uuid,
        user_id -> Nullable<Uuid>,
        is_tutor -> Bool,
        parent_id -> Nullable<Uuid>,
        root_id -> Uuid,
        body -> Text,
        body_html -> Text,
        edited_at -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
        hidden_at -> Nullable<Timestamptz>,
        hidden_reason -> Nullable<Text>,
        held_at -> Nullable<Timestamptz>,
        pinned_at -> Nullable<Timestamptz>,
        endorsed_at -> Nullable<Timestamptz>,
        credited_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        form_key -> Nullable<Text>,
    }
}

diesel::table! {
    cold_call_overrides (prompt_id, cohort_id) {
        prompt_id -> Uuid,
        cohort_id -> Uuid,
        organization_id -> Uuid,
        closes_at -> Nullable<Timestamptz>,
        is_locked -> Nullable<Bool>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::PromptVisibility;

    cold_call_prompts (prompt_id) {
        prompt_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        topic_id -> Uuid,
        prompt_key -> Nullable<Text>,
        prompt -> Text,
        helper_text -> Nullable<Text>,
        visibility -> PromptVisibility,
        display_order -> Int4,
        opens_at -> Nullable<Timestamptz>,
        closes_at -> Nullable<Timestamptz>,
        is_locked -> Bool,
        edited_at -> Nullable<Timestamptz>,
        retired_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        opens_after_days -> Nullable<Int4>,
        closes_after_days -> Nullable<Int4>,
    }
}

diesel::table! {
    cold_call_reports (message_id, user_id) {
        message_id -> Uuid,
        user_id -> Uuid,
        organization_id -> Uuid,
        reason -> Text,
        created_at -> Timestamptz,
        settled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    cold_call_stars (message_id, user_id) {
        message_id -> Uuid,
        user_id -> Uuid,
        organization_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    content_chunks (content_chunk_id) {
        content_chunk_id -> Uuid,
        organization_id -> Uuid,
        study_material_id -> Uuid,
        chunk_order -> Int4,
        chunk_type -> Text,
        content -> Text,
        heading -> Text,
        topic_id -> Nullable<Uuid>,
        word_count -> Int4,
        relevance_score -> Float8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ProgramType;

    course_certificates (certificate_id) {
        certificate_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        program_type -> ProgramType,
        code -> Text,
        learner_name -> Text,
        course_title -> Text,
        organization_name -> Text,
        completed_at -> Timestamptz,
        issued_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        revocation_reason -> Nullable<Text>,
        rating -> Nullable<Int2>,
        feedback -> Nullable<Text>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    course_chunks (organization_id, chunk_id) {
        organization_id -> Uuid,
        chunk_id -> Text,
        course_id -> Uuid,
        topic_id -> Uuid,
        chunk_no -> Int4,
        heading_path -> Array<Nullable<Text>>,
        anchor -> Nullable<Text>,
        starts_at -> Int4,
        ends_at -> Int4,
        content -> Text,
        content_hash -> Text,
        embedding_model -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    course_files (course_id, name) {
        course_id -> Uuid,
        organization_id -> Uuid,
        name -> Text,
        file_id -> Uuid,
    }
}

diesel::table! {
    course_import_previews (import_id) {
        import_id -> Uuid,
        organization_id -> Uuid,
        uploaded_by -> Uuid,
        file_name -> Text,
        content -> Nullable<Bytea>,
        slug -> Nullable<Text>,
        preview -> Jsonb,
        imported_as -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    course_indexes (course_id) {
        course_id -> Uuid,
        organization_id -> Uuid,
        revision -> Nullable<Uuid>,
        version -> Int2,
        embedding_model -> Nullable<Text>,
        folded_chunks -> Int4,
        topics -> Jsonb,
        indexed_at -> Timestamptz,
    }
}

diesel::table! {
    course_modules (module_id) {
        module_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        module_no -> Int4,
        title -> Text,
        summary -> Text,
        gates -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        edited_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    course_page_edits (course_id) {
        course_id -> Uuid,
        organization_id -> Uuid,
        edited_at -> Timestamptz,
    }
}

diesel::table! {
    course_quiz_settings (course_id) {
        course_id -> Uuid,
        organization_id -> Uuid,
        attempts_allowed -> Nullable<Int4>,
        retry_wait_minutes -> Int4,
        partial_credit -> Bool,
        updated_at -> Timestamptz,
        edited_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    course_revisions (course_id) {
        course_id -> Uuid,
        organization_id -> Uuid,
        revision -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    course_terms (organization_id, course_id, term) {
        organization_id -> Uuid,
        course_id -> Uuid,
        term -> Text,
        chunk_nos -> Array<Nullable<Int4>>,
        weights -> Array<Nullable<Float4>>,
        direction -> Nullable<Bytea>,
    }
}

diesel::table! {
    course_tutors (course_id, tutor_id) {
        course_id -> Uuid,
        organization_id -> Uuid,
        tutor_id -> Uuid,
        is_active -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::CourseLevel;

    courses (course_id) {
        course_id -> Uuid,
        organization_id -> Uuid,
        slug -> Text,
        title -> Text,
        title_sort -> Text,
        summary -> Text,
        description -> Text,
        description_html -> Text,
        language -> Text,
        level -> CourseLevel,
        tags -> Array<Nullable<Text>>,
        authors -> Array<Nullable<Text>>,
        outcomes -> Array<Nullable<Text>>,
        license -> Nullable<Text>,
        price_cents -> Int4,
        currency -> Text,
        cohort_only -> Bool,
        is_gated -> Bool,
        cooldown_days -> Int4,
        passing_score_percent -> Int4,
        questions_per_attempt -> Int4,
        seconds_per_question -> Nullable<Int4>,
        thumbnail_file_id -> Nullable<Uuid>,
        topic_count -> Int4,
        question_count -> Int4,
        reading_minutes -> Int4,
        is_published -> Bool,
        published_at -> Nullable<Timestamptz>,
        retired_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        search_version -> Int2,
    }
}

diesel::table! {
    cp_rag_chat_messages (message_id) {
        message_id -> Uuid,
        organization_id -> Uuid,
        session_id -> Uuid,
        role -> Text,
        author_user_id -> Nullable<Uuid>,
        content -> Text,
        citations -> Jsonb,
        answer_to -> Nullable<Uuid>,
        answer_kind -> Nullable<Text>,
        form_key -> Nullable<Uuid>,
        suggestion_id -> Nullable<Uuid>,
        status -> Text,
        is_helpful -> Nullable<Bool>,
        feedback_reason -> Nullable<Text>,
        created_at -> Timestamptz,
        sentences -> Jsonb,
        model -> Nullable<Text>,
        prompt_version -> Nullable<Text>,
        note -> Nullable<Text>,
        costs_question -> Bool,
        begun_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    cp_rag_chat_sessions (session_id) {
        session_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        topic_id -> Uuid,
        summary -> Nullable<Text>,
        summary_message_count -> Int4,
        summary_updated_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::EnrollmentStatus;

    enrollments (enrollment_id) {
        enrollment_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        status -> EnrollmentStatus,
        enrolled_at -> Timestamptz,
        completed_at -> Nullable<Timestamptz>,
        last_topic_id -> Nullable<Uuid>,
        last_opened_at -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
        cohort_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    exam_allowances (user_id, exam_id) {
        user_id -> Uuid,
        organization_id -> Uuid,
        exam_id -> Uuid,
        extra_time_percent -> Int4,
        extra_attempts -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    exam_answers (sitting_id, question_no) {
        sitting_id -> Uuid,
        organization_id -> Uuid,
        question_no -> Int4,
        answer -> Nullable<Jsonb>,
        is_flagged -> Bool,
        saved_at -> Timestamptz,
        revision -> Int4,
        tabs -> Jsonb,
    }
}

diesel::table! {
    exam_attempts (attempt_id) {
        attempt_id -> Uuid,
        organization_id -> Uuid,
        exam_id -> Uuid,
        user_id -> Uuid,
        sitting_id -> Uuid,
        score -> Int4,
        passed -> Bool,
        started_at -> Timestamptz,
        completed_at -> Timestamptz,
        answer_sheet -> Jsonb,
        ability -> Nullable<Float8>,
        standard_error -> Nullable<Float8>,
        regrade_of -> Nullable<Uuid>,
        regrade_reason -> Nullable<Text>,
        regraded_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    exam_excuses (user_id, exam_id) {
        user_id -> Uuid,
        organization_id -> Uuid,
        exam_id -> Uuid,
        reason -> Text,
        excused_by -> Nullable<Uuid>,
        excused_at -> Timestamptz,
    }
}

diesel::table! {
    exam_regradings (regrading_id) {
        regrading_id -> Uuid,
        organization_id -> Uuid,
        exam_id -> Uuid,
        question_id -> Uuid,
        key -> Nullable<Jsonb>,
        reason -> Text,
        decided_by -> Nullable<Uuid>,
        decided_at -> Timestamptz,
    }
}

diesel::table! {
    exam_resets (sitting_id) {
        sitting_id -> Uuid,
        organization_id -> Uuid,
        reason -> Text,
        reset_by -> Nullable<Uuid>,
        reset_at -> Timestamptz,
    }
}

diesel::table! {
    exam_sections (section_id) {
        section_id -> Uuid,
        organization_id -> Uuid,
        exam_id -> Uuid,
        position -> Int4,
        title -> Text,
        module_no -> Nullable<Int4>,
        topic_id -> Nullable<Uuid>,
        difficulty_min -> Nullable<Float4>,
        difficulty_max -> Nullable<Float4>,
        question_count -> Int4,
    }
}

diesel::table! {
    exam_sitting_events (event_id) {
        event_id -> Uuid,
        organization_id -> Uuid,
        sitting_id -> Uuid,
        kind -> Text,
        question_no -> Nullable<Int4>,
        at -> Timestamptz,
    }
}

diesel::table! {
    exam_reminders (exam_id, closes_at) {
        exam_id -> Uuid,
        closes_at -> Timestamptz,
        organization_id -> Uuid,
        sent_at -> Timestamptz,
    }
}

diesel::table! {
    exam_sittings (sitting_id) {
        sitting_id -> Uuid,
        organization_id -> Uuid,
        exam_id -> Uuid,
        user_id -> Uuid,
        paper -> Nullable<Jsonb>,
        at_question -> Int4,
        started_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    exams (exam_id) {
        exam_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        title -> Text,
        instructions -> Text,
        instructions_html -> Text,
        duration_seconds -> Int4,
        passing_score_percent -> Int4,
        attempts_allowed -> Nullable<Int4>,
        opens_at -> Nullable<Timestamptz>,
        closes_at -> Nullable<Timestamptz>,
        config -> Jsonb,
        difficulties -> Jsonb,
        difficulties_at -> Nullable<Timestamptz>,
        is_published -> Bool,
        retired_at -> Nullable<Timestamptz>,
        revision -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        opens_after_days -> Nullable<Int4>,
        closes_after_days -> Nullable<Int4>,
    }
}

diesel::table! {
    generated_assets (generated_asset_id) {
        generated_asset_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        study_material_id -> Uuid,
        content_chunk_id -> Nullable<Uuid>,
        question_id -> Nullable<Uuid>,
        asset_type -> Text,
        card_kind -> Text,
        content -> Jsonb,
        content_key -> Text,
        tags -> Array<Nullable<Text>>,
        generation_model -> Text,
        status -> Text,
        quality_score -> Nullable<Float8>,
        is_edited -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    interactions (organization_id, created_at, interaction_id) {
        organization_id -> Uuid,
        created_at -> Timestamptz,
        interaction_id -> Uuid,
        user_id -> Uuid,
        learning_session_id -> Uuid,
        generated_asset_id -> Uuid,
        interaction_type -> Text,
        interaction_data -> Jsonb,
        is_correct -> Nullable<Bool>,
        response_time_ms -> Nullable<Int4>,
        confidence_level -> Nullable<Float8>,
    }
}

diesel::table! {
    course_months (course_id, month) {
        course_id -> Uuid,
        organization_id -> Uuid,
        month -> Date,
        enrolled -> Int4,
        completed -> Int4,
        active -> Int4,
        seconds_active -> Int8,
        quizzes_passed -> Int4,
        quizzes_failed -> Int4,
        asked -> Int4,
        handed -> Int4,
        handled -> Int4,
        median_reply_seconds -> Nullable<Int8>,
        model_requests -> Int4,
        cost_micro -> Nullable<Int8>,
        summed_at -> Timestamptz,
    }
}

diesel::table! {
    learner_status_rules (course_id) {
        course_id -> Uuid,
        organization_id -> Uuid,
        drift_days -> Int4,
        gone_days -> Int4,
        failed_quizzes -> Int4,
        same_questions -> Int4,
        rewatched -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    learner_activity_days (user_id, course_id, day) {
        user_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        day -> Date,
        seconds_active -> Int4,
        opened -> Int4,
        read -> Int4,
        watched -> Int4,
        rewatched -> Int4,
        done -> Int4,
        quizzes_passed -> Int4,
        quizzes_failed -> Int4,
        exams -> Int4,
        asked -> Int4,
        answered -> Int4,
        events -> Int4,
        opened_topics -> Array<Nullable<Uuid>>,
        asked_topics -> Array<Nullable<Uuid>>,
        first_at -> Nullable<Timestamptz>,
        last_at -> Nullable<Timestamptz>,
        rewatched_topics -> Array<Nullable<Uuid>>,
    }
}

diesel::table! {
    learner_activity_events (organization_id, user_id, occurred_at, event_id) {
        organization_id -> Uuid,
        user_id -> Uuid,
        occurred_at -> Timestamptz,
        event_id -> Uuid,
        course_id -> Uuid,
        topic_id -> Nullable<Uuid>,
        kind -> Text,
        amount -> Int4,
        detail -> Text,
        received_at -> Timestamptz,
        received_on -> Date,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::LearnerPersona;

    learner_persona_profiles (profile_id) {
        profile_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        persona_key -> LearnerPersona,
        analysis_summary -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    learning_sessions (learning_session_id) {
        learning_session_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        study_material_id -> Nullable<Uuid>,
        session_type -> Text,
        started_at -> Timestamptz,
        ended_at -> Timestamptz,
        total_interactions -> Int4,
    }
}

diesel::table! {
    live_events (event_id) {
        event_id -> Uuid,
        organization_id -> Uuid,
        topic -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    moderation_actions (action_id) {
        action_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        actor_user_id -> Nullable<Uuid>,
        action -> Text,
        message_id -> Nullable<Uuid>,
        prompt_id -> Nullable<Uuid>,
        cohort_id -> Nullable<Uuid>,
        member_user_id -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        before -> Jsonb,
        undone_at -> Nullable<Timestamptz>,
        undone_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    moderation_seen (user_id) {
        user_id -> Uuid,
        organization_id -> Uuid,
        message_id -> Uuid,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    module_progress (progress_id) {
        progress_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        module_no -> Int4,
        videos_completed -> Int4,
        quiz_passed -> Bool,
        unlocked_at -> Nullable<Timestamptz>,
        cooldown_until -> Nullable<Timestamptz>,
        completed_at -> Nullable<Timestamptz>,
        passed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    module_prompt_usage (user_id, course_id, module_no) {
        user_id -> Uuid,
        course_id -> Uuid,
        module_no -> Int4,
        organization_id -> Uuid,
        used -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    notification_choices (user_id, kind) {
        user_id -> Uuid,
        organization_id -> Uuid,
        kind -> Text,
        mails -> Text,
    }
}

diesel::table! {
    notification_settings (user_id) {
        user_id -> Uuid,
        organization_id -> Uuid,
        quiet_from -> Nullable<Int2>,
        quiet_until -> Nullable<Int2>,
        unsubscribe_key -> Uuid,
    }
}

diesel::table! {
    notifications (notification_id) {
        notification_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        subject -> Text,
        course_id -> Nullable<Uuid>,
        title -> Text,
        body -> Text,
        path -> Text,
        events -> Int4,
        happened_at -> Timestamptz,
        read_at -> Nullable<Timestamptz>,
        mailed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::TokenPurpose;

    one_time_tokens (token_id) {
        token_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Nullable<Uuid>,
        purpose -> TokenPurpose,
        token_hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        sign_up_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    progress_metrics (organization_id, user_id, recorded_at, metric_type) {
        organization_id -> Uuid,
        recorded_at -> Timestamptz,
        user_id -> Uuid,
        metric_type -> Text,
        metric_value -> Float8,
        time_period -> Text,
        aggregation_type -> Text,
    }
}

diesel::table! {
    sign_ups (sign_up_id) {
        sign_up_id -> Uuid,
        organization_id -> Uuid,
        email -> Text,
        display_name -> Text,
        password_hash -> Text,
        time_zone -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        terms_page_id -> Nullable<Uuid>,
        terms_version -> Nullable<Int4>,
    }
}

diesel::table! {
    study_materials (study_material_id) {
        study_material_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        course_id -> Nullable<Uuid>,
        title -> Text,
        description -> Text,
        source_type -> Text,
        status -> Text,
        content_length -> Int4,
        subject_area -> Text,
        tags -> Array<Nullable<Text>>,
        language -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    watched_folders (watched_folder_id) {
        watched_folder_id -> Uuid,
        organization_id -> Uuid,
        path -> Text,
        enabled -> Bool,
        file_types -> Array<Nullable<Text>>,
        recursive -> Bool,
        auto_process -> Bool,
        last_swept_at -> Nullable<Timestamptz>,
        last_problem -> Nullable<Text>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    monitored_urls (monitored_url_id) {
        monitored_url_id -> Uuid,
        organization_id -> Uuid,
        url -> Text,
        enabled -> Bool,
        check_interval -> Int4,
        last_checked -> Nullable<Timestamptz>,
        last_modified -> Nullable<Text>,
        etag -> Nullable<Text>,
        next_check_at -> Timestamptz,
        failures -> Int4,
        last_problem -> Nullable<Text>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    documents (document_id) {
        document_id -> Uuid,
        organization_id -> Uuid,
        title -> Text,
        source_type -> Text,
        source_path -> Text,
        source_key -> Text,
        format -> Text,
        file_id -> Nullable<Uuid>,
        content_hash -> Text,
        language -> Nullable<Text>,
        page_kind -> Text,
        page_count -> Int4,
        notes -> Array<Nullable<Text>>,
        course_id -> Nullable<Uuid>,
        added_by -> Nullable<Uuid>,
        read_at -> Timestamptz,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    document_pages (document_id, page_no) {
        organization_id -> Uuid,
        document_id -> Uuid,
        page_no -> Int4,
        label -> Text,
        content -> Text,
        content_html -> Text,
    }
}

diesel::table! {
    ingestion_jobs (ingestion_job_id) {
        ingestion_job_id -> Uuid,
        organization_id -> Uuid,
        source_type -> Text,
        source -> Text,
        source_key -> Text,
        status -> Text,
        metadata -> Jsonb,
        file_id -> Nullable<Uuid>,
        document_id -> Nullable<Uuid>,
        watched_folder_id -> Nullable<Uuid>,
        monitored_url_id -> Nullable<Uuid>,
        stamp -> Nullable<Text>,
        pages_done -> Int4,
        pages_total -> Nullable<Int4>,
        nugget_count -> Nullable<Int4>,
        error_message -> Nullable<Text>,
        run -> Int4,
        requested_by -> Nullable<Uuid>,
        started_at -> Nullable<Timestamptz>,
        completed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::NuggetStatus;

    nuggets (nugget_id) {
        nugget_id -> Uuid,
        organization_id -> Uuid,
        title -> Text,
        heading_path -> Array<Nullable<Text>>,
        content -> Text,
        content_html -> Text,
        metadata -> Jsonb,
        embedding_model -> Nullable<Text>,
        status -> NuggetStatus,
        image_url -> Nullable<Text>,
        audio_url -> Nullable<Text>,
        slides -> Nullable<Jsonb>,
        language -> Nullable<Text>,
        content_hash -> Text,
        is_edited -> Bool,
        retired_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    nugget_sources (nugget_source_id) {
        nugget_source_id -> Uuid,
        organization_id -> Uuid,
        nugget_id -> Uuid,
        document_id -> Uuid,
        ingestion_job_id -> Nullable<Uuid>,
        source_type -> Text,
        source_path -> Text,
        page_from -> Nullable<Int4>,
        page_to -> Nullable<Int4>,
        chunk_index -> Int4,
        created_at -> Timestamptz,
        gone_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    nugget_versions (nugget_version_id) {
        nugget_version_id -> Uuid,
        organization_id -> Uuid,
        nugget_id -> Uuid,
        title -> Text,
        content -> Text,
        metadata -> Jsonb,
        replaced_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    study_settings (user_id) {
        user_id -> Uuid,
        organization_id -> Uuid,
        desired_retention -> Float4,
        new_per_day -> Int4,
        reviews_per_day -> Int4,
        from_answers -> Bool,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    terms_acceptances (user_id, page_id, version) {
        organization_id -> Uuid,
        user_id -> Uuid,
        page_id -> Uuid,
        version -> Int4,
        accepted_at -> Timestamptz,
    }
}

diesel::table! {
    first_answers (question_id, user_id) {
        question_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        points -> Float8,
        rest -> Nullable<Float8>,
        chosen -> Array<Nullable<Uuid>>,
        source_id -> Uuid,
    }
}

diesel::table! {
    known_devices (user_id, device_hash) {
        user_id -> Uuid,
        organization_id -> Uuid,
        device_hash -> Bytea,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
    }
}

diesel::table! {
    organization_keys (kid) {
        kid -> Uuid,
        organization_id -> Uuid,
        algorithm -> Text,
        public_jwk -> Jsonb,
        secret_key -> Bytea,
        created_at -> Timestamptz,
        retired_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    organizations (organization_id) {
        organization_id -> Uuid,
        slug -> Text,
        name -> Text,
        domain -> Nullable<Text>,
        time_zone -> Text,
        disabled_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    page_content (page_id) {
        page_id -> Uuid,
        organization_id -> Uuid,
        slug -> Text,
        title -> Text,
        body -> Text,
        body_html -> Text,
        is_published -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        in_header -> Bool,
        in_footer -> Bool,
        nav_order -> Int4,
        draft_title -> Nullable<Text>,
        draft_body -> Nullable<Text>,
        revision -> Int4,
        is_terms -> Bool,
        terms_version -> Int4,
    }
}

diesel::table! {
    page_versions (version_id) {
        version_id -> Uuid,
        organization_id -> Uuid,
        page_id -> Uuid,
        number -> Int4,
        title -> Text,
        body -> Text,
        published_by -> Nullable<Uuid>,
        published_at -> Timestamptz,
    }
}

diesel::table! {
    practice_answers (user_id, question_id) {
        user_id -> Uuid,
        organization_id -> Uuid,
        question_id -> Uuid,
        fingerprint -> Bytea,
        answer -> Jsonb,
        points -> Float8,
        attempts -> Int4,
        answered_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::QuestionPurpose;

    question_import_previews (import_id) {
        import_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        uploaded_by -> Uuid,
        file_name -> Text,
        content -> Bytea,
        place -> Text,
        purpose -> Nullable<QuestionPurpose>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::QuestionPurpose;

    question_imports (import_id) {
        import_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        imported_by -> Nullable<Uuid>,
        file_name -> Text,
        stem -> Text,
        origin -> Text,
        same_name -> Text,
        place -> Text,
        purpose -> Nullable<QuestionPurpose>,
        questions -> Nullable<Jsonb>,
        done -> Int4,
        total -> Int4,
        report -> Jsonb,
        stopped_why -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    question_statistics (question_id) {
        question_id -> Uuid,
        organization_id -> Uuid,
        answers -> Int4,
        facility -> Float8,
        discrimination -> Nullable<Float8>,
        good_learners_fail -> Bool,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    quiz_allowances (user_id, course_id) {
        user_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        extra_time_percent -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        extra_attempts -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::AttemptStatus;

    quiz_attempts (attempt_id) {
        attempt_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        module_no -> Int4,
        topic_pair_index -> Int4,
        question_set -> Jsonb,
        answers -> Jsonb,
        score -> Nullable<Int4>,
        points -> Nullable<Jsonb>,
        status -> AttemptStatus,
        passing_score_percent -> Int4,
        partial_credit -> Bool,
        started_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        completed_at -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    quiz_excuses (user_id, course_id, module_no, topic_pair_index) {
        user_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        module_no -> Int4,
        topic_pair_index -> Int4,
        reason -> Text,
        excused_by -> Nullable<Uuid>,
        excused_at -> Timestamptz,
    }
}

diesel::table! {
    quiz_options (option_id) {
        option_id -> Uuid,
        organization_id -> Uuid,
        question_id -> Uuid,
        option_text -> Text,
        option_html -> Text,
        is_correct -> Bool,
        order_index -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::QuestionPurpose;
    use super::sql_types::QuestionType;

    quiz_questions (question_id) {
        question_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        topic_id -> Nullable<Uuid>,
        module_no -> Int4,
        topic_pair_index -> Nullable<Int4>,
        external_key -> Nullable<Text>,
        question_type -> QuestionType,
        prompt -> Text,
        prompt_html -> Text,
        payload -> Jsonb,
        explanation -> Nullable<Text>,
        explanation_html -> Nullable<Text>,
        difficulty -> Nullable<Float4>,
        purpose -> QuestionPurpose,
        order_index -> Int4,
        retired_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        edited_at -> Nullable<Timestamptz>,
        placed_at -> Nullable<Timestamptz>,
        key_changed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::AttemptStatus;

    quiz_regrades (regrading_id, attempt_id) {
        regrading_id -> Uuid,
        organization_id -> Uuid,
        attempt_id -> Uuid,
        question_index -> Int4,
        key -> Nullable<Jsonb>,
        old_score -> Int4,
        old_status -> AttemptStatus,
        old_points -> Jsonb,
        new_score -> Int4,
        new_status -> AttemptStatus,
        new_points -> Jsonb,
        regraded_at -> Timestamptz,
    }
}

diesel::table! {
    quiz_regradings (regrading_id) {
        regrading_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        question_id -> Uuid,
        key -> Nullable<Jsonb>,
        reason -> Text,
        ordered_by -> Nullable<Uuid>,
        ordered_at -> Timestamptz,
        attempts_total -> Int4,
        attempts_done -> Int4,
        results_changed -> Int4,
        last_attempt_id -> Nullable<Uuid>,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    quiz_resets (reset_id) {
        reset_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        module_no -> Int4,
        topic_pair_index -> Int4,
        reason -> Text,
        reset_by -> Nullable<Uuid>,
        reset_at -> Timestamptz,
    }
}

diesel::table! {
    rate_limits (organization_id, bucket) {
        organization_id -> Uuid,
        bucket -> Text,
        tokens -> Float8,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    search_terms (organization_id, term) {
        organization_id -> Uuid,
        course_id -> Nullable<Uuid>,
        term -> Text,
        trigrams -> Array<Nullable<Text>>,
        written -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::CourseLevel;

    simulation_exercises (exercise_id) {
        exercise_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        topic_id -> Uuid,
        exercise_key -> Text,
        title -> Text,
        difficulty -> CourseLevel,
        brief -> Text,
        brief_html -> Text,
        rubric -> Jsonb,
        position -> Int4,
        retired_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        made_on_site -> Bool,
        edited_at -> Nullable<Timestamptz>,
        placed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    simulation_work (work_id) {
        work_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        exercise_id -> Uuid,
        work -> Text,
        self_check -> Jsonb,
        revision -> Int4,
        writer -> Nullable<Uuid>,
        change -> Int4,
        submitted_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        links -> Text,
    }
}

diesel::table! {
    assignment_reminders (exercise_id, due_at) {
        exercise_id -> Uuid,
        due_at -> Timestamptz,
        organization_id -> Uuid,
        sent_at -> Timestamptz,
    }
}

diesel::table! {
    account_merges (closed_id, merged_at) {
        closed_id -> Uuid,
        organization_id -> Uuid,
        kept_id -> Uuid,
        merged_by -> Nullable<Uuid>,
        merged_at -> Timestamptz,
    }
}

diesel::table! {
    course_leaderboards (course_id) {
        course_id -> Uuid,
        organization_id -> Uuid,
        turned_on_at -> Timestamptz,
    }
}

diesel::table! {
    leaderboard_members (member_id) {
        member_id -> Uuid,
        organization_id -> Uuid,
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    roster_views (view_id) {
        view_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        owner_id -> Uuid,
        name -> Text,
        search -> Text,
        status -> Text,
        sort -> Text,
        is_down -> Bool,
        is_shared -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    people_views (view_id) {
        view_id -> Uuid,
        organization_id -> Uuid,
        owner_id -> Uuid,
        name -> Text,
        search -> Text,
        role -> Text,
        state -> Text,
        is_shared -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    assignments (exercise_id) {
        exercise_id -> Uuid,
        organization_id -> Uuid,
        is_active -> Bool,
        due_at -> Nullable<Timestamptz>,
        late_days -> Int4,
        late_percent -> Int4,
        rubric -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        peer_reviews -> Int4,
        peers_are_named -> Bool,
        peer_days -> Int4,
    }
}

diesel::table! {
    peer_reviews (review_id) {
        review_id -> Uuid,
        organization_id -> Uuid,
        submission_id -> Uuid,
        reviewer_id -> Uuid,
        rubric -> Jsonb,
        points -> Jsonb,
        feedback -> Text,
        feedback_html -> Text,
        score -> Nullable<Int4>,
        allocated_at -> Timestamptz,
        is_begun -> Bool,
        sent_at -> Nullable<Timestamptz>,
        reported_at -> Nullable<Timestamptz>,
        report -> Text,
        settled_at -> Nullable<Timestamptz>,
        is_left_out -> Bool,
    }
}

diesel::table! {
    submissions (submission_id) {
        submission_id -> Uuid,
        organization_id -> Uuid,
        work_id -> Uuid,
        number -> Int4,
        is_latest -> Bool,
        work -> Text,
        links -> Text,
        handed_in_at -> Timestamptz,
        late_days -> Int4,
        late_percent -> Int4,
        marker_id -> Nullable<Uuid>,
        claimed_until -> Nullable<Timestamptz>,
        rubric -> Nullable<Jsonb>,
        points -> Jsonb,
        checked -> Jsonb,
        feedback -> Text,
        feedback_html -> Text,
        score -> Nullable<Int4>,
        revision -> Int4,
        writer -> Nullable<Uuid>,
        change -> Int4,
        released_at -> Nullable<Timestamptz>,
        peers_until -> Nullable<Timestamptz>,
        is_peer_marked -> Bool,
    }
}

diesel::table! {
    user_feedback (feedback_id) {
        feedback_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        generated_asset_id -> Uuid,
        feedback_type -> Text,
        rating -> Nullable<Int4>,
        comment -> Text,
        status -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    work_files (work_file_id) {
        work_file_id -> Uuid,
        organization_id -> Uuid,
        work_id -> Uuid,
        submission_id -> Nullable<Uuid>,
        file_id -> Uuid,
        name -> Text,
        added_at -> Timestamptz,
    }
}

diesel::table! {
    exercise_comments (comment_id) {
        comment_id -> Uuid,
        organization_id -> Uuid,
        work_id -> Uuid,
        author_user_id -> Nullable<Uuid>,
        is_tutor -> Bool,
        body -> Text,
        body_html -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    marking_comments (comment_id) {
        comment_id -> Uuid,
        organization_id -> Uuid,
        exercise_id -> Uuid,
        body -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    stored_files (file_id) {
        file_id -> Uuid,
        organization_id -> Uuid,
        object_key -> Text,
        media_type -> Text,
        size_bytes -> Int8,
        sha256 -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    system_settings (organization_id, name) {
        organization_id -> Uuid,
        name -> Text,
        value -> Jsonb,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::BlockType;
    use super::sql_types::LearnerPersona;
    use super::sql_types::StudyPersona;

    topic_blocks (topic_id, study_persona, position) {
        topic_id -> Uuid,
        organization_id -> Uuid,
        study_persona -> StudyPersona,
        position -> Int4,
        block_id -> Text,
        block_type -> BlockType,
        content_key -> Nullable<Text>,
        tutor_persona -> Nullable<LearnerPersona>,
        html -> Text,
        data -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::BlockType;
    use super::sql_types::LearnerPersona;

    topic_content_assets (asset_id) {
        asset_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        topic_id -> Uuid,
        content_key -> Text,
        persona_key -> Nullable<LearnerPersona>,
        content_type -> BlockType,
        payload -> Jsonb,
        html -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::StudyPersona;

    topic_personalization (personalization_id) {
        personalization_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        persona -> StudyPersona,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    topic_progress (progress_id) {
        progress_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        topic_id -> Uuid,
        is_completed -> Bool,
        completed_at -> Nullable<Timestamptz>,
        last_position_s -> Float8,
        last_anchor -> Nullable<Text>,
        read_percent -> Int2,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        video_completed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ContentType;

    topics (topic_id) {
        topic_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        module_no -> Int4,
        topic_number -> Int4,
        slug -> Text,
        title -> Text,
        content_type -> ContentType,
        video_url -> Nullable<Text>,
        ppt_url -> Nullable<Text>,
        content_url -> Nullable<Text>,
        text_content -> Nullable<Text>,
        text_content_sports -> Nullable<Text>,
        text_content_cooking -> Nullable<Text>,
        text_content_adventure -> Nullable<Text>,
        headings -> Jsonb,
        word_count -> Int4,
        reading_minutes -> Int4,
        retired_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        hidden_as -> Nullable<Text>,
        outline_order -> Nullable<Int4>,
        edited_at -> Nullable<Timestamptz>,
        made_on_site -> Bool,
        suggestions -> Jsonb,
        retired_from -> Nullable<Text>,
    }
}

diesel::table! {
    tutors (tutor_id) {
        tutor_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        headline -> Text,
        bio -> Text,
        specialization -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    uncounted_attempts (attempt_id) {
        attempt_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
    }
}

diesel::table! {
    uncounted_exam_attempts (attempt_id) {
        attempt_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::UserRole;

    users (user_id) {
        user_id -> Uuid,
        organization_id -> Uuid,
        email -> Text,
        email_confirmed_at -> Nullable<Timestamptz>,
        phone -> Nullable<Text>,
        display_name -> Text,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        username -> Text,
        role -> UserRole,
        password_hash -> Nullable<Text>,
        profile_picture_url -> Nullable<Text>,
        time_zone -> Nullable<Text>,
        preferences -> Jsonb,
        is_active -> Bool,
        last_login_at -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        sort_name -> Text,
        erase_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    web_sessions (web_session_id) {
        web_session_id -> Uuid,
        organization_id -> Uuid,
        session_hash -> Bytea,
        user_id -> Nullable<Uuid>,
        data -> Jsonb,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ProgramType;

    course_offerings (offering_id) {
        offering_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        program_type -> ProgramType,
        title -> Text,
        description -> Text,
        price_cents -> Int4,
        currency -> Text,
        starts_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        applications_open_at -> Nullable<Timestamptz>,
        applications_close_at -> Nullable<Timestamptz>,
        capacity -> Nullable<Int4>,
        needs_review -> Bool,
        offer_hours -> Int4,
        enrollment_code -> Text,
        is_open -> Bool,
        cohort_id -> Nullable<Uuid>,
        mails -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        payment_days -> Int4,
    }
}

diesel::table! {
    cart_codes (cart_code_id) {
        cart_code_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        code_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    discount_codes (code_id) {
        code_id -> Uuid,
        organization_id -> Uuid,
        code -> Text,
        kind -> Text,
        value -> Int4,
        currency -> Nullable<Text>,
        offering_id -> Nullable<Uuid>,
        valid_until -> Nullable<Timestamptz>,
        max_uses -> Nullable<Int4>,
        uses -> Int4,
        is_active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    cart_items (cart_item_id) {
        cart_item_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        course_slug -> Text,
        offering_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::OrderStatus;

    orders (order_id) {
        order_id -> Uuid,
        organization_id -> Uuid,
        number -> Int4,
        user_id -> Nullable<Uuid>,
        buyer_name -> Text,
        buyer_email -> Text,
        billing_address -> Text,
        currency -> Text,
        status -> OrderStatus,
        paid_at -> Nullable<Timestamptz>,
        canceled_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        code_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    order_lines (line_id) {
        line_id -> Uuid,
        organization_id -> Uuid,
        order_id -> Uuid,
        offering_id -> Uuid,
        registration_id -> Nullable<Uuid>,
        title -> Text,
        price_cents -> Int4,
        discount_cents -> Int4,
        is_live -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    order_payments (payment_id) {
        payment_id -> Uuid,
        organization_id -> Uuid,
        order_id -> Uuid,
        kind -> Text,
        amount_cents -> Int8,
        method -> Text,
        reference -> Text,
        recorded_by -> Nullable<Uuid>,
        recorded_at -> Timestamptz,
        undo_until -> Nullable<Timestamptz>,
        undone_at -> Nullable<Timestamptz>,
        undone_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    card_payments (card_payment_id) {
        card_payment_id -> Uuid,
        organization_id -> Uuid,
        order_id -> Uuid,
        amount_cents -> Int8,
        currency -> Text,
        status -> Text,
        session -> Nullable<Text>,
        page -> Nullable<Text>,
        expires_at -> Nullable<Timestamptz>,
        intent -> Nullable<Text>,
        refunded_cents -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    card_refunds (card_refund_id) {
        card_refund_id -> Uuid,
        organization_id -> Uuid,
        card_payment_id -> Uuid,
        amount_cents -> Int8,
        frees_seats -> Bool,
        status -> Text,
        requested_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    card_events (card_event_id) {
        card_event_id -> Uuid,
        organization_id -> Uuid,
        event -> Text,
        kind -> Text,
        card_payment_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    card_disputes (card_dispute_id) {
        card_dispute_id -> Uuid,
        organization_id -> Uuid,
        card_payment_id -> Uuid,
        dispute -> Text,
        amount_cents -> Int8,
        reason -> Text,
        due_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    payment_settings (settings_id) {
        settings_id -> Uuid,
        organization_id -> Uuid,
        instructions -> Text,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    registration_links (link_id) {
        link_id -> Uuid,
        organization_id -> Uuid,
        registration_id -> Uuid,
        token_hash -> Bytea,
        expires_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::RegistrationStatus;

    registrations (registration_id) {
        registration_id -> Uuid,
        organization_id -> Uuid,
        offering_id -> Uuid,
        user_id -> Nullable<Uuid>,
        email -> Text,
        confirmed_at -> Nullable<Timestamptz>,
        name -> Nullable<Text>,
        phone -> Nullable<Text>,
        about -> Text,
        answers_json -> Jsonb,
        stage -> Text,
        status -> RegistrationStatus,
        submitted_at -> Nullable<Timestamptz>,
        waitlisted_at -> Nullable<Timestamptz>,
        offer_expires_at -> Nullable<Timestamptz>,
        admitted_at -> Nullable<Timestamptz>,
        paid_at -> Nullable<Timestamptz>,
        paid_by -> Nullable<Uuid>,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        previous_status -> Nullable<RegistrationStatus>,
        undo_until -> Nullable<Timestamptz>,
        mail_subject -> Nullable<Text>,
        mail_text -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        decision_act -> Nullable<Uuid>,
        was_enrolled -> Bool,
        pay_until -> Nullable<Timestamptz>,
        left_membership -> Nullable<Jsonb>,
    }
}

diesel::table! {
    cohort_announcements (announcement_id) {
        announcement_id -> Uuid,
        organization_id -> Uuid,
        cohort_id -> Nullable<Uuid>,
        author_user_id -> Nullable<Uuid>,
        title -> Text,
        body -> Text,
        body_html -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        series_id -> Uuid,
        publish_at -> Timestamptz,
        published_at -> Nullable<Timestamptz>,
        course_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    course_announcement_reads (announcement_id, user_id) {
        announcement_id -> Uuid,
        user_id -> Uuid,
        organization_id -> Uuid,
        read_at -> Timestamptz,
    }
}

diesel::table! {
    course_message_receivers (message_id, user_id) {
        message_id -> Uuid,
        user_id -> Uuid,
        organization_id -> Uuid,
        read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    announcement_reads (announcement_id, member_id) {
        announcement_id -> Uuid,
        member_id -> Uuid,
        organization_id -> Uuid,
        read_at -> Timestamptz,
    }
}

diesel::table! {
    cohort_messages (message_id) {
        message_id -> Uuid,
        organization_id -> Uuid,
        cohort_id -> Nullable<Uuid>,
        sender_user_id -> Nullable<Uuid>,
        title -> Text,
        body -> Text,
        sent_at -> Timestamptz,
        course_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    cohort_message_receivers (message_id, member_id) {
        message_id -> Uuid,
        member_id -> Uuid,
        organization_id -> Uuid,
        read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    live_sessions (session_id) {
        session_id -> Uuid,
        organization_id -> Uuid,
        cohort_id -> Uuid,
        series_id -> Uuid,
        series_no -> Int4,
        created_by -> Nullable<Uuid>,
        title -> Text,
        starts_at -> Timestamptz,
        minutes -> Int4,
        join_link -> Text,
        place -> Text,
        notes -> Text,
        notes_html -> Text,
        canceled_at -> Nullable<Timestamptz>,
        reminded_for -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    session_attendance (session_id, member_id) {
        session_id -> Uuid,
        member_id -> Uuid,
        organization_id -> Uuid,
        joined_at -> Nullable<Timestamptz>,
        status -> Nullable<Text>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    cohort_batch_projects (project_id) {
        project_id -> Uuid,
        organization_id -> Uuid,
        cohort_id -> Uuid,
        batch_no -> Int4,
        title -> Text,
        tagline -> Text,
        description -> Text,
        description_html -> Text,
        notes -> Text,
        notes_html -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    cohort_lists (list_id) {
        list_id -> Uuid,
        organization_id -> Uuid,
        cohort_id -> Uuid,
        uploaded_by -> Nullable<Uuid>,
        file_name -> Text,
        lines -> Jsonb,
        outcome -> Nullable<Jsonb>,
        confirmed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    cohort_date_overrides (override_id) {
        override_id -> Uuid,
        organization_id -> Uuid,
        cohort_id -> Uuid,
        batch_no -> Nullable<Int4>,
        member_id -> Nullable<Uuid>,
        exam_id -> Nullable<Uuid>,
        prompt_id -> Nullable<Uuid>,
        opens_at -> Nullable<Timestamptz>,
        closes_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        exercise_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    cohort_module_rules (rule_id) {
        rule_id -> Uuid,
        organization_id -> Uuid,
        cohort_id -> Uuid,
        module_no -> Int4,
        batch_no -> Nullable<Int4>,
        member_id -> Nullable<Uuid>,
        opens_on -> Nullable<Date>,
        days_after_start -> Nullable<Int4>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    project_works (work_id) {
        work_id -> Uuid,
        organization_id -> Uuid,
        project_id -> Uuid,
        member_id -> Uuid,
        link -> Text,
        body -> Text,
        handed_in_at -> Timestamptz,
    }
}

diesel::table! {
    work_comments (comment_id) {
        comment_id -> Uuid,
        organization_id -> Uuid,
        work_id -> Uuid,
        author_user_id -> Nullable<Uuid>,
        body -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    topic_drafts (topic_id) {
        topic_id -> Uuid,
        organization_id -> Uuid,
        title -> Text,
        body -> Text,
        revision -> Int4,
        writer -> Uuid,
        change_no -> Int4,
        is_published -> Bool,
        saved_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    topic_draft_revisions (topic_id, revision) {
        topic_id -> Uuid,
        revision -> Int4,
        organization_id -> Uuid,
        title -> Text,
        body -> Text,
        sent_title -> Nullable<Text>,
        sent_body -> Nullable<Text>,
        writer -> Uuid,
        change_no -> Int4,
        saved_by -> Nullable<Uuid>,
        saved_at -> Timestamptz,
    }
}

diesel::table! {
    topic_writers (topic_id, writer) {
        topic_id -> Uuid,
        writer -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        seen_at -> Timestamptz,
    }
}

diesel::table! {
    draft_reviews (topic_id) {
        topic_id -> Uuid,
        organization_id -> Uuid,
        state -> Text,
        requested_by -> Nullable<Uuid>,
        reviewer_id -> Nullable<Uuid>,
        requested_at -> Timestamptz,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        revision -> Nullable<Int4>,
        note -> Text,
    }
}

diesel::table! {
    draft_comments (comment_id) {
        comment_id -> Uuid,
        organization_id -> Uuid,
        topic_id -> Uuid,
        parent_id -> Nullable<Uuid>,
        quote -> Text,
        body -> Text,
        author_user_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        resolved_at -> Nullable<Timestamptz>,
        resolved_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    topic_sources (topic_id) {
        topic_id -> Uuid,
        organization_id -> Uuid,
        base_title -> Nullable<Text>,
        base_body -> Nullable<Text>,
        source_title -> Nullable<Text>,
        source_body -> Nullable<Text>,
        imported_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::StudyPersona;

    topic_versions (version_id) {
        version_id -> Uuid,
        organization_id -> Uuid,
        topic_id -> Uuid,
        number -> Int4,
        title -> Text,
        body -> Text,
        published_by -> Nullable<Uuid>,
        published_at -> Timestamptz,
        study_persona -> Nullable<StudyPersona>,
    }
}

diesel::table! {
    mail_log (mail_id) {
        mail_id -> Uuid,
        organization_id -> Uuid,
        job_id -> Uuid,
        kind -> Text,
        email -> Text,
        subject -> Text,
        problem -> Nullable<Text>,
        tries -> Int4,
        happened_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::UserRole;

    invitations (invitation_id) {
        invitation_id -> Uuid,
        organization_id -> Uuid,
        email -> Text,
        name -> Nullable<Text>,
        role -> UserRole,
        course_id -> Nullable<Uuid>,
        invited_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        accepted_at -> Nullable<Timestamptz>,
        accepted_by -> Nullable<Uuid>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    invitation_links (link_id) {
        link_id -> Uuid,
        organization_id -> Uuid,
        invitation_id -> Uuid,
        token_hash -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::UserRole;

    invitation_lists (list_id) {
        list_id -> Uuid,
        organization_id -> Uuid,
        uploaded_by -> Nullable<Uuid>,
        file_name -> Text,
        role -> UserRole,
        course_id -> Nullable<Uuid>,
        lines -> Jsonb,
        outcome -> Nullable<Jsonb>,
        confirmed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    tutor_applications (application_id) {
        application_id -> Uuid,
        organization_id -> Uuid,
        email -> Text,
        name -> Text,
        subjects -> Text,
        experience -> Text,
        motivation -> Text,
        link -> Nullable<Text>,
        status -> Text,
        created_at -> Timestamptz,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        mail_subject -> Nullable<Text>,
        mail_text -> Nullable<Text>,
    }
}

diesel::table! {
    ai_notes (topic_id) {
        note_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        topic_id -> Uuid,
        summary_markdown -> Text,
        key_concepts -> Jsonb,
        source_hash -> Bytea,
        generated_at -> Timestamptz,
        edited_at -> Nullable<Timestamptz>,
        edited_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    catalog_talks (talk_id) {
        talk_id -> Uuid,
        organization_id -> Uuid,
        turns -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    draft_decisions (topic_id, draft_key) {
        topic_id -> Uuid,
        draft_key -> Text,
        organization_id -> Uuid,
        decision -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    ai_model_configs (config_id) {
        config_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Nullable<Uuid>,
        model -> Nullable<Text>,
        daily_tokens -> Nullable<Int4>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    ai_usage (usage_id) {
        usage_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Nullable<Uuid>,
        course_id -> Nullable<Uuid>,
        purpose -> Text,
        model -> Text,
        prompt_version -> Text,
        tokens_in -> Int4,
        tokens_out -> Int4,
        cost_micro -> Nullable<Int8>,
        outcome -> Text,
        milliseconds -> Int4,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    concepts (concept_id) {
        concept_id -> Uuid,
        organization_id -> Uuid,
        concept_key -> Text,
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    concept_edges (concept_id, requires_id) {
        organization_id -> Uuid,
        concept_id -> Uuid,
        requires_id -> Uuid,
    }
}

diesel::table! {
    learners (learner_id) {
        learner_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        mastery_map -> Jsonb,
        knowledge_gaps -> Array<Nullable<Text>>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    progress (progress_id) {
        progress_id -> Uuid,
        organization_id -> Uuid,
        learner_id -> Uuid,
        concept -> Text,
        mastery_level -> Int4,
        evidence -> Jsonb,
        source_type -> Text,
        source_id -> Text,
        course_id -> Nullable<Uuid>,
        answered_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    progress_disputes (progress_id) {
        progress_id -> Uuid,
        organization_id -> Uuid,
        reason -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    topic_nuggets (nugget_id) {
        nugget_id -> Uuid,
        organization_id -> Uuid,
        topic_id -> Uuid,
        position -> Int4,
    }
}

diesel::table! {
    narrative_paths (path_id) {
        path_id -> Uuid,
        organization_id -> Uuid,
        title -> Text,
        description -> Text,
        status -> Text,
        course_id -> Nullable<Uuid>,
        document_id -> Nullable<Uuid>,
        created_by -> Nullable<Uuid>,
        published_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    narrative_nodes (node_id) {
        node_id -> Uuid,
        organization_id -> Uuid,
        path_id -> Uuid,
        nugget_id -> Uuid,
        position -> Int4,
        choices -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    narrative_sessions (session_id) {
        session_id -> Uuid,
        organization_id -> Uuid,
        learner_id -> Uuid,
        path_id -> Uuid,
        current_node_id -> Nullable<Uuid>,
        mode -> Text,
        state -> Jsonb,
        started_at -> Timestamptz,
        last_activity -> Timestamptz,
        completed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    narrative_messages (message_id) {
        message_id -> Uuid,
        organization_id -> Uuid,
        session_id -> Uuid,
        role -> Text,
        content -> Text,
        tool_calls -> Nullable<Jsonb>,
        media -> Nullable<Jsonb>,
        created_at -> Timestamptz,
    }
}

diesel::joinable!(ai_notes -> topics (topic_id));
diesel::joinable!(ai_notes -> courses (course_id));

diesel::table! {
    data_exports (export_id) {
        export_id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        requested_by -> Nullable<Uuid>,
        requested_at -> Timestamptz,
        file_id -> Nullable<Uuid>,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    topic_schedules (topic_id) {
        topic_id -> Uuid,
        organization_id -> Uuid,
        publish_at -> Timestamptz,
        scheduled_by -> Uuid,
        problem -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    course_tutor_settings (course_id) {
        course_id -> Uuid,
        organization_id -> Uuid,
        is_on -> Bool,
        questions_per_module -> Int4,
        hints_first -> Bool,
        tutors_may_read -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        tone -> Text,
        may_read_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    today_dismissals (user_id, kind, subject) {
        user_id -> Uuid,
        organization_id -> Uuid,
        kind -> Text,
        subject -> Text,
        fingerprint -> Text,
        until -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    topic_prompt_suggestions (suggestion_id) {
        suggestion_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        topic_id -> Uuid,
        parent_suggestion_id -> Nullable<Uuid>,
        prompt_text -> Text,
        answer -> Text,
        answer_html -> Text,
        position -> Int4,
        is_active -> Bool,
        imported_prompt -> Nullable<Text>,
        edited_at -> Nullable<Timestamptz>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    tutor_requests (request_id) {
        request_id -> Uuid,
        organization_id -> Uuid,
        session_id -> Uuid,
        message_id -> Uuid,
        asked_at -> Timestamptz,
        done_at -> Nullable<Timestamptz>,
        done_by -> Nullable<Uuid>,
        reply_message_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    course_grading (course_id) {
        course_id -> Uuid,
        organization_id -> Uuid,
        quiz_weight -> Int4,
        exam_weight -> Int4,
        work_weight -> Int4,
        column_weight -> Int4,
        drop_lowest -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    grade_columns (column_id) {
        column_id -> Uuid,
        organization_id -> Uuid,
        course_id -> Uuid,
        title -> Text,
        max_points -> Int4,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    grade_entries (column_id, user_id) {
        column_id -> Uuid,
        user_id -> Uuid,
        organization_id -> Uuid,
        points -> Float8,
        noted_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::joinable!(web_sessions -> users (user_id));
diesel::joinable!(one_time_tokens -> users (user_id));
diesel::joinable!(one_time_tokens -> sign_ups (sign_up_id));
diesel::joinable!(known_devices -> users (user_id));
diesel::joinable!(courses -> stored_files (thumbnail_file_id));
diesel::joinable!(course_modules -> courses (course_id));
diesel::joinable!(topics -> courses (course_id));
diesel::joinable!(topic_blocks -> topics (topic_id));
diesel::joinable!(topic_content_assets -> courses (course_id));
diesel::joinable!(topic_content_assets -> topics (topic_id));
diesel::joinable!(course_files -> stored_files (file_id));
diesel::joinable!(course_files -> courses (course_id));
diesel::joinable!(quiz_questions -> courses (course_id));
diesel::joinable!(quiz_questions -> topics (topic_id));
diesel::joinable!(quiz_options -> quiz_questions (question_id));
diesel::joinable!(tutors -> users (user_id));
diesel::joinable!(course_tutors -> courses (course_id));
diesel::joinable!(course_tutors -> tutors (tutor_id));
diesel::joinable!(enrollments -> users (user_id));
diesel::joinable!(enrollments -> courses (course_id));
diesel::joinable!(enrollments -> topics (last_topic_id));
diesel::joinable!(topic_progress -> users (user_id));
diesel::joinable!(topic_progress -> topics (topic_id));
diesel::joinable!(topic_personalization -> users (user_id));
diesel::joinable!(topic_personalization -> courses (course_id));
diesel::joinable!(learner_persona_profiles -> users (user_id));
diesel::joinable!(learner_persona_profiles -> courses (course_id));
diesel::joinable!(search_terms -> courses (course_id));
diesel::joinable!(course_page_edits -> courses (course_id));
diesel::joinable!(course_quiz_settings -> courses (course_id));
diesel::joinable!(quiz_attempts -> users (user_id));
diesel::joinable!(quiz_attempts -> courses (course_id));
diesel::joinable!(module_progress -> users (user_id));
diesel::joinable!(module_progress -> courses (course_id));
diesel::joinable!(quiz_allowances -> users (user_id));
diesel::joinable!(quiz_allowances -> courses (course_id));
diesel::joinable!(course_certificates -> users (user_id));
diesel::joinable!(course_certificates -> courses (course_id));
diesel::joinable!(uncounted_attempts -> courses (course_id));
diesel::joinable!(uncounted_attempts -> quiz_attempts (attempt_id));
diesel::joinable!(uncounted_exam_attempts -> courses (course_id));
diesel::joinable!(uncounted_exam_attempts -> exam_attempts (attempt_id));
diesel::joinable!(first_answers -> users (user_id));
diesel::joinable!(first_answers -> quiz_questions (question_id));
diesel::joinable!(question_statistics -> quiz_questions (question_id));
diesel::joinable!(quiz_resets -> courses (course_id));
diesel::joinable!(quiz_excuses -> courses (course_id));
diesel::joinable!(quiz_regradings -> users (ordered_by));
diesel::joinable!(quiz_regradings -> courses (course_id));
diesel::joinable!(quiz_regradings -> quiz_questions (question_id));
diesel::joinable!(quiz_regrades -> quiz_attempts (attempt_id));
diesel::joinable!(quiz_regrades -> quiz_regradings (regrading_id));
diesel::joinable!(notifications -> courses (course_id));
diesel::joinable!(notifications -> users (user_id));
diesel::joinable!(notification_choices -> users (user_id));
diesel::joinable!(notification_settings -> users (user_id));
diesel::joinable!(cohorts -> courses (course_id));
diesel::joinable!(cohort_members -> cohorts (cohort_id));
diesel::joinable!(cohort_members -> users (user_id));
diesel::joinable!(course_offerings -> courses (course_id));
diesel::joinable!(registrations -> course_offerings (offering_id));
diesel::joinable!(cart_codes -> discount_codes (code_id));
diesel::joinable!(cart_items -> course_offerings (offering_id));
diesel::joinable!(order_lines -> orders (order_id));
diesel::joinable!(order_payments -> orders (order_id));
diesel::joinable!(card_payments -> orders (order_id));
diesel::joinable!(card_refunds -> card_payments (card_payment_id));
diesel::joinable!(card_events -> card_payments (card_payment_id));
diesel::joinable!(card_disputes -> card_payments (card_payment_id));
diesel::joinable!(registration_links -> registrations (registration_id));
diesel::joinable!(exams -> courses (course_id));
diesel::joinable!(exam_sections -> topics (topic_id));
diesel::joinable!(exam_sections -> exams (exam_id));
diesel::joinable!(exam_allowances -> users (user_id));
diesel::joinable!(exam_allowances -> exams (exam_id));
diesel::joinable!(exam_sittings -> users (user_id));
diesel::joinable!(exam_sittings -> exams (exam_id));
diesel::joinable!(exam_answers -> exam_sittings (sitting_id));
diesel::joinable!(exam_sitting_events -> exam_sittings (sitting_id));
diesel::joinable!(exam_attempts -> exams (exam_id));
diesel::joinable!(exam_attempts -> exam_sittings (sitting_id));
diesel::joinable!(exam_excuses -> exams (exam_id));
diesel::joinable!(exam_resets -> exam_sittings (sitting_id));
diesel::joinable!(exam_regradings -> exams (exam_id));
diesel::joinable!(exam_regradings -> quiz_questions (question_id));
diesel::joinable!(exam_regradings -> users (decided_by));
diesel::joinable!(question_import_previews -> courses (course_id));
diesel::joinable!(question_import_previews -> users (uploaded_by));
diesel::joinable!(question_imports -> courses (course_id));
diesel::joinable!(question_imports -> users (imported_by));
diesel::joinable!(practice_answers -> users (user_id));
diesel::joinable!(practice_answers -> quiz_questions (question_id));
diesel::joinable!(simulation_exercises -> courses (course_id));
diesel::joinable!(simulation_exercises -> topics (topic_id));
diesel::joinable!(simulation_work -> users (user_id));
diesel::joinable!(simulation_work -> simulation_exercises (exercise_id));
diesel::joinable!(assignments -> simulation_exercises (exercise_id));
diesel::joinable!(submissions -> simulation_work (work_id));
diesel::joinable!(submissions -> users (marker_id));
diesel::joinable!(work_files -> simulation_work (work_id));
diesel::joinable!(work_files -> submissions (submission_id));
diesel::joinable!(work_files -> stored_files (file_id));
diesel::joinable!(exercise_comments -> simulation_work (work_id));
diesel::joinable!(exercise_comments -> users (author_user_id));
diesel::joinable!(marking_comments -> simulation_exercises (exercise_id));
diesel::joinable!(peer_reviews -> submissions (submission_id));
diesel::joinable!(peer_reviews -> users (reviewer_id));

// Tables that queries in Diesel's DSL join. The macro writes an implementation for each pair, so
// the list leaves out tables that only SQL joins.
diesel::allow_tables_to_appear_in_same_query!(
    ai_model_configs,
    ai_notes,
    ai_usage,
    assessment_questions,
    audit_logs,
    background_jobs,
    card_events,
    card_disputes,
    card_payments,
    card_refunds,
    cart_codes,
    cart_items,
    catalog_talks,
    cohort_batch_projects,
    cohort_lists,
    cohort_date_overrides,
    cohort_members,
    cohort_module_rules,
    cohorts,
    cold_call_messages,
    cold_call_prompts,
    cold_call_reports,
    cold_call_stars,
    course_certificates,
    course_files,
    course_import_previews,
    course_modules,
    course_offerings,
    course_page_edits,
    course_quiz_settings,
    course_revisions,
    course_tutor_settings,
    course_tutors,
    courses,
    cp_rag_chat_messages,
    cp_rag_chat_sessions,
    data_exports,
    discount_codes,
    draft_comments,
    draft_decisions,
    draft_reviews,
    enrollments,
    exam_allowances,
    exam_answers,
    exam_attempts,
    exam_excuses,
    exam_regradings,
    exam_resets,
    exam_sections,
    exam_sitting_events,
    exam_sittings,
    exams,
    first_answers,
    known_devices,
    mail_log,
    moderation_actions,
    module_progress,
    notification_choices,
    notification_settings,
    notifications,
    one_time_tokens,
    order_lines,
    order_payments,
    orders,
    organization_keys,
    organizations,
    page_content,
    payment_settings,
    practice_answers,
    project_works,
    question_import_previews,
    question_imports,
    question_statistics,
    quiz_allowances,
    quiz_attempts,
    quiz_excuses,
    quiz_options,
    quiz_questions,
    quiz_regrades,
    quiz_regradings,
    quiz_resets,
    registration_links,
    registrations,
    sign_ups,
    simulation_exercises,
    simulation_work,
    assignments,
    work_files,
    stored_files,
    topic_blocks,
    topic_content_assets,
    topic_draft_revisions,
    topic_drafts,
    topic_schedules,
    topic_personalization,
    topic_prompt_suggestions,
    topic_progress,
    topic_sources,
    topic_writers,
    topics,
    tutor_requests,
    tutors,
    users,
    web_sessions,
);
