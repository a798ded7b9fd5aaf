//! Saves, moves, retires and restores exercises.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::assign::{self, FirstSettings};
use super::page::no_topic;
use crate::course::Level;
use crate::course::server::mdbook::readable_slug;
use crate::course::server::store::Addresses;
use crate::exercise::Lines;
use crate::exercise::hand_in::server::store::assignment;
use crate::exercise::rubric::Rubric;
use crate::exercise::server::view::no_exercise;
use crate::exercise::write::{
    EXERCISE_TITLE_CHARACTERS, EXPECTATION_CHARACTERS, EXPECTATIONS, ExerciseForm, MOST_EXERCISES,
    TASK_CHARACTERS,
};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::{simulation_exercises as exercises, topics};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures;
use crate::platform::ids::{CourseId, ExerciseId, TopicId};
use crate::platform::names;
use crate::platform::time::Clock;

/// Longest name of an exercise in addresses, in characters.
const KEY_CHARACTERS: usize = 70;

/// An exercise as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = exercises)]
struct StoredExercise {
    exercise_id: ExerciseId,
    title: String,
    rubric: Value,
    position: i32,
    retired_at: Option<DateTime<Utc>>,
}

/// Returns the exercises of a topic, in order.
async fn of_topic(conn: &mut Conn, topic: TopicId) -> QueryResult<Vec<StoredExercise>> {
    exercises::table
        .filter(exercises::topic_id.eq(topic))
        .order((exercises::position, exercises::exercise_key))
        .select(StoredExercise::as_select())
        .load(conn)
        .await
}

/// Locks a topic of the course until the transaction ends. Returns its name in addresses.
async fn lock_topic(conn: &mut Conn, course: CourseId, topic: TopicId) -> AppResult<String> {
    let slug: Option<String> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::topic_id.eq(topic))
        .select(topics::slug)
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    slug.ok_or_else(no_topic)
}

/// A checked form.
struct CheckedExercise {
    title: String,
    difficulty: Level,
    task: String,
    task_html: String,
    expectations: Vec<String>,
    due_at: Option<DateTime<Utc>>,
}

/// Saves an exercise of a topic, a new one if `id` is None. Returns the topic's name in addresses.
pub async fn save(
    conn: &mut Conn,
    tutor: &TutorOf,
    topic: TopicId,
    id: Option<ExerciseId>,
    form: &ExerciseForm,
    clock: &Clock,
) -> AppResult<String> {
    let slug = lock_topic(conn, tutor.course, topic).await?;
    let stored = of_topic(conn, topic).await?;
    let old = match id {
        Some(id) => Some(find(&stored, id)?),
        None => None,
    };
    let checked = checked(conn, tutor.course, form, clock).await?;
    let used = stored.iter().filter(|one| one.retired_at.is_none()).count();
    if old.is_none() && used >= MOST_EXERCISES {
        return Err(too_many());
    }
    let lines = Lines::of(checked.expectations.clone());
    let rubric = serde_json::to_value(&lines).map_err(|error| AppError::internal(&error))?;
    let texts = (
        exercises::title.eq(&checked.title),
        exercises::difficulty.eq(checked.difficulty),
        exercises::brief.eq(&checked.task),
        exercises::brief_html.eq(&checked.task_html),
        exercises::rubric.eq(rubric),
        exercises::edited_at.eq(clock.now),
    );
    let exercise = match old {
        Some(old) => {
            diesel::update(exercises::table.find(old.exercise_id))
                .set(texts)
                .execute(conn)
                .await?;
            follow_expectations(conn, old, lines.lines).await?;
            old.exercise_id
        }
        None => {
            let last = stored.iter().map(|other| other.position).max();
            let place = last.map_or(0, |last| last.saturating_add(1));
            let exercise = ExerciseId(Uuid::new_v4());
            diesel::insert_into(exercises::table)
                .values((
                    exercises::exercise_id.eq(exercise),
                    exercises::course_id.eq(tutor.course),
                    exercises::topic_id.eq(topic),
                    exercises::exercise_key.eq(free_key(conn, tutor.course, &checked.title).await?),
                    exercises::position.eq(place),
                    exercises::made_on_site.eq(true),
                    texts,
                ))
                .execute(conn)
                .await?;
            if !form.handed_in.is_empty() {
                // Each expectation gives up to two points.
                let set = FirstSettings {
                    due_at: checked.due_at,
                    ..FirstSettings::default()
                };
                assign::begin(conn, exercise, set, &Rubric::of_lines(lines.lines)).await?;
            }
            exercise
        }
    };
    let before = old.map(|old| json!({ "title": old.title }));
    let after = Some(json!({ "title": checked.title, "topic": slug }));
    let act = if old.is_some() { "changed" } else { "added" };
    record(conn, tutor, act, exercise, (before, after)).await?;
    Ok(slug)
}

