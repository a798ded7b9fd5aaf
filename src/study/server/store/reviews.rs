//! Queries of reviews: what is known of a card before, the schedule after, and the undo.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, Bool, Date, Double, Float, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::platform::db::schema::interactions;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CardId, CourseId, InteractionId, MaterialId, QuestionId, UserId};
use crate::study::server::schedule::{ALGORITHM, CardMemory, CardStage};

/// The schedule of a card as stored.
#[derive(Debug, Clone, PartialEq, QueryableByName, Serialize, Deserialize)]
pub struct ScheduleRow {
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Nullable<Float>)]
    pub stability: Option<f32>,
    #[diesel(sql_type = Nullable<Float>)]
    pub difficulty: Option<f32>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Date>)]
    pub first_day: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    pub last_day: Option<NaiveDate>,
    #[diesel(sql_type = Int4)]
    pub reviews: i32,
    #[diesel(sql_type = Int4)]
    pub lapses: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub last_interaction_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub algorithm: String,
}

impl ScheduleRow {
    pub fn standing(&self, card: CardId) -> CardMemory {
        let memory = (self.stability, self.difficulty);
        CardMemory::of(card, &self.state, memory, self.last_day, self.reviews)
    }
}

/// A card that is being reviewed.
#[derive(Debug, QueryableByName)]
pub struct ReviewedRow {
    #[diesel(sql_type = SqlUuid)]
    pub study_material_id: MaterialId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub question_id: Option<QuestionId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub course_id: Option<CourseId>,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Bool)]
    pub is_open: bool,
    #[diesel(embed)]
    pub schedule: ScheduleRow,
}

/// Returns the card and locks it until the end of the transaction.
pub async fn locked(
    conn: &mut Conn,
    user: UserId,
    card: CardId,
) -> QueryResult<Option<ReviewedRow>> {
    statement(
        "select s.study_material_id, a.question_id, m.course_id, s.version, s.is_open, s.state, s.stability, s.difficulty,
                s.due_at, s.first_day, s.last_day, s.reviews, s.lapses, s.last_interaction_id, s.algorithm
         from card_states s
         join generated_assets a on a.generated_asset_id = s.generated_asset_id
         join study_materials m on m.study_material_id = a.study_material_id
         where s.user_id = $1 and s.generated_asset_id = $2
         for update of s",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(card)
    .get_result(conn)
    .await
    .optional()
}

/// Stores a schedule, and counts the version up.
pub async fn store(conn: &mut Conn, card: CardId, schedule: &ScheduleRow) -> QueryResult<()> {
    statement(
        "update card_states set state = $2, stability = $3, difficulty = $4, due_at = $5, first_day = $6, last_day = $7,
                reviews = $8, lapses = $9, last_interaction_id = $10, algorithm = $11, version = version + 1
         where generated_asset_id = $1",
    )
    .bind::<SqlUuid, _>(card)
    .bind::<Text, _>(&schedule.state)
    .bind::<Nullable<Float>, _>(schedule.stability)
    .bind::<Nullable<Float>, _>(schedule.difficulty)
    .bind::<Nullable<Timestamptz>, _>(schedule.due_at)
    .bind::<Nullable<Date>, _>(schedule.first_day)
    .bind::<Nullable<Date>, _>(schedule.last_day)
    .bind::<Int4, _>(schedule.reviews)
    .bind::<Int4, _>(schedule.lapses)
    .bind::<Nullable<SqlUuid>, _>(schedule.last_interaction_id)
    .bind::<Text, _>(&schedule.algorithm)
    .execute(conn)
    .await
    .map(drop)
}

/// The schedule after a grade.
pub fn after(
    before: &ScheduleRow,
    scheduled: crate::study::server::schedule::Scheduled,
    due_at: DateTime<Utc>,
    day: NaiveDate,
    interaction: InteractionId,
) -> ScheduleRow {
    let has_lapsed =
        before.state == CardStage::Review.name() && scheduled.stage == CardStage::Relearning;
    ScheduleRow {
        state: scheduled.stage.name().to_owned(),
        stability: Some(scheduled.memory.stability),
        difficulty: Some(scheduled.memory.difficulty),
        due_at: Some(due_at),
        first_day: before.first_day.or(Some(day)),
        last_day: Some(day),
        reviews: before.reviews.saturating_add(1),
        lapses: before.lapses.saturating_add(i32::from(has_lapsed)),
        last_interaction_id: Some(interaction.0),
        algorithm: ALGORITHM.to_owned(),
    }
}

/// The record of a review, for statistics and for the undo. Version 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReviewRecord {
    pub version: u32,
    pub grade: u8,
    /// The day of the learner's time zone.
    pub day: NaiveDate,
    /// The metrics that the review counts for.
    pub metrics: Vec<String>,
    pub before: ScheduleRow,
}

