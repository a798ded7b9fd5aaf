//! The rights to walk and to edit a path.

use super::store::{self, PathRow};
use crate::platform::auth::UserRole;
use crate::platform::auth::guard::{SignedIn, require_user};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::PathId;

/// Proof that a person may walk or edit a path.
#[derive(Clone)]
pub struct OnPath {
    pub me: SignedIn,
    pub path: PathRow,
    pub may_edit: bool,
}

pub fn no_path() -> AppError {
    AppError::NotFound("There is no such path.".to_owned())
}

/// True for an admin, a tutor of the path's course, and the author of a path without a course.
pub fn may_edit(role: UserRole, path: &PathRow) -> bool {
    role == UserRole::Admin || path.is_editor
}

/// Requires a person who may walk the path: its editors, and for a published path the learners of
/// its course, or everybody if it has no course. Others are not told that it exists.
pub async fn require_walker(path: &str) -> AppResult<OnPath> {
    let me = require_user()?;
    let id = PathId(path.parse().map_err(|_| no_path())?);
    let user = me.user_id();
    let found = me
        .cx
        .within(async move |conn| Ok(store::path(conn, user, id).await?))
        .await?;
    let path = found.ok_or_else(no_path)?;
    let may_edit = may_edit(me.viewer.role, &path);
    let may_walk = path.is_published() && (path.course_id.is_none() || path.is_learner);
    match may_edit || may_walk {
        true => Ok(OnPath { me, path, may_edit }),
        false => Err(no_path()),
    }
}

/// Requires a person who may edit the path.
pub async fn require_editor(path: &str) -> AppResult<OnPath> {
    let on = require_walker(path).await?;
    if on.may_edit {
        return Ok(on);
    }
    crate::platform::audit::denied(
        &on.me.cx,
        "path.editor_required",
        Some(("path", on.path.path_id.to_string())),
    )
    .await;
    Err(AppError::Denied(
        "Only tutors of this path may do this.".to_owned(),
    ))
}
