//! Server functions of quizzes. Each acts for the signed-in learner only. Times come from the
//! server's clock.

use leptos::prelude::*;

use super::{QuizPage, SaveReply};
use crate::platform::error::AppResult;
use crate::platform::ids::AttemptId;
use crate::question_bank::AnswerForm;

#[cfg(feature = "ssr")]
use {
    crate::enrollment::server::access::not_enrolled,
    crate::enrollment::server::store as studying,
    crate::paths::quiz_path,
    crate::platform::auth::guard::require_user,
    crate::platform::db::Conn,
    crate::platform::http::server_fns::redirect,
    crate::platform::ids::{QuizNumber, UserId},
    crate::platform::time::Clock,
    crate::question_bank::server::answering::save_answer::AnswerChange,
    crate::question_bank::server::answering::shown_part::ShownPart,
    crate::question_bank::server::answering::timing::seconds_left,
    crate::quiz::server::store::QuizKey,
    crate::quiz::server::{attempt as attempts, view},
};

/// Learners: loads a quiz of a course that the learner is enrolled in. `show` is empty, the number
/// of a question from 1, `end`, or the id of an attempt that has ended.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_quiz(
    course: String,
    module_no: i32,
    #[server(rename = "pair")] section: i32,
    show: String,
) -> AppResult<QuizPage> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let number = QuizNumber::new(module_no, section);
    let part = ShownPart::parse(&show)?;
    me.cx
        .within(async move |conn| view::page(conn, user, course, number, part, &clock).await)
        .await
}

/// Learners: starts an attempt, or continues the running one.
#[server]
pub async fn start_quiz(
    course: String,
    module_no: i32,
    #[server(rename = "pair")] section: i32,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let number = QuizNumber::new(module_no, section);
    let path = quiz_path(&course, number);
    me.cx
        .within(async move |conn| attempts::start(conn, user, &course, number, &clock).await)
        .await?;
    redirect(format!("{path}?show=1"));
    Ok(())
}

/// Learners: stores the answer to one question of a running attempt, then redirects to the page
/// that `go` names. Without `go`, the page stays. Fields equal to `basis` (a hash of the form as it
/// was rendered) are left unchanged, so that a stale tab cannot overwrite newer answers. `tab` and
/// `change` give the order in which a tab sent its changes.
#[server]
pub async fn save_answer(
    attempt: AttemptId,
    /// Index of the question, from 0.
    question: usize,
    #[server(default)] given: AnswerForm,
    basis: Option<String>,
    tab: Option<uuid::Uuid>,
    change: Option<i32>,
    go: Option<String>,
) -> AppResult<SaveReply> {
    let me = require_user()?;
    let user = me.user_id();
    let now = chrono::Utc::now();
    let answer = AnswerChange::new(question, given, basis, tab, change);
    let go = go.filter(|go| go == "end" || go.parse::<u32>().is_ok());
    let (row, basis, path) = me
        .cx
        .within(async move |conn| {
            let (row, basis) = attempts::save(conn, user, attempt, &answer, now).await?;
            let path = path_of(conn, user, row.quiz).await?;
            Ok((row, basis, path))
        })
        .await?;
    let Some(basis) = basis else {
        redirect(format!("{path}?show={attempt}"));
        return Ok(SaveReply::default());
    };
    if let Some(go) = go {
        redirect(format!("{path}?show={go}"));
    }
    Ok(SaveReply {
        basis,
        seconds_left: row.expires_at.map(|at| seconds_left(at, now)),
    })
}

/// Learners: hands in an attempt. Calling it again has no further effect. A page whose clock has
/// run down sets `time_over`; an attempt that was extended then goes on.
#[server]
pub async fn submit_quiz(attempt: AttemptId, time_over: Option<String>) -> AppResult<SaveReply> {
    let me = require_user()?;
    let user = me.user_id();
    let now = chrono::Utc::now();
    let by_clock = time_over.is_some();
    let (path, expires_at) = me
        .cx
        .within(async move |conn| {
            let (quiz, expires_at) = attempts::submit(conn, user, attempt, by_clock, now).await?;
            Ok((path_of(conn, user, quiz).await?, expires_at))
        })
        .await?;
    if expires_at.is_none() {
        redirect(format!("{path}?show={attempt}"));
    }
    Ok(SaveReply {
        basis: String::new(),
        seconds_left: expires_at.map(|at| seconds_left(at, now)),
    })
}

/// The address of the quiz, if the learner is enrolled. The error of others rolls back the
/// transaction, so that nothing is saved.
#[cfg(feature = "ssr")]
async fn path_of(conn: &mut Conn, user: UserId, quiz: QuizKey) -> AppResult<String> {
    let slug = studying::studied_slug(conn, user, quiz.course)
        .await?
        .ok_or_else(not_enrolled)?;
    Ok(quiz_path(&slug, quiz.number))
}
