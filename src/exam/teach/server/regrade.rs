//! Regrades sittings after a question was wrong. Each regrade adds a row that points to the old
//! grading, which stays.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::exam::server::grade::AnswerSheet;
use crate::exam::server::record;
use crate::exam::server::record::{ExamRegrading, Grading, SittingHead};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExamId, QuestionId, SittingId, UserId};
use crate::question_bank::server::apply_key::{Obstacle, Ruling};
use crate::question_bank::server::freeze::freeze;
use crate::question_bank::server::store as question_bank;

/// Result of a regrade.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegradedSittings {
    pub regraded: usize,
    /// Learner and sitting of each regraded sitting whose score or outcome changed.
    pub changed: Vec<(UserId, SittingId)>,
    /// Number of sittings that the present key cannot grade.
    pub left: usize,
    /// Number of running sittings, which apply the decision when they end.
    pub running: i64,
    pub obstacle: Option<Obstacle>,
}

/// Checks that there is a ruling with this name.
pub fn check_ruling(name: &str) -> AppResult<()> {
    match name {
        "everybody" | "key" => Ok(()),
        _ => Err(no_ruling()),
    }
}

fn no_ruling() -> AppError {
    AppError::field("ruling", "Choose what counts as correct.")
}

/// Returns the ruling with this name; for `key`, with the present key of the question.
pub async fn ruling(
    conn: &mut Conn,
    course: CourseId,
    question: QuestionId,
    name: &str,
) -> AppResult<Ruling> {
    match name {
        "everybody" => Ok(Ruling::Everybody),
        "key" => {
            let gone = || AppError::field("ruling", "The question is no longer in the bank.");
            let present = question_bank::questions(conn, &[question]).await?.pop();
            let is_ours =
                crate::exam::server::store::is_question_of(conn, course, question).await?;
            let present = present.filter(|_| is_ours).ok_or_else(gone)?;
            Ok(Ruling::Key(freeze(present).kind))
        }
        _ => Err(no_ruling()),
    }
}

/// Regrades one sitting (`only`), or all of the exam's sittings that had the question. For all of
/// them it also stores the decision, so that running sittings apply it when they end.
pub async fn regrade(
    conn: &mut Conn,
    exam: ExamId,
    only: Option<SittingId>,
    decided: &ExamRegrading,
    now: DateTime<Utc>,
) -> AppResult<RegradedSittings> {
    let mut done = RegradedSittings::default();
    if only.is_none() {
        record::hold_ends(conn, exam).await?;
        record::decide(conn, exam, decided, now).await?;
        done.running = record::count_running(conn, exam, decided.question).await?;
    }
    let question = decided.question.0;
    for attempt in record::attempts(conn, exam, only, Some(question)).await? {
        match carry_out(conn, &attempt, decided).await? {
            Ok(Some(sheet)) => {
                done.regraded += 1;
                let outcome = sheet.outcome();
                if (outcome.score, outcome.passed) != (attempt.score, attempt.passed) {
                    done.changed.push((attempt.user_id, attempt.sitting_id));
                }
            }
            Ok(None) => {}
            Err(obstacle) => {
                done.left += 1;
                done.obstacle = Some(obstacle);
            }
        }
    }
    Ok(done)
}

/// Applies the decisions made while a sitting ran, once it has ended.
pub async fn catch_up(conn: &mut Conn, head: &SittingHead) -> AppResult<()> {
    for decided in record::decided_since(conn, head.exam_id, head.started_at).await? {
        let (sitting, question) = (Some(head.sitting_id), Some(decided.question.0));
        for attempt in record::attempts(conn, head.exam_id, sitting, question).await? {
            // A decision that cannot be applied leaves the grading unchanged.
            let _ = carry_out(conn, &attempt, &decided).await?;
        }
    }
    Ok(())
}

/// Regrades a sitting and stores the new sheet. Returns None if the decision changes nothing.
async fn carry_out(
    conn: &mut Conn,
    attempt: &Grading,
    decided: &ExamRegrading,
) -> AppResult<Result<Option<AnswerSheet>, Obstacle>> {
    let sheet = regraded(attempt, decided.question.0, &decided.ruling);
    if let Ok(Some(sheet)) = &sheet {
        record::regrade(conn, attempt, sheet, &decided.reason, decided.by).await?;
    }
    Ok(sheet)
}

/// Returns the sheet under the ruling; None if nothing changes.
fn regraded(
    attempt: &Grading,
    question: Uuid,
    ruling: &Ruling,
) -> Result<Option<AnswerSheet>, Obstacle> {
    let mut sheet = attempt.sheet.clone();
    for answered in &mut sheet.questions {
        if answered.question.question_id.0 != question {
            continue;
        }
        let key = ruling.applied_to(&answered.question.kind)?;
        answered.is_void = key.is_none();
        if let Some(key) = key {
            answered.question.kind = key;
        }
    }
    sheet.grade();
    Ok((sheet != attempt.sheet).then_some(sheet))
}
