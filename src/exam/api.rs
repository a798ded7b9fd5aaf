//! Server functions of exams for learners. Each acts for the signed-in learner only.

use leptos::prelude::*;

use super::{ExamList, ExamPage, SittingClock};
use crate::platform::error::AppResult;
use crate::platform::ids::{ExamId, SittingId};
use crate::question_bank::AnswerForm;

#[cfg(feature = "ssr")]
use {
    crate::exam::server::record::SittingHead,
    crate::exam::server::{reminder, sitting, view},
    crate::paths::exam_path,
    crate::platform::auth::guard::require_user,
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
    crate::question_bank::server::answering::save_answer::AnswerChange,
    crate::question_bank::server::answering::shown_part::{ShownPart, parse_id},
    crate::question_bank::server::answering::timing::seconds_left,
    chrono::{DateTime, Utc},
};

/// Returns the exams of a course in which the learner is enrolled.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_exams(course: String) -> AppResult<ExamList> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| view::list(conn, user, course, &clock).await)
        .await
}

/// Returns an exam of a course in which the learner is enrolled. `show` is empty, a question
/// number from 1, `end`, or the id of an ended sitting.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_exam(course: String, exam: String, show: String) -> AppResult<ExamPage> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let part = ShownPart::parse(&show)?;
    let exam = ExamId(parse_id(&exam)?);
    me.cx
        .within(async move |conn| view::page(conn, user, course, exam, part, &clock).await)
        .await
}

/// Starts a sitting, or returns to the one that is running.
#[server]
pub async fn start_exam(course: String, exam: ExamId, ready: Option<String>) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    if ready.is_none() {
        return Err(AppError::field("", "Please confirm that you are ready."));
    }
    let path = exam_path(&course, exam);
    me.cx
        .within(async move |conn| {
            sitting::start(conn, user, &course, exam, &clock).await?;
            Ok(reminder::seen(conn, user, exam).await?)
        })
        .await?;
    redirect(&path);
    Ok(())
}

/// Saves the answer to one question of a running sitting, then redirects to the page named by
/// `go`. Without `go` it only saves.
///
/// Parts of the form that equal `basis` are left unchanged, so a stale tab cannot overwrite newer
/// answers. `tab` and `change` order the requests of one tab; a request that arrives late is
/// ignored.
#[server]
pub async fn save_exam_answer(
    sitting: SittingId,
    /// Number of the question, from 0.
    question: usize,
    #[server(default)] given: AnswerForm,
    basis: Option<String>,
    tab: Option<uuid::Uuid>,
    change: Option<i32>,
    go: Option<String>,
) -> AppResult<SittingClock> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let answer = AnswerChange::new(question, given, basis, tab, change);
    let goes_on = go.is_some();
    let (head, basis) = me
        .cx
        .within(async move |conn| {
            sitting::save(conn, user, sitting, &answer, goes_on, clock.now).await
        })
        .await?;
    let Some(basis) = basis else {
        go_to_result(&head);
        return Ok(SittingClock::default());
    };
    let path = exam_path(&head.course_slug, head.exam_id);
    match go.map(|go| go.parse::<u32>()) {
        None => {}
        Some(_) if head.forward_only => redirect(&path),
        Some(Ok(number)) => redirect(format!("{path}?show={number}")),
        Some(Err(_)) => redirect(format!("{path}?show=end")),
    }
    Ok(SittingClock {
        basis,
        ..told(&clock, head.expires_at)
    })
}

/// Hands a sitting in. A second request changes nothing. The page sends `time_over` when its clock
/// runs down; a sitting that was given more time then goes on.
#[server]
pub async fn submit_exam(sitting: SittingId, time_over: Option<String>) -> AppResult<SittingClock> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let by_clock = time_over.is_some();
    let (head, expires_at) = me
        .cx
        .within(async move |conn| sitting::submit(conn, user, sitting, by_clock, clock.now).await)
        .await?;
    Ok(running_on(&head, &clock, expires_at))
}

/// Records events of the browser during a running sitting; see `sitting::report`.
#[server]
pub async fn report_exam_events(sitting: SittingId, events: String) -> AppResult<SittingClock> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let (head, expires_at) = me
        .cx
        .within(async move |conn| sitting::report(conn, user, sitting, &events, clock.now).await)
        .await?;
    Ok(running_on(&head, &clock, expires_at))
}

/// Returns the time left. Redirects to the result if the sitting has ended (`expires_at` is None).
#[cfg(feature = "ssr")]
fn running_on(
    head: &SittingHead,
    clock: &Clock,
    expires_at: Option<DateTime<Utc>>,
) -> SittingClock {
    match expires_at {
        Some(expires_at) => told(clock, expires_at),
        None => {
            go_to_result(head);
            SittingClock::default()
        }
    }
}

#[cfg(feature = "ssr")]
fn told(clock: &Clock, expires_at: DateTime<Utc>) -> SittingClock {
    SittingClock {
        seconds_left: seconds_left(expires_at, clock.now),
        ends: clock.time(expires_at),
        basis: String::new(),
    }
}

#[cfg(feature = "ssr")]
fn go_to_result(head: &SittingHead) {
    let path = exam_path(&head.course_slug, head.exam_id);
    redirect(format!("{path}?show={}", head.sitting_id));
}
