//! Prompts with the members who have not answered them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Int4, Text, Uuid as SqlUuid};

use crate::cohort::server::cold_calls::{opening, overrides};
use crate::enrollment::server::progress;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, PromptId, TopicId, UserId};

/// A prompt and a member who has not answered it, as [`UNANSWERED_COLUMNS`] select them.
#[derive(Debug, QueryableByName)]
pub struct UnansweredRow {
    #[diesel(sql_type = SqlUuid)]
    pub user_id: UserId,
    #[diesel(sql_type = SqlUuid)]
    pub prompt_id: PromptId,
    #[diesel(sql_type = Text)]
    pub prompt: String,
    #[diesel(sql_type = Int4)]
    pub display_order: i32,
    #[diesel(sql_type = SqlUuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Text)]
    pub course: String,
    #[diesel(sql_type = SqlUuid)]
    pub topic_id: TopicId,
    #[diesel(sql_type = Text)]
    pub topic: String,
    #[diesel(sql_type = Text)]
    pub topic_title: String,
    #[diesel(sql_type = Int4)]
    pub module_no: i32,
    #[diesel(sql_type = Int4)]
    pub topic_number: i32,
    /// Time zone of the cohort.
    #[diesel(sql_type = Text)]
    pub time_zone: String,
}

/// Columns of what [`unanswered`] joins.
pub const UNANSWERED_COLUMNS: &str =
    "m.user_id, p.prompt_id, p.prompt, p.display_order, p.course_id, k.slug as course, t.topic_id,
     t.slug as topic, t.title as topic_title, t.module_no, t.topic_number, c.time_zone";

/// Keeps the rows whose topic is open to the member.
pub async fn open_to_members<T>(
    conn: &mut Conn,
    mut rows: Vec<T>,
    of: impl Fn(&T) -> &UnansweredRow,
    now: DateTime<Utc>,
) -> AppResult<Vec<T>> {
    let learner = |row: &T| (of(row).user_id, of(row).course_id);
    let learners: BTreeSet<(UserId, CourseId)> = rows.iter().map(learner).collect();
    let learners: Vec<(UserId, CourseId)> = learners.into_iter().collect();
    let known = progress::load_all(conn, &learners, now).await?;
    rows.retain(|row| {
        let place = (of(row).module_no, of(row).topic_number);
        let progress = known.get(&learner(row));
        progress.is_some_and(|progress| progress.lock_of_topic(place.0, place.1).is_none())
    });
    Ok(rows)
}

/// SQL that gives the prompts `p`, their topics `t` and courses `k`, with the members `m` of
/// running cohorts `c` to whom they have opened at `$1` and who have not answered. `joins` adds
/// tables.
pub fn unanswered(joins: &str) -> String {
    let opening = opening("c.cohort_id");
    let overrides = overrides("c.cohort_id", "m.batch_no", "m.member_id");
    format!(
        "from cohorts c
         join courses k on k.course_id = c.course_id and k.retired_at is null
         join cohort_members m on m.cohort_id = c.cohort_id and m.status = 'active'
         join enrollments e on e.user_id = m.user_id and e.course_id = c.course_id
             and e.status in ('active', 'completed')
         join cold_call_prompts p on p.course_id = c.course_id and p.retired_at is null
         join topics t on t.topic_id = p.topic_id and t.retired_at is null
         {overrides}
         {joins}
         where c.is_active and c.starts_at <= $1 and (c.ends_at is null or c.ends_at > $1)
           and ({opening} is null or {opening} <= $1)
           and c.cohort_id = (select current.cohort_id from current_membership(m.user_id, c.course_id) current)
           and not exists (select from cold_call_messages own
                           where own.prompt_id = p.prompt_id and own.cohort_id = c.cohort_id
                             and own.user_id = m.user_id and own.parent_id is null
                             and own.deleted_at is null and not own.is_tutor)"
    )
}
