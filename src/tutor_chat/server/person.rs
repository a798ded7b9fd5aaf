//! Questions that a learner hands to the tutors of the course. A reply becomes a message of the
//! conversation.

use super::ask::{hold, no_message, refusal};
use super::store::{self, OwnMessage};
use crate::enrollment::server::access::open_place;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{ChatMessageId, ChatSessionId, CourseId, UserId};
use crate::platform::time::Clock;
use crate::tutor_chat::WAITING_QUESTIONS;
use crate::tutor_chat::desk::server::notices;

/// Hands a question of the learner to the tutors of the course. Returns the question.
pub async fn ask_person(
    conn: &mut Conn,
    user: UserId,
    question: ChatMessageId,
    clock: &Clock,
) -> AppResult<OwnMessage> {
    let own = store::own_message(conn, user, question, "user")
        .await?
        .ok_or_else(no_message)?;
    let (course, module_no, _) = open_place(conn, user, own.topic, clock).await?;
    hold(conn, user, own.course).await?;
    let terms = store::terms(conn, user, course, module_no).await?;
    if let Some(why) = refusal(conn, user, course, &terms, clock).await? {
        return Err(AppError::Denied(why.to_owned()));
    }
    hand_over(conn, user, own.course, (own.talk, question)).await?;
    Ok(own)
}

/// Hands over a question, unless it was handed over before. The caller holds the learner's
/// requests in the course.
///
/// # Errors
///
/// `Denied` if as many questions of the learner wait as may.
pub async fn hand_over(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    (talk, question): (ChatSessionId, ChatMessageId),
) -> AppResult<()> {
    if store::is_handed_over(conn, question).await? {
        return Ok(());
    }
    if store::count_waiting(conn, user, course).await? >= WAITING_QUESTIONS {
        return Err(AppError::Denied(format!(
            "{WAITING_QUESTIONS} of your questions already wait for the tutors of this course. Ask again when one is answered."
        )));
    }
    match store::hand_over(conn, talk, question).await? {
        Some(request) => notices::asked(conn, request).await,
        None => Ok(()),
    }
}
