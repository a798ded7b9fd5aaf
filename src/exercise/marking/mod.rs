//! Marking of work that was handed in: the queue of all courses that one teaches, the page of one
//! work, and the settings of an exercise whose work is handed in.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::SaveToken;
use super::hand_in::{ReleasedMarks, ThreadComment, WorkFile};
use super::peer_review::ShownReview;
use super::rubric::RubricCriterion;
use crate::course::CourseTitle;
use crate::platform::ids::{ExerciseId, ExerciseWorkId, MarkingCommentId, SubmissionId};
use crate::platform::ui::Html;

/// Page of the queue.
pub const MARKING: &str = "/marking";

/// Maximum length of the feedback on a work, in characters.
pub const FEEDBACK_CHARACTERS: u32 = 20_000;

/// Maximum length of a comment that is kept for later, in characters.
pub const BANK_CHARACTERS: u32 = 2_000;

/// Number of comments that are kept for an exercise.
pub const BANK_LIMIT: usize = 100;

/// Minutes for which a work is reserved for the tutor who marks it.
pub const CLAIM_MINUTES: i32 = 20;

/// Maximum length of a rubric's criteria or checks as they are typed, in characters.
pub const RUBRIC_CHARACTERS: u32 = 20_000;

pub fn marking_path(submission: SubmissionId) -> String {
    format!("{MARKING}/{submission}")
}

/// Page with the exercises of a course and how their work is handed in.
pub fn assignments_path(course: &str) -> String {
    format!("/teach/{course}/exercises")
}

pub fn assignment_path(course: &str, exercise: ExerciseId) -> String {
    format!("/teach/{course}/exercises/{exercise}")
}

/// Works without released marks in the courses that one teaches: those that wait for marks first,
/// the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkingQueue {
    pub works: Vec<QueuedWork>,
    /// Number of works without marks, also of those beyond the list.
    pub waiting: i64,
    /// Number of works that the person has marked and not yet released.
    pub marked: i64,
    /// Place of the last work if others follow. Empty otherwise.
    pub next: String,
    /// Links to works with reviews that their authors have reported, as HTML. Empty without any.
    pub reported: Html,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedWork {
    pub submission_id: SubmissionId,
    pub course: CourseTitle,
    pub exercise: String,
    pub learner: String,
    /// Time in words, and as RFC 3339.
    pub when: (String, String),
    /// How late it was, in a sentence. Empty if it was in time.
    pub late: String,
    /// "Waiting", "Marked", or who is marking it.
    pub state: String,
}

/// Work of one learner, for the tutor who marks it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarkingPage {
    pub submission_id: SubmissionId,
    pub work_id: ExerciseWorkId,
    pub course_title: CourseTitle,
    pub exercise: String,
    pub learner: String,
    pub number: i32,
    /// Time in words, and as RFC 3339.
    pub when: (String, String),
    /// How late it was, in a sentence. Empty if it was in time.
    pub late: String,
    pub brief: Html,
    /// Empty if the work has no text.
    pub text: Html,
    pub links: Vec<String>,
    pub files: Vec<ShownFile>,
    pub standing: MarkingStanding,
    /// Oldest first.
    pub thread: Vec<ThreadComment>,
    /// Other works that wait for marks.
    pub waiting: i64,
    /// True while other learners review the work.
    pub waits_for_peers: bool,
    /// Reviews by other learners.
    pub reviews: Vec<ShownReview>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShownFile {
    pub file: WorkFile,
    /// A text, a program or the frame of a PDF, as HTML. Empty for other files.
    pub content: Html,
}

/// State of the marks of a work, as one tutor sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum MarkingStanding {
    /// Nobody is marking it.
    Free,
    /// Another tutor is marking it: name, and time until which it is reserved.
    Taken(String, String),
    /// The learner has handed in again.
    Replaced(SubmissionId),
    Mine(Box<MarkingForm>),
    Released(Box<ReleasedMarks>),
}