/// A rubric that was made of the expectations before is made of those now.
async fn follow_expectations(
    conn: &mut Conn,
    old: &StoredExercise,
    expectations: Vec<String>,
) -> AppResult<()> {
    let Some(known) = assignment(conn, old.exercise_id).await? else {
        return Ok(());
    };
    let before: Lines =
        serde_json::from_value(old.rubric.clone()).map_err(|error| AppError::internal(&error))?;
    if known.rubric()? != Rubric::of_lines(before.lines) {
        return Ok(());
    }
    assign::change_rubric(conn, old.exercise_id, &Rubric::of_lines(expectations)).await
}

fn too_many() -> AppError {
    let sentence = format!("A topic has at most {MOST_EXERCISES} exercises. Retire one first.");
    AppError::field("", sentence)
}

fn find(stored: &[StoredExercise], id: ExerciseId) -> AppResult<&StoredExercise> {
    let mut all = stored.iter();
    all.find(|one| one.exercise_id == id)
        .ok_or_else(no_exercise)
}

/// Returns a name in addresses that no exercise of the course has.
async fn free_key(conn: &mut Conn, course: CourseId, title: &str) -> QueryResult<String> {
    let taken: Vec<String> = exercises::table
        .filter(exercises::course_id.eq(course))
        .select(exercises::exercise_key)
        .load(conn)
        .await?;
    let taken: HashSet<String> = taken.into_iter().collect();
    let short: String = readable_slug(title).chars().take(KEY_CHARACTERS).collect();
    let base = match short.trim_matches('-') {
        "" => "exercise",
        named => named,
    };
    let mut key = base.to_owned();
    let mut number = 2;
    while taken.contains(&key) {
        key = format!("{base}-{number}");
        number += 1;
    }
    Ok(key)
}

/// Checks a form.
///
/// # Errors
///
/// `Invalid` with all problems of the fields.
async fn checked(
    conn: &mut Conn,
    course: CourseId,
    form: &ExerciseForm,
    clock: &Clock,
) -> AppResult<CheckedExercise> {
    let mut problems = FieldProblems::default();
    let is_long = |text: &str, most: u32| text.chars().count() > most as usize;
    let title = names::tidy(&form.title);
    if title.is_empty() {
        problems.add("title", "Enter a title.");
    } else if is_long(&title, EXERCISE_TITLE_CHARACTERS) {
        problems.add("title", figures::use_at_most(EXERCISE_TITLE_CHARACTERS));
    }
    let difficulty = match form.difficulty.as_str() {
        "" | "beginner" => Some(Level::Beginner),
        "intermediate" => Some(Level::Intermediate),
        "advanced" => Some(Level::Advanced),
        _ => {
            problems.add("difficulty", "Choose a level.");
            None
        }
    };
    let task = form.task.replace("\r\n", "\n").trim().to_owned();
    let rendered = Addresses::of(conn, course).await?.links().markdown(&task);
    if is_long(&task, TASK_CHARACTERS) {
        problems.add("task", figures::use_at_most(TASK_CHARACTERS));
    } else if names::visible(&rendered.text).is_none()
        && !rendered.html.contains("<math")
        && !rendered.html.contains("<img")
    {
        problems.add("task", "Enter the task.");
    }
    let expectations = problems.keep(expectations(&form.expectations));
    let due_at = match form.due_at.trim() {
        "" => None,
        typed => {
            let due = clock.of_field(typed);
            if due.is_none() {
                problems.add("due_at", "Enter a date and a time, or leave it empty.");
            }
            due
        }
    };
    if due_at.is_some() && form.handed_in.is_empty() {
        problems.add("due_at", "Only work that is handed in has a due date.");
    }
    let (Some(difficulty), Some(expectations)) = (difficulty, expectations) else {
        return Err(problems.error());
    };
    problems.check()?;
    Ok(CheckedExercise {
        title,
        difficulty,
        task,
        task_html: rendered.html,
        expectations,
        due_at,
    })
}

