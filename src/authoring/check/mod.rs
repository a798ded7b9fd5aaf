//! Checks a course before it is published: links, descriptions of pictures, headings, empty topics,
//! quizzes, and the time that reading takes.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::address;

/// Reading time from which a topic is called long, in minutes.
pub const LONG_MINUTES: i32 = 30;

pub fn check_path(course: &str) -> String {
    format!("/teach/{course}/check")
}

/// The check of one topic.
pub fn topic_check_path(course: &str, topic: &str) -> String {
    address::with_query(&check_path(course), &[("topic", topic)])
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

impl CourseCheck {
    /// The part of the check that is about the topic with this page.
    pub fn of_topic(mut self, path: &str) -> Self {
        self.findings.retain(|finding| finding.path == path);
        for module in &mut self.modules {
            module.topics.retain(|topic| topic.path == path);
        }
        self.modules.retain(|module| !module.topics.is_empty());
        let topics = self.modules.iter().flat_map(|module| &module.topics);
        self.minutes = topics.map(|topic| topic.minutes).sum();
        self
    }
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
