//! The part of a quiz or an exam that an address names in its parameter `show`.

use uuid::Uuid;

use super::refusals::nothing_here;
use crate::platform::error::AppResult;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownPart {
    /// The terms of the next attempt, or the running attempt.
    Start,
    /// Index of a question of the running attempt, from 0.
    Question(usize),
    /// Last page of the running attempt, which hands in.
    End,
    /// Result of an attempt that has ended.
    Result(Uuid),
}

impl ShownPart {
    /// Reads `show`: empty, the number of a question from 1, `end`, or the id of an ended attempt.
    pub fn parse(show: &str) -> AppResult<Self> {
        Ok(match (show, show.parse::<usize>()) {
            ("", _) => Self::Start,
            ("end", _) => Self::End,
            (_, Ok(number)) => Self::Question(number.saturating_sub(1)),
            (id, _) => Self::Result(parse_id(id)?),
        })
    }

    /// Returns the ended attempt whose result is shown. `newest` is the learner's newest attempt.
    /// It is shown instead of a question if its time ran out meanwhile.
    pub fn ended(self, is_running: bool, newest: Option<Uuid>) -> Option<Uuid> {
        match self {
            Self::Result(attempt) => Some(attempt),
            Self::Question(_) | Self::End if !is_running => newest,
            _ => None,
        }
    }

    /// Returns the index of the question of the running attempt; None on the last page.
    pub fn question(self) -> Option<usize> {
        match self {
            Self::Question(at) => Some(at),
            Self::End => None,
            Self::Start | Self::Result(_) => Some(0),
        }
    }
}

/// Reads an id in an address.
pub fn parse_id(text: &str) -> AppResult<Uuid> {
    Uuid::parse_str(text).map_err(|_| nothing_here())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_question_from_one_or_an_ended_attempt() {
        let id = Uuid::from_u128(7);
        let parse = |show: &str| ShownPart::parse(show).unwrap();
        assert_eq!(parse(""), ShownPart::Start);
        assert_eq!(parse("1").question(), Some(0));
        assert_eq!(parse("end").question(), None);
        assert_eq!(parse(&id.to_string()), ShownPart::Result(id));
        assert!(ShownPart::parse("nothing").is_err());
    }

    #[test]
    fn a_question_of_an_ended_attempt_shows_its_result() {
        let (old, newest) = (Uuid::from_u128(1), Some(Uuid::from_u128(2)));
        let question = ShownPart::Question(3);
        assert_eq!(question.ended(false, newest), newest);
        assert_eq!(question.ended(true, newest), None);
        assert_eq!(ShownPart::Start.ended(false, newest), None);
        assert_eq!(ShownPart::Result(old).ended(true, newest), Some(old));
    }
}
