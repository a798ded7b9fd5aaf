//! Server functions of the gradebook, for tutors of the course and admins.

use leptos::prelude::*;

use super::{GradebookPage, GradebookQuery, LearnerPage, RegradePage};
use crate::platform::error::AppResult;
use crate::platform::ids::{ExamId, QuestionId, UserId};

#[cfg(feature = "ssr")]
use {
    super::{RulingKind, learner_path},
    crate::course::server::search,
    crate::exam::teach::exam_path,
    crate::exam::teach::server::store as exam_store,
    crate::gradebook::server::actions::ActionContext,
    crate::gradebook::server::view,
    crate::paths::regrade_path,
    crate::platform::address,
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::error::{AppError, FieldProblems},
    crate::platform::http::server_fns::redirect,
    crate::platform::ids::{AttemptId, QuizNumber},
    crate::platform::time::Clock,
    crate::quiz::server::regrade::work,
    crate::teaching::server::fields,
    serde_json::json,
};

/// Returns one page of the course's learners.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_gradebook(
    course: String,
    #[server(default)] query: GradebookQuery,
) -> AppResult<GradebookPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    search::check_length(&query.q)?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let id = tutor.course;
    (tutor.signed_in.cx)
        .within(async move |conn| view::gradebook(conn, id, course, query, &clock).await)
        .await
}

/// Returns one learner of the course, with the attempt `attempt` if it is not empty.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_learner(
    course: String,
    username: String,
    attempt: String,
) -> AppResult<LearnerPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let opened = match attempt.as_str() {
        "" => None,
        id => Some(AttemptId(
            id.parse()
                .map_err(|_| crate::quiz::server::attempt::no_attempt())?,
        )),
    };
    let clock = Clock::of(&tutor.signed_in.cx);
    let id = tutor.course;
    (tutor.signed_in.cx)
        .within(async move |conn| view::learner(conn, id, course, &username, opened, &clock).await)
        .await
}

/// Resets a quiz for a learner.
#[server]
pub async fn reset_quiz(
    course: String,
    learner: UserId,
    module_no: i32,
    #[server(rename = "pair")] section: i32,
    reason: String,
) -> AppResult<()> {
    carry_out(
        &course,
        learner,
        reason,
        TutorAction::Reset(QuizNumber::new(module_no, section)),
    )
    .await
}

/// Excuses a learner from a quiz, which then counts as passed.
#[server]
pub async fn excuse_quiz(
    course: String,
    learner: UserId,
    module_no: i32,
    #[server(rename = "pair")] section: i32,
    reason: String,
) -> AppResult<()> {
    carry_out(
        &course,
        learner,
        reason,
        TutorAction::Excuse(QuizNumber::new(module_no, section)),
    )
    .await
}

/// Ends a learner's excuse from a quiz.
#[server]
pub async fn end_excuse(
    course: String,
    learner: UserId,
    module_no: i32,
    #[server(rename = "pair")] section: i32,
    reason: String,
) -> AppResult<()> {
    carry_out(
        &course,
        learner,
        reason,
        TutorAction::EndExcuse(QuizNumber::new(module_no, section)),
    )
    .await
}

/// Unlocks a module for a learner, or all modules if `module_no` is None.
#[server]
pub async fn unlock_module(
    course: String,
    learner: UserId,
    module_no: Option<i32>,
    reason: String,
) -> AppResult<()> {
    carry_out(&course, learner, reason, TutorAction::Unlock(module_no)).await
}

/// Sets a learner's extra time (in percent) and extra attempts. With `running`, a running attempt
/// gets the extra time, too.
#[server]
pub async fn allow_more(
    course: String,
    learner: UserId,
    extra_time_percent: String,
    extra_attempts: String,
    running: Option<String>,
    reason: String,
) -> AppResult<()> {
    let allow = TutorAction::Allow {
        extra_time_percent,
        extra_attempts,
        running: running.is_some(),
    };
    carry_out(&course, learner, reason, allow).await
}

/// Resets an exam for a learner.
#[server]
pub async fn reset_exam(
    course: String,
    learner: UserId,
    exam: ExamId,
    reason: String,
) -> AppResult<()> {
    carry_out(&course, learner, reason, TutorAction::ResetExam(exam)).await
}

/// Excuses a learner from an exam.
#[server]
pub async fn excuse_exam(
    course: String,
    learner: UserId,
    exam: ExamId,
    reason: String,
) -> AppResult<()> {
    carry_out(&course, learner, reason, TutorAction::ExcuseExam(exam)).await
}

/// Ends a learner's excuse from an exam.
#[server]
pub async fn end_exam_excuse(
    course: String,
    learner: UserId,
    exam: ExamId,
    reason: String,
) -> AppResult<()> {
    carry_out(&course, learner, reason, TutorAction::EndExamExcuse(exam)).await
}

/// Sets the extra time and the extra sittings of the learner with this e-mail address, also for a
/// running sitting.
#[server]
pub async fn allow_exam(
    course: String,
    exam: ExamId,
    email: String,
    extra_time_percent: String,
    extra_attempts: String,
    reason: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let email = email.trim().to_lowercase();
    cx.within(async move |conn| {
        let learner = exam_store::learner(conn, tutor.course, &email).await?;
        let mut problems = FieldProblems::default();
        let learner = problems.keep(learner.ok_or_else(|| {
            AppError::field("email", "No learner in this course has this email address.")
        }));
        let allowed = allowances(&mut problems, &extra_time_percent, &extra_attempts);
        let reason = problems.keep(fields::reason(&reason));
        let (Some(learner), Some(allowed), Some(reason)) = (learner, allowed, reason) else {
            return Err(problems.error());
        };
        let action = ActionContext::begin(conn, &tutor, learner, reason).await?;
        action.allow_exam(conn, exam, allowed).await
    })
    .await?;
    redirect(exam_path(&course, exam));
    Ok(())
}

