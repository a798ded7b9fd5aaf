//! Server functions of exams for tutors of the course and admins. Every change is written to the
//! audit log.

use leptos::prelude::*;

use super::{
    ExamFields, ExamForm, ExamOverview, ExamStatus, RegradeFields, SittingPage, TaughtExams,
};
use crate::platform::error::AppResult;
use crate::platform::ids::{ExamId, SittingId};

#[cfg(feature = "ssr")]
use {
    super::{REGRADE_REASON_CHARACTERS, exam_path, sitting_path},
    crate::exam::server::mails::{ExamMail, ExamNews},
    crate::exam::server::record::ExamRegrading,
    crate::exam::server::reminder,
    crate::exam::server::sitting::no_exam,
    crate::exam::server::store as exams,
    crate::exam::teach::server::{check, regrade, store, view},
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::auth::store as accounts,
    crate::platform::error::{AppError, FieldProblems},
    crate::platform::figures,
    crate::platform::http::Cx,
    crate::platform::http::server_fns::redirect,
    crate::platform::ids::QuestionId,
    crate::platform::jobs,
    crate::platform::time::{Clock, zones},
    crate::teaching::Area,
    serde_json::json,
};

/// Returns the exams of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_taught_exams(course: String) -> AppResult<TaughtExams> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    cx.within(async move |conn| view::list(conn, tutor.course, &clock).await)
        .await
}

/// Returns the form of an exam, or the form of a new exam if `exam` is empty.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_exam_form(course: String, exam: String) -> AppResult<ExamForm> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    let exam = match exam.as_str() {
        "" => None,
        id => Some(ExamId(uuid::Uuid::parse_str(id).map_err(|_| no_exam())?)),
    };
    let has_own_zone = tutor.signed_in.viewer.time_zone.is_some();
    cx.within(async move |conn| view::form(conn, tutor.course, exam, has_own_zone, &clock).await)
        .await
}

