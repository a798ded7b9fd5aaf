//! Pages on which tutors and admins make cohorts and manage their members.

pub mod api;
pub mod home;
pub mod messages;
pub mod pages;
pub mod schedule;
#[cfg(feature = "ssr")]
pub mod server;
pub mod sessions;

use serde::{Deserialize, Serialize};

use super::MemberStatus;
use crate::course::CourseTitle;
use crate::platform::address;
use crate::platform::ids::{CohortId, ListId, MemberId};
use crate::teaching::Area;

/// Longest title of a cohort, in characters.
pub const COHORT_TITLE_CHARACTERS: u32 = 120;
/// Highest number of a batch.
pub const LAST_BATCH: i32 = 999;
/// Members on one page of the list.
pub const MEMBERS_ON_PAGE: i64 = 50;
/// Most lines of an uploaded list, without its header.
pub const LIST_LINES: usize = 5_000;
/// Largest uploaded list.
pub const LIST_BYTES: usize = 1 << 20;
/// Address of uploaded lists. The flash message for the list page has the same name.
pub const LIST_UPLOAD: &str = "/uploads/members";

pub fn cohort_path(course: &str, cohort: CohortId) -> String {
    format!("{}/{cohort}", Area::Cohorts.path(course))
}

pub fn edit_cohort_path(course: &str, cohort: CohortId) -> String {
    format!("{}/edit", cohort_path(course, cohort))
}

/// Page that uploads a list of members, and shows one.
pub fn member_list_path(course: &str, cohort: CohortId, list: Option<ListId>) -> String {
    let list = list.map(|list| list.to_string()).unwrap_or_default();
    let path = format!("{}/list", cohort_path(course, cohort));
    address::with_query(&path, &[("list", &list)])
}

/// State of a cohort in lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CohortState {
    Inactive,
    Before,
    Open,
    Ended,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaughtCohorts {
    pub course_title: CourseTitle,
    pub cohorts: Vec<TaughtCohort>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaughtCohort {
    pub cohort_id: CohortId,
    pub title: String,
    pub days: String,
    pub state: CohortState,
    pub members: i64,
    /// Members without an account that has confirmed their address.
    pub unlinked: i64,
}

/// Form of a cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortForm {
    pub course_title: CourseTitle,
    /// None for a new one.
    pub cohort: Option<(CohortId, String)>,
    pub fields: CohortFields,
    pub zones: Vec<String>,
}

/// Fields of a cohort as the browser sends them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CohortFields {
    pub title: String,
    pub start_date: String,
    pub end_date: String,
    pub time_zone: String,
    pub is_active: Option<String>,
}

/// Search, filter and page of the list of members.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MemberQuery {
    pub q: String,
    /// None shows all that are not removed.
    pub status: Option<MemberStatus>,
    /// None shows all batches.
    pub batch: Option<i32>,
    /// Counts from 0.
    pub page: u32,
}

impl MemberQuery {
    pub fn path(&self, course: &str, cohort: CohortId) -> String {
        let page = match self.page {
            0 => String::new(),
            page => page.saturating_add(1).to_string(),
        };
        let filters = self.filters();
        let mut query: Vec<(&str, &str)> = filters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        query.push(("page", &page));
        address::with_query(&cohort_path(course, cohort), &query)
    }

    /// Names and values of the filters in addresses. Those that select all are empty.
    pub fn filters(&self) -> [(&'static str, String); 3] {
        let status = self.status.map_or("", MemberStatus::name).to_owned();
        let batch = self.batch.map(|batch| batch.to_string());
        [
            ("q", self.q.clone()),
            ("status", status),
            ("batch", batch.unwrap_or_default()),
        ]
    }

    pub fn on_page(&self, page: u32) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortPage {
    pub course_title: CourseTitle,
    pub cohort_id: CohortId,
    pub title: String,
    pub days: String,
    pub time_zone: String,
    pub state: CohortState,
    pub page: u32,
    pub total: i64,
    pub members: Vec<MemberLine>,
    /// Batches with members.
    pub batches: Vec<i32>,
    /// Other cohorts of the course to which members can be moved: id and title.
    pub others: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberLine {
    pub member_id: MemberId,
    /// Empty if no name is known.
    pub name: String,
    pub email: String,
    /// None without a linked account.
    pub username: Option<String>,
    pub status: MemberStatus,
    pub batch_no: i32,
    /// Share of topics done, in percent. None without a linked account.
    pub done: Option<i32>,
}

/// A change of selected members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChange {
    Batch,
    Move,
    Pause,
    Resume,
    Remove,
}

impl MemberChange {
    pub const ALL: [Self; 5] = [
        Self::Batch,
        Self::Move,
        Self::Pause,
        Self::Resume,
        Self::Remove,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Move => "move",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Remove => "remove",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Batch => "Put into the batch",
            Self::Move => "Move to the cohort",
            Self::Pause => "Pause",
            Self::Resume => "Resume or restore",
            Self::Remove => "Remove",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberListPage {
    pub course_title: CourseTitle,
    pub cohort_id: CohortId,
    pub cohort_title: String,
    pub problem: Option<String>,
    pub list: Option<MemberList>,
}

/// An uploaded list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberList {
    pub list_id: ListId,
    pub file: String,
    pub counts: ListCounts,
    /// True if the list was confirmed. `groups` is empty then.
    pub is_confirmed: bool,
    pub groups: Vec<ListGroup>,
}

/// Numbers of lines by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListCounts {
    pub added: usize,
    pub moved: usize,
    pub already_there: usize,
    pub malformed: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineOutcome {
    Malformed,
    Moved,
    Added,
    AlreadyThere,
}

impl LineOutcome {
    pub const ALL: [Self; 4] = [
        Self::Malformed,
        Self::Moved,
        Self::Added,
        Self::AlreadyThere,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Malformed => "Left out",
            Self::Moved => "Moved here",
            Self::Added => "Added",
            Self::AlreadyThere => "Already there",
        }
    }
}

/// Lines of a list with the same outcome. Long groups are shortened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListGroup {
    pub outcome: LineOutcome,
    pub lines: Vec<PreviewLine>,
    /// Number of lines that are not shown.
    pub more: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreviewLine {
    /// Number of the line in the file, from 1.
    pub line: u64,
    pub email: String,
    pub name: String,
    pub batch: String,
    /// Explains the outcome, such as the cohort that the person leaves or the mistake.
    pub note: String,
}
