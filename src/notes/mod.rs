//! Notes: a topic in a few of its own sentences, and its key concepts with their definitions. A job
//! finds them in the text; tutors can write their own instead.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ids::TopicId;
use crate::platform::ui::Html;

/// Longest summary that a tutor can write, in characters.
pub const SUMMARY_CHARACTERS: u32 = 3_000;

/// Longest list of concepts that a tutor can write, in characters.
pub const CONCEPTS_CHARACTERS: u32 = 10_000;

/// Most concepts of a topic.
pub const MOST_CONCEPTS: usize = 30;

/// Longest name of a concept, in characters.
pub const CONCEPT_CHARACTERS: usize = 80;

/// Longest definition, in characters.
pub const DEFINITION_CHARACTERS: usize = 600;

/// Concepts of all topics that are open to the learner, in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConceptList {
    pub course_slug: String,
    pub course_title: CourseTitle,
    /// Empty if there are none yet.
    pub entries: Html,
}

/// Notes of a topic as a tutor edits them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditedNotes {
    pub course_title: CourseTitle,
    pub topic: TopicId,
    pub topic_title: String,
    /// One sentence a line.
    pub summary: String,
    /// One concept a line, as `Concept: definition`.
    pub concepts: String,
    /// True if a tutor wrote the notes.
    pub is_edited: bool,
}
