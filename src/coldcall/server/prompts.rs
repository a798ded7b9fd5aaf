//! Queries of prompts for members. Prompts that are retired or not open yet are not found.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::cohort::server::cold_calls::{cohort_state, opening, overrides_of};
use crate::coldcall::Visibility;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CohortId, CourseId, PromptId, TopicId, UserId};

/// A prompt as the member has it in the cohort, and whether the member has answered it there.
#[derive(Debug, Clone, QueryableByName)]
pub struct PromptRow {
    #[diesel(sql_type = Uuid)]
    pub prompt_id: PromptId,
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Uuid)]
    pub topic_id: TopicId,
    #[diesel(sql_type = Text)]
    pub prompt: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub helper_text: Option<String>,
    #[diesel(sql_type = crate::platform::db::schema::sql_types::PromptVisibility)]
    pub visibility: Visibility,
    #[diesel(sql_type = Int4)]
    pub display_order: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub opens_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub closes_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    pub is_locked: bool,
    #[diesel(sql_type = Bool)]
    pub has_answered: bool,
}

/// Returns the open prompts of a topic, in order.
pub async fn of_topic(
    conn: &mut Conn,
    topic: TopicId,
    cohort: CohortId,
    user: UserId,
    now: DateTime<Utc>,
) -> QueryResult<Vec<PromptRow>> {
    let (opening, state) = (opening("$2"), cohort_state("$2"));
    let overrides = overrides_of("$2", "$3");
    statement(format!(
        "select p.prompt_id, p.course_id, p.topic_id, p.prompt, p.helper_text, p.visibility, p.display_order,
                {opening} as opens_at, {state},
                exists (select from cold_call_messages own
                        where own.prompt_id = p.prompt_id and own.cohort_id = $2 and own.user_id = $3
                          and own.parent_id is null and own.deleted_at is null and not own.is_tutor) as has_answered
         from cold_call_prompts p
         {overrides}
         where p.topic_id = $1 and p.retired_at is null and ({opening} is null or {opening} <= $4)
         order by p.display_order"
    ))
    .bind::<Uuid, _>(topic)
    .bind::<Uuid, _>(cohort)
    .bind::<Uuid, _>(user)
    .bind::<Timestamptz, _>(now)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct PlaceRow {
    #[diesel(sql_type = Uuid)]
    course_id: CourseId,
    #[diesel(sql_type = Uuid)]
    topic_id: TopicId,
}

/// Returns the course and the topic of a prompt.
pub async fn place(conn: &mut Conn, prompt: PromptId) -> QueryResult<Option<(CourseId, TopicId)>> {
    let row: Option<PlaceRow> =
        statement("select course_id, topic_id from cold_call_prompts where prompt_id = $1")
            .bind::<Uuid, _>(prompt)
            .get_result(conn)
            .await
            .optional()?;
    Ok(row.map(|row| (row.course_id, row.topic_id)))
}

#[derive(QueryableByName)]
struct AddressRow {
    #[diesel(sql_type = Text)]
    course: String,
    #[diesel(sql_type = Text)]
    topic: String,
}

/// Returns the names of the prompt's course and topic in addresses.
pub async fn address(conn: &mut Conn, topic: TopicId) -> QueryResult<(String, String)> {
    let row: AddressRow = statement(
        "select c.slug as course, t.slug as topic from topics t join courses c on c.course_id = t.course_id
         where t.topic_id = $1",
    )
    .bind::<Uuid, _>(topic)
    .get_result(conn)
    .await?;
    Ok((row.course, row.topic))
}
