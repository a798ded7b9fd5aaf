//! Server functions of a course's settings. Every change is written to the audit log.

use leptos::prelude::*;

use super::{CourseDetails, CourseDetailsPage};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {super::server, crate::platform::auth::guard::require_tutor_of_slug};

/// Loads the settings of the course. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_course_details(course: String) -> AppResult<CourseDetailsPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| server::page(conn, &tutor, &course).await)
        .await
}

/// Saves the settings of the course. Price and access change only if an admin saves. Requires a
/// tutor of the course.
#[server]
pub async fn save_course_details(
    course: String,
    #[server(default)] details: CourseDetails,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| server::save(conn, &tutor, &course, &details).await)
        .await
}
