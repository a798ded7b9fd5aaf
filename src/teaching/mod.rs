//! Teaching: the list of a tutor's courses, and the frame around each course's teaching pages.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;

/// Longest reason that tutors give for what they do, in characters.
pub const REASON_CHARACTERS: u32 = 500;

/// A course among those that one teaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaughtCourse {
    pub slug: String,
    pub title: CourseTitle,
    pub is_published: bool,
    pub learners: i64,
    pub questions: i64,
}

/// Tabs of a course's teaching pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    Learners,
    Questions,
    Exams,
    Settings,
}

impl Area {
    pub const ALL: [Self; 4] = [Self::Learners, Self::Questions, Self::Exams, Self::Settings];

    pub fn label(self) -> &'static str {
        match self {
            Self::Learners => "Learners",
            Self::Questions => "Questions",
            Self::Exams => "Exams",
            Self::Settings => "Settings",
        }
    }

    pub fn path(self, course: &str) -> String {
        match self {
            Self::Learners => format!("/teach/{course}"),
            Self::Questions => format!("/teach/{course}/questions"),
            Self::Exams => format!("/teach/{course}/exams"),
            Self::Settings => format!("/teach/{course}/settings"),
        }
    }
}
