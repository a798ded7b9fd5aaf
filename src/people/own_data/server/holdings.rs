//! Everything that refers to a person: what the copy of their data has of it, and what becomes of
//! it when their account is deleted. A test compares [`HOLDINGS`] with the database's foreign keys.

/// The rows of a table that refer to a person through a column.
pub struct Holding {
    pub table: &'static str,
    pub column: &'static str,
    pub copied: Copied,
    pub erased: Erasure,
}

/// The part of the rows in a copy.
#[derive(Clone, Copy)]
pub enum Copied {
    /// All columns except these: an SQL expression for an array of their names.
    Without(&'static str),
    /// Nothing, and the reason.
    LeftOut(&'static str),
}

/// The fate of the rows when the account is deleted.
#[derive(Clone, Copy)]
pub enum Erasure {
    Deleted,
    /// The rows stay without personal data: the assignments of an SQL update.
    Changed(&'static str),
    /// The rows stay as they are, and the reason. Their person is then a former member.
    Kept(&'static str),
}

use Copied::{LeftOut, Without};
use Erasure::{Changed, Deleted, Kept};

impl Holding {
    /// Name of the file in a copy.
    pub fn name(&self) -> String {
        match self.column {
            "user_id" => self.table.to_owned(),
            column => format!("{} ({column})", self.table),
        }
    }

    /// SQL for the rows of the person `$1` as JSON.
    pub fn rows(&self, hidden: &str) -> String {
        format!(
            "select to_jsonb(t) - 'organization_id'::text - ({hidden})::text[] from {} t where t.{} = $1",
            self.table, self.column
        )
    }
}

const fn holding(
    table: &'static str,
    column: &'static str,
    copied: Copied,
    erased: Erasure,
) -> Holding {
    Holding {
        table,
        column,
        copied,
        erased,
    }
}

const ALL: Copied = Without("'{}'");
const ACT_ON_OTHERS: Copied =
    LeftOut("What you did to other people's data. The audit log in this copy lists your actions.");
const PART_OF_A_COURSE: Copied = LeftOut("Part of a course, which its tutors can export.");
const RECORD: Erasure = Kept("A record of what was done.");
const OTHERS_READ: Erasure = Kept("Others read it. The name is no longer shown.");
const EVIDENCE: Erasure = Kept("Evidence of results.");

/// A result that is held back until the exam has closed stays so.
const EXAM_RESULT: &str = "case when exists (
    select from exams x where x.exam_id = t.exam_id and (x.config ->> 'review_after_close')::boolean
      and (x.closes_at is null or x.closes_at > now()))
    then '{score,passed,ability,standard_error,answer_sheet,regraded_by}'
    else '{answer_sheet,regraded_by}' end";

/// A decision is not told before it can no longer be undone.
const APPLICATION: &str = "case when t.undo_until > now()
    then '{status,previous_status,undo_until,decided_at,decided_by,decision_act,paid_by,mail_subject,mail_text,waitlisted_at,offer_expires_at,admitted_at}'
    else '{previous_status,undo_until,decided_by,decision_act,paid_by}' end";

/// The answer of a question stays out, because a running quiz may ask it.
const STUDY_CARD: &str = "case when t.question_id is null then '{}' else '{content}' end";

/// Every column that refers to a person.
pub const HOLDINGS: &[Holding] = &[
    holding("account_merges", "closed_id", LeftOut("That two accounts were merged. The audit log in this copy has it."), RECORD),
    holding("account_merges", "kept_id", LeftOut("That two accounts were merged. The audit log in this copy has it."), RECORD),
    holding("account_merges", "merged_by", ACT_ON_OTHERS, RECORD),
    holding("ai_notes", "edited_by", PART_OF_A_COURSE, OTHERS_READ),
    holding("ai_usage", "user_id", ALL, Changed("user_id = null")),
    holding("card_refunds", "requested_by", ACT_ON_OTHERS, RECORD),
    holding("card_states", "user_id", ALL, Deleted),
    holding("cart_codes", "user_id", ALL, Deleted),
    holding("cart_items", "user_id", ALL, Deleted),
    holding("cohort_announcements", "author_user_id", Without("'{body_html}'"), OTHERS_READ),
    holding("cohort_lists", "uploaded_by", ACT_ON_OTHERS, RECORD),
    holding("cohort_members", "user_id", Without("'{calendar_key}'"), Changed(
"user_id = null, email = member_id::text || '@deleted.invalid', name = 'Former member', status = 'removed'",
)),
    holding("cohort_messages", "sender_user_id", ALL, OTHERS_READ),
    holding("course_announcement_reads", "user_id", ALL, Deleted),
    holding("course_message_receivers", "user_id", ALL, Deleted),
    holding("cp_rag_chat_messages", "author_user_id", ALL, OTHERS_READ),
    holding("cp_rag_chat_sessions", "user_id", ALL, Deleted),
    holding("cold_call_messages", "user_id", Without("'{body_html,form_key}'"), Changed(
"user_id = null, body = case when deleted_at is null then body else '' end,
         body_html = case when deleted_at is null then body_html else '' end",
)),
    holding("cold_call_reports", "user_id", ALL, Deleted),
    holding("cold_call_stars", "user_id", ALL, Deleted),
    holding("course_certificates", "user_id", ALL, Kept("Certificates stay verifiable.")),
    holding("course_import_previews", "uploaded_by", PART_OF_A_COURSE, Deleted),
    holding("data_exports", "user_id", Without("'{file_id}'"), Deleted),
    holding("data_exports", "requested_by", ACT_ON_OTHERS, RECORD),
    holding("draft_comments", "author_user_id", ALL, OTHERS_READ),
    holding("draft_comments", "resolved_by", ACT_ON_OTHERS, RECORD),
    holding("draft_reviews", "requested_by", PART_OF_A_COURSE, OTHERS_READ),
    holding("draft_reviews", "reviewer_id", PART_OF_A_COURSE, OTHERS_READ),
    holding("draft_reviews", "decided_by", ACT_ON_OTHERS, RECORD),
    holding("enrollments", "user_id", ALL, Deleted),
    holding("documents", "added_by", PART_OF_A_COURSE, RECORD),
    holding("exercise_comments", "author_user_id", Without("'{body_html}'"), OTHERS_READ),
    holding("exam_allowances", "user_id", ALL, Deleted),
    holding("exam_attempts", "user_id", Without(EXAM_RESULT), EVIDENCE),
    holding("exam_attempts", "regraded_by", ACT_ON_OTHERS, RECORD),
    holding("exam_excuses", "user_id", Without("'{excused_by}'"), Deleted),
    holding("exam_excuses", "excused_by", ACT_ON_OTHERS, RECORD),
    holding("exam_regradings", "decided_by", ACT_ON_OTHERS, RECORD),
    holding("exam_resets", "reset_by", ACT_ON_OTHERS, RECORD),
    holding("exam_sittings", "user_id", Without("'{paper}'"), EVIDENCE),
    holding("first_answers", "user_id", LeftOut("Statistics of questions. Your answers are in the other files."), Deleted),
    holding("generated_assets", "user_id", Without(STUDY_CARD), Deleted),
    holding("grade_entries", "user_id", Without("'{noted_by}'"), Deleted),
    holding("grade_entries", "noted_by", ACT_ON_OTHERS, RECORD),
    holding("ingestion_jobs", "requested_by", ACT_ON_OTHERS, RECORD),
    holding("invitation_lists", "uploaded_by", ACT_ON_OTHERS, RECORD),
    holding("invitations", "accepted_by", Without("'{invited_by}'"), Deleted),
    holding("invitations", "invited_by", ACT_ON_OTHERS, RECORD),
    holding("known_devices", "user_id", Without("'{device_hash}'"), Deleted),
    holding("learner_activity_days", "user_id", ALL, Deleted),
    holding("learner_persona_profiles", "user_id", ALL, Deleted),
    holding("learners", "user_id", ALL, Deleted),
    holding("learning_sessions", "user_id", ALL, Deleted),
    holding("live_sessions", "created_by", ACT_ON_OTHERS, RECORD),
    holding("moderation_actions", "actor_user_id", ACT_ON_OTHERS, RECORD),
    holding("moderation_actions", "member_user_id", Without("'{actor_user_id,undone_by,before}'"), Deleted),
    holding("moderation_actions", "undone_by", ACT_ON_OTHERS, RECORD),
    holding("monitored_urls", "created_by", ACT_ON_OTHERS, RECORD),
    holding("moderation_seen", "user_id", ALL, Deleted),
    holding("module_progress", "user_id", ALL, Deleted),
    holding("module_prompt_usage", "user_id", ALL, Deleted),
    holding("narrative_paths", "created_by", PART_OF_A_COURSE, OTHERS_READ),
    holding("notification_choices", "user_id", ALL, Deleted),
    holding("notification_settings", "user_id", Without("'{unsubscribe_key}'"), Deleted),
    holding("notifications", "user_id", ALL, Deleted),
    holding("nugget_versions", "replaced_by", ACT_ON_OTHERS, RECORD),
    holding("one_time_tokens", "user_id", LeftOut("Secrets of links in mails, of which only hashes are stored."), Deleted),
    holding("order_payments", "recorded_by", ACT_ON_OTHERS, RECORD),
    holding("order_payments", "undone_by", ACT_ON_OTHERS, RECORD),
    holding("orders", "user_id", ALL, Kept("Bookkeeping.")),
    holding("page_versions", "published_by", LeftOut("Pages of the site, which everybody can read."), RECORD),
    holding("peer_reviews", "reviewer_id", Without("'{feedback_html,report,reported_at,settled_at,is_left_out}'"), Deleted),
    holding("people_views", "owner_id", ALL, Deleted),
    holding("practice_answers", "user_id", Without("'{fingerprint}'"), Deleted),
    holding("question_import_previews", "uploaded_by", PART_OF_A_COURSE, Deleted),
    holding("question_imports", "imported_by", PART_OF_A_COURSE, RECORD),
    holding("quiz_allowances", "user_id", ALL, Deleted),
    holding("quiz_attempts", "user_id", Without("'{question_set}'"), Deleted),
    holding("quiz_excuses", "user_id", Without("'{excused_by}'"), Deleted),
    holding("quiz_excuses", "excused_by", ACT_ON_OTHERS, RECORD),
    holding("quiz_regradings", "ordered_by", ACT_ON_OTHERS, RECORD),
    holding("quiz_resets", "user_id", Without("'{reset_by}'"), RECORD),
    holding("quiz_resets", "reset_by", ACT_ON_OTHERS, RECORD),
    holding("registrations", "user_id", Without(APPLICATION), Changed(
"email = 'former-' || registration_id || '@former.invalid', name = 'Former member', phone = null, about = '',
         answers_json = '{\"version\": 1, \"answers\": []}', mail_subject = null, mail_text = null",
)),
    holding("registrations", "decided_by", ACT_ON_OTHERS, RECORD),
    holding("registrations", "paid_by", ACT_ON_OTHERS, RECORD),
    holding("roster_views", "owner_id", ALL, Deleted),
    holding("simulation_work", "user_id", Without("'{revision,writer,change}'"), Deleted),
    holding("study_materials", "user_id", ALL, Deleted),
    holding("study_settings", "user_id", ALL, Deleted),
    holding("submissions", "marker_id", ACT_ON_OTHERS, RECORD),
    holding("today_dismissals", "user_id", ALL, Deleted),
    holding("topic_draft_revisions", "saved_by", PART_OF_A_COURSE, OTHERS_READ),
    holding("topic_drafts", "saved_by", PART_OF_A_COURSE, OTHERS_READ),
    holding("terms_acceptances", "user_id", ALL, Deleted),
    holding("topic_personalization", "user_id", ALL, Deleted),
    holding("topic_prompt_suggestions", "created_by", PART_OF_A_COURSE, OTHERS_READ),
    holding("topic_progress", "user_id", ALL, Deleted),
    holding("topic_schedules", "scheduled_by", PART_OF_A_COURSE, Deleted),
    holding("topic_writers", "user_id", ALL, Deleted),
    holding("topic_versions", "published_by", PART_OF_A_COURSE, OTHERS_READ),
    holding("tutor_applications", "decided_by", ACT_ON_OTHERS, RECORD),
    holding("tutor_requests", "done_by", ACT_ON_OTHERS, RECORD),
    holding("tutors", "user_id", ALL, Deleted),
    holding("user_feedback", "user_id", ALL, Deleted),
    holding("watched_folders", "created_by", ACT_ON_OTHERS, RECORD),
    holding("web_sessions", "user_id", Without("'{session_hash,data}'"), Deleted),
    holding("work_comments", "author_user_id", ALL, OTHERS_READ),
];

/// Parts of a copy that refer to the person through another table or by their address: the name of
/// the file, and SQL for the rows of the person `$1` as JSON.
pub const RELATED: &[(&str, &str)] = &[
    (
        "account",
        "select to_jsonb(u) - '{organization_id,password_hash,sort_name}'::text[] from users u where u.user_id = $1",
    ),
    (
        // Deleted with the sums of their days, by a trigger.
        "activity_events",
        "select to_jsonb(t) - 'organization_id'::text from learner_activity_events t where t.user_id = $1",
    ),
    (
        "announcement_reads",
        "select to_jsonb(t) - 'organization_id'::text from announcement_reads t join cohort_members m on m.member_id = t.member_id where m.user_id = $1",
    ),
    (
        "audit_log",
        "select jsonb_build_object('occurred_at', t.occurred_at, 'action', t.action, 'outcome', t.outcome, 'subject_type', t.subject_type, 'address', t.address, 'user_agent', t.user_agent)
         from audit_logs t where t.actor_user_id = $1",
    ),
    (
        "audit_log_about_you",
        "select jsonb_build_object('occurred_at', t.occurred_at, 'action', t.action, 'outcome', t.outcome)
         from audit_logs t where t.subject_type = 'user' and t.subject_id = $1::text",
    ),
    (
        "card_payments",
        "select to_jsonb(t) - '{organization_id,session,page,intent}'::text[] from card_payments t join orders o on o.order_id = t.order_id where o.user_id = $1",
    ),
    (
        "conversations",
        "select to_jsonb(t) - '{organization_id,author_user_id}'::text[] from cp_rag_chat_messages t join cp_rag_chat_sessions s on s.session_id = t.session_id where s.user_id = $1",
    ),
    (
        "content_chunks",
        "select to_jsonb(t) - 'organization_id'::text from content_chunks t join study_materials m on m.study_material_id = t.study_material_id where m.user_id = $1",
    ),
    (
        "courses",
        "select jsonb_build_object('course_id', c.course_id, 'slug', c.slug, 'title', c.title)
         from courses c join enrollments e on e.course_id = c.course_id where e.user_id = $1",
    ),
    (
        "exam_answers",
        "select to_jsonb(t) - '{organization_id,tabs}'::text[] from exam_answers t join exam_sittings s on s.sitting_id = t.sitting_id where s.user_id = $1",
    ),
    (
        "exam_sitting_events",
        "select to_jsonb(t) - 'organization_id'::text from exam_sitting_events t join exam_sittings s on s.sitting_id = t.sitting_id where s.user_id = $1",
    ),
    (
        "handed_in_work",
        "select to_jsonb(t) - '{organization_id,marker_id,claimed_until,revision,writer,change,feedback_html}'::text[]
                - (case when t.released_at is null then '{points,checked,feedback,score}' else '{}' end)::text[]
         from submissions t join simulation_work w on w.work_id = t.work_id where w.user_id = $1",
    ),
    (
        "reviews_of_your_work",
        "select to_jsonb(t) - '{organization_id,reviewer_id,feedback_html}'::text[] from peer_reviews t
         join submissions s on s.submission_id = t.submission_id join simulation_work w on w.work_id = s.work_id
         where w.user_id = $1 and t.sent_at is not null and s.released_at is not null",
    ),
    (
        "work_files",
        "select to_jsonb(t) - 'organization_id'::text from work_files t join simulation_work w on w.work_id = t.work_id where w.user_id = $1",
    ),
    (
        "interactions",
        "select to_jsonb(t) - 'organization_id'::text from interactions t where t.user_id = $1",
    ),
    (
        "invitations",
        "select to_jsonb(t) - '{organization_id,invited_by}'::text[] from invitations t join users u on u.email = t.email where u.user_id = $1",
    ),
    (
        "mail_log",
        "select to_jsonb(t) - '{organization_id,job_id}'::text[] from mail_log t join users u on u.email = t.email where u.user_id = $1",
    ),
    (
        "messages_to_you",
        "select jsonb_build_object('sent_at', t.sent_at, 'title', t.title, 'body', t.body)
         from cohort_messages t
         join cohort_message_receivers r on r.message_id = t.message_id
         join cohort_members m on m.member_id = r.member_id where m.user_id = $1",
    ),
    (
        // The question of the current part stays out with its key.
        "narrative_sessions",
        "select to_jsonb(t) - '{organization_id,state}'::text[] || jsonb_build_object('visits', t.state -> 'visits')
         from narrative_sessions t join learners l on l.learner_id = t.learner_id where l.user_id = $1",
    ),
    (
        "narrative_messages",
        "select to_jsonb(t) - 'organization_id'::text from narrative_messages t
         join narrative_sessions s on s.session_id = t.session_id join learners l on l.learner_id = s.learner_id where l.user_id = $1",
    ),
    (
        "order_lines",
        "select to_jsonb(t) - 'organization_id'::text from order_lines t join orders o on o.order_id = t.order_id where o.user_id = $1",
    ),
    (
        "order_payments",
        "select to_jsonb(t) - '{organization_id,recorded_by,undone_by}'::text[] from order_payments t join orders o on o.order_id = t.order_id where o.user_id = $1",
    ),
    (
        "progress",
        "select to_jsonb(t) - 'organization_id'::text from progress t join learners l on l.learner_id = t.learner_id where l.user_id = $1",
    ),
    (
        "progress_disputes",
        "select to_jsonb(t) - 'organization_id'::text from progress_disputes t
         join progress p on p.progress_id = t.progress_id join learners l on l.learner_id = p.learner_id where l.user_id = $1",
    ),
    (
        "progress_metrics",
        "select to_jsonb(t) - 'organization_id'::text from progress_metrics t where t.user_id = $1",
    ),
    (
        "project_works",
        "select to_jsonb(t) - 'organization_id'::text from project_works t join cohort_members m on m.member_id = t.member_id where m.user_id = $1",
    ),
    (
        "project_work_comments",
        "select jsonb_build_object('work_id', t.work_id, 'body', t.body, 'created_at', t.created_at)
         from work_comments t
         join project_works w on w.work_id = t.work_id
         join cohort_members m on m.member_id = w.member_id where m.user_id = $1",
    ),
    (
        "session_attendance",
        "select to_jsonb(t) - 'organization_id'::text from session_attendance t join cohort_members m on m.member_id = t.member_id where m.user_id = $1",
    ),
    (
        "sign_ups",
        "select to_jsonb(t) - '{organization_id,password_hash}'::text[] from sign_ups t join users u on u.email = t.email where u.user_id = $1",
    ),
    (
        "tutor_applications",
        "select to_jsonb(t) - '{organization_id,decided_by}'::text[] from tutor_applications t join users u on u.email = t.email where u.user_id = $1",
    ),
];

/// Tables whose rows belong to a member of a cohort. They are deleted with the account, while the
/// row of the member stays without the person.
pub const OF_MEMBERS: &[&str] = &[
    "announcement_reads",
    "cohort_date_overrides",
    "cohort_message_receivers",
    "cohort_module_rules",
    "leaderboard_members",
    "project_works",
    "session_attendance",
];

/// Tables whose rows are deleted by the address of the person.
pub const BY_ADDRESS: &[&str] = &["mail_log", "sign_ups", "invitations", "tutor_applications"];

/// Partitioned tables without foreign keys, whose rows are deleted by `user_id`.
pub const WITHOUT_KEYS: &[&str] = &["interactions", "progress_metrics"];
