//! Settings of a course's quizzes, for the tutors of the course and for admins.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;

/// Most questions of an attempt.
pub const MAX_QUESTIONS: i32 = 20;

/// The settings as the form sends and shows them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct QuizSettings {
    pub questions_per_attempt: String,
    pub passing_score_percent: String,
    /// Empty for no time limit.
    pub seconds_per_question: String,
    /// Empty for no limit.
    pub attempts_allowed: String,
    pub retry_wait_minutes: String,
    pub cooldown_days: String,
    pub partial_credit: Option<String>,
    pub is_gated: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsPage {
    pub course_title: CourseTitle,
    pub settings: QuizSettings,
}
