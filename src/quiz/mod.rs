//! Quizzes: the question bank, attempts at a quiz, and the gates that they open. A quiz belongs to a pair of topics of a
//! module; it is drawn from the questions of that pair.

#[cfg(feature = "ssr")]
pub mod adaptive;
#[cfg(feature = "ssr")]
pub mod answer;
pub mod api;
#[cfg(feature = "ssr")]
pub mod asked;
#[cfg(feature = "ssr")]
pub mod attempt;
pub mod authoring;
#[cfg(feature = "ssr")]
pub mod bank;
#[cfg(feature = "ssr")]
pub mod basis;
#[cfg(feature = "ssr")]
pub mod completion;
#[cfg(feature = "ssr")]
pub mod exchange;
#[cfg(feature = "ssr")]
pub mod gate;
#[cfg(feature = "ssr")]
pub mod grade;
#[cfg(feature = "ssr")]
pub mod mails;
#[cfg(feature = "ssr")]
pub mod number;
pub mod pages;
pub mod practice;
#[cfg(feature = "ssr")]
pub mod progress;
#[cfg(feature = "ssr")]
pub mod regrade;
#[cfg(feature = "ssr")]
pub mod rekey;
#[cfg(feature = "ssr")]
pub mod statistics;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(all(test, feature = "ssr"))]
pub mod tests;
#[cfg(feature = "ssr")]
pub mod timing;
#[cfg(feature = "ssr")]
pub mod view;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::platform::ids::AttemptId;
use crate::platform::ui::Html;
use crate::player::TopicLink;

pub fn quiz_path(course: &str, module_no: i32, pair: i32) -> String {
    format!("/learn/{course}/quiz/{module_no}/{pair}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::AttemptStatus")
)]
#[serde(rename_all = "snake_case")]
pub enum AttemptStatus {
    InProgress,
    Passed,
    Failed,
    /// The time ran out, and what was saved did not pass.
    Expired,
}

/// A quiz as one learner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuizPage {
    pub course_slug: String,
    pub course_title: String,
    pub module_no: i32,
    pub module_title: String,
    pub pair: i32,
    /// What it is about.
    pub topics: Vec<TopicLink>,
    pub is_excused: bool,
    pub state: QuizState,
    pub history: Vec<PastAttempt>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum QuizState {
    Ready(Terms),
    /// It can't be started now, and why.
    Closed(String),
    Running(Box<Running>),
    Result(Box<Graded>),
}

/// What one agrees to by starting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub questions: usize,
    pub passing_score_percent: i32,
    /// In words; None where nobody counts.
    pub time: Option<String>,
    /// Tries that are left, where they are counted.
    pub tries_left: Option<i64>,
    pub is_repeat: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastAttempt {
    pub attempt_id: AttemptId,
    pub status: AttemptStatus,
    pub score: i32,
    /// In words, and exactly.
    pub when: (String, String),
    /// False when the quiz was reset since.
    pub counts: bool,
}

/// An attempt that is under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    pub attempt_id: AttemptId,
    /// By question: whether it is answered, and whether it is flagged.
    pub marks: Vec<(bool, bool)>,
    /// Number and question, from 0; None at the end, where all is handed in.
    pub at: Option<(usize, Shown)>,
    /// Of what was given to that question so far; see `basis`.
    pub basis: String,
    /// Tells this page from others that show the same.
    pub tab: Uuid,
    pub seconds_left: Option<i64>,
}

/// What the page of a running attempt is told with what it sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What the form is based on from now on.
    pub basis: String,
    pub seconds_left: Option<i64>,
}

/// A question with what was answered to it, and nothing of what is right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub prompt: Html,
    pub kind: ShownKind,
    pub flagged: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ShownKind {
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
    /// With the place from 1 that each was given.
    Ordering {
        items: Vec<(Uuid, Html, Option<usize>)>,
    },
    /// What is on the left, with what was matched to it; what is on the right.
    Matching {
        left: Vec<(Uuid, Html, Option<Uuid>)>,
        right: Vec<(Uuid, Html)>,
    },
}

/// What a browser sends for one question: the fields of its form.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sent {
    pub options: Vec<String>,
    pub text: Option<String>,
    /// `yes` or `no`.
    pub compiles: Option<String>,
    pub line: Option<String>,
    /// The place of each item, whose id has an `i` before it.
    pub order: HashMap<String, String>,
    /// What each item was matched to.
    pub matches: HashMap<String, String>,
    pub flagged: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Graded {
    pub status: AttemptStatus,
    pub score: i32,
    pub passing_score_percent: i32,
    pub questions: Vec<GradedQuestion>,
    /// What changed the result since, the oldest first.
    pub regrades: Vec<RegradeNote>,
    /// What is open now.
    pub next: Option<TopicLink>,
    /// What follows and when it opens, where it is closed.
    pub later: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegradeNote {
    pub when: String,
    pub reason: String,
    pub old_score: i32,
    pub new_score: i32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradedQuestion {
    pub prompt: Html,
    /// Percent of its point.
    pub points: i32,
    pub answered: Html,
    pub right: Html,
    pub explanation: Option<Html>,
    /// Why nothing is said of what is right, where that is so.
    pub withheld: Option<String>,
    /// What it was about.
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
            Self::MultipleChoice => "Several choices",
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::QuestionPurpose")
)]
#[serde(rename_all = "snake_case")]
pub enum QuestionPurpose {
    Quiz,
    Exam,
    Both,
}

impl QuestionPurpose {
    pub const ALL: [Self; 3] = [Self::Quiz, Self::Exam, Self::Both];

    pub fn name(self) -> &'static str {
        match self {
            Self::Quiz => "quiz",
            Self::Exam => "exam",
            Self::Both => "both",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Quiz => "Quiz",
            Self::Exam => "Exam",
            Self::Both => "Quiz and exam",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// What a question needs beside its prompt and options; the `payload` column, version 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum QuestionPayload {
    Choice {
        shuffle: bool,
    },
    ShortAnswer {
        /// The first is the one shown as the answer.
        accepted: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tolerance: Option<f64>,
    },
    Tracing {
        language: String,
        program: String,
        /// What it prints; absent where it does not compile.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prints: Option<String>,
        /// 1-based line at which it fails to compile, where the author says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fails_at_line: Option<u32>,
    },
    /// In the right order.
    Ordering {
        items: Vec<String>,
    },
    Matching {
        pairs: Vec<(String, String)>,
    },
}

/// The payload with its version, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPayload {
    pub version: u32,
    #[serde(flatten)]
    pub payload: QuestionPayload,
}