/// Marks that the tutor is giving.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarkingForm {
    pub criteria: Vec<RubricCriterion>,
    /// Points of each criterion, in the same order.
    pub points: Vec<Option<i32>>,
    /// Checks, and whether they are ticked.
    pub checks: Vec<(String, bool)>,
    pub feedback: String,
    /// Score in percent once all criteria have points.
    pub score: Option<i32>,
    /// Comments to use again.
    pub bank: Vec<(MarkingCommentId, String)>,
    pub page: SaveToken,
}

/// Action of a button of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkingAction {
    /// Saves only.
    Save,
    /// Saves, and goes to the next work.
    Next,
    Release,
    ReleaseNext,
    /// Keeps the feedback as a comment to use again.
    Keep,
    /// Adds a kept comment to the feedback.
    Insert(MarkingCommentId),
    /// Deletes a kept comment.
    Forget(MarkingCommentId),
}

impl MarkingAction {
    /// Parses the value of a button. Anything unknown only saves.
    pub fn parse(value: &str) -> Self {
        let id = |text: &str| Uuid::parse_str(text).ok().map(MarkingCommentId);
        match value.split_once(':') {
            None => match value {
                "next" => Self::Next,
                "release" => Self::Release,
                "release-next" => Self::ReleaseNext,
                "keep" => Self::Keep,
                _ => Self::Save,
            },
            Some(("insert", text)) => id(text).map_or(Self::Save, Self::Insert),
            Some(("forget", text)) => id(text).map_or(Self::Save, Self::Forget),
            Some(_) => Self::Save,
        }
    }

    pub fn releases(self) -> bool {
        matches!(self, Self::Release | Self::ReleaseNext)
    }
}

/// Exercises of a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentList {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub exercises: Vec<AssignmentLine>,
    /// Names in addresses and titles of the topics that can get an exercise, in order.
    pub topics: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentLine {
    pub exercise_id: ExerciseId,
    pub title: String,
    pub topic: String,
    pub topic_slug: String,
    /// True if its work is handed in.
    pub is_handed_in: bool,
    pub due: String,
    pub handed_in: i64,
    /// Works without marks.
    pub waiting: i64,
}

/// Form of how the work of an exercise is handed in and marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentForm {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub exercise_id: ExerciseId,
    pub title: String,
    pub is_handed_in: bool,
    /// Value of a field of type `datetime-local`.
    pub due_at: String,
    /// Name of the time zone of the due date.
    pub zone: String,
    pub late_days: i32,
    pub late_percent: i32,
    /// Criteria and checks, one on each line.
    pub criteria: String,
    pub checks: String,
    /// Number of reviews that each learner gives. Without any, tutors mark.
    pub peer_reviews: i32,
    pub peers_are_named: bool,
    /// Days for the reviews.
    pub peer_days: i32,
}

/// Work of one learner in the gradebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradedWork {
    pub submission_id: SubmissionId,
    pub exercise: String,
    /// Time in words, and as RFC 3339.
    pub when: (String, String),
    /// Score in percent if the marks are released.
    pub score: Option<i32>,
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn buttons_are_read() {
        let id = Uuid::from_u128(7);
        let comment = MarkingCommentId(id);
        for (value, action) in [
            ("", MarkingAction::Save),
            ("release-next", MarkingAction::ReleaseNext),
            ("keep", MarkingAction::Keep),
            ("insert:nothing", MarkingAction::Save),
            ("other:x", MarkingAction::Save),
        ] {
            assert_eq!(MarkingAction::parse(value), action, "{value}");
        }
        assert_eq!(
            MarkingAction::parse(&format!("insert:{id}")),
            MarkingAction::Insert(comment)
        );
        assert_eq!(
            MarkingAction::parse(&format!("forget:{id}")),
            MarkingAction::Forget(comment)
        );
    }
}
