//! Server functions of marking. A tutor reaches only the work of courses that they teach; the work
//! of others does not exist for them.

use std::collections::HashMap;

use leptos::prelude::*;
use uuid::Uuid;

use super::{AssignmentForm, AssignmentList, MarkingPage, MarkingQueue};
use crate::platform::error::AppResult;
use crate::platform::ids::{ExerciseId, SubmissionId};

#[cfg(feature = "ssr")]
use {
    super::{MARKING, MarkingAction, assignments_path, marking_path},
    crate::exercise::SaveToken,
    crate::exercise::hand_in::server::store::assignment,
    crate::exercise::marking::server::store::{NewAssignment, WorkMarker},
    crate::exercise::marking::server::{claim, mark, rubric_text, store, view},
    crate::exercise::peer_review::server::top_up,
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::{require_tutor_of_slug, require_user},
    crate::platform::error::{AppError, FieldProblems},
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
    crate::teaching::server::fields,
    serde_json::json,
};

/// Returns the work that waits for marks in the courses that one teaches, after a place in the
/// queue.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_marking_queue(#[server(default)] after: String) -> AppResult<MarkingQueue> {
    let me = require_user()?;
    let marker = WorkMarker::of(&me.viewer);
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| view::queue(conn, marker, &after, &clock).await)
        .await
}

/// Returns a work with its marks.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_marking(submission: String) -> AppResult<MarkingPage> {
    let me = require_user()?;
    let marker = WorkMarker::of(&me.viewer);
    let clock = Clock::of(&me.cx);
    let submission = SubmissionId(submission.parse().map_err(|_| claim::no_work())?);
    let files = me.cx.app.files.clone();
    me.cx
        .within(async move |conn| view::page(conn, &files, marker, submission, &clock).await)
        .await
}

/// Reserves the oldest work that waits, and goes to it.
#[server]
pub async fn mark_next() -> AppResult<()> {
    let me = require_user()?;
    let marker = WorkMarker::of(&me.viewer);
    let now = chrono::Utc::now();
    let next = me
        .cx
        .within(async move |conn| claim::claim_next(conn, marker, None, now).await)
        .await?;
    redirect(next.map_or_else(|| MARKING.to_owned(), marking_path));
    Ok(())
}

/// Reserves a work. Takes back its marks if they are released.
#[server]
pub async fn claim_work(submission: SubmissionId) -> AppResult<()> {
    let me = require_user()?;
    let marker = WorkMarker::of(&me.viewer);
    let now = chrono::Utc::now();
    me.cx
        .within(async move |conn| claim::claim(conn, marker, submission, now).await)
        .await?;
    redirect(marking_path(submission));
    Ok(())
}

/// Saves the marks of a work. `act` is the value of the button that was pressed.
#[server]
pub async fn save_marks(
    submission: SubmissionId,
    writer: Uuid,
    revision: i32,
    change: i32,
    #[server(default)] points: HashMap<String, String>,
    #[server(default)] ticked: Vec<String>,
    #[server(default)] feedback: String,
    #[server(default)] act: String,
) -> AppResult<()> {
    let me = require_user()?;
    let marker = WorkMarker::of(&me.viewer);
    let sent = mark::SentMarks {
        page: SaveToken {
            writer,
            revision,
            change: change.max(0),
        },
        points,
        ticked,
        feedback,
        action: MarkingAction::parse(&act),
    };
    let now = chrono::Utc::now();
    let next = me
        .cx
        .within(async move |conn| mark::save(conn, marker, submission, sent, now).await)
        .await?;
    if let Some(next) = next {
        redirect(next);
    }
    Ok(())
}

/// Releases all marks that the tutor has given and not yet released.
#[server]
pub async fn release_marks() -> AppResult<()> {
    let me = require_user()?;
    let marker = WorkMarker::of(&me.viewer);
    me.cx
        .within(async move |conn| mark::release(conn, marker, None).await)
        .await?;
    redirect(MARKING);
    Ok(())
}

/// Returns the exercises of a course, and how their work is handed in.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_assignments(course: String) -> AppResult<AssignmentList> {
    let tutor = require_tutor_of_slug(&course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let id = tutor.course;
    (tutor.signed_in.cx)
        .within(async move |conn| view::assignments(conn, id, course, &clock).await)
        .await
}

/// Returns the form of how the work of an exercise is handed in and marked.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_assignment(course: String, exercise: String) -> AppResult<AssignmentForm> {
    let tutor = require_tutor_of_slug(&course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let id = tutor.course;
    let exercise = exercise
        .parse()
        .map_err(|_| crate::exercise::server::view::no_exercise())?;
    let exercise = ExerciseId(exercise);
    (tutor.signed_in.cx)
        .within(async move |conn| view::assignment_form(conn, id, course, exercise, &clock).await)
        .await
}

/// Changes how the work of an exercise is handed in and marked.
#[server]
pub async fn save_assignment(
    course: String,
    exercise: ExerciseId,
    is_handed_in: Option<String>,
    #[server(default)] due_at: String,
    #[server(default)] late_days: String,
    #[server(default)] late_percent: String,
    #[server(default)] criteria: String,
    #[server(default)] checks: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let clock = Clock::of(&cx);
    let list = assignments_path(&course);
    cx.within(async move |conn| {
        let found = view::exercise_of(conn, tutor.course, exercise).await?;
        let mut problems = FieldProblems::default();
        let due = match due_at.trim() {
            "" => None,
            typed => {
                let due = clock.of_field(typed);
                if due.is_none() {
                    problems.add("due_at", "Enter a date and a time, or leave it empty.");
                }
                due
            }
        };
        let days = problems.keep(fields::number("late_days", &late_days, 365));
        let percent = problems.keep(fields::number("late_percent", &late_percent, 100));
        let rubric = problems.keep(rubric_text::read(&criteria, &checks));
        let (Some(late_days), Some(late_percent), Some(rubric)) = (days, percent, rubric) else {
            return Err(problems.error());
        };
        problems.check()?;
        let new = NewAssignment {
            is_active: is_handed_in.is_some(),
            due_at: due,
            late_days,
            late_percent,
            rubric: serde_json::to_value(rubric).map_err(|error| AppError::internal(&error))?,
        };
        let old = assignment(conn, exercise).await?;
        store::save_assignment(conn, exercise, &new).await?;
        top_up::settings_changed(conn, exercise).await?;
        let old = old.map(|old| {
            json!({
                "exercise": found.title, "is_handed_in": old.is_active, "due_at": old.due_at,
                "late_days": old.late_days, "late_percent": old.late_percent, "rubric": old.rubric,
            })
        });
        let new = json!({
            "exercise": found.title, "is_handed_in": new.is_active, "due_at": new.due_at,
            "late_days": new.late_days, "late_percent": new.late_percent, "rubric": new.rubric,
        });
        Ok(AuditEntry::done("assignment.changed")
            .of("exercise", exercise)
            .change(old, Some(new))
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(list);
    Ok(())
}
