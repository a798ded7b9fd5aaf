//! The page with the exercises of a topic.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::course::Level;
use crate::course::server::render::Links;
use crate::course::server::store::{self as courses, Addresses};
use crate::exercise::Lines;
use crate::exercise::hand_in::server::store::from_json;
use crate::exercise::write::{ExerciseForm, TopicExercises, WrittenExercise};
use crate::platform::db::schema::sql_types::CourseLevel;
use crate::platform::db::schema::topics;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExerciseId, TopicId};
use crate::platform::time::Clock;
use crate::platform::ui::Html;

pub fn no_topic() -> AppError {
    AppError::NotFound("There is no such topic in this course.".to_owned())
}

#[derive(QueryableByName)]
struct ExerciseTextRow {
    #[diesel(sql_type = Uuid)]
    exercise_id: ExerciseId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = CourseLevel)]
    difficulty: Level,
    #[diesel(sql_type = Text)]
    brief: String,
    #[diesel(sql_type = Jsonb)]
    rubric: Value,
    #[diesel(sql_type = Bool)]
    is_retired: bool,
    #[diesel(sql_type = Bool)]
    is_handed_in: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Int4)]
    late_days: i32,
    #[diesel(sql_type = BigInt)]
    begun: i64,
}

pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    topic: &str,
    clock: &Clock,
) -> AppResult<TopicExercises> {
    let found: Option<(TopicId, String)> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::slug.eq(topic))
        .select((topics::topic_id, topics::title))
        .first(conn)
        .await
        .optional()?;
    let (topic_id, topic_title) = found.ok_or_else(no_topic)?;
    let rows: Vec<ExerciseTextRow> = statement(
        "select e.exercise_id, e.title, e.difficulty, e.brief, e.rubric, e.retired_at is not null as is_retired,
                coalesce(a.is_active, false) as is_handed_in, a.due_at, coalesce(a.late_days, 0) as late_days,
                (select count(*) from simulation_work w where w.exercise_id = e.exercise_id) as begun
         from simulation_exercises e
         left join assignments a on a.exercise_id = e.exercise_id
         where e.topic_id = $1
         order by e.position, e.exercise_key",
    )
    .bind::<Uuid, _>(topic_id)
    .load(conn)
    .await?;
    let addresses = Addresses::of(conn, course).await?;
    let links = addresses.links();
    let (mut exercises, mut retired) = (Vec::new(), Vec::new());
    for row in rows {
        match row.is_retired {
            true => retired.push(written(row, &links, clock)?),
            false => exercises.push(written(row, &links, clock)?),
        }
    }
    Ok(TopicExercises {
        course_title: courses::title(conn, course).await?,
        topic_id,
        topic_title,
        exercises,
        retired,
        zone: clock.zone.name().to_owned(),
    })
}

fn written(row: ExerciseTextRow, links: &Links<'_>, clock: &Clock) -> AppResult<WrittenExercise> {
    let rubric: Lines = from_json(row.rubric)?;
    let handing_in = match (row.is_handed_in, row.due_at) {
        (false, _) => "Learners check their own work.".to_owned(),
        (true, None) => "Learners hand in their work.".to_owned(),
        (true, Some(due)) => {
            let due = clock.date_time(due);
            let late = match row.late_days {
                0 => String::new(),
                1 => ", and one day late".to_owned(),
                days => format!(", and up to {days} days late"),
            };
            format!("Learners hand in their work until {due}{late}.")
        }
    };
    Ok(WrittenExercise {
        exercise_id: row.exercise_id,
        task: Html(links.markdown_for_tutors(&row.brief).html),
        handing_in,
        begun: row.begun,
        form: ExerciseForm {
            title: row.title,
            difficulty: name_of(row.difficulty).to_owned(),
            task: row.brief,
            expectations: rubric.lines.join("\n"),
            ..ExerciseForm::default()
        },
    })
}

/// Name of a difficulty in the form.
fn name_of(level: Level) -> &'static str {
    match level {
        Level::Beginner => "beginner",
        Level::Intermediate => "intermediate",
        Level::Advanced => "advanced",
    }
}
