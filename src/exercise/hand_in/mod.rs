//! Exercises whose work is handed in: text, files and links, handed in as often as it takes, with
//! the tutor's marks and comments.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::enrollment::TopicLink;
use crate::exercise::peer_review::PeerPart;
use crate::platform::ids::{ExerciseWorkId, WorkFileId};
use crate::platform::ui::Html;

/// Address to which the browser sends a file of the learner's work.
pub const WORK_UPLOAD: &str = "/work-files";

/// Largest size of a file, in bytes.
pub const FILE_BYTES: usize = 20 * 1024 * 1024;

/// Number of files that a work can have.
pub const FILES_LIMIT: usize = 10;

/// Number of links that a work can have.
pub const LINKS_LIMIT: usize = 10;

/// Maximum length of all links as they are typed, in characters.
pub const LINKS_CHARACTERS: u32 = 6_000;

/// How often a learner can hand in their work on one exercise.
pub const VERSIONS_LIMIT: i32 = 20;

/// Maximum length of a comment on work, in characters.
pub const COMMENT_CHARACTERS: u32 = 4_000;

/// Page with all that tutors have written to the learner in a course.
pub fn comments_path(course: &str) -> String {
    format!("/learn/{course}/comments/all")
}

/// Part of an exercise's page if its work is handed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandingIn {
    /// None until something is saved.
    pub work: Option<ExerciseWorkId>,
    pub links: String,
    /// Due date and late rule in sentences. Empty if there is no due date.
    pub due: String,
    /// True if the time for handing in is over.
    pub is_over: bool,
    /// Files of the draft.
    pub files: Vec<WorkFile>,
    /// False while a tutor is marking the work.
    pub may_reopen: bool,
    /// Newest first.
    pub versions: Vec<WorkVersion>,
    /// Oldest first.
    pub thread: Vec<ThreadComment>,
    /// None if tutors alone mark the work.
    pub peers: Option<PeerPart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkFile {
    pub id: WorkFileId,
    pub name: String,
    /// Size in words.
    pub size: String,
    pub href: String,
    pub is_picture: bool,
}

/// Work as it was handed in once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkVersion {
    pub number: i32,
    /// Time in words, and as RFC 3339.
    pub when: (String, String),
    /// How late it was, in a sentence. Empty if it was in time.
    pub late: String,
    /// Only of the newest version; empty if it has no text.
    pub text: Html,
    pub links: Vec<String>,
    pub files: Vec<WorkFile>,
    /// None until a tutor releases them.
    pub marks: Option<ReleasedMarks>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleasedMarks {
    /// Score in percent.
    pub score: i32,
    pub lines: Vec<MarkedCriterion>,
    /// Feedback of the ticked checks.
    pub checks: Vec<String>,
    pub feedback: Html,
    /// Tutor and date.
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkedCriterion {
    pub name: String,
    pub level: String,
    pub points: i32,
    pub most: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadComment {
    pub author: String,
    pub is_tutor: bool,
    pub body: Html,
    /// Time in words, and as RFC 3339.
    pub when: (String, String),
}

/// Page with all that tutors have written to the learner in a course.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TutorComments {
    pub course_slug: String,
    pub course_title: CourseTitle,
    /// Newest first.
    pub comments: Vec<TutorComment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TutorComment {
    pub exercise: TopicLink,
    pub author: String,
    /// Time in words, and as RFC 3339.
    pub when: (String, String),
    /// Score in percent if it is the feedback of marks.
    pub score: Option<i32>,
    pub body: Html,
}
