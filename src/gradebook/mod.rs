//! The gradebook: results of a course's learners, the page of one learner, and the tutor's
//! actions.

pub mod api;
pub mod grading;
pub mod messages;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::enrollment::EnrollmentStatus;
use crate::exam::PastSitting;
use crate::exercise::marking::GradedWork;
use crate::platform::address;
use crate::platform::ids::{AttemptId, ExamId, QuestionId, QuizNumber, SittingId, UserId};
use crate::platform::ui::Html;
use crate::quiz::{PastAttempt, QuizResult};
use crate::teaching::Area;

/// Number of learners on one page.
pub const PAGE: i64 = 50;

/// Search, filter, order and page of the list. All are part of the address, so that a link can be
/// shared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GradebookQuery {
    pub q: String,
    pub filter: LearnerFilter,
    pub sort: LearnerSort,
    /// True for descending order.
    pub down: bool,
    /// Page of learners, from 0.
    pub page: u32,
    /// Page of the learners' comments on the course, from 0.
    pub said: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LearnerFilter {
    #[default]
    All,
    NotBegun,
    /// Learners who have neither passed a quiz nor been excused from it. They failed it three
    /// times or used all attempts, or their first attempt ended over a week ago.
    Stuck,
    Completed,
}

impl LearnerFilter {
    pub const ALL: [Self; 4] = [Self::All, Self::NotBegun, Self::Stuck, Self::Completed];

    pub fn name(self) -> &'static str {
        match self {
            Self::All => "",
            Self::NotBegun => "not-begun",
            Self::Stuck => "stuck",
            Self::Completed => "completed",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::NotBegun => "Not started",
            Self::Stuck => "Stuck",
            Self::Completed => "Completed",
        }
    }

    pub fn parse(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|filter| filter.name() == name)
            .unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LearnerSort {
    #[default]
    Name,
    Completion,
    Active,
    Score,
}

impl LearnerSort {
    pub const ALL: [Self; 4] = [Self::Name, Self::Completion, Self::Active, Self::Score];

    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "",
            Self::Completion => "completion",
            Self::Active => "active",
            Self::Score => "score",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Learner",
            Self::Completion => "Progress",
            Self::Active => "Last active",
            Self::Score => "Score",
        }
    }

    pub fn parse(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|sort| sort.name() == name)
            .unwrap_or_default()
    }
}

impl GradebookQuery {
    pub fn path(&self, course: &str) -> String {
        self.at(&Area::Learners.path(course))
    }

    /// Path of the CSV file with all pages of the list.
    pub fn csv_path(&self, course: &str) -> String {
        let whole = Self {
            page: 0,
            said: 0,
            ..self.clone()
        };
        whole.at(&format!("/teach/{course}/gradebook.csv"))
    }

    /// Adds the query to a path, leaving out default values.
    fn at(&self, path: &str) -> String {
        let number = |page: u32| match page {
            0 => String::new(),
            page => page.saturating_add(1).to_string(),
        };
        address::with_query(
            path,
            &[
                ("q", &self.q),
                ("filter", self.filter.name()),
                ("sort", self.sort.name()),
                ("down", if self.down { "yes" } else { "" }),
                ("page", &number(self.page)),
                ("said", &number(self.said)),
            ],
        )
    }

    /// Returns the query sorted by this column, or reversed if it already is.
    pub fn sorted_by(&self, sort: LearnerSort) -> Self {
        Self {
            sort,
            down: self.sort == sort && !self.down,
            page: 0,
            ..self.clone()
        }
    }

    pub fn on_page(&self, page: u32) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }

    pub fn with_opinions(&self, said: u32) -> Self {
        Self {
            said,
            ..self.clone()
        }
    }
}

pub use crate::paths::learner_path;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradebookPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub columns: Vec<GradeColumn>,
    /// True if the course has a rule for grades.
    pub has_grade: bool,
    pub learners: Vec<LearnerRow>,
    /// Number of the page shown, from 0. The last page if the requested one does not exist.
    pub page: u32,
    /// Number of learners on all pages.
    pub total: i64,
    pub opinions: Option<Opinions>,
}

/// Ratings and comments of learners who completed the course, without names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinions {
    /// Mean rating from 1 to 5 stars, for example "4.3".
    pub mean: String,
    pub ratings: i64,
    /// Comments, newest first.
    pub comments: Vec<Comment>,
    /// Page of comments, from 0.
    pub page: u32,
    pub has_more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub stars: i16,
    pub text: String,
    pub on: String,
}

