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
    /// True if the cohorts of the course have a leaderboard.
    pub has_leaderboard: bool,
}

/// The progress of a member's cohort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortProgress {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub cohort: String,
    pub body: Html,
    /// None if the course has turned it off, or the cohort has not started.
    pub leaderboard: Option<Leaderboard>,
}

/// The members of a cohort who compare their progress by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaderboard {
    /// True if the person stands in it. Only then they see who else does.
    pub is_joined: bool,
    /// Those who are furthest come first.
    pub lines: Vec<LeaderboardLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaderboardLine {
    /// From 1. Members who are equally far share a place.
    pub place: usize,
    pub name: String,
    /// Share of the topics that are done, in percent.
    pub share: i32,
    pub is_me: bool,
}

/// Figures of all courses in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchoolInsights {
    /// For example "November 2026".
    pub month: String,
    pub body: Html,
}
