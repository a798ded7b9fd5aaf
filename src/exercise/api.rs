//! Server functions of exercises. Each acts for the signed-in learner only, in topics that are
//! unlocked for them.

use leptos::prelude::*;
use uuid::Uuid;

use super::ExercisePage;
use crate::platform::error::AppResult;
use crate::platform::ids::ExerciseId;

#[cfg(feature = "ssr")]
use {
    super::SaveToken, crate::enrollment::server::viewed::PageReader, crate::exercise::server::view,
    crate::exercise::server::view::SentWork, crate::platform::address,
    crate::platform::auth::guard::require_user, crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Returns an exercise of an unlocked topic, with the learner's work on it.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_exercise(course: String, topic: String, key: String) -> AppResult<ExercisePage> {
    let me = require_user()?;
    let reader = PageReader::of(&me, &course).await?;
    reader.keeps_work_private()?;
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| {
            let user = reader.begin(conn).await?;
            let page = view::page(conn, user, course, &topic, &key, &clock).await?;
            reader.end(conn).await?;
            Ok(page)
        })
        .await
}

/// The address to go back to, if it is a page of learners.
#[cfg(feature = "ssr")]
fn page_of_learner(back: Option<&str>) -> Option<String> {
    back.and_then(address::local)
        .filter(|path| path.starts_with("/learn/"))
}

/// Saves the text, the links and the ticks of the learner's work. With `done`, also finishes the
/// exercise, or hands the work in, and goes back to that page.
#[server]
pub async fn save_work(
    exercise: ExerciseId,
    writer: Uuid,
    revision: i32,
    change: i32,
    text: String,
    #[server(default)] links: String,
    #[server(default)] ticked: Vec<String>,
    done: Option<String>,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let back = page_of_learner(done.as_deref());
    let sent = SentWork {
        page: SaveToken {
            writer,
            revision,
            change: change.max(0),
        },
        text,
        links,
        ticked,
        is_done: done.is_some(),
    };
    me.cx
        .within(async move |conn| view::save(conn, user, exercise, sent, &clock).await)
        .await?;
    if let Some(back) = back {
        redirect(back);
    }
    Ok(())
}

/// Reopens an exercise that was done.
#[server]
pub async fn reopen_work(exercise: ExerciseId, back: String) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| view::reopen(conn, user, exercise, &clock).await)
        .await?;
    if let Some(back) = page_of_learner(Some(&back)) {
        redirect(back);
    }
    Ok(())
}
