//! Grading again after a question was wrong: a new row of the record points to the old one, which stays.

use uuid::Uuid;

use crate::exam::record::{self, Attempt};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExamId, QuestionId, SittingId, UserId};
use crate::quiz::attempt::freeze;
use crate::quiz::regrade::Ruling;
use crate::quiz::rekey::{Obstacle, rekey};
use crate::quiz::store;

/// What a regrade has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    pub regraded: usize,
    /// Of these, the learners with another result, and the sittings.
    pub changed: Vec<(UserId, SittingId)>,
    /// Of sittings that can't be graded by the present key, one's reason.
    pub left: usize,
    pub obstacle: Option<Obstacle>,
}

/// The ruling by its name, with what the question's key says now.
pub async fn ruling(
    conn: &mut Conn,
    course: CourseId,
    question: QuestionId,
    name: &str,
) -> AppResult<Ruling> {
    match name {
        "everybody" => Ok(Ruling::Everybody),
        "key" => {
            let gone = || AppError::field("ruling", "The question is not in the bank any more.");
            let present = store::questions(conn, &[question]).await?.pop();
            let is_ours = crate::exam::store::is_question_of(conn, course, question).await?;
            let present = present.filter(|_| is_ours).ok_or_else(gone)?;
            Ok(Ruling::Key(freeze(present).kind))
        }
        _ => Err(AppError::field("ruling", "Choose what is right now.")),
    }
}

/// Grades again the sittings that had the question; all of the exam's, or one.
pub async fn regrade(
    conn: &mut Conn,
    by: UserId,
    exam: ExamId,
    sitting: Option<SittingId>,
    question: QuestionId,
    ruling: &Ruling,
    reason: &str,
) -> AppResult<Done> {
    let mut done = Done::default();
    for attempt in record::attempts(conn, exam, sitting, Some(question.0)).await? {
        match regraded(&attempt, question.0, ruling) {
            Ok(Some(sheet)) => {
                record::regrade(conn, &attempt, &sheet, reason, by).await?;
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

/// The sheet under the ruling; None where nothing of it changes.
fn regraded(
    attempt: &Attempt,
    question: Uuid,
    ruling: &Ruling,
) -> Result<Option<crate::exam::paper::AnswerSheet>, Obstacle> {
    let mut sheet = attempt.sheet.clone();
    for answered in &mut sheet.questions {
        if answered.question.question_id.0 != question {
            continue;
        }
        match ruling {
            Ruling::Everybody => answered.is_void = true,
            Ruling::Key(present) => {
                answered.question.kind = rekey(&answered.question.kind, present)?;
                answered.is_void = false;
            }
        }
    }
    sheet.grade();
    Ok((sheet != attempt.sheet).then_some(sheet))
}
