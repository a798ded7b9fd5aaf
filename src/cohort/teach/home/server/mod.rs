//! Queries and checks of what tutors write for a cohort's home.

mod announcements;
mod projects;

pub use self::announcements::{
    AnnouncedTo, AnnouncementDraft, announced_to, change_announcement, delete_announcement,
    make_announcement, page, read_announcement,
};
pub use self::projects::{comment, project, read_comment, read_project, save_project};

use crate::cohort::server::messages::rendered;
use crate::cohort::server::store::{self as cohorts, Cohort};
use crate::cohort::teach::server::view::no_cohort;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CourseId};
use crate::platform::{figures, names};

use super::HEADING_CHARACTERS;

/// Returns a cohort of the tutor's course.
///
/// # Errors
///
/// `NotFound` for any other cohort.
pub async fn require(conn: &mut Conn, course: CourseId, cohort: CohortId) -> AppResult<Cohort> {
    cohorts::cohort(conn, course, cohort)
        .await?
        .ok_or_else(no_cohort)
}

fn heading(typed: &str, problems: &mut Vec<(String, String)>) -> String {
    let title = names::tidy(typed);
    if title.is_empty() {
        problems.push(("title".to_owned(), "Enter a title.".to_owned()));
    }
    text("title", &title, HEADING_CHARACTERS, problems);
    title
}

fn text(field: &str, typed: &str, most: u32, problems: &mut Vec<(String, String)>) {
    if typed.chars().count() > most as usize {
        problems.push((field.to_owned(), figures::use_at_most(most)));
    }
}
