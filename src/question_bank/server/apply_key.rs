//! Regrading of a question: a tutor's ruling on its right answer, and the present key applied to
//! the version that an attempt was shown.

use serde_json::Value;
use uuid::Uuid;

use super::grade::{FrozenKind, FrozenOption};
use crate::platform::error::{AppError, AppResult};

/// A tutor's decision on the right answer of a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Ruling {
    /// The question's present key, in the form of a question that is drawn now.
    Key(FrozenKind),
    /// Everybody gets the point, because the question as a whole was wrong.
    Everybody,
}

impl Ruling {
    /// Returns the question as it was shown with its key under the ruling. None if everybody gets
    /// the point.
    ///
    /// # Errors
    ///
    /// An [`Obstacle`] if the present key cannot be applied to the question as it was shown.
    pub fn applied_to(&self, shown: &FrozenKind) -> Result<Option<FrozenKind>, Obstacle> {
        match self {
            Self::Key(present) => rekey(shown, present).map(Some),
            Self::Everybody => Ok(None),
        }
    }

    /// Reads the ruling from its column `key`.
    pub fn from_column(key: Option<Value>) -> AppResult<Self> {
        Ok(match key {
            Some(key) => {
                Self::Key(serde_json::from_value(key).map_err(|error| AppError::internal(&error))?)
            }
            None => Self::Everybody,
        })
    }

    /// Returns the value of the column `key`.
    pub fn to_column(&self) -> AppResult<Option<Value>> {
        match self {
            Self::Key(key) => {
                (serde_json::to_value(key).map(Some)).map_err(|error| AppError::internal(&error))
            }
            Self::Everybody => Ok(None),
        }
    }
}

/// The reason why the present key cannot be applied to the version that was shown.
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
            Self::OtherType => "The question now has a different type.",
            Self::OptionsGone => {
                "A correct option that they saw no longer exists, or none of the options that they saw is correct now."
            }
            Self::ProgramChanged => "They saw a different program.",
            Self::PartsChanged => "They saw different items to order or match.",
        }
    }
}

/// Returns the shown question with the present key. Options are found by their id, parts to order
/// or match by their text.
pub fn rekey(shown: &FrozenKind, present: &FrozenKind) -> Result<FrozenKind, Obstacle> {
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
                        // A wrong option stays wrong after it was deleted from the question.
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

/// Returns the parts in the order of the texts. None unless both contain the same texts.
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
