//! Server functions of cold calls. Each acts for the signed-in member only, in their own cohort.

use leptos::prelude::*;

use super::ColdCallPage;
use crate::platform::error::AppResult;
use crate::platform::ids::{MessageId, PromptId};

#[cfg(feature = "ssr")]
use {
    crate::coldcall::server::{post, view},
    crate::platform::auth::guard::{SignedIn, require_user},
    crate::platform::auth::limits::{Limit, POSTS, STARS},
    crate::platform::http::server_fns::redirect,
    crate::platform::ids::CohortId,
    crate::platform::time::Clock,
};

/// Returns a cold call of an unlocked topic. Its thread is included once the member has answered.
/// `cohort` names an earlier cohort of theirs.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_cold_call(
    course: String,
    topic: String,
    n: String,
    #[server(default)] cohort: String,
) -> AppResult<ColdCallPage> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    // Anything but a number is the number of no cold call.
    let number = n.parse().unwrap_or(0);
    let cohort = match cohort.as_str() {
        "" => None,
        id => Some(CohortId(id.parse().map_err(|_| post::no_cold_call())?)),
    };
    let has_unread = me.viewer.unread > 0 && me.cx.may_write();
    me.cx
        .within(async move |conn| {
            let place = (topic.as_str(), number, cohort);
            view::page(conn, user, course, place, has_unread, &clock).await
        })
        .await
}

/// Takes one token of the person's limit.
#[cfg(feature = "ssr")]
async fn limited(limit: Limit) -> AppResult<SignedIn> {
    let me = require_user()?;
    limit.take(&me.cx, &me.user_id().to_string()).await?;
    Ok(me)
}

/// Posts the member's answer, then goes to the thread, which the answer reveals.
#[server]
pub async fn answer_cold_call(prompt: PromptId, text: String) -> AppResult<()> {
    let me = limited(POSTS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let thread = me
        .cx
        .within(async move |conn| post::answer(conn, user, prompt, &text, &clock).await)
        .await?;
    redirect(thread);
    Ok(())
}

/// Replies to a message that the member may read.
#[server]
pub async fn reply_to_message(message: MessageId, text: String) -> AppResult<()> {
    let me = limited(POSTS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| post::reply(conn, user, message, &text, &clock).await)
        .await
}

/// Changes the member's own message within its first minutes.
#[server]
pub async fn edit_message(message: MessageId, text: String) -> AppResult<()> {
    let me = limited(POSTS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| post::edit(conn, user, message, &text, &clock).await)
        .await
}

/// Deletes the member's own message.
#[server]
pub async fn delete_message(message: MessageId) -> AppResult<()> {
    let me = limited(POSTS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| post::delete(conn, user, message, &clock).await)
        .await
}

/// Gives a star to a message of another member, or takes it back.
#[server]
pub async fn star_message(message: MessageId, starred: bool) -> AppResult<()> {
    let me = limited(STARS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| post::star(conn, user, message, starred, &clock).await)
        .await
}

/// Reports a message of another member to the tutors.
#[server]
pub async fn report_message(message: MessageId, reason: String) -> AppResult<()> {
    let me = limited(POSTS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| post::report(conn, user, message, &reason, &clock).await)
        .await
}
