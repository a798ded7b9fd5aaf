//! Quizzes: the question bank, attempts at a quiz, and the gates that quizzes open. A quiz belongs
//! to a section (two topics of a module), and its questions are drawn from the bank of that
//! section.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
pub mod settings;
#[cfg(all(test, feature = "ssr"))]
pub mod tests;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::course::CourseTitle;
use crate::enrollment::TopicLink;
use crate::platform::ids::{AttemptId, QuizNumber};
use crate::question_bank::{GradedQuestion, Mark, QuestionView};

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
    pub number: QuizNumber,
    pub module_title: String,
    /// Topics of the quiz's section.
    pub topics: Vec<TopicLink>,
    pub is_excused: bool,
    pub state: QuizState,
    pub history: Vec<PastAttempt>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum QuizState {
    Ready(QuizTerms),
    /// The reason why no attempt can be started now, as a sentence.
    Closed(String),
    Running(Box<RunningAttempt>),
    Result(Box<QuizResult>),
}

/// Conditions that are shown before an attempt starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizTerms {
    pub questions: usize,
    pub passing_score_percent: i32,
    /// Time limit in words, such as "2 min 30 s". None without a limit.
    pub time: Option<String>,
    /// Attempts that the learner has left. None without a limit.
    pub attempts_left: Option<i64>,
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
pub struct RunningAttempt {
    pub attempt_id: AttemptId,
    /// One mark for each question.
    pub marks: Vec<Mark>,
    /// The question on the page and its number, from 0. None on the last page, which hands in.
    pub at: Option<(usize, QuestionView)>,
    /// Hash of the answer as the form was rendered; see
    /// `question_bank::server::answering::form_hash`.
    pub basis: String,
    /// Id of the browser tab, so that the server can put the changes of each tab in order.
    pub tab: Uuid,
    /// None without a time limit.
    pub seconds_left: Option<i64>,
}

/// The server's reply to a page that saves an answer or hands in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveReply {
    /// Hash to send with the next change of the form; see
    /// `question_bank::server::answering::form_hash`.
    pub basis: String,
    pub seconds_left: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuizResult {
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
