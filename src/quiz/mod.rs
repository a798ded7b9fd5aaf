//! Quizzes: the question bank, attempts at a quiz, and the gates that quizzes open. A quiz belongs
//! to a section (two topics of a module), and its questions are drawn from the bank of that
//! section.

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

use crate::course::CourseTitle;
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
    /// The time ran out and the saved answers do not pass.
    Expired,
}

/// A quiz as one learner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuizPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub module_no: i32,
    pub module_title: String,
    /// Number of the section within its module, from 1.
    pub pair: i32,
    /// Topics of the quiz's section.
    pub topics: Vec<TopicLink>,
    pub is_excused: bool,
    pub state: QuizState,
    pub history: Vec<PastAttempt>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum QuizState {
    Ready(Terms),
    /// The reason why no attempt can be started now, as a sentence.
    Closed(String),
    Running(Box<Running>),
    Result(Box<Graded>),
}

/// Conditions that are shown before an attempt starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub questions: usize,
    pub passing_score_percent: i32,
    /// Time limit in words, such as "2 min 30 s". None without a limit.
    pub time: Option<String>,
    /// Attempts that the learner has left. None without a limit.
    pub tries_left: Option<i64>,
    pub is_repeat: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastAttempt {
    pub attempt_id: AttemptId,
    pub status: AttemptStatus,
    pub score: i32,
    /// The end of the attempt, in words and as RFC 3339.
    pub when: (String, String),
    /// False once a tutor has reset the quiz after this attempt.
    pub counts: bool,
}

/// An attempt in progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    pub attempt_id: AttemptId,
    /// One pair for each question: whether it is answered, and whether it is flagged.
    pub marks: Vec<(bool, bool)>,
    /// The question on the page and its number, from 0. None on the last page, which hands in.
    pub at: Option<(usize, Shown)>,
    /// Hash of the answer as the form was rendered; see the module `basis`.
    pub basis: String,
    /// Id of the browser tab, so that the server can put the changes of each tab in order.
    pub tab: Uuid,
    /// None without a time limit.
    pub seconds_left: Option<i64>,
}

/// The server's reply to a page that saves an answer or hands in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Hash to send with the next change of the form; see the module `basis`.
    pub basis: String,
    pub seconds_left: Option<i64>,
}

/// A question and the answer given so far, without the right answer.
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

/// An answer to one question, as the fields of its form. The fields are not checked yet.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sent {
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
pub struct Graded {
    pub status: AttemptStatus,
    pub score: i32,
    pub passing_score_percent: i32,
    pub questions: Vec<GradedQuestion>,
    /// Regrades that changed this result, oldest first.
    pub regrades: Vec<RegradeNote>,
    /// The next open step, or the certificate of a completed course.
    pub next: Option<TopicLink>,
    /// A sentence that names the next step and says when it unlocks. None if it is open.
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
    /// Percentage of the question's one point, from 0 to 100.
    pub points: i32,
    pub answered: Html,
    pub right: Html,
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
