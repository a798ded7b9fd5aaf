//! Teaching: the list of a tutor's courses, and the frame around each course's teaching pages.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::paths::{activity_roster_path, learner_questions_path};
use crate::platform::address;

/// Longest reason that tutors give for what they do, in characters.
pub const REASON_CHARACTERS: u32 = 500;

/// Number of courses on one page of the list.
pub const COURSES_PAGE: i64 = 50;

/// Search, filter and page of the list of courses, as they are in its address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TaughtQuery {
    /// Part of a course's title or of a tutor's name.
    pub q: String,
    /// None for courses of every status.
    pub status: Option<CourseStatus>,
    /// Page, from 0.
    pub page: u32,
}

impl TaughtQuery {
    pub fn path(&self) -> String {
        let page = match self.page {
            0 => String::new(),
            page => page.saturating_add(1).to_string(),
        };
        let status = self.status.map(CourseStatus::name).unwrap_or_default();
        address::with_query(
            "/teach",
            &[("q", &self.q), ("status", status), ("page", &page)],
        )
    }

    pub fn on_page(&self, page: u32) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CourseStatus {
    Published,
    Draft,
    Retired,
}

impl CourseStatus {
    pub const ALL: [Self; 3] = [Self::Published, Self::Draft, Self::Retired];

    pub fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Draft => "draft",
            Self::Retired => "retired",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Published => "Published",
            Self::Draft => "Draft",
            Self::Retired => "Retired",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaughtPage {
    pub courses: Vec<TaughtCourse>,
    /// Number of the page shown, from 0. The last page if the requested one does not exist.
    pub page: u32,
    /// Number of courses on all pages.
    pub total: i64,
    /// Messages of cold calls in all these courses that wait for a tutor.
    pub waiting: i64,
    /// Works in all these courses that wait for marks.
    pub marking: i64,
}

/// A course among those that one teaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaughtCourse {
    pub slug: String,
    pub title: CourseTitle,
    pub status: CourseStatus,
    /// Names of its tutors, in alphabetical order.
    pub tutors: Vec<String>,
    pub learners: i64,
    pub questions: i64,
    /// Questions of learners that wait for a reply.
    pub asked: i64,
}

/// Page on which admins make a course.
pub const NEW_COURSE: &str = "/teach/courses/new";

/// Tabs of a course's teaching pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    Learners,
    Activity,
    Outline,
    Questions,
    Exams,
    Exercises,
    LearnerQuestions,
    ColdCalls,
    Cohorts,
    Admissions,
    /// For admins alone.
    Tutors,
    Settings,
}

impl Area {
    pub const ALL: [Self; 12] = [
        Self::Learners,
        Self::Activity,
        Self::Outline,
        Self::Questions,
        Self::Exams,
        Self::Exercises,
        Self::LearnerQuestions,
        Self::ColdCalls,
        Self::Cohorts,
        Self::Admissions,
        Self::Tutors,
        Self::Settings,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::Learners => "Gradebook",
            Self::Activity => "Activity",
            Self::Outline => "Outline",
            Self::Questions => "Questions",
            Self::Exams => "Exams",
            Self::Exercises => "Exercises",
            Self::LearnerQuestions => "Learner questions",
            Self::ColdCalls => "Cold calls",
            Self::Cohorts => "Cohorts",
            Self::Admissions => "Admissions",
            Self::Tutors => "Tutors",
            Self::Settings => "Settings",
        }
    }

    pub fn path(self, course: &str) -> String {
        match self {
            Self::Learners => format!("/teach/{course}"),
            Self::Activity => activity_roster_path(course),
            Self::Outline => format!("/teach/{course}/outline"),
            Self::Questions => format!("/teach/{course}/questions"),
            Self::Exams => format!("/teach/{course}/exams"),
            Self::Exercises => format!("/teach/{course}/exercises"),
            Self::LearnerQuestions => learner_questions_path(course),
            Self::ColdCalls => format!("/teach/{course}/cold-calls"),
            Self::Cohorts => format!("/teach/{course}/cohorts"),
            Self::Admissions => format!("/teach/{course}/admissions"),
            Self::Tutors => format!("/teach/{course}/tutors"),
            Self::Settings => format!("/teach/{course}/settings"),
        }
    }
}
