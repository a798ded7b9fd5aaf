//! Server functions of cold calls for the tutors of a course and for admins.

use leptos::prelude::*;

use super::{
    AnswersPage, MessageAct, ModerationPage, PromptAct, PromptForm, PromptFormPage, PromptsPage,
};
use crate::platform::error::AppResult;
use crate::platform::ids::{ActionId, CohortId, MessageId, PromptId, UserId};

#[cfg(feature = "ssr")]
use {
    super::prompt_path,
    super::server::{answers, moderation, overview, prompt_acts, prompts, undo},
    crate::coldcall::server::notices,
    crate::platform::address,
    crate::platform::auth::UserRole,
    crate::platform::auth::guard::{SignedIn, require_tutor_of_slug, require_user},
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
    crate::teaching::Area,
};

/// Loads the prompts of the course by topic. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_prompts(course: String) -> AppResult<PromptsPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let (course, cx) = (tutor.course, tutor.signed_in.cx);
    cx.within(async move |conn| prompts::list(conn, course, &clock).await)
        .await
}

/// Loads a prompt to edit, or an empty form if `prompt` is `new`. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_prompt(
    course: String,
    prompt: String,
    topic: String,
) -> AppResult<PromptFormPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| prompts::form(conn, tutor.course, &prompt, topic, &clock).await)
        .await
}

/// Saves a prompt; a new one if `id` is empty. Requires a tutor of the course.
#[server]
pub async fn save_prompt(
    course: String,
    id: String,
    #[server(default)] form: PromptForm,
    /// Name of the topic from whose editor the tutor came.
    #[server(default)]
    back: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let cx = tutor.signed_in.cx.clone();
    let saved = cx
        .within(async move |conn| prompts::save(conn, &tutor, &id, form, &clock).await)
        .await?;
    let path = prompt_path(&course, &saved.to_string());
    redirect(address::with_query(
        &path,
        &[("saved", "1"), ("back", &back)],
    ));
    Ok(())
}

/// Moves a prompt by one place within its topic. `which` is `up-` or `down-` and the prompt's id.
/// Requires a tutor of the course.
#[server]
pub async fn move_prompt(course: String, which: String) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| prompts::shift(conn, &tutor, &which).await)
        .await
}

/// Retires a prompt or brings it back. Requires a tutor of the course.
#[server]
pub async fn retire_prompt(course: String, id: PromptId, retired: bool) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| prompts::retire(conn, &tutor, id, retired).await)
        .await?;
    redirect(Area::ColdCalls.path(&course));
    Ok(())
}

/// Loads the answers to a prompt in one cohort; the one that wrote last if `cohort` is empty.
/// Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_answers(
    course: String,
    prompt: String,
    cohort: String,
) -> AppResult<AnswersPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let clock = Clock::of(&tutor.signed_in.cx);
    let (course, cx) = (tutor.course, tutor.signed_in.cx);
    cx.within(async move |conn| answers::page(conn, course, &prompt, &cohort, &clock).await)
        .await
}

/// Loads moderation of the courses that the person teaches; of all courses for admins.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_moderation() -> AppResult<ModerationPage> {
    let me = require_user()?;
    let tutor = taught_by(&me);
    let clock = Clock::of(&me.cx);
    let has_unread = me.viewer.unread > 0 && me.cx.may_write();
    let user = me.user_id();
    me.cx
        .within(async move |conn| {
            if has_unread {
                notices::seen_moderation(conn, user).await?;
            }
            overview::page(conn, user, tutor, &clock).await
        })
        .await
}

/// Marks a message and all earlier ones as seen in the person's moderation. The message belongs to
/// a course that they teach, or to any for admins.
#[server]
pub async fn mark_moderation_seen(message: MessageId) -> AppResult<()> {
    let me = require_user()?;
    let tutor = taught_by(&me);
    let user = me.user_id();
    me.cx
        .within(async move |conn| overview::mark_seen(conn, user, tutor, message).await)
        .await
}

/// The person whose courses moderation shows. None for admins, who see all.
#[cfg(feature = "ssr")]
fn taught_by(me: &SignedIn) -> Option<UserId> {
    match me.viewer.role {
        UserRole::Admin => None,
        UserRole::Learner | UserRole::Tutor => Some(me.user_id()),
    }
}

/// Acts on messages of the course. Hiding needs a reason. Requires a tutor of the course.
#[server]
pub async fn moderate_messages(
    course: String,
    #[server(default)] messages: Vec<MessageId>,
    act: MessageAct,
    #[server(default)] reason: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| moderation::messages(conn, &tutor, &messages, act, &reason).await)
        .await
}

/// Locks, unlocks, closes or reopens a prompt in one cohort; in all if `cohort` is empty. Requires
/// a tutor of the course.
#[server]
pub async fn moderate_prompt(
    course: String,
    prompt: PromptId,
    act: PromptAct,
    #[server(default)] cohort: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| prompt_acts::act(conn, &tutor, prompt, act, &cohort).await)
        .await
}

/// Holds a member's posts for approval, or ends that. Requires a tutor of the course.
#[server]
pub async fn hold_member(
    course: String,
    cohort: CohortId,
    member: UserId,
    held: bool,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| moderation::hold(conn, &tutor, cohort, member, held).await)
        .await
}

/// Undoes an act. Requires a tutor of the course.
#[server]
pub async fn undo_moderation(course: String, action: ActionId) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| undo::undo(conn, &tutor, action).await)
        .await
}

/// Replies to each of the messages as a tutor. `key` names the form: sending it twice is as good as
/// once. Requires a tutor of the course.
#[server]
pub async fn reply_as_tutor(
    course: String,
    #[server(default)] messages: Vec<MessageId>,
    text: String,
    #[server(default)] key: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| moderation::reply(conn, &tutor, &messages, &text, &key).await)
        .await
}
