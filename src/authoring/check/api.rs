//! The server function of the check.

use leptos::prelude::*;

use super::CourseCheck;
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {super::server, crate::paths::edit_path, crate::platform::auth::guard::require_tutor_of_slug};

/// Checks the course as its authors have it, drafts included. With the name of a topic, returns
/// only the findings there. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_course_check(
    course: String,
    #[server(default)] topic: String,
) -> AppResult<CourseCheck> {
    let tutor = require_tutor_of_slug(&course).await?;
    let check = server::check(&tutor, &course).await?;
    Ok(match topic.as_str() {
        "" => check,
        topic => check.of_topic(&edit_path(&course, topic)),
    })
}
