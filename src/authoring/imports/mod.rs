//! Courses from files in the browser: a zip is uploaded, its effect is shown, and an admin confirms
//! it. Also copies of courses.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::address;

/// Page on which admins import a course.
pub const IMPORT_COURSE: &str = "/teach/courses/import";

/// Address of uploads. The flash message for the page has the same name.
pub const COURSE_UPLOAD: &str = "/uploads/courses";

/// Largest zip in bytes.
pub const ZIP_BYTES: usize = 50 * 1024 * 1024;

/// The page with an upload that waits.
pub fn preview_path(id: &str) -> String {
    address::with_query(IMPORT_COURSE, &[("preview", id)])
}

/// Data of the page that imports a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseImportPage {
    pub preview: Option<CoursePreview>,
    /// Reasons why nothing was stored.
    pub problems: Vec<String>,
}

/// The effect that an import will have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoursePreview {
    pub id: String,
    pub file: String,
    pub course_title: CourseTitle,
    pub slug: String,
    /// False if a course of this name is changed.
    pub is_new: bool,
    /// True if the course's page stays as it was changed on the site.
    pub page_is_kept: bool,
    /// True for an mdBook, false for a course in the native format.
    pub is_book: bool,
    pub parts: Vec<PartChanges>,
    pub files: usize,
    /// Old and new numbers of modules that learners have reached.
    pub moved: Vec<(i32, i32)>,
    /// Sentences about parts of a book that are left out.
    pub left_out: Vec<String>,
    /// Identifies the effect, so that a confirmation does what was seen.
    pub seen: String,
}

/// Changes of one kind of parts, such as topics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartChanges {
    pub name: String,
    pub added: NamedParts,
    pub updated: NamedParts,
    pub retired: NamedParts,
    /// Parts that stay as they were changed on the site.
    pub kept: NamedParts,
    pub unchanged: usize,
}

/// A count, and the first names of those counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedParts {
    pub count: usize,
    pub names: Vec<String>,
}
