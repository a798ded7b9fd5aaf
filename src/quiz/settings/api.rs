//! Server functions of the settings of quizzes, for the tutors of a course and for admins.

use leptos::prelude::*;

use super::{QuizSettings, SettingsPage};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {super::server, crate::platform::auth::guard::require_tutor_of_slug};

/// Loads the settings of the course's quizzes. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_quiz_settings(course: String) -> AppResult<SettingsPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let (course, cx) = (tutor.course, tutor.signed_in.cx);
    cx.within(async move |conn| server::page(conn, course).await)
        .await
}

/// Saves the settings of the course's quizzes. Requires a tutor of the course.
#[server]
pub async fn save_quiz_settings(
    course: String,
    #[server(default)] settings: QuizSettings,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| server::save(conn, &tutor, settings).await)
        .await
}
