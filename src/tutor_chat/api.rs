//! Server functions of the tutor. Each acts for the signed-in learner only, in topics that are open
//! to them and in their own conversations.

use leptos::prelude::*;

use super::TutorTalkPage;
use crate::platform::error::AppResult;
use crate::platform::ids::{ChatMessageId, SuggestionId};

#[cfg(feature = "ssr")]
use {
    super::server::ask::ChatQuestion,
    super::server::ladder::Wish,
    super::server::store::OwnMessage,
    super::server::talk_html::message_anchor,
    super::server::{ask, person, view},
    crate::paths::tutor_path,
    crate::platform::auth::guard::{SignedIn, require_user},
    crate::platform::auth::limits::{Limit, TUTOR_ACTS, TUTOR_QUESTIONS},
    crate::platform::http::server_fns::{redirect, redirect_to_part},
    crate::platform::time::Clock,
};

/// Returns the learner's conversation about a topic.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_tutor(course: String, topic: String) -> AppResult<TutorTalkPage> {
    let me = require_user()?;
    let reader = (me.user_id(), me.cx.may_write());
    let clock = Clock::of(&me.cx);
    let flash = me.cx.flash.clone();
    let app = me.cx.app.clone();
    me.cx
        .within(async move |conn| {
            view::page(
                conn,
                reader,
                (course, topic),
                flash.as_ref(),
                &clock,
                &app.config.ai,
            )
            .await
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

/// Goes to the message in its conversation.
#[cfg(feature = "ssr")]
fn show(course: &str, topic: &str, message: ChatMessageId) {
    redirect_to_part(&tutor_path(course, topic), &message_anchor(message));
}

#[cfg(feature = "ssr")]
fn show_own(own: &OwnMessage) {
    show(&own.course_slug, &own.topic_slug, own.message_id);
}

/// Asks a typed question. `to` is `person` for a question to the tutors of the course.
#[server]
pub async fn ask_tutor(
    course: String,
    topic: String,
    #[server(default)] question: String,
    #[server(default)] key: String,
    #[server(default)] to: String,
) -> AppResult<()> {
    let me = limited(TUTOR_QUESTIONS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let typed = ChatQuestion {
        course: course.clone(),
        topic: topic.clone(),
        text: question,
        key,
        to_person: to == "person",
    };
    let app = me.cx.app.clone();
    let asked = me
        .cx
        .within(async move |conn| ask::ask(conn, user, &typed, &clock, Some(&app.config.ai)).await)
        .await?;
    show(&course, &topic, asked);
    Ok(())
}

/// Asks a suggested question.
#[server]
pub async fn ask_suggestion(
    course: String,
    topic: String,
    suggestion: SuggestionId,
) -> AppResult<()> {
    let me = limited(TUTOR_ACTS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let at = (course.clone(), topic.clone());
    let asked = me
        .cx
        .within(async move |conn| {
            ask::ask_suggestion(conn, user, (&at.0, &at.1), suggestion, &clock).await
        })
        .await?;
    show(&course, &topic, asked);
    Ok(())
}

/// Gives another hint for a question, or the explanation if `wish` is `explanation`.
#[server]
pub async fn take_step(question: ChatMessageId, wish: String) -> AppResult<()> {
    let me = limited(TUTOR_ACTS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let wish = match wish.as_str() {
        "explanation" => Wish::Explanation,
        _ => Wish::Hint,
    };
    let app = me.cx.app.clone();
    let own = me
        .cx
        .within(async move |conn| {
            ask::step(conn, user, question, wish, &clock, Some(&app.config.ai)).await
        })
        .await?;
    show_own(&own);
    Ok(())
}

/// Stops an answer that is being written.
#[server]
pub async fn stop_answer(answer: ChatMessageId) -> AppResult<()> {
    let me = limited(TUTOR_ACTS).await?;
    let user = me.user_id();
    let own = me
        .cx
        .within(async move |conn| ask::stop(conn, user, answer).await)
        .await?;
    show_own(&own);
    Ok(())
}

/// Has an answer written again that was stopped or failed.
#[server]
pub async fn write_answer_again(answer: ChatMessageId) -> AppResult<()> {
    let me = limited(TUTOR_QUESTIONS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let own = me
        .cx
        .within(async move |conn| ask::write_again(conn, user, answer, &clock).await)
        .await?;
    show_own(&own);
    Ok(())
}

/// Hands a question to the tutors of the course.
#[server]
pub async fn ask_person(question: ChatMessageId) -> AppResult<()> {
    let me = limited(TUTOR_ACTS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let own = me
        .cx
        .within(async move |conn| person::ask_person(conn, user, question, &clock).await)
        .await?;
    show_own(&own);
    Ok(())
}

/// Rates an answer, with a reason if there is one.
#[server]
pub async fn rate_answer(
    answer: ChatMessageId,
    helpful: bool,
    #[server(default)] reason: String,
) -> AppResult<()> {
    let me = limited(TUTOR_ACTS).await?;
    let user = me.user_id();
    let own = me
        .cx
        .within(async move |conn| ask::rate(conn, user, answer, helpful, &reason).await)
        .await?;
    show_own(&own);
    Ok(())
}

/// Deletes the learner's conversation about a topic.
#[server]
pub async fn delete_conversation(course: String, topic: String) -> AppResult<()> {
    let me = limited(TUTOR_ACTS).await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let page = tutor_path(&course, &topic);
    me.cx
        .within(async move |conn| ask::delete(conn, user, (&course, &topic), &clock).await)
        .await?;
    redirect(page);
    Ok(())
}
