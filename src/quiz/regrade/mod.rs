//! Regrading: once a question was wrong, it is decided anew what is right, and what was answered is graded again. An
//! attempt keeps its questions as they were shown; a regrade is a record beside it, and the newest is its result. A pass
//! stays a pass.

pub mod store;
#[cfg(test)]
mod tests;
pub mod work;

pub use self::work::catch_up;

use uuid::Uuid;

use self::store::Applied;
use super::AttemptStatus;
use super::grade::{self, Frozen, FrozenKind, FrozenOption};
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

/// Why the present key says nothing about what was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    OtherType,
    OptionsGone,
    ProgramChanged,
    PartsChanged,
}

impl Obstacle {
    pub fn sentence(self) -> &'static str {
        match self {
            Self::OtherType => "The question is of another type now.",
            Self::OptionsGone => {
                "A right option of theirs is gone, or none of theirs is right now."
            }
            Self::ProgramChanged => "They were shown another program.",
            Self::PartsChanged => "They were shown other parts to order or match.",
        }
    }
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

/// The present key, said of what was shown: options by their id, parts by their text.
fn rekey(shown: &FrozenKind, present: &FrozenKind) -> Result<FrozenKind, Obstacle> {
    match (shown, present) {
        (
            FrozenKind::Choice { several, options },
            FrozenKind::Choice {
                options: present, ..
            },
        ) => {
            let options: Vec<FrozenOption> = options
                .iter()
                .map(|shown| {
                    let now = present.iter().find(|option| option.id == shown.id);
                    let is_correct = match now {
                        Some(option) => option.is_correct,
                        // A wrong one that the question has lost is still wrong.
                        None if !shown.is_correct => false,
                        None => return Err(Obstacle::OptionsGone),
                    };
                    Ok(FrozenOption {
                        is_correct,
                        ..shown.clone()
                    })
                })
                .collect::<Result<_, _>>()?;
            match options.iter().any(|option| option.is_correct) {
                true => Ok(FrozenKind::Choice {
                    several: *several,
                    options,
                }),
                false => Err(Obstacle::OptionsGone),
            }
        }
        (FrozenKind::ShortAnswer { .. }, FrozenKind::ShortAnswer { .. }) => Ok(present.clone()),
        (
            FrozenKind::Tracing { program_html, .. },
            FrozenKind::Tracing {
                program_html: now, ..
            },
        ) => match program_html == now {
            true => Ok(present.clone()),
            false => Err(Obstacle::ProgramChanged),
        },
        (FrozenKind::Ordering { items, shown }, FrozenKind::Ordering { items: present, .. }) => {
            let texts: Vec<&str> = present.iter().map(|(_, html)| html.as_str()).collect();
            Ok(FrozenKind::Ordering {
                items: by_text(items, &texts).ok_or(Obstacle::PartsChanged)?,
                shown: shown.clone(),
            })
        }
        (
            FrozenKind::Matching { left, right, .. },
            FrozenKind::Matching {
                left: lefts,
                right: rights,
                pairs,
            },
        ) => {
            let texts: Vec<(&str, &str)> = lefts
                .iter()
                .filter_map(|(id, html)| {
                    let to = pairs.get(id)?;
                    let (_, other) = rights.iter().find(|(id, _)| id == to)?;
                    Some((html.as_str(), other.as_str()))
                })
                .collect();
            let (from, to): (Vec<&str>, Vec<&str>) = texts.into_iter().unzip();
            let from = by_text(left, &from).ok_or(Obstacle::PartsChanged)?;
            let to = by_text(right, &to).ok_or(Obstacle::PartsChanged)?;
            let pairs = from
                .iter()
                .zip(&to)
                .map(|((from, _), (to, _))| (*from, *to))
                .collect();
            Ok(FrozenKind::Matching {
                left: left.clone(),
                right: right.clone(),
                pairs,
            })
        }
        _ => Err(Obstacle::OtherType),
    }
}

/// The parts in the order of the texts, if they are the same.
fn by_text(parts: &[(Uuid, String)], texts: &[&str]) -> Option<Vec<(Uuid, String)>> {
    let mut left: Vec<&(Uuid, String)> = parts.iter().collect();
    let ordered: Option<Vec<(Uuid, String)>> = texts
        .iter()
        .map(|text| {
            let at = left.iter().position(|(_, html)| html == text)?;
            Some(left.remove(at).clone())
        })
        .collect();
    ordered.filter(|_| left.is_empty())
}
