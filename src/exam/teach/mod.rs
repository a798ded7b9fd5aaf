//! Pages on which tutors create exams and follow their sittings.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ids::{ExamId, SittingId, TopicId};
use crate::question_bank::GradedQuestion;
use crate::teaching::Area;

/// Longest reason for a regrading, in characters.
pub const REGRADE_REASON_CHARACTERS: u32 = 1_000;
/// Longest title of an exam or a section, in characters.
pub const TITLE_CHARACTERS: u32 = 200;
/// Longest instructions of an exam, in characters.
pub const INSTRUCTIONS_CHARACTERS: u32 = 20_000;
/// Maximum number of sections of an exam.
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

/// Name of the errors of a field in the section at this index of the form.
pub fn section_field(at: usize, field: &str) -> String {
    format!("section-{at}-{field}")
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
    /// Mean score of the ended sittings, in percent.
    pub mean_score: Option<i32>,
}

/// Form of an exam.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamForm {
    pub course_title: CourseTitle,
    /// None for a new one.
    pub exam: Option<(ExamId, String)>,
    pub fields: ExamFields,
    /// Sources that a section may draw from: value and label.
    pub sources: Vec<(String, String)>,
    /// Questions that sections may draw.
    pub pool: Vec<PoolGroup>,
    /// True if the times are in the time zone of the tutor's profile, false if in the site's.
    pub has_own_zone: bool,
}

/// Questions for exams at one place of the course.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PoolGroup {
    pub module_no: i32,
    pub topic: Option<TopicId>,
    /// Estimate of each question's author, from 0 to 1.
    pub difficulties: Vec<Option<f32>>,
}

/// Returns the number of questions that a section may draw. A difficulty that is no number counts
/// as none.
pub fn available(pool: &[PoolGroup], section: &SectionFields) -> usize {
    let share = |text: &str| text.trim().replace(',', ".").parse::<f32>().ok();
    let (min, max) = (share(&section.easiest), share(&section.hardest));
    let is_source = |group: &&PoolGroup| match section.source.split_once(':') {
        None => true,
        Some(("module", number)) => number == group.module_no.to_string(),
        Some((_, id)) => group.topic.is_some_and(|topic| topic.to_string() == id),
    };
    let is_drawn = |difficulty: &&Option<f32>| match difficulty {
        Some(share) => min.is_none_or(|min| *share >= min) && max.is_none_or(|max| *share <= max),
        None => (min, max) == (None, None),
    };
    pool.iter()
        .filter(is_source)
        .map(|group| group.difficulties.iter().filter(is_drawn).count())
        .sum()
}

/// Fields of an exam as the browser sends them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExamFields {
    pub revision: String,
    pub title: String,
    pub instructions: String,
    pub minutes: String,
    pub passing_score_percent: String,
    pub attempts_allowed: String,
    /// Time zone of the window.
    pub zone: String,
    pub opens_at: String,
    pub closes_at: String,
    /// Days after a cohort's start; empty for none.
    pub opens_after: String,
    pub closes_after: String,
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
    /// Empty for the whole course, `module:2`, or `topic:` followed by its id.
    pub source: String,
    /// Lowest difficulty: empty, or from 0 to 1.
    pub easiest: String,
    pub hardest: String,
    /// Number of questions; a row without it is ignored.
    pub count: String,
}

/// Page of an exam with its sittings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamOverview {
    pub course_title: CourseTitle,
    pub exam_id: ExamId,
    pub title: String,
    pub status: ExamStatus,
    pub facts: Vec<String>,
    /// Reason why the question bank cannot fill the exam.
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
    /// Start, for people and as RFC 3339.
    pub started: (String, String),
    pub state: SittingState,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SittingState {
    /// Holds the time at which the sitting ends.
    Running(String),
    Ended {
        score: i32,
        passed: bool,
        regraded: bool,
        /// False once a tutor has reset this sitting.
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

/// Page of one sitting, as tutors of the course see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SittingPage {
    pub course_title: CourseTitle,
    pub exam_id: ExamId,
    pub exam_title: String,
    pub sitting: SittingLine,
    /// Name and value.
    pub facts: Vec<(String, String)>,
    /// Time and event.
    pub timeline: Vec<(String, String)>,
    /// Questions with answers and points; empty while the sitting runs.
    pub questions: Vec<SheetQuestion>,
    /// Time, score in percent and reason of each grading, oldest first.
    pub gradings: Vec<(String, i32, String)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetQuestion {
    pub question_id: String,
    /// For example "1 min 20 s on the screen · answered at 14:05".
    pub facts: String,
    pub graded: GradedQuestion,
}

/// Fields of the form that regrades a question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegradeFields {
    pub question: String,
    /// `key` grades by the question's present key; `everybody` gives everybody the point.
    pub ruling: String,
    /// `sitting` for one sitting, or `exam` for all sittings that had the question.
    pub scope: String,
    pub reason: String,
}