/// Column of the gradebook: a quiz, an exam, work that is handed in, or one that tutors fill in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeColumn {
    /// Short label, for example "1.2" for section 2 of module 1.
    pub label: String,
    pub title: String,
    pub is_retired: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnerRow {
    pub username: String,
    pub name: String,
    pub email: String,
    /// Share of topics that are done, in percent.
    pub done: u8,
    pub is_completed: bool,
    pub is_stuck: bool,
    /// Last activity, for people and as RFC 3339.
    pub last_active: Option<(String, String)>,
    /// Mean of the best score in each quiz, in percent.
    pub score: Option<i32>,
    /// Grade by the course's rule, in percent.
    pub grade: Option<i32>,
    /// One cell for each column, in the same order.
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cell {
    pub state: CellState,
    /// Best score in percent.
    pub score: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CellState {
    #[default]
    NotAttempted,
    Running,
    Passed,
    Failed,
    Excused,
    /// Work that a tutor has not marked yet.
    Waiting,
    /// Has a result that is neither passed nor failed.
    Marked,
    /// Work that was not handed in while it was taken. It counts as 0.
    Missing,
}

impl CellState {
    pub fn label(self) -> &'static str {
        match self {
            Self::NotAttempted => "not attempted",
            Self::Running => "in progress",
            Self::Passed => "passed",
            Self::Failed => "not passed",
            Self::Excused => "excused",
            Self::Waiting => "waiting for marks",
            Self::Marked => "marked",
            Self::Missing => "missing",
        }
    }
}

/// Page of one learner, as tutors of the course see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnerPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub user_id: UserId,
    pub username: String,
    pub name: String,
    pub email: String,
    pub status: EnrollmentStatus,
    pub enrolled: String,
    pub last_active: Option<String>,
    /// Number of topics that are done, and of all topics.
    pub done: (usize, usize),
    pub extra_time_percent: i32,
    pub extra_attempts: i32,
    pub modules: Vec<ModuleCard>,
    pub exams: Vec<ExamCard>,
    /// Work on exercises that the learner has handed in.
    pub works: Vec<GradedWork>,
    /// Titles of exercises on which work is missing.
    pub missing: Vec<String>,
    /// Attempt whose answers are shown.
    pub opened: Option<OpenedAttempt>,
    /// Actions of tutors for this learner, newest first.
    pub record: Vec<PastAction>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastAction {
    pub said: String,
    pub reason: String,
    /// Name of the tutor and date.
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleCard {
    pub number: i32,
    pub title: String,
    pub is_open: bool,
    /// Date at which the module was unlocked, or the condition that unlocks it.
    pub said: String,
    pub done: (usize, usize),
    pub quizzes: Vec<QuizCard>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizCard {
    pub number: QuizNumber,
    pub cell: Cell,
    /// Number of attempts since the last reset.
    pub attempts_used: i64,
    /// True if the quiz has no questions any more.
    pub is_retired: bool,
    pub attempts: Vec<PastAttempt>,
    /// Start or end of the newest attempt, for people and as RFC 3339.
    pub last: Option<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamCard {
    pub exam_id: ExamId,
    pub title: String,
    pub cell: Cell,
    /// Running sitting, if there is one.
    pub running: Option<SittingId>,
    /// Number of sittings since the last reset.
    pub sittings_used: i64,
    pub sittings: Vec<PastSitting>,
    /// Start or end of the newest sitting, for people and as RFC 3339.
    pub last: Option<(String, String)>,
}

impl ExamCard {
    /// Returns true if at least one sitting counts.
    pub fn has_sittings(&self) -> bool {
        self.sittings_used > 0
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedAttempt {
    pub attempt_id: AttemptId,
    pub quiz: String,
    pub when: String,
    pub graded: QuizResult,
}

/// Page that regrades the answers to a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegradePage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub question_id: QuestionId,
    pub prompt: Html,
    pub right: Html,
    /// Effect of the chosen ruling; None until one is chosen.
    pub forecast: Option<ForecastView>,
    pub decisions: Vec<Decision>,
}

/// Kind of ruling that the tutor chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulingKind {
    Key,
    Everybody,
}

impl RulingKind {
    pub const ALL: [Self; 2] = [Self::Key, Self::Everybody];

    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Everybody => "everybody",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Key => "Use the current answer key",
            Self::Everybody => "Full points for everyone",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastView {
    pub ruling: RulingKind,
    pub attempts: usize,
    pub running: usize,
    pub results: usize,
    pub passes: usize,
    pub changes: Vec<ChangeRow>,
    /// Reasons why answers cannot be regraded, each with the number of attempts.
    pub obstacles: Vec<(String, usize)>,
    /// Hash of the question's key and decisions at the forecast. A regrade is refused if they have
    /// changed since.
    pub seen: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRow {
    pub name: String,
    pub href: String,
    pub quiz: String,
    pub before: Cell,
    pub after: Cell,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub when: String,
    pub by: String,
    pub ruling: RulingKind,
    pub reason: String,
    pub done: i32,
    pub total: i32,
    pub changed: i32,
    pub is_finished: bool,
}
