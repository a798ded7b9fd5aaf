//! The question bank: questions, how they are asked and graded, and the pages on which tutors write
//! them.

pub mod authoring;
pub mod limits;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use crate::enrollment::TopicLink;
use crate::platform::ui::Html;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// A question and the answer given so far, without the right answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionView {
    pub prompt: Html,
    pub kind: QuestionViewKind,
    pub flagged: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum QuestionViewKind {
    Choice {
        several: bool,
        options: Vec<(Uuid, Html, bool)>,
    },
    ShortAnswer {
        text: String,
    },
    Tracing {
        program: Html,
        compiles: Option<bool>,
        prints: String,
        line: Option<u32>,
    },
    /// Items in the order shown, each with the place from 1 that the learner gave to it.
    Ordering {
        items: Vec<(Uuid, Html, Option<usize>)>,
    },
    /// Items on the left, each with the id of its match, and the items on the right.
    Matching {
        left: Vec<(Uuid, Html, Option<Uuid>)>,
        right: Vec<(Uuid, Html)>,
    },
}

/// How much of a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerState {
    Missing,
    /// Some items have no place or no match yet.
    Incomplete,
    Complete,
}

impl AnswerState {
    /// The state of an answer that gives `given` of `all` places or matches. An answer of any other
    /// type is one of one. Two items with the same place count once.
    pub fn of(given: usize, all: usize) -> Self {
        match given {
            0 => Self::Missing,
            _ if given < all => Self::Incomplete,
            _ => Self::Complete,
        }
    }
}

/// State of a question in the navigator and on the last page of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub answer: AnswerState,
    pub flagged: bool,
}

/// The letter of an item on the right of a matching question, from A; beyond Z its number.
pub fn letter(at: usize) -> String {
    char::from_u32('A' as u32 + at as u32)
        .filter(char::is_ascii_uppercase)
        .map_or_else(|| (at + 1).to_string(), String::from)
}

/// An answer to one question, as the fields of its form. The fields are not checked yet.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    pub options: Vec<String>,
    pub text: Option<String>,
    /// `yes`, `no`, or nothing if neither was chosen.
    pub compiles: Option<String>,
    pub line: Option<String>,
    /// The place of each item. A key is the item's id with an `i` before it.
    pub order: HashMap<String, String>,
    /// The id matched to each item. A key is the item's id with an `i` before it.
    pub matches: HashMap<String, String>,
    pub flagged: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradedQuestion {
    pub prompt: Html,
    /// Percentage of the question's one point, from 0 to 100.
    pub points: i32,
    pub state: AnswerState,
    /// The question's options, items or pairs as they were asked. Marks in words say which were
    /// chosen and which are right.
    pub marked: Html,
    /// The same without the marks of right and wrong, for a withheld result. Stays on the server.
    #[serde(skip)]
    pub unmarked: Html,
    pub explanation: Option<Html>,
    /// The reason why the right answer is not shown, such as a running attempt that asks the same
    /// question. None if the right answer is shown.
    pub withheld: Option<String>,
    /// The topic that the question is about.
    pub topic: Option<TopicLink>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::QuestionType")
)]
#[serde(rename_all = "snake_case")]
pub enum QuestionType {
    SingleChoice,
    MultipleChoice,
    ShortAnswer,
    Tracing,
    Ordering,
    Matching,
}

impl QuestionType {
    pub const ALL: [Self; 6] = [
        Self::SingleChoice,
        Self::MultipleChoice,
        Self::ShortAnswer,
        Self::Tracing,
        Self::Ordering,
        Self::Matching,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::SingleChoice => "single_choice",
            Self::MultipleChoice => "multiple_choice",
            Self::ShortAnswer => "short_answer",
            Self::Tracing => "tracing",
            Self::Ordering => "ordering",
            Self::Matching => "matching",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::SingleChoice => "Single choice",
            Self::MultipleChoice => "Multiple choice (several answers)",
            Self::ShortAnswer => "Short answer",
            Self::Tracing => "Tracing",
            Self::Ordering => "Ordering",
            Self::Matching => "Matching",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The parts of a question that depend on its type. Version 1 of the `payload` column holds them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum QuestionPayload {
    Choice {
        shuffle: bool,
    },
    ShortAnswer {
        /// Accepted answers. The first one is shown as the right answer.
        accepted: Vec<String>,
        /// Largest accepted distance from an accepted number. None compares texts instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tolerance: Option<f64>,
    },
    Tracing {
        language: String,
        program: String,
        /// The program's output. None if the program does not compile.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prints: Option<String>,
        /// Line of the compiler error, from 1. None accepts any line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fails_at_line: Option<u32>,
    },
    /// Items in the right order.
    Ordering {
        items: Vec<String>,
    },
    Matching {
        pairs: Vec<(String, String)>,
    },
}

/// A payload and its version, as stored in the database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPayload {
    pub version: u32,
    #[serde(flatten)]
    pub payload: QuestionPayload,
}

#[cfg(test)]
mod tests {
    use super::AnswerState;

    #[test]
    fn an_answer_is_complete_when_every_part_is_given() {
        assert_eq!(AnswerState::of(0, 6), AnswerState::Missing);
        assert_eq!(AnswerState::of(1, 6), AnswerState::Incomplete);
        assert_eq!(AnswerState::of(5, 6), AnswerState::Incomplete);
        assert_eq!(AnswerState::of(6, 6), AnswerState::Complete);
        assert_eq!(AnswerState::of(1, 1), AnswerState::Complete);
    }
}
