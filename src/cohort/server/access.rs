//! Guards of a cohort: for people who see its pages, and for members who may write to it.

use super::standing::CohortStanding;
use super::store::{Membership, membership};
use crate::enrollment::server::store as enrollment;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, UserId};

pub fn no_member() -> AppError {
    AppError::Denied("Only the members of a cohort of this course see this page.".to_owned())
}

/// Returns the course, and the person's membership in it.
///
/// # Errors
///
/// `Denied` for everybody else, whether or not the course exists.
pub async fn member(
    conn: &mut Conn,
    user: UserId,
    course: &str,
) -> AppResult<(CourseId, Membership)> {
    let course = enrollment::course_id(conn, course)
        .await?
        .ok_or_else(no_member)?;
    let membership = membership(conn, user, course).await?;
    membership
        .map(|membership| (course, membership))
        .ok_or_else(no_member)
}

/// Like [`member`], for what writes to the cohort.
///
/// # Errors
///
/// `Denied` before the start and after the end, too.
pub async fn posting_member(
    conn: &mut Conn,
    user: UserId,
    course: &str,
) -> AppResult<(CourseId, Membership)> {
    let (course, membership) = member(conn, user, course).await?;
    match membership.standing {
        CohortStanding::Open => Ok((course, membership)),
        CohortStanding::Before(_) => Err(AppError::Denied(format!(
            "Your cohort starts on {}. You can post from then on.",
            membership.first_day()
        ))),
        CohortStanding::Ended => Err(AppError::Denied(
            "Your cohort has ended. You can still read everything, but no longer post.".to_owned(),
        )),
    }
}