/// Reads the expectations, one on each line.
fn expectations(typed: &str) -> AppResult<Vec<String>> {
    let wrong = |sentence: String| Err(AppError::field("expectations", sentence));
    let mut lines = Vec::new();
    for line in typed.lines().map(names::tidy) {
        if line.chars().count() > EXPECTATION_CHARACTERS {
            return wrong(format!(
                "Each line has at most {EXPECTATION_CHARACTERS} characters."
            ));
        }
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    match lines.len() {
        0 => wrong("Enter at least one line.".to_owned()),
        count if count > EXPECTATIONS => wrong(format!("Use at most {EXPECTATIONS} lines.")),
        _ => Ok(lines),
    }
}

/// Moves an exercise ("up-ID", "down-ID"), retires it ("retire-ID") or brings it back
/// ("restore-ID"). Returns the name of its topic in addresses.
pub async fn change(conn: &mut Conn, tutor: &TutorOf, which: &str) -> AppResult<String> {
    let (act, id) = which.split_once('-').ok_or_else(no_exercise)?;
    let id = ExerciseId(id.parse().map_err(|_| no_exercise())?);
    let topic: Option<TopicId> = exercises::table
        .find(id)
        .filter(exercises::course_id.eq(tutor.course))
        .select(exercises::topic_id)
        .first(conn)
        .await
        .optional()?;
    let topic = topic.ok_or_else(no_exercise)?;
    let slug = lock_topic(conn, tutor.course, topic).await?;
    let stored = of_topic(conn, topic).await?;
    let one = find(&stored, id)?;
    match act {
        "up" | "down" => shift(conn, &stored, one, act == "up").await?,
        "retire" => retire(conn, tutor, one, true).await?,
        "restore" => {
            let used = stored.iter().filter(|one| one.retired_at.is_none()).count();
            if one.retired_at.is_some() && used >= MOST_EXERCISES {
                return Err(too_many());
            }
            retire(conn, tutor, one, false).await?;
        }
        _ => return Err(no_exercise()),
    }
    Ok(slug)
}

/// Moves an exercise by one place among those in use. At the end it stays in its place. Imports
/// keep the order of the topic's exercises from now on.
async fn shift(
    conn: &mut Conn,
    stored: &[StoredExercise],
    moved: &StoredExercise,
    is_up: bool,
) -> AppResult<()> {
    let used = stored.iter().filter(|one| one.retired_at.is_none());
    let mut order: Vec<Uuid> = used.map(|one| one.exercise_id.0).collect();
    let at = order.iter().position(|id| *id == moved.exercise_id.0);
    let at = at.ok_or_else(no_exercise)?;
    let to = match is_up {
        true => at.saturating_sub(1),
        false => (at + 1).min(order.len() - 1),
    };
    order.swap(at, to);
    statement(
        "update simulation_exercises e set position = o.place - 1, placed_at = now()
         from unnest($1) with ordinality o (exercise_id, place)
         where e.exercise_id = o.exercise_id",
    )
    .bind::<Array<SqlUuid>, _>(order)
    .execute(conn)
    .await?;
    Ok(())
}

async fn retire(
    conn: &mut Conn,
    tutor: &TutorOf,
    one: &StoredExercise,
    is_retired: bool,
) -> AppResult<()> {
    if one.retired_at.is_some() == is_retired {
        return Ok(());
    }
    let now = Utc::now();
    diesel::update(exercises::table.find(one.exercise_id))
        .set((
            exercises::retired_at.eq(is_retired.then_some(now)),
            exercises::edited_at.eq(now),
        ))
        .execute(conn)
        .await?;
    let act = if is_retired { "retired" } else { "restored" };
    let values = Some(json!({ "title": one.title }));
    Ok(record(conn, tutor, act, one.exercise_id, (None, values)).await?)
}

async fn record(
    conn: &mut Conn,
    tutor: &TutorOf,
    act: &str,
    exercise: ExerciseId,
    (before, after): (Option<Value>, Option<Value>),
) -> QueryResult<()> {
    AuditEntry::done(&format!("exercise.{act}"))
        .of("exercise", exercise)
        .change(before, after)
        .by(&tutor.signed_in.cx)
        .write(conn)
        .await
}
