//! Checks a course before it is published: links, descriptions of pictures, headings, empty topics,
//! quizzes, and the time that reading takes.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;

/// Reading time from which a topic is called long, in minutes.
pub const LONG_MINUTES: i32 = 30;

pub fn check_path(course: &str) -> String {
    format!("/teach/{course}/check")
}

/// Result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseCheck {
    pub course_title: CourseTitle,
    pub findings: Vec<Finding>,
    pub modules: Vec<ReadModule>,
    /// Reading time of everything that learners see, in minutes.
    pub minutes: i32,
}

/// A problem, and the place where it can be corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: FindingKind,
    /// Title of the topic or module.
    pub place: String,
    pub path: String,
    pub said: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    Link,
    Picture,
    Heading,
    Empty,
    Quiz,
    Length,
}

impl FindingKind {
    pub const ALL: [Self; 6] = [
        Self::Link,
        Self::Picture,
        Self::Heading,
        Self::Empty,
        Self::Quiz,
        Self::Length,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::Link => "Links that lead nowhere",
            Self::Picture => "Pictures without a description",
            Self::Heading => "Headings out of order",
            Self::Empty => "Empty parts",
            Self::Quiz => "Quizzes",
            Self::Length => "Long topics",
        }
    }
}

/// Reading times of a module's topics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadModule {
    pub title: String,
    pub topics: Vec<ReadTopic>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadTopic {
    pub title: String,
    pub path: String,
    pub is_draft: bool,
    pub minutes: i32,
}
