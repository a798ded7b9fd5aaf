//! Server functions of practice. Each acts for the signed-in learner only, in topics that are open.

use leptos::prelude::*;

use super::PracticePage;
use crate::platform::error::AppResult;
use crate::question_bank::AnswerForm;

#[cfg(feature = "ssr")]
use {
    crate::platform::auth::guard::require_user, crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock, crate::practice::server::rules,
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

/// Learners: answers a practice question of a topic, then redirects to the outcome.
#[server]
pub async fn answer_practice(
    course: String,
    topic: String,
    key: String,
    #[server(default)] given: AnswerForm,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let address = PracticeAddress { course, topic, key };
    let path = address.path();
    me.cx
        .within(async move |conn| rules::answer(conn, user, &address, &given, &clock).await)
        .await?;
    redirect(&path);
    Ok(())
}
