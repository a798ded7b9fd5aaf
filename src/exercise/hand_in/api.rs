//! Server functions of work that is handed in.

use leptos::prelude::*;

use super::TutorComments;
use crate::platform::error::AppResult;
use crate::platform::ids::{ExerciseWorkId, WorkFileId};

#[cfg(feature = "ssr")]
use {
    crate::exercise::hand_in::server::{comments, files, view},
    crate::platform::auth::guard::require_user,
    crate::platform::auth::limits::POSTS,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Removes a file from the learner's draft.
#[server]
pub async fn remove_work_file(file: WorkFileId) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let page = me
        .cx
        .within(async move |conn| files::remove(conn, user, file).await)
        .await?;
    redirect(page);
    Ok(())
}

/// Adds a comment to work that was handed in, by its author or a tutor of the course.
#[server]
pub async fn comment_on_work(work: ExerciseWorkId, text: String) -> AppResult<()> {
    let me = require_user()?;
    POSTS.take(&me.cx, &me.user_id().to_string()).await?;
    let viewer = me.viewer.clone();
    let page = me
        .cx
        .within(async move |conn| comments::add(conn, &viewer, work, &text).await)
        .await?;
    redirect(page);
    Ok(())
}

/// Returns all that tutors have written to the learner about their work in a course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_tutor_comments(course: String) -> AppResult<TutorComments> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| view::tutor_comments(conn, user, course, &clock).await)
        .await
}
