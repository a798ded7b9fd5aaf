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
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    crate::platform::ids::{CourseId, QuizNumber, UserId},
    crate::platform::time::Clock,
    crate::question_bank::server::answer::{AnswerChange, TabChange},
    crate::question_bank::server::timing::seconds_left,
    crate::quiz::server::attempt::SavedAttempt,
    crate::quiz::server::store::QuizKey,
    crate::quiz::server::view::QuizPart,
    crate::quiz::server::{attempt as attempts, view},
};

/// Learners: loads a quiz of a course that the learner is enrolled in. `show` is empty, the number
/// of a question from 1, `end`, or the id of an attempt that has ended.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_quiz(
    course: String,
    module_no: i32,
    pair: i32,
    show: String,
) -> AppResult<QuizPage> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let number = QuizNumber::new(module_no, pair);
    let look = match (show.as_str(), show.parse::<usize>()) {
        ("", _) => QuizPart::Quiz,
        ("end", _) => QuizPart::End,
        (_, Ok(number)) => QuizPart::Question(number.saturating_sub(1)),
        (id, _) => QuizPart::Attempt(AttemptId(uuid::Uuid::parse_str(id).map_err(|_| {
            AppError::NotFound("There is nothing of this kind to see here.".to_owned())
        })?)),
    };
    me.cx
        .within(async move |conn| view::page(conn, user, course, number, look, &clock).await)
        .await
}

/// Learners: starts an attempt, or continues the running one.
#[server]
pub async fn start_quiz(course: String, module_no: i32, pair: i32) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let number = QuizNumber::new(module_no, pair);
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
    let answering = AnswerChange {
        question,
        sent: given,
        basis,
        change: tab
            .zip(change)
            .map(|(tab, number)| TabChange { tab, number }),
    };
    let go = go.filter(|go| go == "end" || go.parse::<u32>().is_ok());
    let (saved, slug) = me
        .cx
        .within(async move |conn| {
            let saved = attempts::save(conn, user, attempt, &answering, now).await?;
            let (SavedAttempt::Kept { quiz, .. } | SavedAttempt::TooLate(quiz)) = &saved;
            let slug = studied_slug(conn, user, quiz.course).await?;
            Ok((saved, slug))
        })
        .await?;
    match saved {
        SavedAttempt::Kept {
            quiz,
            basis,
            expires_at,
        } => {
            if let Some(go) = go {
                redirect(format!("{}?show={go}", path_of(&slug, quiz)));
            }
            Ok(SaveReply {
                basis,
                seconds_left: expires_at.map(|at| seconds_left(at, now)),
            })
        }
        SavedAttempt::TooLate(quiz) => {
            redirect(format!("{}?show={attempt}", path_of(&slug, quiz)));
            Ok(SaveReply::default())
        }
    }
}

/// Learners: hands in an attempt. Calling it again has no further effect. A page whose clock has
/// run down sets `time_over`; an attempt that was extended then goes on.
#[server]
pub async fn submit_quiz(attempt: AttemptId, time_over: Option<String>) -> AppResult<SaveReply> {
    let me = require_user()?;
    let user = me.user_id();
    let now = chrono::Utc::now();
    let (quiz, slug, expires_at) = me
        .cx
        .within(async move |conn| {
            let (quiz, expires_at) = match time_over {
                Some(_) => attempts::run_down(conn, user, attempt, now).await?,
                None => (attempts::submit(conn, user, attempt, now).await?, None),
            };
            let slug = studied_slug(conn, user, quiz.course).await?;
            Ok((quiz, slug, expires_at))
        })
        .await?;
    if expires_at.is_none() {
        redirect(format!("{}?show={attempt}", path_of(&slug, quiz)));
    }
    Ok(SaveReply {
        basis: String::new(),
        seconds_left: expires_at.map(|at| seconds_left(at, now)),
    })
}

/// The course's slug, if the learner is enrolled. The error of others rolls back the transaction,
/// so that nothing is saved.
#[cfg(feature = "ssr")]
async fn studied_slug(conn: &mut Conn, user: UserId, course: CourseId) -> AppResult<String> {
    studying::studied_slug(conn, user, course)
        .await?
        .ok_or_else(not_enrolled)
}

#[cfg(feature = "ssr")]
fn path_of(slug: &str, quiz: QuizKey) -> String {
    quiz_path(slug, quiz.number)
}
