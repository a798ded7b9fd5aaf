//! The roster: the learners of a course with their status.

use serde::{Deserialize, Serialize};

use super::{LearnerStatus, StatusRules};
use crate::course::CourseTitle;
use crate::paths::activity_roster_path;
use crate::platform::address;
use crate::platform::live::LiveTopic;
use crate::platform::ui::SavedView;

/// Number of learners on one page of the roster.
pub const ROSTER_PAGE: usize = 50;

/// Milliseconds after a live event until the roster loads again, with all that followed the event.
pub const ROSTER_WAIT_MS: u64 = 5_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RosterSort {
    /// Those who may need a tutor come first.
    #[default]
    Status,
    Name,
    Progress,
    Seen,
    Minutes,
}

impl RosterSort {
    pub const ALL: [Self; 5] = [
        Self::Status,
        Self::Name,
        Self::Progress,
        Self::Seen,
        Self::Minutes,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Status => "",
            Self::Name => "name",
            Self::Progress => "progress",
            Self::Seen => "seen",
            Self::Minutes => "minutes",
        }
    }

    pub fn parse(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|sort| sort.name() == name)
            .unwrap_or_default()
    }
}

/// Search, filter, order and page of the roster, as they are in its address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RosterQuery {
    /// Part of a learner's name or address.
    pub q: String,
    /// None for learners of every status.
    pub status: Option<LearnerStatus>,
    pub sort: RosterSort,
    /// True for the reverse order.
    pub down: bool,
    /// Page, from 0.
    pub page: u32,
}

impl RosterQuery {
    pub fn path(&self, course: &str) -> String {
        self.at(&activity_roster_path(course))
    }

    /// Address of the CSV file with all pages of the list.
    pub fn csv_path(&self, course: &str) -> String {
        self.on_page(0)
            .at(&format!("{}.csv", activity_roster_path(course)))
    }

    fn at(&self, path: &str) -> String {
        let page = match self.page {
            0 => String::new(),
            page => page.saturating_add(1).to_string(),
        };
        let status = self.status.map(LearnerStatus::name).unwrap_or_default();
        address::with_query(
            path,
            &[
                ("q", &self.q),
                ("status", status),
                ("sort", self.sort.name()),
                ("down", if self.down { "yes" } else { "" }),
                ("page", &page),
            ],
        )
    }

    /// Returns the query sorted by this column, or reversed if it already is.
    pub fn sorted_by(&self, sort: RosterSort) -> Self {
        Self {
            sort,
            down: self.sort == sort && !self.down,
            page: 0,
            ..self.clone()
        }
    }

    pub fn of_status(&self, status: Option<LearnerStatus>) -> Self {
        Self {
            status,
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
}

/// A page of the learners of a course with their status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub lines: Vec<RosterLine>,
    /// Number of learners of each status, with the search of the query.
    pub counts: Vec<(LearnerStatus, usize)>,
    /// The limits of the statuses.
    pub rules: StatusRules,
    /// The events after which the page loads again.
    pub live: LiveTopic,
    /// Number of the page shown, from 0. The last page if the requested one does not exist.
    pub page: u32,
    /// Number of learners on all pages.
    pub total: usize,
    /// Views of the tutor and of others who share theirs.
    pub views: Vec<SavedView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterLine {
    pub username: String,
    pub name: String,
    pub email: String,
    pub status: LearnerStatus,
    /// The sentence that explains the status.
    pub reason: String,
    /// Share of topics that are done, in percent.
    pub done: u8,
    /// The last activity, for people and as RFC 3339.
    pub seen: Option<(String, String)>,
    /// Active minutes of the last seven days.
    pub minutes: i64,
    /// Quizzes passed and failed, questions asked and cold calls answered in the last seven days.
    pub passed: i64,
    pub failed: i64,
    pub asked: i64,
    pub answered: i64,
}
