//! Server functions of the survey. Each acts for the signed-in learner, in courses in which they
//! are enrolled.

use leptos::prelude::*;

use super::SurveyPage;
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::server, crate::paths::survey_path, crate::platform::address,
    crate::platform::auth::guard::require_user, crate::platform::http::server_fns::redirect,
};

/// Returns how the course is shown to the learner.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_survey(course: String) -> AppResult<SurveyPage> {
    let me = require_user()?;
    let user = me.user_id();
    me.cx
        .within(async move |conn| server::page(conn, user, course).await)
        .await
}

/// Finds the learner's kind from the answers, which are numbers of options.
///
/// # Errors
///
/// `Invalid` with all questions without an answer.
#[server]
pub async fn take_survey(
    course: String,
    #[server(default)] before: String,
    #[server(default)] way: String,
    #[server(default)] reading: String,
    #[server(default)] when: String,
    #[server(default)] why: String,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let page = survey_path(&course);
    let found = me
        .cx
        .within(async move |conn| {
            let answers = [before, way, reading, when, why];
            server::take(conn, user, &course, &answers).await
        })
        .await?;
    let done = if found { "found" } else { "none" };
    redirect(address::with_query(&page, &[("done", done)]));
    Ok(())
}

/// Sets the learner's kind by its name. Without a name the course is shown as to everybody.
#[server]
pub async fn choose_kind(course: String, #[server(default)] kind: String) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let page = survey_path(&course);
    me.cx
        .within(async move |conn| server::choose(conn, user, &course, &kind).await)
        .await?;
    redirect(address::with_query(&page, &[("done", "chosen")]));
    Ok(())
}
