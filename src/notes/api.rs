//! Server functions of notes: the concepts of a course for its learners, and the notes of a topic
//! for its tutors.

use leptos::prelude::*;

use super::{ConceptList, EditedNotes};
use crate::platform::error::AppResult;
use crate::platform::ids::TopicId;

#[cfg(feature = "ssr")]
use {
    super::server::store,
    crate::paths::notes_path,
    crate::platform::address,
    crate::platform::auth::guard::{require_tutor_of_slug, require_user},
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Returns the concepts of the topics that are open to the signed-in learner.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_concepts(course: String) -> AppResult<ConceptList> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| store::list(conn, user, course, &clock).await)
        .await
}

/// Returns the notes of a topic to edit. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_notes(course: String, topic: String) -> AppResult<EditedNotes> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| store::edited(conn, tutor.course, &topic).await)
        .await
}

/// Stores the notes of a topic. `concepts` has a line `Concept: definition` for each. Requires a
/// tutor of the course.
#[server]
pub async fn save_notes(
    course: String,
    topic: TopicId,
    #[server(default)] summary: String,
    #[server(default)] concepts: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let name = cx
        .within(async move |conn| store::save(conn, &tutor, topic, (&summary, &concepts)).await)
        .await?;
    let page = notes_path(&course, &name);
    redirect(address::with_query(&page, &[("done", "saved")]));
    Ok(())
}

/// Replaces the notes of a topic by those that are found in its text. Requires a tutor of the
/// course.
#[server]
pub async fn reset_notes(course: String, topic: TopicId) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let name = cx
        .within(async move |conn| store::reset(conn, &tutor, topic).await)
        .await?;
    let page = notes_path(&course, &name);
    redirect(address::with_query(&page, &[("done", "reset")]));
    Ok(())
}
