//! Exams as tutors make and follow them.

pub mod api;
#[cfg(feature = "ssr")]
pub mod check;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod regrade;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod view;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ids::{ExamId, SittingId};
use crate::quiz::GradedQuestion;
use crate::teaching::Area;

/// Sections that an exam has at most.
pub const SECTIONS: usize = 12;

pub fn exam_path(course: &str, exam: ExamId) -> String {
    format!("{}/{exam}", Area::Exams.path(course))
}

pub fn edit_path(course: &str, exam: ExamId) -> String {
    format!("{}/edit", exam_path(course, exam))
}

pub fn sitting_path(course: &str, exam: ExamId, sitting: SittingId) -> String {
    format!("{}/{sitting}", exam_path(course, exam))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExamStatus {
    Draft,
    Published,
    Retired,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaughtExams {
    pub course_title: CourseTitle,
    pub exams: Vec<TaughtExam>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaughtExam {
    pub exam_id: ExamId,
    pub title: String,
    pub status: ExamStatus,
    pub facts: String,
    pub running: i64,
    pub ended: i64,
    pub passed: i64,
    /// Of those that have ended, in percent.
    pub mean_score: Option<i32>,
}

/// The form of an exam.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamForm {
    pub course_title: CourseTitle,
    /// None for a new one.
    pub exam: Option<(ExamId, String)>,
    pub fields: ExamFields,
    /// From where a section may draw: value and words.
    pub sources: Vec<(String, String)>,
    /// In which the window is given.
    pub zone: String,
}

/// An exam as a browser sends it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExamFields {
    pub revision: String,
    pub title: String,
    pub instructions: String,
    pub minutes: String,
    pub passing_score_percent: String,
    pub attempts_allowed: String,
    pub opens_at: String,
    pub closes_at: String,
    pub shuffle_questions: Option<String>,
    pub shuffle_options: Option<String>,
    pub one_at_a_time: Option<String>,
    pub partial_credit: Option<String>,
    pub review: String,
    pub review_after_close: Option<String>,
    pub adaptive: Option<String>,
    pub min_items: String,
    pub max_items: String,
    pub standard_error: String,
    pub sections: Vec<SectionFields>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SectionFields {
    pub title: String,
    /// Empty for the whole course, `module:2`, or `topic:` and its id.
    pub source: String,
    /// Empty, or from 0 to 1.
    pub easiest: String,
    pub hardest: String,
    /// Without it the row counts for nothing.
    pub count: String,
}

/// An exam with its sittings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamOverview {
    pub course_title: CourseTitle,
    pub exam_id: ExamId,
    pub title: String,
    pub status: ExamStatus,
    pub facts: Vec<String>,
    /// What keeps it from being published.
    pub shortage: Option<String>,
    pub sittings: Vec<SittingLine>,
    pub page: i64,
    pub has_more: bool,
    pub allowances: Vec<AllowanceLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SittingLine {
    pub sitting_id: SittingId,
    pub name: String,
    pub email: String,
    /// In words, and exactly.
    pub started: (String, String),
    pub state: SittingState,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SittingState {
    /// With the time at which it ends.
    Running(String),
    Ended {
        score: i32,
        passed: bool,
        regraded: bool,
        /// It was not reset.
        counts: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllowanceLine {
    pub name: String,
    pub email: String,
    pub extra_time_percent: i32,
    pub extra_attempts: i32,
}

/// One sitting, as the course's tutors see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SittingPage {
    pub course_title: CourseTitle,
    pub exam_id: ExamId,
    pub exam_title: String,
    pub sitting: SittingLine,
    /// Name and value.
    pub facts: Vec<(String, String)>,
    /// When, and what.
    pub timeline: Vec<(String, String)>,
    /// None while it runs.
    pub questions: Vec<SheetQuestion>,
    /// Each grading: when, score, and why it was made.
    pub gradings: Vec<(String, i32, String)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetQuestion {
    pub question_id: String,
    /// "1 min 20 s on the screen · answered at 14:05".
    pub facts: String,
    pub graded: GradedQuestion,
}

/// What a tutor decides about a question that was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegradeFields {
    pub question: String,
    /// `key` for what the question's key says now, `everybody` where all get the point.
    pub ruling: String,
    /// `sitting`, or `exam` for all sittings that had the question.
    pub scope: String,
    pub reason: String,
}
