//! Server functions of practice. Each acts for the signed-in learner only, in topics that are open.

use leptos::prelude::*;

use super::PracticePage;
use crate::platform::error::AppResult;
use crate::question_bank::AnswerForm;

#[cfg(feature = "ssr")]
use {
    crate::course::server::render::practice_id,
    crate::paths::topic_path,
    crate::platform::auth::guard::require_user,
    crate::platform::http::server_fns::{redirect, redirect_to_part},
    crate::platform::time::Clock,
    crate::practice::server::rules,
    crate::practice::server::rules::PracticeAddress,
};

/// Learners: loads a practice question of a topic with the learner's last answer. With `again`,
/// leaves out that answer.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_practice(
    course: String,
    topic: String,
    key: String,
    again: bool,
) -> AppResult<PracticePage> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let address = PracticeAddress { course, topic, key };
    me.cx
        .within(async move |conn| rules::page(conn, user, address, again, &clock).await)
        .await
}

/// Learners: answers a practice question of a topic, then redirects to the outcome. With `in_text`,
/// that is the question's place in the text of the topic, otherwise the question's own page.
#[server]
pub async fn answer_practice(
    course: String,
    topic: String,
    key: String,
    in_text: Option<String>,
    #[server(default)] given: AnswerForm,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let address = PracticeAddress { course, topic, key };
    let path = address.path();
    let place = in_text.map(|_| {
        let topic = topic_path(&address.course, &address.topic);
        (topic, practice_id(&address.key))
    });
    me.cx
        .within(async move |conn| rules::answer(conn, user, &address, &given, &clock).await)
        .await?;
    match place {
        Some((topic, id)) => redirect_to_part(&topic, &id),
        None => redirect(&path),
    }
    Ok(())
}
