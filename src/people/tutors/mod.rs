//! Tutors of a course, for admins.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::ids::UserId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseTutorsPage {
    pub course_title: CourseTitle,
    pub tutors: Vec<CourseTutorLine>,
}

/// Somebody who teaches a course, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseTutorLine {
    pub person: UserId,
    pub name: String,
    pub email: String,
    /// Date since which they are listed.
    pub since: String,
    /// False once their work has ended.
    pub teaches: bool,
    /// False if the account is deactivated.
    pub may_sign_in: bool,
}
