//! Rules for the rows of an account that is merged into another, for each column that refers to a
//! person. A test compares the rules with the database's unique indexes and with the tables that
//! refuse changes.

use crate::people::own_data::server::holdings::HOLDINGS;

/// The fate of the rows of the closed account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They change hands.
    Moved,
    /// Both accounts can have a row with the same values in these columns. One of them goes: that
    /// of the closed account `f`, or that of the kept account `k` where the condition is true.
    One(&'static [&'static str], &'static str),
    /// Those for which the condition is true change hands: `$1` is the closed account, `$2` the
    /// kept one and `f` the row. Others stay with the closed account, where admins see them.
    MovedIf(&'static str),
    /// They change hands by a trigger of the migration `account_merges`, because the table refuses
    /// changes.
    Evidence,
    /// They are deleted.
    Dropped,
    /// They stay with the closed account, and the reason.
    Stays(&'static str),
}

use Fate::{Dropped, Evidence, Moved, MovedIf, One, Stays};

const NEVER: &str = "false";
const RECORD: &str = "A record of what the account has done.";
const OF_ITS_MATERIAL: &str = "exists (select from study_materials m
    where m.study_material_id = f.study_material_id and m.user_id = $2)";

/// The columns whose rows do not simply change hands, in the order in which they are carried out.
/// Enrollments come before memberships, whose triggers end enrollments, and materials before cards.
pub const RULES: &[(&str, &str, Fate)] = &[
    ("web_sessions", "user_id", Dropped),
    ("one_time_tokens", "user_id", Dropped),
    ("known_devices", "user_id", Dropped),
    ("course_certificates", "user_id", Evidence),
    ("exam_attempts", "user_id", Evidence),
    ("quiz_attempts", "user_id", Evidence),
    ("quiz_resets", "user_id", Evidence),
    ("exam_attempts", "regraded_by", Stays(RECORD)),
    ("exam_resets", "reset_by", Stays(RECORD)),
    ("quiz_resets", "reset_by", Stays(RECORD)),
    ("order_payments", "recorded_by", Stays(RECORD)),
    ("order_payments", "undone_by", Stays(RECORD)),
    ("account_merges", "closed_id", Stays("The record of this merge.")),
    ("account_merges", "kept_id", Stays("The record of earlier merges.")),
    ("account_merges", "merged_by", Stays(RECORD)),
    ("data_exports", "user_id", Stays("Copies of the closed account's data.")),
    ("learners", "user_id", MovedIf("not exists (select from learners k where k.user_id = $2)")),
    ("enrollments", "user_id", One(&["course_id"],
        "(f.status = 'completed' and k.status <> 'completed') or (f.status = 'active' and k.status in ('withdrawn', 'expired'))")),
    ("topic_progress", "user_id", One(&["topic_id"],
        "(f.is_completed and not k.is_completed) or (f.is_completed = k.is_completed and f.read_percent > k.read_percent)")),
    ("module_progress", "user_id", One(&["course_id", "module_no"],
        "(f.completed_at is not null and k.completed_at is null) or (f.quiz_passed and not k.quiz_passed)
         or (f.unlocked_at is not null and k.unlocked_at is null)")),
    ("practice_answers", "user_id", One(&["question_id"], "f.points > k.points")),
    ("first_answers", "user_id", One(&["question_id"], NEVER)),
    ("quiz_allowances", "user_id", One(&["course_id"],
        "f.extra_time_percent + f.extra_attempts > k.extra_time_percent + k.extra_attempts")),
    ("exam_allowances", "user_id", One(&["exam_id"],
        "f.extra_time_percent + f.extra_attempts > k.extra_time_percent + k.extra_attempts")),
    ("quiz_excuses", "user_id", One(&["course_id", "module_no", "topic_pair_index"], NEVER)),
    ("exam_excuses", "user_id", One(&["exam_id"], NEVER)),
    ("exam_sittings", "user_id", MovedIf(
        "f.ended_at is not null or not exists (select from exam_sittings k where k.user_id = $2 and k.exam_id = f.exam_id and k.ended_at is null)")),
    ("grade_entries", "user_id", One(&["column_id"], "f.points > k.points")),
    // Work of the kept account that is empty gives way. Otherwise nobody's words are lost.
    ("simulation_work", "user_id", MovedIf(
        "not exists (select from simulation_work k where k.user_id = $2 and k.exercise_id = f.exercise_id)")),
    ("peer_reviews", "reviewer_id", MovedIf(
        "not exists (select from peer_reviews k where k.reviewer_id = $2 and k.submission_id = f.submission_id)
         and not exists (select from submissions s join simulation_work w on w.work_id = s.work_id
                         where s.submission_id = f.submission_id and w.user_id in ($1, $2))")),
    ("topic_personalization", "user_id", One(&["course_id"], NEVER)),
    ("learner_persona_profiles", "user_id", One(&["course_id"], NEVER)),
    ("tutors", "user_id", MovedIf("not exists (select from tutors k where k.user_id = $2)")),
    ("cohort_members", "user_id", MovedIf(
        "not exists (select from cohort_members k where k.user_id = $2 and k.cohort_id = f.cohort_id)")),
    ("registrations", "user_id", MovedIf(
        "not exists (select from registrations k where k.user_id = $2 and k.offering_id = f.offering_id)")),
    ("cold_call_messages", "user_id", MovedIf(
        "not exists (select from cold_call_messages k
                     where k.user_id = $2 and k.parent_id is null and f.parent_id is null
                       and k.prompt_id = f.prompt_id and k.cohort_id = f.cohort_id)
         and not exists (select from cold_call_messages k
                         where k.user_id = $2 and k.parent_id = f.parent_id and k.form_key = f.form_key)")),
    ("cold_call_stars", "user_id", One(&["message_id"], NEVER)),
    ("cold_call_reports", "user_id", One(&["message_id"], NEVER)),
    ("notifications", "user_id", MovedIf(
        "f.read_at is not null or not exists (select from notifications k where k.user_id = $2 and k.read_at is null
                                              and k.kind = f.kind and k.subject = f.subject)")),
    ("notification_choices", "user_id", One(&["kind"], NEVER)),
    ("notification_settings", "user_id", One(&[], NEVER)),
    ("cart_items", "user_id", One(&["course_slug"], NEVER)),
    ("cart_codes", "user_id", One(&[], NEVER)),
    ("moderation_seen", "user_id", One(&[], NEVER)),
    ("course_announcement_reads", "user_id", One(&["announcement_id"], NEVER)),
    ("course_message_receivers", "user_id", One(&["message_id"], NEVER)),
    ("cp_rag_chat_sessions", "user_id", MovedIf(
        "not exists (select from cp_rag_chat_sessions k
                     where k.user_id = $2 and k.course_id = f.course_id and k.topic_id = f.topic_id)")),
    ("module_prompt_usage", "user_id", One(&["course_id", "module_no"], "f.used > k.used")),
    ("terms_acceptances", "user_id", One(&["page_id", "version"], NEVER)),
    ("today_dismissals", "user_id", One(&["kind", "subject"], NEVER)),
    // The sums of days on which both studied were added before.
    ("learner_activity_days", "user_id", One(&["course_id", "day"], NEVER)),
    ("study_materials", "user_id", MovedIf(
        "not exists (select from study_materials k
                     where k.user_id = $2 and k.course_id = f.course_id and k.source_type = f.source_type)")),
    ("generated_assets", "user_id", MovedIf(OF_ITS_MATERIAL)),
    ("card_states", "user_id", MovedIf(OF_ITS_MATERIAL)),
    ("study_settings", "user_id", One(&[], NEVER)),
    ("people_views", "owner_id", One(&["name"], NEVER)),
    ("roster_views", "owner_id", One(&["course_id", "name"], NEVER)),
];

/// Returns the fate of the rows that refer to a person through a column.
pub fn fate(table: &str, column: &str) -> Fate {
    let rule = RULES
        .iter()
        .find(|(ruled, by, _)| (*ruled, *by) == (table, column));
    rule.map_or(Moved, |(_, _, fate)| *fate)
}

/// Every column that refers to a person with its fate, in the order in which they are carried out.
pub fn all() -> Vec<(&'static str, &'static str, Fate)> {
    let others = HOLDINGS
        .iter()
        .map(|holding| (holding.table, holding.column, Moved));
    let is_other = |(table, column, _): &(&str, &str, Fate)| fate(table, column) == Moved;
    RULES
        .iter()
        .copied()
        .chain(others.filter(is_other))
        .collect()
}

impl Fate {
    /// SQL for the rows `f` of the closed account `$1` that do not change hands.
    pub fn left_behind(self, table: &str, column: &str) -> String {
        match self {
            Moved | Evidence => NEVER.to_owned(),
            Dropped | Stays(_) => "true".to_owned(),
            MovedIf(condition) => format!("not coalesce(({condition}), false)"),
            One(keys, _) => format!(
                "exists (select from {table} k where k.{column} = $2{})",
                same(keys)
            ),
        }
    }
}

/// SQL that compares the columns of the rows `f` and `k`.
pub fn same(keys: &[&str]) -> String {
    keys.iter()
        .map(|key| format!(" and k.{key} = f.{key}"))
        .collect()
}
