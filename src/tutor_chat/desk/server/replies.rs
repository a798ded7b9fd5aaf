//! Replies of tutors to questions, and closing questions without one.

use chrono::Utc;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::notices::RepliedTo;
use super::{live, notices, requests};
use crate::coldcall::server::rules;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::{cp_rag_chat_messages, tutor_requests};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{ChatMessageId, ChatSessionId, CourseId, TutorRequestId, UserId};
use crate::tutor_chat::desk::REPLY_CHARACTERS;

/// A question of the course, locked until the transaction ends.
#[derive(QueryableByName)]
struct LockedRequest {
    #[diesel(sql_type = SqlUuid)]
    session_id: ChatSessionId,
    #[diesel(sql_type = SqlUuid)]
    learner: UserId,
    #[diesel(sql_type = Text)]
    question: String,
    #[diesel(sql_type = Text)]
    course: String,
    #[diesel(sql_type = Text)]
    topic: String,
    #[diesel(sql_type = Bool)]
    is_done: bool,
    #[diesel(sql_type = Bool)]
    has_reply: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    done_by: Option<UserId>,
    #[diesel(sql_type = Text)]
    done_by_name: String,
}

async fn lock(
    conn: &mut Conn,
    course: CourseId,
    request: TutorRequestId,
) -> AppResult<LockedRequest> {
    let found: Option<LockedRequest> = statement(
        "select r.session_id, s.user_id as learner, q.content as question, c.slug as course, t.slug as topic,
                r.done_at is not null as is_done, r.reply_message_id is not null as has_reply, r.done_by,
                coalesce(d.display_name, 'Another tutor') as done_by_name
         from tutor_requests r
         join cp_rag_chat_sessions s on s.session_id = r.session_id
         join cp_rag_chat_messages q on q.message_id = r.message_id
         join courses c on c.course_id = s.course_id
         join topics t on t.topic_id = s.topic_id
         left join users d on d.user_id = r.done_by and d.deleted_at is null
         where r.request_id = $1 and s.course_id = $2
         for update of r",
    )
    .bind::<SqlUuid, _>(request)
    .bind::<SqlUuid, _>(course)
    .get_result(conn)
    .await
    .optional()?;
    found.ok_or_else(|| AppError::NotFound("There is no such question in this course.".to_owned()))
}

/// Returns the reply as it is stored.
///
/// # Errors
///
/// `Invalid` at the field `text` if it is too long, or if nothing of it would be seen.
fn checked(typed: &str) -> AppResult<String> {
    let (text, _) = rules::message(typed)?;
    match text.chars().count() > REPLY_CHARACTERS as usize {
        true => Err(AppError::field(
            "text",
            figures::use_at_most(REPLY_CHARACTERS),
        )),
        false => Ok(text),
    }
}

/// Posts a reply into the learner's conversation and closes the question.
///
/// # Errors
///
/// `Conflict` if the question is done, unless the reply is sent `again`.
pub async fn reply(
    conn: &mut Conn,
    tutor: &TutorOf,
    request: TutorRequestId,
    typed: &str,
    again: bool,
) -> AppResult<()> {
    let me = &tutor.signed_in.viewer;
    let asked = lock(conn, tutor.course, request).await?;
    let text = checked(typed)?;
    if asked.is_done && !again {
        let by = match asked.done_by == Some(me.user_id) {
            true => "You have",
            false => &format!("{} has", asked.done_by_name),
        };
        let what = match asked.has_reply {
            true => "answered",
            false => "closed",
        };
        return Err(AppError::Conflict(format!(
            "{by} {what} this question in the meantime. Your reply is still here, and was not sent."
        )));
    }
    let message = ChatMessageId(Uuid::now_v7());
    diesel::insert_into(cp_rag_chat_messages::table)
        .values((
            cp_rag_chat_messages::message_id.eq(message),
            cp_rag_chat_messages::session_id.eq(asked.session_id),
            cp_rag_chat_messages::role.eq("tutor"),
            cp_rag_chat_messages::author_user_id.eq(me.user_id),
            cp_rag_chat_messages::content.eq(text),
        ))
        .execute(conn)
        .await?;
    diesel::update(tutor_requests::table.find(request))
        .set((
            tutor_requests::done_at.eq(Utc::now()),
            tutor_requests::done_by.eq(me.user_id),
            tutor_requests::reply_message_id.eq(message),
        ))
        .execute(conn)
        .await?;
    live::announce(conn, asked.session_id).await?;
    let to = RepliedTo {
        learner: asked.learner,
        session: asked.session_id,
        course: tutor.course,
        course_slug: &asked.course,
        topic_slug: &asked.topic,
        question: &asked.question,
    };
    notices::replied(conn, to, &me.display_name).await?;
    withdraw_if_last(conn, tutor.course).await
}

/// Closes a question without a reply, or opens it again. A question that is so already stays as it
/// is.
pub async fn set_done(
    conn: &mut Conn,
    tutor: &TutorOf,
    request: TutorRequestId,
    done: bool,
) -> AppResult<()> {
    let asked = lock(conn, tutor.course, request).await?;
    if asked.is_done == done {
        return Ok(());
    }
    let by = done.then(|| tutor.signed_in.user_id());
    diesel::update(tutor_requests::table.find(request))
        .set((
            tutor_requests::done_at.eq(done.then(Utc::now)),
            tutor_requests::done_by.eq(by),
        ))
        .execute(conn)
        .await?;
    live::announce(conn, asked.session_id).await?;
    withdraw_if_last(conn, tutor.course).await
}

async fn withdraw_if_last(conn: &mut Conn, course: CourseId) -> AppResult<()> {
    if requests::open(conn, course).await? == 0 {
        notices::nothing_open(conn, course).await?;
    }
    Ok(())
}
