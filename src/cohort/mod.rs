//! Cohorts: groups that study a course together from a first to a last day, in batches. Membership
//! gives access to the course; triggers of the migration cohorts keep enrollments in step with it.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
pub mod teach;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ui::Html;

/// Longest link that a member hands in.
pub const LINK_CHARACTERS: u32 = 2_000;
/// Longest text that a member hands in, in characters.
pub const WORK_CHARACTERS: u32 = 20_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::MemberStatus")
)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    Active,
    /// Has no access for now.
    Paused,
    /// Has left the cohort. The row stays for the record.
    Removed,
}

impl MemberStatus {
    pub const ALL: [Self; 3] = [Self::Active, Self::Paused, Self::Removed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Removed => "removed",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Paused => "Paused",
            Self::Removed => "Removed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Home of a cohort, as one member sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortHome {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub title: String,
    pub days: String,
    pub time_zone: String,
    pub standing: HomeStanding,
    pub batch_no: i32,
    /// True for a tutor who looks at it.
    pub is_preview: bool,
    /// The member's other cohorts in the course.
    pub others: Vec<OtherCohort>,
    pub due: Vec<DueLine>,
    /// The newest open cold calls. They say nothing of others' answers.
    pub cold_calls: Vec<HomeColdCall>,
    pub calendar: Option<CalendarAddress>,
    /// The events of the coming weeks, in order.
    pub dates: Vec<HomeDate>,
    /// The news of the last days, newest first.
    pub lately: Vec<NewsLine>,
    pub project: Option<BatchProject>,
    /// The next sessions that have not ended.
    pub sessions: Vec<HomeSession>,
    pub announcements: Vec<CohortAnnouncement>,
    /// Messages of tutors to this member, new or of the last days.
    pub messages: Vec<HomeMessage>,
    /// The member's own batch first.
    pub batches: Vec<HomeBatch>,
}

/// Link to the home of another cohort of the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherCohort {
    /// For example "Your next cohort “Spring” starts on 12 January 2026".
    pub said: String,
    pub path: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HomeStanding {
    /// Holds the first day, such as "12 January 2026".
    Before(String),
    Open,
    Ended,
}

/// A module, an exam or a cold call that the member has not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueLine {
    pub title: String,
    /// Progress or date, such as "2 of 5 topics done" or "closes on 12 January 2026, 18:00".
    pub said: String,
    /// Short text on what unlocks a module; None if it is unlocked.
    pub lock: Option<String>,
    /// Address of the next step; None if the module is locked.
    pub href: Option<String>,
}

/// An open cold call, as its member may know it before answering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeColdCall {
    pub topic: String,
    pub prompt: String,
    pub href: String,
    /// True if the member has answered.
    pub has_answered: bool,
    /// Time of the close in words, and in ISO 8601.
    pub closes: Option<(String, String)>,
}

/// Address of a member's calendar for calendar programs. Anybody who has it can read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarAddress {
    pub path: String,
    /// The whole address, of the site's domain.
    pub address: String,
}

impl CalendarAddress {
    /// The address that a calendar program subscribes to.
    pub fn webcal(&self) -> String {
        match self.address.split_once("://") {
            Some((_, rest)) => format!("webcal://{rest}"),
            None => self.address.clone(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeDate {
    /// Time in words in the member's time zone, and in ISO 8601.
    pub when: (String, String),
    pub said: String,
}

/// A line of the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewsLine {
    pub said: String,
    /// Time in words, and in ISO 8601.
    pub at: (String, String),
}

/// A live session. It never holds the join link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HomeSession {
    pub title: String,
    /// Time in words, and in ISO 8601.
    pub when: (String, String),
    pub place: String,
    pub notes: Html,
    pub state: SessionState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionState {
    Canceled,
    /// Can be joined later, if it `has_link`.
    Coming {
        has_link: bool,
    },
    /// Can be joined now at this address of the site.
    Open(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchProject {
    pub title: String,
    pub tagline: String,
    pub description: Html,
    pub notes: Html,
    /// The member's own work.
    pub work: Option<HandedIn>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedIn {
    pub link: String,
    pub body: String,
    /// Time in words, and in ISO 8601.
    pub at: (String, String),
    pub comments: Vec<WorkComment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkComment {
    pub author: String,
    pub body: String,
    /// Time in words, and in ISO 8601.
    pub at: (String, String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortAnnouncement {
    pub title: String,
    pub body: Html,
    pub author: String,
    /// Time in words, and in ISO 8601.
    pub at: (String, String),
}

/// Announcements to all learners of a course, and messages of its tutors to this learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewsPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub announcements: Vec<CohortAnnouncement>,
    pub messages: Vec<HomeMessage>,
}

/// A message of a tutor to the member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HomeMessage {
    pub title: String,
    pub body: Html,
    pub author: String,
    /// Time in words, and in ISO 8601.
    pub at: (String, String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeBatch {
    pub batch_no: i32,
    pub people: Vec<HomePerson>,
    /// Members who are not shown: without a name so far, or more than the page shows.
    pub more: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomePerson {
    pub name: String,
    pub picture: Option<String>,
    pub is_me: bool,
}
