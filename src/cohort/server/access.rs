//! Guards of a cohort: for people who see its pages, and for members who may write to it.

use super::standing::CohortStanding;
use super::store::{self, MemberPlace, Membership};
use crate::enrollment::server::store as enrollment;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CohortId, CourseId, UserId};

pub fn no_member() -> AppError {
    AppError::Denied("Only the members of a cohort of this course see this page.".to_owned())
}

/// Returns the course and the person's membership in this cohort of it, or the one that counts if
/// `wanted` is None. None for everybody else, whether or not the course exists.
pub async fn place(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    wanted: Option<CohortId>,
) -> AppResult<Option<(CourseId, MemberPlace)>> {
    let Some(course) = enrollment::course_id(conn, course).await? else {
        return Ok(None);
    };
    let place = store::place(conn, user, course, wanted).await?;
    Ok(place.map(|place| (course, place)))
}

/// Returns the course and the membership that counts, for what writes to the cohort.
///
/// # Errors
///
/// `Denied` for everybody else, and before the start and after the end.
pub async fn posting_member(
    conn: &mut Conn,
    user: UserId,
    course: &str,
) -> AppResult<(CourseId, Membership)> {
    let place = place(conn, user, course, None).await?;
    let (course, MemberPlace { membership, .. }) = place.ok_or_else(no_member)?;
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
