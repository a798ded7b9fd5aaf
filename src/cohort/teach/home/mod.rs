//! Texts that tutors write for a cohort's home: announcements, project briefs, and comments on
//! work.

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

pub fn announcements_path(course: &str, cohort: CohortId) -> String {
    format!("{}/announcements", cohort_path(course, cohort))
}

pub fn project_path(course: &str, cohort: CohortId, batch_no: i32) -> String {
    format!("{}/projects?batch={batch_no}", cohort_path(course, cohort))
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnnouncementsPage {
    pub course_title: CourseTitle,
    pub cohort_id: CohortId,
    pub cohort_title: String,
    pub announcements: Vec<WrittenAnnouncement>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrittenAnnouncement {
    pub announcement_id: AnnouncementId,
    pub title: String,
    /// Markdown.
    pub body: String,
    pub html: Html,
    pub author: String,
    /// Time in words, and in ISO 8601.
    pub at: (String, String),
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
