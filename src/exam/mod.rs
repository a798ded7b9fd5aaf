//! Exams draw a paper from the question bank, section by section. Learners sit an exam within a
//! window of time that the server's clock keeps. The result is kept for good. Questions, answers
//! and grading are shared with quizzes.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
pub mod teach;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ids::{ExamId, SittingId};
use crate::platform::ui::Html;
use crate::question_bank::{GradedQuestion, Mark, QuestionView};

/// Settings of an exam, stored in the `config` column (version 1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamConfig {
    pub version: u32,
    /// Shuffles the questions within each section.
    pub shuffle_questions: bool,
    pub shuffle_options: bool,
    /// Shows one question at a time; learners cannot return to a question they have left.
    pub one_at_a_time: bool,
    pub partial_credit: bool,
    pub review: Review,
    /// Holds results back until the exam has closed for everybody.
    pub review_after_close: bool,
    pub adaptive: Option<Adaptive>,
}

impl ExamConfig {
    pub fn is_forward_only(&self) -> bool {
        self.one_at_a_time || self.adaptive.is_some()
    }
}

/// Part of the result that learners may see. Each level includes the levels before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    Nothing,
    Score,
    Answers,
}

/// Settings of an adaptive exam. It picks questions by the learner's estimated ability until the
/// estimate is precise enough.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Adaptive {
    pub min_items: usize,
    pub max_items: usize,
    /// Standard error of the ability, in logits, at which the exam stops.
    pub standard_error: f64,
}

/// Exams of a course, as a learner sees them.
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
    pub standing: ExamStanding,
    /// Time limit and window, for example "60 min · open until 3 May 2026, 12:00".
    pub facts: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ExamStanding {
    Running,
    Open,
    NotYet,
    Closed,
    /// The learner is excused and need not sit the exam.
    Excused,
    /// The learner has sat the exam, and the settings hide the result.
    Taken,
    Scored {
        score: i32,
        passed: bool,
    },
}

/// Page of one exam, as one learner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub exam_id: ExamId,
    pub title: String,
    /// The learner is excused and need not sit the exam.
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

/// Terms that a learner accepts by starting the exam.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartSheet {
    pub instructions: Html,
    /// Title and number of questions of each section.
    pub sections: Vec<(String, i32)>,
    /// Number of questions, time limit, passing score, window and attempts allowed.
    pub terms: Vec<String>,
    pub rules: Vec<String>,
    /// Reason why the exam cannot be started now.
    pub closed: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastSitting {
    pub sitting_id: SittingId,
    /// End of the sitting, for people and as RFC 3339.
    pub when: (String, String),
    /// Score in percent and whether it passed; None while the learner may not see them.
    pub outcome: Option<(i32, bool)>,
    /// False once a tutor has reset this sitting.
    pub counts: bool,
}

/// Page of a running sitting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Room {
    pub sitting_id: SittingId,
    /// Random id of this page load. The server orders the answers of one tab by it.
    pub tab: uuid::Uuid,
    pub forward_only: bool,
    /// All questions, or only the current one in a forward-only exam.
    pub questions: Vec<RoomQuestion>,
    /// Number of the question that is shown, from 0; None on the last page, which hands in.
    pub at: Option<usize>,
    /// Total for the heading, for example "of 12" or "of at most 20".
    pub of: String,
    pub seconds_left: i64,
    /// Time of day at which the sitting ends, for example "14:05".
    pub ends: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoomQuestion {
    /// Number in the paper, from 0.
    pub number: usize,
    /// Title of the section; empty in an exam with one section.
    pub section: String,
    pub shown: QuestionView,
    pub mark: Mark,
    /// Hash of the answer and flag that the form was rendered with; see
    /// `question_bank::server::answering::form_hash`. The browser returns the hash, so a stale tab
    /// cannot overwrite newer answers.
    pub basis: String,
}

/// Answer of the server to every request of a running sitting's page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SittingClock {
    pub seconds_left: i64,
    /// Time of day at which the sitting ends, for example "14:05".
    pub ends: String,
    /// New `basis` of the form whose answer was saved; empty for other requests.
    pub basis: String,
}

/// Result of a sitting, as far as the learner may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamResult {
    pub outcome: Option<(i32, bool)>,
    pub passing_score_percent: i32,
    /// Date and time at which the learner handed in or the time ran out.
    pub ended: String,
    /// Explains which parts are hidden and when they appear.
    pub note: Option<String>,
    /// Explains the missing questions of an adaptive exam that was ended early.
    pub ended_early: Option<String>,
    /// Reason of the newest regrade.
    pub regraded: Option<String>,
    pub questions: Vec<GradedQuestion>,
}
