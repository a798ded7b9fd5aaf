//! Server functions of proposals. Each requires a tutor of the course.

use leptos::prelude::*;

use super::ProposalsPage;
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::server, crate::paths::proposals_path, crate::platform::address,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::http::server_fns::redirect,
};

/// Loads the proposals for a topic that nobody has decided about.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_proposals(course: String, topic: String) -> AppResult<ProposalsPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| server::page(conn, tutor.course, (&course, &topic)).await)
        .await
}

/// Uses a proposal or dismisses it: `which` is "use" or "dismiss", a hyphen and the proposal's key.
/// "again" brings all back that were dismissed.
#[server]
pub async fn decide_proposal(course: String, topic: String, which: String) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let page = proposals_path(&course, &topic);
    let said = cx
        .within(async move |conn| server::decide(conn, &tutor, &topic, &which).await)
        .await?;
    redirect(address::with_query(&page, &[("done", said.as_str())]));
    Ok(())
}
