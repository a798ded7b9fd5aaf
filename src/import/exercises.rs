//! Stores the exercises of a course. An exercise with the same key keeps its id, and so the
//! learners' work on it. Those that tutors wrote, changed, retired or restored on the site are left
//! as they are; only their topic follows the folder.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::Changes;
use crate::course::Level;
use crate::course::server::draft::{CourseDraft, HandInDraft, SimulationDraft};
use crate::course::server::render::Links;
use crate::exercise::Lines;
use crate::exercise::marking::server::rubric_text;
use crate::exercise::rubric::Rubric;
use crate::exercise::write::server::assign::{self, FirstSettings};
use crate::platform::db::Conn;
use crate::platform::db::schema::simulation_exercises;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExerciseId, TopicId};

/// The stored version of an exercise, to tell what changed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = simulation_exercises)]
struct KnownExercise {
    exercise_key: String,
    exercise_id: ExerciseId,
    topic_id: TopicId,
    title: String,
    difficulty: Level,
    brief: String,
    rubric: Value,
    retired_at: Option<DateTime<Utc>>,
    made_on_site: bool,
    edited_at: Option<DateTime<Utc>>,
    placed_at: Option<DateTime<Utc>>,
}

pub async fn store_exercises(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
    topics: &HashMap<String, TopicId>,
    links: &Links<'_>,
) -> AppResult<Changes> {
    let known: Vec<KnownExercise> = simulation_exercises::table
        .filter(simulation_exercises::course_id.eq(course))
        .select(KnownExercise::as_select())
        .load(conn)
        .await?;
    let known: HashMap<String, KnownExercise> = known
        .into_iter()
        .map(|row| (row.exercise_key.clone(), row))
        .collect();
    let mut changes = Changes::default();
    let mut kept = HashSet::new();
    for topic in draft.modules.iter().flat_map(|module| &module.topics) {
        let Some(&topic_id) = topics.get(&topic.key) else {
            continue;
        };
        for (exercise, position) in topic.simulations.iter().zip(0i32..) {
            let before = known.get(&exercise.key);
            let rubric = rubric_of(exercise)?;
            kept.insert(exercise.key.as_str());
            let place = match before.is_some_and(|before| before.placed_at.is_some()) {
                true => None,
                false => Some(simulation_exercises::position.eq(position)),
            };
            if let (Some(before), Some(hand_in)) = (before, &exercise.hand_in) {
                store_hand_in(conn, before.exercise_id, exercise, hand_in).await?;
            }
            if let Some(before) = before.filter(|before| before.is_the_sites()) {
                match before.has_text_of(exercise, &rubric) {
                    true => changes.unchanged += 1,
                    false => changes.kept.push(before.title.clone()),
                }
                diesel::update(simulation_exercises::table.find(before.exercise_id))
                    .set((simulation_exercises::topic_id.eq(topic_id), place))
                    .execute(conn)
                    .await?;
                continue;
            }
            match before {
                None => changes.added.push(exercise.title.clone()),
                Some(before) if before.is_same(topic_id, exercise, &rubric) => {
                    changes.unchanged += 1;
                }
                Some(_) => changes.updated.push(exercise.title.clone()),
            }
            let values = (
                simulation_exercises::topic_id.eq(topic_id),
                simulation_exercises::title.eq(&exercise.title),
                simulation_exercises::difficulty.eq(exercise.difficulty),
                simulation_exercises::brief.eq(&exercise.brief),
                simulation_exercises::brief_html.eq(links.markdown(&exercise.brief).html),
                simulation_exercises::rubric.eq(rubric),
                simulation_exercises::retired_at.eq(None::<DateTime<Utc>>),
                place,
            );
            match before {
                Some(before) => {
                    diesel::update(simulation_exercises::table.find(before.exercise_id))
                        .set(values)
                        .execute(conn)
                        .await?;
                }
                None => {
                    let id: ExerciseId = diesel::insert_into(simulation_exercises::table)
                        .values((
                            simulation_exercises::course_id.eq(course),
                            simulation_exercises::exercise_key.eq(&exercise.key),
                            values,
                        ))
                        .returning(simulation_exercises::exercise_id)
                        .get_result(conn)
                        .await?;
                    if let Some(hand_in) = &exercise.hand_in {
                        store_hand_in(conn, id, exercise, hand_in).await?;
                    }
                }
            }
        }
    }
    for (key, gone) in &known {
        let is_gone = !kept.contains(key.as_str()) && !gone.is_the_sites();
        if is_gone && gone.retired_at.is_none() {
            diesel::update(simulation_exercises::table.find(gone.exercise_id))
                .set(simulation_exercises::retired_at.eq(Utc::now()))
                .execute(conn)
                .await?;
            changes.retired.push(format!("{} ({key})", gone.title));
        }
    }
    changes.retired.sort();
    Ok(changes)
}

impl KnownExercise {
    /// Returns true if the exercise stays as it is on the site.
    fn is_the_sites(&self) -> bool {
        self.made_on_site || self.edited_at.is_some()
    }

    fn is_same(&self, topic: TopicId, exercise: &SimulationDraft, rubric: &Value) -> bool {
        self.retired_at.is_none() && self.topic_id == topic && self.has_text_of(exercise, rubric)
    }

    fn has_text_of(&self, exercise: &SimulationDraft, rubric: &Value) -> bool {
        self.title == exercise.title
            && self.difficulty == exercise.difficulty
            && self.brief == exercise.brief
            && self.rubric == *rubric
    }
}

/// Stores how the work of an exercise is handed in, unless the site knows already.
async fn store_hand_in(
    conn: &mut Conn,
    id: ExerciseId,
    exercise: &SimulationDraft,
    hand_in: &HandInDraft,
) -> AppResult<()> {
    let rubric = match hand_in.criteria.is_empty() && hand_in.checks.is_empty() {
        true => Rubric::of_lines(exercise.rubric.clone()),
        false => {
            let typed = (hand_in.criteria.join("\n"), hand_in.checks.join("\n"));
            rubric_text::read(&typed.0, &typed.1).map_err(|error| unreadable(exercise, &error))?
        }
    };
    let due = hand_in.due.as_deref();
    let due = due.and_then(|due| DateTime::parse_from_rfc3339(due).ok());
    let set = FirstSettings {
        due_at: due.map(|due| due.with_timezone(&Utc)),
        late_days: hand_in.late_days,
        late_percent: hand_in.late_percent,
    };
    assign::begin(conn, id, set, &rubric).await
}

fn unreadable(exercise: &SimulationDraft, error: &AppError) -> AppError {
    let said = ["criteria", "checks"].map(|field| error.of_field(field));
    let said: Vec<String> = said.into_iter().flatten().collect();
    AppError::field("", format!("{}: {}", exercise.key, said.join(" ")))
}

fn rubric_of(exercise: &SimulationDraft) -> AppResult<Value> {
    serde_json::to_value(Lines::of(exercise.rubric.clone()))
        .map_err(|error| AppError::internal(&error))
}
