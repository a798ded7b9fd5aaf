//! Exams: papers drawn from the question bank by sections, sat in a window of time under the server's clock, and kept for
//! good. Questions, answers and grading are those of the quizzes.

#[cfg(feature = "ssr")]
pub mod adaptive;
pub mod api;
#[cfg(feature = "ssr")]
pub mod draw;
#[cfg(feature = "ssr")]
pub mod drawing;
#[cfg(feature = "ssr")]
pub mod jobs;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod paper;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
pub mod sitting;
#[cfg(feature = "ssr")]
pub mod store;
pub mod teach;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
pub mod timeline;
#[cfg(feature = "ssr")]
pub mod view;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ids::{ExamId, SittingId};
use crate::platform::ui::Html;
use crate::quiz::{GradedQuestion, Shown};

/// No exam has the id `all`, and no topic the part after it.
pub fn exams_path(course: &str) -> String {
    format!("/learn/{course}/exam/all")
}

pub fn exam_path(course: &str, exam: ExamId) -> String {
    format!("/learn/{course}/exam/{exam}")
}

/// How an exam goes; the `config` column, version 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    pub version: u32,
    /// Within their section.
    pub shuffle_questions: bool,
    pub shuffle_options: bool,
    /// Forward only: what was left is not come back to.
    pub one_at_a_time: bool,
    pub partial_credit: bool,
    pub review: Review,
    /// Results wait until the exam has closed for everybody.
    pub review_after_close: bool,
    pub adaptive: Option<Adaptive>,
}

impl Config {
    pub fn is_forward_only(&self) -> bool {
        self.one_at_a_time || self.adaptive.is_some()
    }
}

/// What learners see of what came of a sitting; each includes what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    Nothing,
    Score,
    Answers,
}

/// Questions are chosen by how able the learner is, until that is known well enough.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Adaptive {
    pub min_items: usize,
    pub max_items: usize,
    /// In logits.
    pub standard_error: f64,
}

/// The exams of a course, as a learner sees them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamList {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub exams: Vec<ExamLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamLine {
    pub exam_id: ExamId,
    pub title: String,
    pub standing: Standing,
    /// "60 min · open until 3 May 2026, 12:00".
    pub facts: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Standing {
    Running,
    Open,
    NotYet,
    Closed,
    /// It need not be sat.
    Excused,
    /// Taken, and nothing of it is shown.
    Taken,
    Scored {
        score: i32,
        passed: bool,
    },
}

/// An exam as one learner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub exam_id: ExamId,
    pub title: String,
    /// The learner need not sit it.
    pub is_excused: bool,
    pub state: ExamState,
    pub history: Vec<PastSitting>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ExamState {
    Start(Box<StartSheet>),
    Room(Box<Room>),
    Result(Box<ExamResult>),
}

/// What one agrees to by starting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartSheet {
    pub instructions: Html,
    /// Title and number of questions.
    pub sections: Vec<(String, i32)>,
    /// Questions, time, pass mark, window, tries.
    pub terms: Vec<String>,
    pub rules: Vec<String>,
    /// Why it can't be started now.
    pub closed: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastSitting {
    pub sitting_id: SittingId,
    /// In words, and exactly.
    pub when: (String, String),
    /// Score and whether it passed, where that may be seen.
    pub outcome: Option<(i32, bool)>,
    /// It was not reset.
    pub counts: bool,
}

/// A sitting that is under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Room {
    pub sitting_id: SittingId,
    /// Of this loading of the page: its changes have an order.
    pub tab: uuid::Uuid,
    pub forward_only: bool,
    /// All of them, or only the one that may be answered now.
    pub questions: Vec<RoomQuestion>,
    /// The number of the one that is shown, from 0; None at the end, where all is handed in.
    pub at: Option<usize>,
    /// "of 12", "of at most 20".
    pub of: String,
    pub seconds_left: i64,
    /// "14:05".
    pub ends: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoomQuestion {
    /// From 0.
    pub number: usize,
    /// Empty where there is only one section.
    pub section: String,
    pub shown: Shown,
    pub is_answered: bool,
    /// What the form is shown with, to be sent back with it.
    pub basis: String,
}

/// What the page of a running sitting is told with everything that it sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub seconds_left: i64,
    /// "14:05".
    pub ends: String,
    /// Of the form whose answer was kept: what it is based on from now on.
    pub basis: String,
}

/// What came of a sitting, as far as it may be seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamResult {
    pub outcome: Option<(i32, bool)>,
    pub passing_score_percent: i32,
    /// When it was handed in or ran out.
    pub ended: String,
    /// What is not shown, and from when.
    pub note: Option<String>,
    /// What an adaptive exam counts that was ended early.
    pub ended_early: Option<String>,
    /// Why it was graded anew, where it was.
    pub regraded: Option<String>,
    pub questions: Vec<GradedQuestion>,
}
