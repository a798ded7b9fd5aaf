//! Queries of exercises. Queries of work filter by the learner's id, so they find nothing of
//! others.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::course::Level;
use crate::exercise::{Lines, SaveToken};
use crate::platform::db::Conn;
use crate::platform::db::schema::{simulation_exercises, simulation_work};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExerciseId, ExerciseWorkId, TopicId, UserId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = simulation_exercises)]
pub struct Exercise {
    pub exercise_id: ExerciseId,
    pub course_id: CourseId,
    pub topic_id: TopicId,
    pub title: String,
    pub difficulty: Level,
    pub brief_html: String,
    pub rubric: Value,
}

impl Exercise {
    pub fn rubric(&self) -> AppResult<Lines> {
        lines(self.rubric.clone())
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = simulation_work)]
pub struct Work {
    pub work_id: ExerciseWorkId,
    pub work: String,
    /// Links of the draft, one a line.
    pub links: String,
    pub self_check: Value,
    pub writer: Option<Uuid>,
    pub revision: i32,
    pub change: i32,
    pub submitted_at: Option<DateTime<Utc>>,
}

impl Work {
    pub fn ticked(&self) -> AppResult<Lines> {
        lines(self.self_check.clone())
    }

    pub fn writing(&self) -> SaveToken {
        SaveToken {
            writer: self.writer.unwrap_or_default(),
            revision: self.revision,
            change: self.change,
        }
    }
}

fn lines(stored: Value) -> AppResult<Lines> {
    serde_json::from_value(stored).map_err(|error| AppError::internal(&error))
}

/// Returns key, title and difficulty of a topic's exercises, in order. The last part is None if
/// the learner has not begun, and true if they are done.
pub async fn of_topic(
    conn: &mut Conn,
    user: UserId,
    topic: TopicId,
) -> QueryResult<Vec<(String, String, Level, Option<bool>)>> {
    simulation_exercises::table
        .left_join(
            simulation_work::table.on(simulation_work::exercise_id
                .eq(simulation_exercises::exercise_id)
                .and(simulation_work::user_id.eq(user))),
        )
        .filter(simulation_exercises::topic_id.eq(topic))
        .filter(simulation_exercises::retired_at.is_null())
        .order((
            simulation_exercises::position,
            simulation_exercises::exercise_key,
        ))
        .select((
            simulation_exercises::exercise_key,
            simulation_exercises::title,
            simulation_exercises::difficulty,
            simulation_work::submitted_at.is_not_null().nullable(),
        ))
        .load(conn)
        .await
}

/// Texts of the course's tasks.
pub async fn briefs_of_course(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<String>> {
    simulation_exercises::table
        .filter(simulation_exercises::course_id.eq(course))
        .filter(simulation_exercises::retired_at.is_null())
        .select(simulation_exercises::brief)
        .load(conn)
        .await
}

pub async fn by_key(conn: &mut Conn, topic: TopicId, key: &str) -> QueryResult<Option<Exercise>> {
    simulation_exercises::table
        .filter(simulation_exercises::topic_id.eq(topic))
        .filter(simulation_exercises::exercise_key.eq(key))
        .filter(simulation_exercises::retired_at.is_null())
        .select(Exercise::as_select())
        .first(conn)
        .await
        .optional()
}

pub async fn by_id(conn: &mut Conn, exercise: ExerciseId) -> QueryResult<Option<Exercise>> {
    simulation_exercises::table
        .find(exercise)
        .filter(simulation_exercises::retired_at.is_null())
        .select(Exercise::as_select())
        .first(conn)
        .await
        .optional()
}

#[diesel::dsl::auto_type]
fn mine(user: UserId, exercise: ExerciseId) -> _ {
    simulation_work::table
        .filter(simulation_work::user_id.eq(user))
        .filter(simulation_work::exercise_id.eq(exercise))
}

pub async fn work(
    conn: &mut Conn,
    user: UserId,
    exercise: ExerciseId,
) -> QueryResult<Option<Work>> {
    mine(user, exercise)
        .select(Work::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns the learner's work, created if there is none, and locks it until the transaction ends.
pub async fn work_for_update(
    conn: &mut Conn,
    user: UserId,
    exercise: ExerciseId,
) -> QueryResult<Work> {
    diesel::insert_into(simulation_work::table)
        .values((
            simulation_work::user_id.eq(user),
            simulation_work::exercise_id.eq(exercise),
        ))
        .on_conflict((simulation_work::user_id, simulation_work::exercise_id))
        .do_nothing()
        .execute(conn)
        .await?;
    mine(user, exercise)
        .select(Work::as_select())
        .for_update()
        .first(conn)
        .await
}

pub async fn save(
    conn: &mut Conn,
    user: UserId,
    exercise: ExerciseId,
    (text, links): (&str, &str),
    ticked: Vec<String>,
    writing: SaveToken,
    submitted_at: Option<DateTime<Utc>>,
) -> AppResult<()> {
    let ticked =
        serde_json::to_value(Lines::of(ticked)).map_err(|error| AppError::internal(&error))?;
    diesel::update(mine(user, exercise))
        .set((
            simulation_work::work.eq(text),
            simulation_work::links.eq(links),
            simulation_work::self_check.eq(ticked),
            simulation_work::writer.eq(writing.writer),
            simulation_work::revision.eq(writing.revision),
            simulation_work::change.eq(writing.change),
            simulation_work::submitted_at.eq(submitted_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Reopens finished work. Clears the writer, so that the page that finished it cannot save without
/// being loaded again.
pub async fn reopen(conn: &mut Conn, user: UserId, exercise: ExerciseId) -> QueryResult<()> {
    diesel::update(mine(user, exercise))
        .filter(simulation_work::submitted_at.is_not_null())
        .set((
            simulation_work::submitted_at.eq(None::<DateTime<Utc>>),
            simulation_work::writer.eq(None::<Uuid>),
        ))
        .execute(conn)
        .await
        .map(drop)
}
