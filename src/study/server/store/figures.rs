//! Queries of the learner's progress.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Double, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::UserId;

/// Sums of one day.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct StudyDayRow {
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[diesel(sql_type = BigInt)]
    pub reviews: i64,
    #[diesel(sql_type = BigInt)]
    pub correct: i64,
    #[diesel(sql_type = BigInt)]
    pub retention_reviews: i64,
    #[diesel(sql_type = BigInt)]
    pub retention_correct: i64,
}

/// Returns the days with reviews from `from` on, oldest first.
pub async fn days(conn: &mut Conn, user: UserId, from: NaiveDate) -> QueryResult<Vec<StudyDayRow>> {
    let sum = |metric: &str| {
        format!(
            "coalesce(sum(metric_value) filter (where metric_type = '{metric}'), 0)::bigint as {metric}"
        )
    };
    statement(format!(
        "select (recorded_at at time zone 'UTC')::date as day, {}, {}, {}, {}
         from progress_metrics
         where user_id = $1 and recorded_at >= $2::timestamp at time zone 'UTC' and time_period = 'daily'
         group by recorded_at
         having sum(metric_value) filter (where metric_type = 'reviews') > 0
         order by recorded_at",
        sum("reviews"),
        sum("correct"),
        sum("retention_reviews"),
        sum("retention_correct")
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<Date, _>(from)
    .load(conn)
    .await
}

#[derive(Debug, QueryableByName)]
pub struct CalibrationRow {
    #[diesel(sql_type = Double)]
    pub confidence: f64,
    #[diesel(sql_type = BigInt)]
    pub answers: i64,
    #[diesel(sql_type = BigInt)]
    pub correct: i64,
}

/// Returns right answers by confidence since the time.
pub async fn calibration(
    conn: &mut Conn,
    user: UserId,
    since: DateTime<Utc>,
) -> QueryResult<Vec<CalibrationRow>> {
    statement(
        "select confidence_level as confidence, count(*) as answers, count(*) filter (where is_correct) as correct
         from interactions
         where user_id = $1 and created_at >= $2 and confidence_level is not null
         group by confidence_level",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(since)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct StateRow {
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = BigInt)]
    cards: i64,
}

/// Returns the numbers of cards in the decks, by state.
pub async fn states(conn: &mut Conn, user: UserId) -> QueryResult<Vec<(String, i64)>> {
    let rows: Vec<StateRow> = statement(
        "select state, count(*) as cards from card_states where user_id = $1 and is_open group by state",
    )
    .bind::<SqlUuid, _>(user)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.state, row.cards)).collect())
}