/// A review that is to be kept.
pub struct NewReview<'a> {
    pub id: InteractionId,
    pub card: CardId,
    pub session: Uuid,
    pub record: &'a ReviewRecord,
    pub is_correct: bool,
    pub confidence: Option<f64>,
}

pub async fn keep(
    conn: &mut Conn,
    user: UserId,
    review: NewReview<'_>,
    data: Value,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(interactions::table)
        .values((
            interactions::created_at.eq(now),
            interactions::interaction_id.eq(review.id),
            interactions::user_id.eq(user),
            interactions::learning_session_id.eq(review.session),
            interactions::generated_asset_id.eq(review.card),
            interactions::interaction_type.eq("answer"),
            interactions::interaction_data.eq(data),
            interactions::is_correct.eq(review.is_correct),
            interactions::confidence_level.eq(review.confidence),
        ))
        .execute(conn)
        .await?;
    count(conn, user, review.record, 1.0).await
}

/// Adds to the sums of the day.
async fn count(conn: &mut Conn, user: UserId, record: &ReviewRecord, by: f64) -> QueryResult<()> {
    statement(
        "insert into progress_metrics (user_id, recorded_at, metric_type, metric_value)
         select $1, $2::timestamp at time zone 'UTC', metric, $4 from unnest($3) metric
         on conflict (organization_id, user_id, recorded_at, metric_type)
         do update set metric_value = progress_metrics.metric_value + excluded.metric_value",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Date, _>(record.day)
    .bind::<Array<Text>, _>(&record.metrics)
    .bind::<Double, _>(by)
    .execute(conn)
    .await
    .map(drop)
}

#[derive(QueryableByName)]
struct StudySessionRow {
    #[diesel(sql_type = SqlUuid)]
    learning_session_id: Uuid,
}

/// Returns the session to which a review belongs: the present one, if it is of the same deck, or a
/// new one.
pub async fn session(
    conn: &mut Conn,
    user: UserId,
    deck: Option<MaterialId>,
    now: DateTime<Utc>,
) -> QueryResult<Uuid> {
    let row: StudySessionRow = statement(
        "with present as (
             select learning_session_id from learning_sessions
             where user_id = $1 and session_type = 'review' and study_material_id is not distinct from $2
               and ended_at between $3 - interval '30 minutes' and $3
             order by ended_at desc limit 1
         ), continued as (
             update learning_sessions s set ended_at = $3, total_interactions = total_interactions + 1
             from present p where s.learning_session_id = p.learning_session_id
             returning s.learning_session_id
         ), begun as (
             insert into learning_sessions (user_id, study_material_id, session_type, started_at, ended_at, total_interactions)
             select $1, $2, 'review', $3, $3, 1 where not exists (select from present)
             returning learning_session_id
         )
         select learning_session_id from continued union all select learning_session_id from begun",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Nullable<SqlUuid>, _>(deck)
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .await?;
    Ok(row.learning_session_id)
}

/// The latest review of a learner.
#[derive(Debug, QueryableByName)]
pub struct LatestRow {
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    pub interaction_id: InteractionId,
    #[diesel(sql_type = SqlUuid)]
    pub generated_asset_id: CardId,
    #[diesel(sql_type = SqlUuid)]
    pub learning_session_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    pub interaction_data: Value,
    #[diesel(sql_type = Jsonb)]
    pub content: Value,
}

/// Returns the latest review after the time, if its card is still there.
pub async fn latest(
    conn: &mut Conn,
    user: UserId,
    after: DateTime<Utc>,
) -> QueryResult<Option<LatestRow>> {
    statement(
        "select i.created_at, i.interaction_id, i.generated_asset_id, i.learning_session_id, i.interaction_data, a.content
         from interactions i
         join generated_assets a on a.generated_asset_id = i.generated_asset_id and a.deleted_at is null
         join card_states s on s.generated_asset_id = a.generated_asset_id and s.last_interaction_id = i.interaction_id
         where i.user_id = $1 and i.created_at > $2
         order by i.created_at desc limit 1",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(after)
    .get_result(conn)
    .await
    .optional()
}

/// Takes back a review and its counts. Its card gets the schedule that it had before.
pub async fn take_back(
    conn: &mut Conn,
    user: UserId,
    latest: &LatestRow,
    record: &ReviewRecord,
) -> QueryResult<()> {
    diesel::delete(interactions::table)
        .filter(interactions::user_id.eq(user))
        .filter(interactions::created_at.eq(latest.created_at))
        .filter(interactions::interaction_id.eq(latest.interaction_id))
        .execute(conn)
        .await?;
    statement(
        "update learning_sessions set total_interactions = greatest(total_interactions - 1, 0)
         where learning_session_id = $1 and user_id = $2",
    )
    .bind::<SqlUuid, _>(latest.learning_session_id)
    .bind::<SqlUuid, _>(user)
    .execute(conn)
    .await?;
    count(conn, user, record, -1.0).await?;
    store(conn, latest.generated_asset_id, &record.before).await
}
