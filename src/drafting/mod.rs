//! Proposals for a topic: quiz questions and suggested questions that rules draft from its text,
//! each with the passage that it rests on. Learners see none of them before a tutor uses it.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ui::Html;

/// Proposals for a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalsPage {
    pub course_title: CourseTitle,
    pub topic_title: String,
    /// Proposals with their forms. Empty if there are none.
    pub proposals: Html,
}
