//! Figures about many learners: of a course or a cohort for its tutors, of the own cohort for its
//! members, and of all courses by month for admins.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ui::Html;

/// Longest question about a course, in characters.
pub const QUESTION_CHARACTERS: u32 = 200;

/// Figures of a course, or of one of its cohorts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseInsights {
    pub course_slug: String,
    pub course_title: CourseTitle,
    /// The figures with their charts, which the browser only shows.
    pub body: Html,
}

/// The progress of a member's cohort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortProgress {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub cohort: String,
    pub body: Html,
}

/// Figures of all courses in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchoolInsights {
    /// For example "November 2026".
    pub month: String,
    pub body: Html,
}
