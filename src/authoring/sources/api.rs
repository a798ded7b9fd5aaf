//! Server functions for topics that were changed on the site and in the source.

use leptos::prelude::*;

use super::SourcePage;
use crate::platform::error::AppResult;
use crate::platform::ids::TopicId;

#[cfg(feature = "ssr")]
use {
    super::server::{self, SourceDecision},
    crate::authoring::editor::edit_path,
    crate::platform::address,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Loads the texts of the site and of the source. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_topic_source(course: String, topic: String) -> AppResult<SourcePage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    cx.within(async move |conn| server::page(conn, tutor.course, &topic, &clock).await)
        .await
}

/// Decides which text the draft of a topic has: that of the site, that of the source, or the typed
/// one, as `keep` says. Nothing is published. Requires a tutor of the course.
#[server]
pub async fn decide_source(
    course: String,
    topic: TopicId,
    #[server(default)] seen: String,
    #[server(default)] keep: String,
    #[server(default)] title: String,
    #[server(default)] text: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let decision = SourceDecision {
        seen,
        keep,
        title,
        text: text.replace("\r\n", "\n"),
    };
    let name = cx
        .within(async move |conn| server::decide(conn, &tutor, topic, decision).await)
        .await?;
    let page = edit_path(&course, &name);
    redirect(address::with_query(&page, &[("done", "merged")]));
    Ok(())
}
