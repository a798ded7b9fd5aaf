//! Live sessions of a cohort for its tutors: single ones and weekly series, and who attended.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
mod sheet;

use serde::{Deserialize, Serialize};

use crate::cohort::teach::cohort_path;
use crate::course::CourseTitle;
use crate::platform::ids::{CohortId, LiveSessionId, MemberId, SeriesId};

/// Longest title and place of a session, in characters.
pub const SESSION_CHARACTERS: u32 = 200;
/// Longest notes of a session, in characters.
pub const NOTES_CHARACTERS: u32 = 20_000;
/// Shortest and longest session.
pub const LEAST_MINUTES: i32 = 5;
pub const MOST_MINUTES: i32 = 720;
/// Most sessions of a series.
pub const MOST_WEEKS: i32 = 52;

pub fn sessions_path(course: &str, cohort: CohortId) -> String {
    format!("{}/sessions", cohort_path(course, cohort))
}

pub fn session_path(course: &str, cohort: CohortId, session: LiveSessionId) -> String {
    format!("{}/{session}", sessions_path(course, cohort))
}

/// Fields of a session as the browser sends them. The start is in the cohort's time zone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionFields {
    pub title: String,
    pub starts_at: String,
    pub minutes: String,
    /// Number of weekly sessions to make.
    pub weeks: String,
    pub link: String,
    pub place: String,
    /// Markdown.
    pub notes: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaughtSessions {
    pub course_title: CourseTitle,
    pub cohort_id: CohortId,
    pub cohort_title: String,
    pub time_zone: String,
    /// Names what the form makes, so that sending it twice is as good as once.
    pub key: SeriesId,
    /// Sessions that have not ended, the next one first.
    pub coming: Vec<TaughtSession>,
    /// Sessions that have ended, the last one first.
    pub past: Vec<TaughtSession>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaughtSession {
    pub session_id: LiveSessionId,
    pub title: String,
    /// Time in words in the cohort's zone, and in ISO 8601.
    pub when: (String, String),
    pub is_canceled: bool,
    /// Members who attended.
    pub attended: i64,
}

/// Page of one session, with its attendance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionPage {
    pub course_title: CourseTitle,
    pub cohort_id: CohortId,
    pub cohort_title: String,
    pub time_zone: String,
    pub session_id: LiveSessionId,
    pub title: String,
    pub when: String,
    pub is_canceled: bool,
    pub fields: SessionFields,
    /// Later sessions of the same series that are not canceled.
    pub later: i64,
    pub lines: Vec<SheetLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    Present,
    Late,
    Excused,
    Absent,
}

impl Attendance {
    pub const ALL: [Self; 4] = [Self::Present, Self::Late, Self::Excused, Self::Absent];

    /// The name in the database and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Late => "late",
            Self::Excused => "excused",
            Self::Absent => "absent",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Present => "Present",
            Self::Late => "Late",
            Self::Excused => "Excused",
            Self::Absent => "Absent",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// One member in the sheet of attendance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetLine {
    pub member_id: MemberId,
    pub name: String,
    pub batch_no: i32,
    /// Time of joining in words.
    pub joined: Option<String>,
    pub stored: Option<Attendance>,
    /// The stored mark, or the one that the time of joining suggests.
    pub shown: Option<Attendance>,
}

impl SheetLine {
    /// Key of the member's mark in forms. A key that began with a digit would be read as a place
    /// in a list.
    pub fn key(&self) -> String {
        format!("m-{}", self.member_id)
    }

    /// Returns the member that a key names.
    pub fn member(key: &str) -> Option<MemberId> {
        key.strip_prefix("m-")?.parse().map(MemberId).ok()
    }
}
