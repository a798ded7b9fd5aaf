//! The gradebook: what the learners of a course have reached, one learner's whole way, and what a tutor can do about both.

#[cfg(feature = "ssr")]
pub mod act;
pub mod api;
#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
mod opinions;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
pub mod view;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::exam::PastSitting;
use crate::platform::address;
use crate::platform::ids::{AttemptId, ExamId, QuestionId, SittingId, UserId};
use crate::platform::ui::Html;
use crate::player::EnrollmentStatus;
use crate::quiz::{Graded, PastAttempt};
use crate::teaching::Area;

/// Learners of one page.
pub const PAGE: i64 = 50;

/// How the list is asked for; everything comes from the address, so that it can be shared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GradebookQuery {
    pub q: String,
    pub filter: Filter,
    pub sort: Sort,
    /// The greatest first.
    pub down: bool,
    /// From 0.
    pub page: u32,
    /// Page of what learners say of the course, from 0.
    pub said: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    #[default]
    All,
    NotBegun,
    /// Failed a quiz three times, or as often as it may be tried, or has stood before it for a week.
    Stuck,
    Completed,
}

impl Filter {
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
            Self::NotBegun => "Not begun",
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
pub enum Sort {
    #[default]
    Name,
    Completion,
    Active,
    Score,
}

impl Sort {
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
            Self::Completion => "Done",
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

    /// The list as a file, all pages of it.
    pub fn csv_path(&self, course: &str) -> String {
        let whole = Self {
            page: 0,
            said: 0,
            ..self.clone()
        };
        whole.at(&format!("/teach/{course}/gradebook.csv"))
    }

    /// With only what differs from the plain list.
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

    /// Sorted by this column, or the other way round where it is already.
    pub fn sorted_by(&self, sort: Sort) -> Self {
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

pub fn learner_path(course: &str, username: &str) -> String {
    format!("/teach/{course}/learners/{username}")
}

pub fn regrade_path(course: &str, question: QuestionId) -> String {
    format!("/teach/{course}/questions/{question}/regrade")
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradebookPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub columns: Vec<GradeColumn>,
    pub learners: Vec<LearnerRow>,
    /// From 0: the one that was asked for, or the last.
    pub page: u32,
    /// On all pages.
    pub total: i64,
    pub opinions: Option<Opinions>,
}

/// What those who completed the course say of it, without their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinions {
    /// Of 1 to 5 stars, as in "4.3".
    pub mean: String,
    pub ratings: i64,
    /// The newest first.
    pub comments: Vec<Comment>,
    /// From 0.
    pub page: u32,
    pub has_more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub stars: i16,
    pub text: String,
    pub on: String,
}

/// Something that is graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeColumn {
    /// "1.2".
    pub label: String,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnerRow {
    pub username: String,
    pub name: String,
    pub email: String,
    /// Percent of the topics.
    pub done: u8,
    pub is_completed: bool,
    pub is_stuck: bool,
    /// In words, and exactly.
    pub last_active: Option<(String, String)>,
    /// The average of the best results in quizzes, in percent.
    pub score: Option<i32>,
    /// One for each column.
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cell {
    pub state: CellState,
    /// The best, in percent.
    pub score: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CellState {
    #[default]
    NoTry,
    Running,
    Passed,
    Failed,
    Excused,
}

impl CellState {
    pub fn label(self) -> &'static str {
        match self {
            Self::NoTry => "no try",
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Failed => "not passed",
            Self::Excused => "excused",
        }
    }
}

/// One learner of a course, as its tutors see them.
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
    /// Topics that are done, and all.
    pub done: (usize, usize),
    pub extra_time_percent: i32,
    pub extra_attempts: i32,
    pub modules: Vec<ModuleCard>,
    pub exams: Vec<ExamCard>,
    /// The attempt that was asked for.
    pub opened: Option<OpenedAttempt>,
    /// What tutors did for them, the newest first.
    pub record: Vec<PastDeed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastDeed {
    pub said: String,
    pub reason: String,
    /// Who, and when.
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleCard {
    pub number: i32,
    pub title: String,
    pub is_open: bool,
    /// Since when it is open, or what opens it.
    pub said: String,
    pub done: (usize, usize),
    pub quizzes: Vec<QuizCard>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizCard {
    pub pair: i32,
    pub cell: Cell,
    /// Attempts since it was last reset.
    pub tries: i64,
    /// It has no questions any more.
    pub is_retired: bool,
    pub attempts: Vec<PastAttempt>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamCard {
    pub exam_id: ExamId,
    pub title: String,
    pub cell: Cell,
    /// The sitting that is running.
    pub running: Option<SittingId>,
    pub sittings: Vec<PastSitting>,
}

impl ExamCard {
    /// There is a sitting that counts.
    pub fn has_tries(&self) -> bool {
        self.running.is_some() || self.sittings.iter().any(|sitting| sitting.counts)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedAttempt {
    pub attempt_id: AttemptId,
    pub quiz: String,
    pub when: String,
    pub graded: Graded,
}

/// A question whose answers are to be graded again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegradePage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub question_id: QuestionId,
    pub prompt: Html,
    pub right: Html,
    /// What would happen, once it is said what is right.
    pub forecast: Option<ForecastView>,
    pub decisions: Vec<Decision>,
}

/// How the tutor says what is right.
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
            Self::Key => "Right is what the question says now",
            Self::Everybody => "Everybody gets the point",
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
    /// Why some can't be regraded, and how many.
    pub obstacles: Vec<(String, usize)>,
    /// Marks what the forecast was made of, so that nothing else is done than what was shown.
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
