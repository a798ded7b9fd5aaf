//! How the work of an exercise is handed in at first: with its due date, and the rest as new
//! exercises have it.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Int4, Jsonb, Nullable, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::exercise::rubric::Rubric;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::ExerciseId;

/// Settings with which learners begin to hand in work.
#[derive(Debug, Clone, Copy, Default)]
pub struct FirstSettings {
    pub due_at: Option<DateTime<Utc>>,
    pub late_days: i32,
    pub late_percent: i32,
}

/// Lets learners hand in their work, unless the exercise has settings already.
pub async fn begin(
    conn: &mut Conn,
    exercise: ExerciseId,
    set: FirstSettings,
    rubric: &Rubric,
) -> AppResult<()> {
    statement(
        "insert into assignments (exercise_id, due_at, late_days, late_percent, rubric)
         values ($1, $2, $3, $4, $5) on conflict (exercise_id) do nothing",
    )
    .bind::<Uuid, _>(exercise)
    .bind::<Nullable<Timestamptz>, _>(set.due_at)
    .bind::<Int4, _>(set.late_days)
    .bind::<Int4, _>(set.late_percent)
    .bind::<Jsonb, _>(as_json(rubric)?)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn change_rubric(
    conn: &mut Conn,
    exercise: ExerciseId,
    rubric: &Rubric,
) -> AppResult<()> {
    statement("update assignments set rubric = $2 where exercise_id = $1")
        .bind::<Uuid, _>(exercise)
        .bind::<Jsonb, _>(as_json(rubric)?)
        .execute(conn)
        .await?;
    Ok(())
}

fn as_json(rubric: &Rubric) -> AppResult<Value> {
    serde_json::to_value(rubric).map_err(|error| AppError::internal(&error))
}
