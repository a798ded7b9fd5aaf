//! Server functions of reviews. A reviewer reaches only the works that were given to them, an
//! author only reviews of their own work, and a tutor those of courses that they teach.

use std::collections::HashMap;

use leptos::prelude::*;

use super::PeerReviewPage;
use crate::platform::error::AppResult;
use crate::platform::ids::{ExerciseId, PeerReviewId};

#[cfg(feature = "ssr")]
use {
    super::review_path,
    crate::exercise::marking::server::store::WorkMarker,
    crate::exercise::marking::{assignment_path, server::view as marking},
    crate::exercise::peer_review::server::{report, review, rules, view},
    crate::platform::auth::guard::{require_tutor_of_slug, require_user},
    crate::platform::auth::limits::POSTS,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Returns a work to review.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_peer_review(review: String) -> AppResult<PeerReviewPage> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let review = PeerReviewId(review.parse().map_err(|_| review::no_review())?);
    let files = me.cx.app.files.clone();
    me.cx
        .within(async move |conn| view::page(conn, &files, user, review, &clock).await)
        .await
}

/// Saves a review. With `act=send` also sends it, after which it stays as it is.
#[server]
pub async fn save_peer_review(
    review: PeerReviewId,
    #[server(default)] points: HashMap<String, String>,
    #[server(default)] feedback: String,
    #[server(default)] act: String,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let sent = review::SentReview {
        points,
        feedback,
        is_sent: act == "send",
    };
    let is_sent = sent.is_sent;
    me.cx
        .within(async move |conn| review::save(conn, user, review, sent).await)
        .await?;
    if is_sent {
        redirect(review_path(review));
    }
    Ok(())
}

/// Gives the learner another work that lacks reviews, and goes to it.
#[server]
pub async fn take_peer_review(exercise: ExerciseId) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let review = me
        .cx
        .within(async move |conn| review::take(conn, user, exercise).await)
        .await?;
    redirect(review_path(review));
    Ok(())
}

/// Reports a review of the learner's own work to the tutors.
#[server]
pub async fn report_peer_review(
    review: PeerReviewId,
    #[server(default)] reason: String,
) -> AppResult<()> {
    let me = require_user()?;
    POSTS.take(&me.cx, &me.user_id().to_string()).await?;
    let user = me.user_id();
    let page = me
        .cx
        .within(async move |conn| report::report(conn, user, review, &reason).await)
        .await?;
    redirect(page);
    Ok(())
}

/// Leaves a review out of the mark (`act=leave-out`), or has it count.
#[server]
pub async fn settle_peer_review(
    review: PeerReviewId,
    #[server(default)] act: String,
) -> AppResult<()> {
    let me = require_user()?;
    let marker = WorkMarker::of(&me.viewer);
    let is_left_out = act == "leave-out";
    let page = me
        .cx
        .within(async move |conn| report::settle(conn, marker, review, is_left_out).await)
        .await?;
    redirect(page);
    Ok(())
}

/// Changes how the work of an exercise is reviewed by other learners.
#[server]
pub async fn save_peer_rules(
    course: String,
    exercise: ExerciseId,
    #[server(default)] reviews: String,
    are_named: Option<String>,
    #[server(default)] days: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let page = assignment_path(&course, exercise);
    cx.within(async move |conn| {
        let found = marking::exercise_of(conn, tutor.course, exercise).await?;
        let rules = rules::read(&reviews, are_named.is_some(), &days)?;
        rules::save(conn, &by, (exercise, &found.title), rules).await
    })
    .await?;
    redirect(page);
    Ok(())
}