/// Creates or changes an exam. Running sittings keep the terms that they started with. If `go` is
/// "more", saves nothing and shows the form again with one more section.
#[server]
pub async fn save_exam(
    course: String,
    /// None for a new exam.
    id: Option<ExamId>,
    #[server(default)] exam: ExamFields,
    go: Option<String>,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    if go.as_deref() == Some("more") {
        return Err(AppError::Invalid(Vec::new()));
    }
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let (clock, user) = (zoned(&cx, &exam.zone), tutor.signed_in.user_id());
    let exam_id = id.unwrap_or_else(|| ExamId(uuid::Uuid::new_v4()));
    cx.within(async move |conn| {
        let topics = exams::topics(conn, tutor.course).await?;
        let (draft, sections) = check::read(exam_id, &exam, &topics, &clock)?;
        if draft.window.opens_at.or(draft.window.closes_at).is_some() && zones().contains(&exam.zone) {
            // The next page must show the times in the zone in which they were entered.
            accounts::note_zone(conn, user, Some(&exam.zone)).await?;
        }
        let old = match id {
            Some(id) => Some(
                exams::exam(conn, tutor.course, id)
                    .await?
                    .ok_or_else(no_exam)?,
            ),
            None => None,
        };
        if old.as_ref().is_some_and(|old| old.is_published) {
            let bank = exams::bank(conn, tutor.course).await?;
            if let Some(shortage) = check::shortage(&sections, &bank) {
                return Err(AppError::field("sections", shortage));
            }
        }
        let action = match &old {
            Some(_) => {
                store::change(conn, &draft, &sections).await?;
                "exam.changed"
            }
            None => {
                store::create(conn, tutor.course, &draft, &sections).await?;
                "exam.created"
            }
        };
        if old.as_ref().is_some_and(|old| old.window.closes_at != draft.window.closes_at || old.days != draft.days) {
            reminder::take_back(conn, exam_id).await?;
        }
        reminder::remind_before_close(conn, &draft).await?;
        let told = |exam: &exams::Exam| {
            json!({
                "title": exam.title, "duration_seconds": exam.duration_seconds,
                "passing_score_percent": exam.passing_score_percent, "attempts_allowed": exam.attempts_allowed,
                "opens_at": exam.window.opens_at, "closes_at": exam.window.closes_at,
                "opens_after_days": exam.days.opens, "closes_after_days": exam.days.closes, "config": exam.config,
            })
        };
        Ok(AuditEntry::done(action)
            .of("exam", exam_id)
            .change(old.as_ref().map(told), Some(told(&draft)))
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(exam_path(&course, exam_id));
    Ok(())
}

/// Returns a clock in the time zone in which the times of a form were entered.
#[cfg(feature = "ssr")]
fn zoned(cx: &Cx, zone: &str) -> Clock {
    let clock = Clock::of(cx);
    let zone = zone.parse().unwrap_or(clock.zone);
    Clock { zone, ..clock }
}

/// Publishes an exam, makes it a draft again, or retires it.
///
/// # Errors
///
/// Publishing fails if the question bank cannot fill the exam.
#[server]
pub async fn set_exam_status(course: String, exam: ExamId, status: ExamStatus) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let now = chrono::Utc::now();
    cx.within(async move |conn| {
        let old = exams::exam(conn, tutor.course, exam)
            .await?
            .ok_or_else(no_exam)?;
        if status == ExamStatus::Published {
            let sections = exams::sections(conn, exam).await?;
            let bank = exams::bank(conn, tutor.course).await?;
            if let Some(shortage) = check::shortage(&sections, &bank) {
                return Err(AppError::field("", shortage));
            }
            if old.config.adaptive.is_some() {
                exams::calibrate(conn, tutor.course, exam, now).await?;
            }
        }
        let retired_at = (status == ExamStatus::Retired).then_some(now);
        let is_published = status == ExamStatus::Published;
        store::set_status(conn, exam, is_published, retired_at).await?;
        match is_published {
            true => reminder::remind_before_close(conn, &old).await?,
            false => reminder::take_back(conn, exam).await?,
        }
        let action = match status {
            ExamStatus::Draft => "exam.unpublished",
            ExamStatus::Published => "exam.published",
            ExamStatus::Retired => "exam.retired",
        };
        Ok(AuditEntry::done(action)
            .of("exam", exam)
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(&match status {
        ExamStatus::Retired => Area::Exams.path(&course),
        ExamStatus::Draft | ExamStatus::Published => exam_path(&course, exam),
    });
    Ok(())
}

/// Returns an exam with one page of its sittings; pages count from 0.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_exam_overview(
    course: String,
    exam: ExamId,
    page: i64,
) -> AppResult<ExamOverview> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    cx.within(async move |conn| view::overview(conn, tutor.course, exam, page, &clock).await)
        .await
}

/// Returns one sitting with its timeline and answer sheet.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_sitting(
    course: String,
    exam: ExamId,
    sitting: SittingId,
) -> AppResult<SittingPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    cx.within(async move |conn| view::sitting(conn, tutor.course, exam, sitting, &clock).await)
        .await
}

/// Regrades one sitting, or all sittings that had the question.
#[server]
pub async fn regrade_exam(
    course: String,
    exam: ExamId,
    sitting: SittingId,
    #[server(default)] regrade: RegradeFields,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let (by, user) = (cx.clone(), tutor.signed_in.user_id());
    let mut problems = FieldProblems::default();
    let question = uuid::Uuid::parse_str(&regrade.question).map(QuestionId);
    let question =
        problems.keep(question.map_err(|_| AppError::field("question", "Choose a question.")));
    problems.keep(regrade::check_ruling(&regrade.ruling));
    let reason = regrade.reason.trim().to_owned();
    if !(1..=REGRADE_REASON_CHARACTERS as usize).contains(&reason.chars().count()) {
        problems.add(
            "reason",
            format!(
                "Give a reason of at most {} characters. Learners can read it.",
                figures::number(REGRADE_REASON_CHARACTERS as usize)
            ),
        );
    }
    let Some(question) = question else {
        return Err(problems.error());
    };
    problems.check()?;
    let only = match regrade.scope.as_str() {
        "exam" => None,
        _ => Some(sitting),
    };
    cx.within(async move |conn| {
        exams::exam(conn, tutor.course, exam)
            .await?
            .ok_or_else(no_exam)?;
        let ruling = regrade::ruling(conn, tutor.course, question, &regrade.ruling).await?;
        let decided = ExamRegrading {
            question,
            ruling,
            reason: reason.clone(),
            by: Some(user),
        };
        let done = regrade::regrade(conn, exam, only, &decided, chrono::Utc::now()).await?;
        if done.regraded == 0 && done.running == 0 {
            return Err(AppError::field(
                "ruling",
                match done.obstacle {
                    Some(obstacle) => obstacle.sentence(),
                    None => "It is already graded this way.",
                },
            ));
        }
        for &(user, sitting) in &done.changed {
            let reason = reason.clone();
            let news = ExamNews::Regraded { sitting, reason };
            let mail = ExamMail { user, course: tutor.course, exam, news };
            jobs::enqueue(conn, &mail).await?;
        }
        Ok(AuditEntry::done("exam.regraded")
            .of("exam", exam)
            .change(
                None,
                Some(json!({
                    "question": question, "ruling": regrade.ruling, "sitting": only, "reason": reason,
                    "regraded": done.regraded, "changed": done.changed.len(), "left": done.left,
                    "running": done.running,
                })),
            )
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(sitting_path(&course, exam, sitting));
    Ok(())
}
