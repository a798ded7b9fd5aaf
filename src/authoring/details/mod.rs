//! Settings of a course that its page and the catalog show: title, texts, language, price, access.

pub mod api;
#[cfg(feature = "ssr")]
pub mod hub;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::course::{CourseTitle, Level};

/// Longest text of a course's page, in characters.
pub const DESCRIPTION_CHARACTERS: u32 = 20_000;
/// Longest line of a license, in characters.
pub const LICENSE_CHARACTERS: u32 = 300;

/// Levels with their names in the form.
pub const LEVELS: [(&str, Level); 3] = [
    ("beginner", Level::Beginner),
    ("intermediate", Level::Intermediate),
    ("advanced", Level::Advanced),
];

/// The settings as the form shows and sends them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CourseDetails {
    pub title: String,
    pub summary: String,
    /// Text of the course's page, as Markdown.
    pub description: String,
    /// One a line.
    pub outcomes: String,
    pub language: String,
    pub level: String,
    /// Separated by commas.
    pub tags: String,
    /// One a line.
    pub authors: String,
    pub license: String,
    /// Such as "49" or "49.90".
    pub price: String,
    pub currency: String,
    pub cohort_only: Option<String>,
    /// Hash of the settings that the page showed. A stale tab does not overwrite newer ones.
    pub mark: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseDetailsPage {
    pub course_title: CourseTitle,
    pub details: CourseDetails,
    /// True for admins, who may change price and access.
    pub may_sell: bool,
    /// All other settings of the course.
    pub others: Vec<SettingLine>,
}

/// A setting with its present value. The address of its page is empty if the person can't change
/// it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingLine {
    pub label: String,
    pub value: String,
    pub href: String,
}
