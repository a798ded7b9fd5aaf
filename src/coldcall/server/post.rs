//! Posting, changing and starring messages, for members.

use super::member::{CohortSeat, seats};
use super::messages::{NewMessage, ReadableMessage};
use super::prompts::PromptRow;
use super::rules::PromptState;
use super::{live, messages, notices, prompts, rules};
use crate::activity::ActivityKind;
use crate::activity::server::record::ActivityEvent;
use crate::enrollment::server::access::open_place;
use crate::paths::cold_call_path;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CohortId, MessageId, PromptId, UserId};
use crate::platform::time::Clock;

/// The answer to everybody who may not know of the prompt, whatever the reason.
pub fn no_cold_call() -> AppError {
    AppError::NotFound(
        "There is no cold call for you here. Cold calls are for members of a cohort that has started."
            .to_owned(),
    )
}

/// The answer to everybody who may not know of the message, whatever the reason.
fn no_message() -> AppError {
    AppError::NotFound("There is no message here that you can act on.".to_owned())
}

/// A prompt that the person may know of, in their cohort.
pub struct OpenPrompt {
    pub row: PromptRow,
    pub seat: CohortSeat,
}

impl OpenPrompt {
    pub fn state(&self) -> PromptState {
        PromptState {
            opens_at: self.row.opens_at,
            closes_at: self.row.closes_at,
            is_locked: self.row.is_locked,
            ends_at: self.seat.ends_at,
        }
    }

    fn check_posting(&self, clock: &Clock) -> AppResult<()> {
        match self.state().refusal(clock) {
            Some(why) => Err(AppError::Denied(why)),
            None => Ok(()),
        }
    }
}

/// Returns the prompt if its topic is unlocked for the person and they are in a cohort. `cohort`
/// may be an earlier one of theirs, which can only be read.
async fn open_prompt(
    conn: &mut Conn,
    user: UserId,
    prompt: PromptId,
    cohort: Option<CohortId>,
    clock: &Clock,
) -> AppResult<OpenPrompt> {
    let (course, topic) = prompts::place(conn, prompt)
        .await?
        .ok_or_else(no_cold_call)?;
    let seats = seats(conn, user, course, clock.now).await?;
    let seat = seats
        .into_iter()
        .find(|seat| cohort.is_none_or(|cohort| seat.cohort_id == cohort))
        .ok_or_else(no_cold_call)?;
    open_place(conn, user, topic, clock).await?;
    let rows = prompts::of_topic(conn, topic, seat.cohort_id, user, clock.now).await?;
    let row = rows.into_iter().find(|row| row.prompt_id == prompt);
    Ok(OpenPrompt {
        row: row.ok_or_else(no_cold_call)?,
        seat,
    })
}

/// Posts the person's answer. Returns the address of the thread, which it reveals.
pub async fn answer(
    conn: &mut Conn,
    user: UserId,
    prompt: PromptId,
    typed: &str,
    clock: &Clock,
) -> AppResult<String> {
    let open = open_prompt(conn, user, prompt, None, clock).await?;
    open.check_posting(clock)?;
    let (body, rendered) = rules::message(typed)?;
    let new = NewMessage {
        prompt,
        cohort: open.seat.cohort_id,
        user,
        is_tutor: false,
        below: None,
        body: &body,
        body_html: &rendered.html,
        is_held: open.seat.is_held,
        form_key: None,
    };
    let Some(id) = messages::insert(conn, new).await? else {
        return Err(AppError::Conflict(
            "You have answered this already. Reload the page to see your answer.".to_owned(),
        ));
    };
    let cohort = open.seat.cohort_id;
    live::announce(conn, prompt, cohort, open.row.visibility, id).await?;
    notices::seen_prompts(conn, user, open.row.topic_id).await?;
    notices::seen_closing(conn, user, prompt).await?;
    match open.seat.is_held {
        true => notices::waits(conn, open.row.course_id, user).await?,
        false => notices::posted(conn, &[id]).await?,
    }
    ActivityEvent::fact(
        open.row.course_id,
        ActivityKind::ColdCallAnswered,
        clock.now,
    )
    .in_topic(open.row.topic_id)
    .record(conn, user)
    .await?;
    let (course, topic) = prompts::address(conn, open.row.topic_id).await?;
    Ok(cold_call_path(&course, &topic, open.row.display_order))
}

/// Returns a message that the person may read and its prompt.
async fn readable(
    conn: &mut Conn,
    user: UserId,
    message: MessageId,
    clock: &Clock,
) -> AppResult<(ReadableMessage, OpenPrompt)> {
    let found = messages::readable(conn, user, message)
        .await?
        .ok_or_else(no_message)?;
    let cohort = Some(found.cohort_id);
    let open = open_prompt(conn, user, found.prompt_id, cohort, clock).await?;
    Ok((found, open))
}

