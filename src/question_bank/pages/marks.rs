//! Marks of questions in the navigator and on the last page of an attempt.

use crate::question_bank::Mark;

impl Mark {
    /// Class of the question's button in the navigator.
    pub fn class(self) -> &'static str {
        match (self.answered, self.flagged) {
            (_, true) => "chip flagged",
            (true, false) => "chip answered",
            (false, false) => "chip",
        }
    }

    /// Text for screen readers.
    pub fn words(self) -> &'static str {
        match (self.answered, self.flagged) {
            (true, true) => "answered, flagged",
            (true, false) => "answered",
            (false, true) => "not answered, flagged",
            (false, false) => "not answered",
        }
    }
}

/// Number of questions without an answer.
pub fn count_open(marks: &[Mark]) -> usize {
    marks.iter().filter(|mark| !mark.answered).count()
}

/// Says how many questions have no answer, before handing in.
pub fn open_words(open: usize) -> String {
    match open {
        0 => "You have answered every question.".to_owned(),
        1 => "One question is not answered yet.".to_owned(),
        count => format!("{count} questions are not answered yet."),
    }
}
