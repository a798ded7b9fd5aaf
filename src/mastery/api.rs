//! Server functions of what a learner knows.

use leptos::prelude::*;

use super::{KnowledgePage, TaughtKnowledgePage};
use crate::platform::error::AppResult;
use crate::platform::ids::ProgressId;

#[cfg(feature = "ssr")]
use {
    super::server::{map, store},
    super::{DISPUTE_CHARACTERS, Thresholds, knowledge_path},
    crate::platform::auth::guard::{require_tutor_of_slug, require_user},
    crate::platform::error::AppError,
    crate::platform::figures::use_at_most,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Returns the learner's own map, with the details of the concept with this key.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_knowledge(#[server(default)] concept: String) -> AppResult<KnowledgePage> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let thresholds = Thresholds::of(&me.cx.organization.site.settings);
    let flash = me.cx.flash.clone();
    me.cx
        .within(async move |conn| {
            map::own(conn, user, &concept, thresholds, flash.as_ref(), &clock).await
        })
        .await
}

/// Returns the map of a learner of the course. Requires a tutor of the course. Answers outside the
/// course count, but are not listed.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_learner_knowledge(
    course: String,
    username: String,
    #[server(default)] concept: String,
) -> AppResult<TaughtKnowledgePage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let cx = tutor.signed_in.cx.clone();
    let thresholds = Thresholds::of(&cx.organization.site.settings);
    let id = tutor.course;
    cx.within(async move |conn| {
        map::taught(conn, (id, course), &username, &concept, thresholds, &clock).await
    })
    .await
}

/// Disputes evidence about the learner, or takes that back. Disputed evidence counts a quarter.
#[server]
pub async fn dispute_evidence(
    progress: ProgressId,
    disputed: bool,
    #[server(default)] reason: String,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let reason = reason.trim().to_owned();
    if reason.chars().count() > DISPUTE_CHARACTERS as usize {
        return Err(AppError::field("reason", use_at_most(DISPUTE_CHARACTERS)));
    }
    let thresholds = Thresholds::of(&me.cx.organization.site.settings);
    let concept = me
        .cx
        .within(async move |conn| {
            let reason = disputed.then_some(reason.as_str());
            store::dispute(conn, user, progress, reason, thresholds).await
        })
        .await?;
    let concept = concept
        .ok_or_else(|| AppError::NotFound("There is no such answer among your own.".to_owned()))?;
    redirect(knowledge_path(&concept));
    Ok(())
}
