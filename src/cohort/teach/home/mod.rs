//! Texts that tutors write for a cohort's home: announcements, project briefs, and comments on
//! work.

mod announcements;
pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::cohort::HandedIn;
use crate::cohort::teach::cohort_path;
use crate::course::CourseTitle;
use crate::platform::ids::{AnnouncementId, CohortId, WorkId};
use crate::platform::ui::Html;

/// Longest title of an announcement and of a project, in characters.
pub const HEADING_CHARACTERS: u32 = 200;
/// Longest text of an announcement, a description or notes, in characters.
pub const TEXT_CHARACTERS: u32 = 20_000;
/// Longest tagline of a project, in characters.
pub const TAGLINE_CHARACTERS: u32 = 300;
/// Longest comment on a work, in characters.
pub const COMMENT_CHARACTERS: u32 = 5_000;

/// Announcements to a cohort, or to all learners of the course.
pub fn announcements_path(course: &str, cohort: Option<CohortId>) -> String {
    match cohort {
        Some(cohort) => format!("{}/announcements", cohort_path(course, cohort)),
        None => format!("/teach/{course}/announcements"),
    }
}

pub fn project_path(course: &str, cohort: CohortId, batch_no: i32) -> String {
    format!("{}/projects?batch={batch_no}", cohort_path(course, cohort))
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnnouncementsPage {
    pub course_title: CourseTitle,
    /// None if the announcements go to all learners of the course.
    pub cohort: Option<(CohortId, String)>,
    pub time_zone: String,
    /// Names what the form writes, so that sending it twice is as good as once.
    pub key: uuid::Uuid,
    /// Number of cohorts that an announcement to all reaches.
    pub running: usize,
    /// Active members of the cohort, or learners of the course.
    pub members: i64,
    pub announcements: Vec<WrittenAnnouncement>,
    pub readers: Option<AnnouncementReaders>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrittenAnnouncement {
    pub announcement_id: AnnouncementId,
    pub title: String,
    /// Markdown.
    pub body: String,
    pub html: Html,
    pub author: String,
    /// Time of publication in words, and in ISO 8601. If it is planned, in the cohort's zone.
    pub at: (String, String),
    /// The planned time as the form holds it. None once published.
    pub planned: Option<String>,
    /// Active members who have read it.
    pub readers: i64,
    /// Other cohorts that it was written to.
    pub others: i64,
}

/// Time and reach of an announcement, as the browser sends them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Publishing {
    /// A time in the cohort's time zone, or empty for now.
    pub at: String,
    /// Not empty for all cohorts of the course that run. For a change, all to which it went.
    pub all: String,
}

/// Names of the active members who have read an announcement, and of those who have not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnnouncementReaders {
    pub announcement_id: AnnouncementId,
    pub read: Vec<String>,
    pub unread: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectPage {
    pub course_title: CourseTitle,
    pub cohort_id: CohortId,
    pub cohort_title: String,
    pub batch_no: i32,
    /// Batches with members or a project.
    pub batches: Vec<i32>,
    pub fields: ProjectFields,
    pub works: Vec<BatchWork>,
    /// Active members of the batch.
    pub members: i64,
}

/// Fields of a project as the browser sends them. Description and notes are Markdown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectFields {
    pub title: String,
    pub tagline: String,
    pub description: String,
    pub notes: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchWork {
    pub work_id: WorkId,
    pub name: String,
    pub work: HandedIn,
}
