//! Knowledge of learners: one graph of concepts for an organization, evidence from graded answers,
//! and a level for each concept with its uncertainty.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
mod standing;
#[cfg(all(test, feature = "ssr"))]
mod tests;

#[cfg(feature = "ssr")]
pub use self::standing::{ConceptStanding, SourceType, Thresholds, from_answers};

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::paths::{KNOWLEDGE, learner_knowledge_path};
use crate::platform::address;
use crate::platform::ui::Html;

/// Longest reason for a dispute, in characters.
pub const DISPUTE_CHARACTERS: u32 = 500;

/// Address of the learner's own map with the details of a concept. Empty for none.
pub fn knowledge_path(concept: &str) -> String {
    address::with_query(KNOWLEDGE, &[("concept", concept)])
}

/// Address of a learner's map for tutors, with the details of a concept.
pub fn taught_knowledge_path(course: &str, username: &str, concept: &str) -> String {
    address::with_query(
        &learner_knowledge_path(course, username),
        &[("concept", concept)],
    )
}

/// A map of what a learner knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnowledgePage {
    pub map: Html,
    /// Name of the concept whose details are shown. Empty for none.
    pub concept: String,
}

/// The map of a learner of a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaughtKnowledgePage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub username: String,
    pub name: String,
    pub map: Html,
}
