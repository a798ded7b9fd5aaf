//! Server functions of the tutors' desk. Each requires a tutor of the course.

use leptos::prelude::*;

use super::{
    LearnerQuestionsPage, LearnerQuestionsQuery, SuggestionForm, SuggestionsPage, TutorSettingsForm,
};
use crate::platform::error::AppResult;
use crate::platform::ids::{SuggestionId, TopicId, TutorRequestId};

#[cfg(feature = "ssr")]
use {
    super::server::{notices, replies, requests, settings, suggestions},
    crate::paths::{learner_questions_path, suggestions_path},
    crate::platform::address,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Loads the questions that learners of the course handed to a person, those that the course does
/// not answer, and the settings of the AI tutor.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_learner_questions(
    course: String,
    #[server(default)] query: LearnerQuestionsQuery,
) -> AppResult<LearnerQuestionsPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let cx = tutor.signed_in.cx.clone();
    let has_unread = tutor.signed_in.viewer.unread > 0 && cx.may_write();
    cx.within(async move |conn| {
        if has_unread {
            notices::seen_requests(conn, tutor.signed_in.user_id(), tutor.course).await?;
        }
        requests::page(conn, tutor.course, &query, &clock).await
    })
    .await
}

/// Replies to a question in the learner's conversation, which closes the question. A question that
/// is done gets a further reply only with `again`.
#[server]
pub async fn reply_to_request(
    course: String,
    request: TutorRequestId,
    #[server(default)] text: String,
    #[server(default)] again: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let again = !again.is_empty();
    cx.within(async move |conn| replies::reply(conn, &tutor, request, &text, again).await)
        .await?;
    redirect(done_path(&course, "replied", ""));
    Ok(())
}

/// Closes a question without a reply, or opens it again.
#[server]
pub async fn set_request_done(
    course: String,
    request: TutorRequestId,
    done: bool,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| replies::set_done(conn, &tutor, request, done).await)
        .await?;
    let said = if done { "closed" } else { "opened" };
    redirect(done_path(&course, said, &request.to_string()));
    Ok(())
}

/// Address of the questions after an act.
#[cfg(feature = "ssr")]
fn done_path(course: &str, said: &str, request: &str) -> String {
    let values = [("done", said), ("request", request)];
    address::with_query(&learner_questions_path(course), &values)
}

/// Saves the settings of the AI tutor. Every change is written to the audit log.
#[server]
pub async fn save_tutor_settings(
    course: String,
    #[server(default)] form: TutorSettingsForm,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| settings::save(conn, &tutor, &form).await)
        .await?;
    redirect(done_path(&course, "settings", ""));
    Ok(())
}

/// Loads the suggested questions of a topic. `from` names a question of a learner with which the
/// form for a new one begins; empty for none.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_suggestions(
    course: String,
    topic: String,
    #[server(default)] from: String,
) -> AppResult<SuggestionsPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| suggestions::page(conn, tutor.course, &topic, &from).await)
        .await
}

/// Saves a suggested question of a topic; a new one without `id`.
#[server]
pub async fn save_suggestion(
    course: String,
    topic: TopicId,
    id: Option<SuggestionId>,
    #[server(default)] form: SuggestionForm,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let topic = cx
        .within(async move |conn| suggestions::save(conn, &tutor, topic, id, &form).await)
        .await?;
    redirect_to_topic(&course, &topic, "saved");
    Ok(())
}

/// Changes a suggested question: `which` is "up", "down", "on", "off" or "delete", a hyphen and its
/// id.
#[server]
pub async fn change_suggestion(course: String, which: String) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let said = match which.starts_with("delete-") {
        true => "deleted",
        false => "changed",
    };
    let topic = cx
        .within(async move |conn| suggestions::change(conn, &tutor, &which).await)
        .await?;
    redirect_to_topic(&course, &topic, said);
    Ok(())
}

#[cfg(feature = "ssr")]
fn redirect_to_topic(course: &str, topic: &str, said: &str) {
    let path = suggestions_path(course, topic);
    redirect(address::with_query(&path, &[("done", said)]));
}
