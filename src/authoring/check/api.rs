//! The server function of the check.

use leptos::prelude::*;

use super::CourseCheck;
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {super::server, crate::platform::auth::guard::require_tutor_of_slug};

/// Checks the course as its authors have it, drafts included. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_course_check(course: String) -> AppResult<CourseCheck> {
    let tutor = require_tutor_of_slug(&course).await?;
    server::check(&tutor, &course).await
}
