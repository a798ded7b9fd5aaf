//! Server functions of teaching.

use leptos::prelude::*;

use super::TaughtCourse;
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    crate::platform::auth::UserRole, crate::platform::auth::guard::require_user,
    crate::teaching::server::store,
};

/// Returns all courses to admins, and to others the courses that they teach.
#[server(input = server_fn::codec::GetUrl)]
pub async fn taught_courses() -> AppResult<Vec<TaughtCourse>> {
    let me = require_user()?;
    let tutor = match me.viewer.role {
        UserRole::Admin => None,
        UserRole::Learner | UserRole::Tutor => Some(me.user_id()),
    };
    me.cx
        .within(async move |conn| Ok(store::taught(conn, tutor).await?))
        .await
}