async fn announce(conn: &mut Conn, message: &ReadableMessage) -> AppResult<()> {
    let (prompt, cohort): (PromptId, CohortId) = (message.prompt_id, message.cohort_id);
    Ok(live::announce(conn, prompt, cohort, message.visibility, message.root_id).await?)
}

/// Replies to a message.
pub async fn reply(
    conn: &mut Conn,
    user: UserId,
    parent: MessageId,
    typed: &str,
    clock: &Clock,
) -> AppResult<()> {
    let (above, open) = readable(conn, user, parent, clock).await?;
    open.check_posting(clock)?;
    if above.is_hidden {
        return Err(no_message());
    }
    let (body, rendered) = rules::message(typed)?;
    let new = NewMessage {
        prompt: above.prompt_id,
        cohort: above.cohort_id,
        user,
        is_tutor: false,
        below: Some((above.message_id, above.root_id)),
        body: &body,
        body_html: &rendered.html,
        is_held: open.seat.is_held,
        form_key: None,
    };
    let id = messages::insert(conn, new).await?;
    announce(conn, &above).await?;
    match id {
        Some(_) if open.seat.is_held => notices::waits(conn, open.row.course_id, user).await,
        Some(id) => notices::posted(conn, &[id]).await,
        None => Ok(()),
    }
}

/// Returns the person's own message.
async fn own(
    conn: &mut Conn,
    user: UserId,
    message: MessageId,
    clock: &Clock,
) -> AppResult<(ReadableMessage, OpenPrompt)> {
    let (found, open) = readable(conn, user, message, clock).await?;
    match found.user_id == Some(user) {
        true => Ok((found, open)),
        false => Err(no_message()),
    }
}

/// Changes the person's message within the first minutes. If a tutor approves each of their posts,
/// the changed message waits for approval.
pub async fn edit(
    conn: &mut Conn,
    user: UserId,
    message: MessageId,
    typed: &str,
    clock: &Clock,
) -> AppResult<()> {
    let (found, open) = own(conn, user, message, clock).await?;
    open.check_posting(clock)?;
    if !rules::is_editable(found.created_at, clock.now) {
        return Err(AppError::Denied(format!(
            "A message can be changed for {} minutes. Write a reply instead.",
            crate::coldcall::EDIT_MINUTES
        )));
    }
    let is_held = open.seat.is_held;
    // While an answer waits, the replies below it are not shown.
    if is_held && !found.is_held && found.has_replies {
        return Err(AppError::Denied(
            "A tutor approves your posts, and there are replies to this answer. Write a reply instead."
                .to_owned(),
        ));
    }
    let (body, rendered) = rules::message(typed)?;
    if body == found.body {
        return Ok(());
    }
    let text = (body.as_str(), rendered.html.as_str());
    messages::change(conn, (user, is_held), message, text, clock.now).await?;
    announce(conn, &found).await?;
    match is_held {
        true => notices::waits(conn, open.row.course_id, user).await,
        false => Ok(()),
    }
}

/// Deletes the person's message. A stub stays if there are replies.
pub async fn delete(
    conn: &mut Conn,
    user: UserId,
    message: MessageId,
    clock: &Clock,
) -> AppResult<()> {
    let (found, open) = own(conn, user, message, clock).await?;
    open.check_posting(clock)?;
    messages::delete(conn, Some(user), message, clock.now).await?;
    announce(conn, &found).await
}

/// Gives or takes back a star. Nobody stars their own message.
pub async fn star(
    conn: &mut Conn,
    user: UserId,
    message: MessageId,
    starred: bool,
    clock: &Clock,
) -> AppResult<()> {
    let (found, open) = readable(conn, user, message, clock).await?;
    if found.user_id == Some(user) {
        return Err(AppError::Denied(
            "Stars are for the messages of others.".to_owned(),
        ));
    }
    open.check_posting(clock)?;
    if messages::star(conn, user, message, starred).await? > 0 {
        announce(conn, &found).await?;
    }
    Ok(())
}

/// Reports a message to the tutors of the course.
pub async fn report(
    conn: &mut Conn,
    user: UserId,
    message: MessageId,
    typed: &str,
    clock: &Clock,
) -> AppResult<()> {
    let (found, open) = readable(conn, user, message, clock).await?;
    if found.user_id == Some(user) {
        return Err(no_message());
    }
    let reason = rules::reason(typed)?;
    messages::report(conn, user, message, &reason).await?;
    announce(conn, &found).await?;
    notices::waits(conn, open.row.course_id, user).await
}
