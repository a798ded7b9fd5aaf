//! Server functions for writing exercises. Each requires a tutor of the course.

use leptos::prelude::*;

use super::{ExerciseForm, TopicExercises};
use crate::platform::error::AppResult;
use crate::platform::ids::{ExerciseId, TopicId};

#[cfg(feature = "ssr")]
use {
    super::server::{page, save},
    super::topic_exercises_path,
    crate::platform::address,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Loads the exercises of a topic.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_topic_exercises(course: String, topic: String) -> AppResult<TopicExercises> {
    let tutor = require_tutor_of_slug(&course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let id = tutor.course;
    (tutor.signed_in.cx)
        .within(async move |conn| page::page(conn, id, &topic, &clock).await)
        .await
}

/// Saves an exercise of a topic; a new one without `id`.
#[server]
pub async fn save_exercise(
    course: String,
    topic: TopicId,
    id: Option<ExerciseId>,
    #[server(default)] form: ExerciseForm,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    let said = if id.is_some() { "saved" } else { "added" };
    let topic = cx
        .within(async move |conn| save::save(conn, &tutor, topic, id, &form, &clock).await)
        .await?;
    redirect_to(&course, &topic, said);
    Ok(())
}

/// Changes an exercise: `which` is "up", "down", "retire" or "restore", a hyphen and its id.
#[server]
pub async fn change_exercise(course: String, which: String) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let said = match which.split('-').next() {
        Some("retire") => "retired",
        Some("restore") => "restored",
        _ => "moved",
    };
    let topic = cx
        .within(async move |conn| save::change(conn, &tutor, &which).await)
        .await?;
    redirect_to(&course, &topic, said);
    Ok(())
}

#[cfg(feature = "ssr")]
fn redirect_to(course: &str, topic: &str, said: &str) {
    let path = topic_exercises_path(course, topic);
    redirect(address::with_query(&path, &[("done", said)]));
}
