//! Regrading: a tutor corrects a wrong question and the answers to it are graded again. The attempt
//! keeps its questions as they were shown. A regrade is a record beside it, and the newest regrade
//! is the attempt's result. A passed attempt stays passed.

pub mod store;
#[cfg(test)]
mod tests;
pub mod work;

pub use self::work::catch_up;

use self::store::Applied;
use super::store::Attempt;
use crate::platform::ids::QuestionId;
use crate::question_bank::server::apply_key::{Obstacle, Ruling};
use crate::question_bank::server::grade::{self, Frozen, FrozenKind, answer_to};
use crate::quiz::AttemptStatus;

/// The result of an attempt under a ruling.
#[derive(Debug, Clone, PartialEq)]
pub struct RegradedResult {
    /// Index of the question, from 0.
    pub question: usize,
    /// The right answer to the question as it was shown. None if everybody gets the point.
    pub key: Option<FrozenKind>,
    pub points: Vec<f64>,
    pub score: i32,
    pub status: AttemptStatus,
}

impl RegradedResult {
    /// Whether the score or the status changes. Only then does the learner get a mail.
    pub fn changes_result(&self, attempt: &Attempt) -> bool {
        attempt.score != Some(self.score) || attempt.status != self.status
    }
}

/// Applies a ruling to a graded attempt. Returns None if nothing changes.
///
/// # Errors
///
/// An [`Obstacle`] if the present key cannot be applied to the question as it was shown.
pub fn regrade(
    attempt: &Attempt,
    question: QuestionId,
    ruling: &Ruling,
    earlier: &[Applied],
) -> Result<Option<RegradedResult>, Obstacle> {
    let questions = &attempt.set.questions;
    let found = questions
        .iter()
        .enumerate()
        .find(|(_, frozen)| frozen.question_id == question);
    let Some((at, frozen)) = found else {
        return Ok(None);
    };
    let key = ruling.applied_to(&frozen.kind)?;
    let answer = answer_to(&attempt.answers, at);
    let point = key.as_ref().map_or(1.0, |kind| {
        grade::points(kind, answer, attempt.partial_credit)
    });
    let mut points = attempt.points.clone();
    let Some(had) = points.get_mut(at) else {
        return Ok(None);
    };
    if *had == point && standing(frozen, at, earlier) == key.as_ref() {
        return Ok(None);
    }
    *had = point;
    let score = grade::percent(&points);
    let status = match score >= attempt.passing_score_percent {
        true => AttemptStatus::Passed,
        // A passed attempt stays passed.
        false => attempt.status,
    };
    Ok(Some(RegradedResult {
        question: at,
        key,
        points,
        score,
        status,
    }))
}

/// The right answer to a question of an attempt. None if everybody got the point. Of several
/// regrades, the last one applies.
pub fn standing<'a>(
    frozen: &'a Frozen,
    at: usize,
    regrades: &'a [Applied],
) -> Option<&'a FrozenKind> {
    match regrades.iter().rev().find(|applied| applied.question == at) {
        Some(applied) => applied.key.as_ref(),
        None => Some(&frozen.kind),
    }
}
