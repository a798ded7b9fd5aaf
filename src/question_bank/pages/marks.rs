//! Marks of questions in the navigator and on the last page of an attempt.

use crate::question_bank::{AnswerState, Mark};

impl AnswerState {
    pub fn words(self) -> &'static str {
        match self {
            Self::Complete => "answered",
            Self::Incomplete => "incomplete",
            Self::Missing => "not answered",
        }
    }
}

impl Mark {
    /// Class of the question's button in the navigator.
    pub fn class(self) -> &'static str {
        match (self.flagged, self.answer) {
            (true, _) => "chip flagged",
            (false, AnswerState::Complete) => "chip answered",
            (false, AnswerState::Incomplete) => "chip incomplete",
            (false, AnswerState::Missing) => "chip",
        }
    }

    pub fn words(self) -> &'static str {
        match (self.answer, self.flagged) {
            (AnswerState::Complete, true) => "answered, flagged",
            (AnswerState::Incomplete, true) => "incomplete, flagged",
            (AnswerState::Missing, true) => "not answered, flagged",
            (answer, false) => answer.words(),
        }
    }
}

/// Says how many questions have no answer or an incomplete one, before handing in.
pub fn open_words(marks: &[Mark]) -> String {
    let count = |state| marks.iter().filter(|mark| mark.answer == state).count();
    let missing = match count(AnswerState::Missing) {
        0 => None,
        1 => Some("One question is not answered yet.".to_owned()),
        count => Some(format!("{count} questions are not answered yet.")),
    };
    let incomplete = match count(AnswerState::Incomplete) {
        0 => None,
        1 => Some("One answer is incomplete.".to_owned()),
        count => Some(format!("{count} answers are incomplete.")),
    };
    match (missing, incomplete) {
        (None, None) => "You have answered every question.".to_owned(),
        (Some(missing), Some(incomplete)) => format!("{missing} {incomplete}"),
        (Some(said), None) | (None, Some(said)) => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_counts_missing_and_incomplete_answers() {
        let words = |states: &[AnswerState]| {
            let mark = |&answer| Mark {
                answer,
                flagged: false,
            };
            let marks: Vec<Mark> = states.iter().map(mark).collect();
            open_words(&marks)
        };
        use AnswerState::{Complete, Incomplete, Missing};
        assert_eq!(words(&[Complete]), "You have answered every question.");
        assert_eq!(words(&[Complete, Incomplete]), "One answer is incomplete.");
        assert_eq!(
            words(&[Missing, Incomplete, Missing]),
            "2 questions are not answered yet. One answer is incomplete."
        );
    }
}
