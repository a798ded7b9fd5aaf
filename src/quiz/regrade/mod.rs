//! Regrading: once a question was wrong, it is decided anew what is right, and what was answered is graded again. An
//! attempt keeps its questions as they were shown; a regrade is a record beside it, and the newest is its result. A pass
//! stays a pass.

pub mod store;
#[cfg(test)]
mod tests;
pub mod work;

pub use self::work::catch_up;

use self::store::Applied;
use super::AttemptStatus;
use super::grade::{self, Frozen, FrozenKind};
use super::rekey::{Obstacle, rekey};
use super::store::Attempt;
use crate::platform::ids::QuestionId;

/// What is right from now on.
#[derive(Debug, Clone, PartialEq)]
pub enum Ruling {
    /// What the question's key says now, in the form of a question that is drawn now.
    Key(FrozenKind),
    /// The question was wrong altogether.
    Everybody,
}

/// An attempt's result under a ruling.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Of the question, from 0.
    pub question: usize,
    /// What is right of what was shown; None where everybody gets the point.
    pub key: Option<FrozenKind>,
    pub points: Vec<f64>,
    pub score: i32,
    pub status: AttemptStatus,
}

impl Change {
    /// Whether the learner has something to hear of.
    pub fn changes_result(&self, attempt: &Attempt) -> bool {
        attempt.score != Some(self.score) || attempt.status != self.status
    }
}

/// What the ruling does to a graded attempt; None where all stays as it is.
pub fn regrade(
    attempt: &Attempt,
    question: QuestionId,
    ruling: &Ruling,
    earlier: &[Applied],
) -> Result<Option<Change>, Obstacle> {
    let questions = &attempt.set.questions;
    let found = questions
        .iter()
        .enumerate()
        .find(|(_, frozen)| frozen.question_id == question);
    let Some((at, frozen)) = found else {
        return Ok(None);
    };
    let key = match ruling {
        Ruling::Key(present) => Some(rekey(&frozen.kind, present)?),
        Ruling::Everybody => None,
    };
    let given = attempt.answers.get(&at);
    let answer = given.and_then(|given| given.answer.as_ref());
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
        // A pass is never taken away.
        false => attempt.status,
    };
    Ok(Some(Change {
        question: at,
        key,
        points,
        score,
        status,
    }))
}

/// What counts as right of a question of an attempt; None where everybody got the point. Of several regrades the last holds.
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
