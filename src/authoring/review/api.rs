//! Server functions of reviews, for the tutors of a course and for admins.

use leptos::prelude::*;

use crate::platform::error::AppResult;
use crate::platform::ids::{DraftCommentId, TopicId};

#[cfg(feature = "ssr")]
use {
    super::ReviewStep,
    super::server::{comments, steps},
    crate::authoring::editor::server::draft,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::error::AppError,
};

/// Asks for a review of a topic's draft, takes that back, approves the draft or wants changes, as
/// `step` says. `reviewer` is the id of a tutor, or empty to ask all tutors of the course. `seen`
/// is the revision of the draft that the page shows. Requires a tutor of the course.
///
/// # Errors
///
/// `Conflict` if a decision is about another revision than the saved one.
#[server]
pub async fn review_topic(
    course: String,
    topic: TopicId,
    step: String,
    #[server(default)] reviewer: String,
    #[server(default)] note: String,
    #[server(default)] seen: i32,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let step = ReviewStep::parse(&step)
        .ok_or_else(|| AppError::field("", "Choose what to do with the draft."))?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| {
        let stored = draft::topic(conn, tutor.course, topic).await?;
        let fields = steps::ReviewFields {
            reviewer: &reviewer,
            note: &note,
            seen,
        };
        steps::take(conn, (&tutor, &course), &stored, step, fields).await
    })
    .await
}

/// Comments on a passage of the draft, or on the whole topic if `quote` is empty. With `parent`,
/// answers a comment. Requires a tutor of the course.
#[server]
pub async fn comment_on_draft(
    course: String,
    topic: TopicId,
    #[server(default)] parent: String,
    #[server(default)] quote: String,
    #[server(default)] text: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| {
        let stored = draft::topic(conn, tutor.course, topic).await?;
        let new = comments::NewComment {
            parent: &parent,
            quote: &quote,
            text: &text,
        };
        comments::add(conn, (&tutor, &course), &stored, new).await
    })
    .await
}

/// Resolves a comment, or opens it again. Requires a tutor of the course.
#[server]
pub async fn resolve_comment(
    course: String,
    comment: DraftCommentId,
    resolved: bool,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| comments::resolve(conn, &tutor, comment, resolved).await)
        .await
}