/// Reads the percentage of extra time and the number of extra attempts.
#[cfg(feature = "ssr")]
fn allowances(problems: &mut FieldProblems, time: &str, attempts: &str) -> Option<(i32, i32)> {
    let time = problems.keep(fields::number("extra_time_percent", time, 1000));
    let attempts = problems.keep(fields::number("extra_attempts", attempts, 100));
    time.zip(attempts)
}

/// Action for one learner. A quiz is given as module and section.
#[cfg(feature = "ssr")]
enum TutorAction {
    Reset(QuizNumber),
    Excuse(QuizNumber),
    EndExcuse(QuizNumber),
    Unlock(Option<i32>),
    /// Values as they were typed, not yet checked.
    Allow {
        extra_time_percent: String,
        extra_attempts: String,
        running: bool,
    },
    ResetExam(ExamId),
    ExcuseExam(ExamId),
    EndExamExcuse(ExamId),
}

#[cfg(feature = "ssr")]
impl TutorAction {
    /// Name in the address of the learner's page, which then confirms the action.
    fn name(&self) -> &'static str {
        match self {
            Self::Reset(_) => "reset",
            Self::Excuse(_) => "excuse",
            Self::EndExcuse(_) => "end-excuse",
            Self::Unlock(_) => "unlock",
            Self::Allow { .. } => "allow",
            Self::ResetExam(_) => "reset-exam",
            Self::ExcuseExam(_) => "excuse-exam",
            Self::EndExamExcuse(_) => "end-exam-excuse",
        }
    }
}

/// Carries out the action and redirects to the learner's page, which confirms it.
#[cfg(feature = "ssr")]
async fn carry_out(
    course: &str,
    learner: UserId,
    reason: String,
    what: TutorAction,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(course).await?;
    let cx = tutor.signed_in.cx.clone();
    let name = what.name();
    let mut problems = FieldProblems::default();
    let allowed = match &what {
        TutorAction::Allow {
            extra_time_percent,
            extra_attempts,
            ..
        } => allowances(&mut problems, extra_time_percent, extra_attempts),
        _ => Some((0, 0)),
    };
    let reason = problems.keep(fields::reason(&reason));
    let (Some(allowed), Some(reason)) = (allowed, reason) else {
        return Err(problems.error());
    };
    let done = cx
        .within(async move |conn| {
            let action = ActionContext::begin(conn, &tutor, learner, reason).await?;
            Ok(match what {
                TutorAction::Reset(quiz) => action.reset(conn, quiz).await?,
                TutorAction::Excuse(quiz) => action.excuse(conn, quiz).await?,
                TutorAction::EndExcuse(quiz) => action.end_excuse(conn, quiz).await?,
                TutorAction::Unlock(module) => action.unlock(conn, module).await?,
                TutorAction::Allow { running, .. } => action.allow(conn, allowed, running).await?,
                TutorAction::ResetExam(exam) => action.reset_exam(conn, exam).await?,
                TutorAction::ExcuseExam(exam) => action.excuse_exam(conn, exam).await?,
                TutorAction::EndExamExcuse(exam) => action.end_exam_excuse(conn, exam).await?,
            })
        })
        .await?;
    let path = learner_path(course, &done.learner.username);
    let said = if done.is_news { name } else { "" };
    redirect(address::with_query(&path, &[("done", said)]));
    Ok(())
}

/// Returns a question with a forecast of a regrade under `ruling`. Without a ruling there is no
/// forecast.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_regrade(
    course: String,
    question: QuestionId,
    ruling: String,
) -> AppResult<RegradePage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let ruling = RulingKind::parse(&ruling);
    let id = tutor.course;
    (tutor.signed_in.cx)
        .within(async move |conn| view::regrade(conn, id, course, question, ruling, &clock).await)
        .await
}

/// Regrades the answers to a question.
///
/// # Errors
///
/// `Conflict` if the question or its decisions have changed since the forecast `seen` was shown.
#[server]
pub async fn regrade_question(
    course: String,
    question: QuestionId,
    ruling: String,
    seen: String,
    reason: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let mut problems = FieldProblems::default();
    let kind = problems.keep(
        RulingKind::parse(&ruling)
            .ok_or_else(|| AppError::field("ruling", "Choose what counts as correct.")),
    );
    let reason = problems.keep(fields::reason(&reason));
    let (Some(kind), Some(reason)) = (kind, reason) else {
        return Err(problems.error());
    };
    let now = chrono::Utc::now();
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| {
        let found = view::seen(conn, tutor.course, question).await?;
        if found.mark != seen {
            return Err(AppError::Conflict(
                "The question has been changed or regraded since you opened this page. Please reload the page."
                    .to_owned(),
            ));
        }
        let subject = (tutor.course, question);
        let by = tutor.signed_in.user_id();
        let ruling = kind.about(found.question);
        let regrading = work::order(conn, subject, &ruling, &reason, by, now).await?;
        Ok(AuditEntry::done("quiz.regraded")
            .of("question", question)
            .change(
                None,
                Some(json!({"regrading_id": regrading, "ruling": kind.name(), "reason": reason})),
            )
            .by(&tutor.signed_in.cx)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(regrade_path(&course, question));
    Ok(())
}
