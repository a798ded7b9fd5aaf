//! A learner's conversation with the AI tutor in the demo, and the question that she handed to her
//! tutor.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::{NoContext, Timestamp, Uuid};

use crate::enrollment::server::store as studying;
use crate::platform::auth::store as accounts;
use crate::platform::db::Conn;
use crate::platform::db::schema::{
    cp_rag_chat_messages, cp_rag_chat_sessions, topics, tutor_requests,
};
use crate::platform::error::AppResult;
use crate::platform::ids::{ChatMessageId, ChatSessionId, TopicId};

const COURSE: &str = "how-to-trust-a-number";
const TOPIC: &str = "what-was-counted";
const LEARNER: &str = "sofia@demo.example";

/// Role, kind of answer, text, and age in minutes. The last question is handed to a person.
const TALK: [(&str, Option<&str>, &str, i64); 4] = [
    (
        "user",
        None,
        "Why did the number of burglaries fall by 23 per cent?",
        190,
    ),
    (
        "assistant",
        Some("quotations"),
        "Count the old way in both years and burglaries rose from 860 to 893. Only the comparison of one definition with the other gives the fall.",
        189,
    ),
    (
        "user",
        None,
        "At our hospital a fall counts as an incident only since March if somebody writes a report within a day. Before, the ward sister’s list counted. Can I still compare this year with the last one, if I have both lists for April?",
        175,
    ),
    (
        "assistant",
        Some("unknown"),
        "The course does not say this about your hospital.",
        174,
    ),
];

/// Stores the conversation, unless the learner has one about the topic.
pub async fn ask(conn: &mut Conn) -> AppResult<()> {
    let (course, learner) = (
        studying::course_id(conn, COURSE).await?,
        accounts::by_email(conn, LEARNER).await?,
    );
    let (Some(course), Some(learner)) = (course, learner) else {
        return Ok(());
    };
    let topic: Option<TopicId> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::slug.eq(TOPIC))
        .select(topics::topic_id)
        .first(conn)
        .await
        .optional()?;
    let Some(topic) = topic else {
        return Ok(());
    };
    let session: Option<ChatSessionId> = diesel::insert_into(cp_rag_chat_sessions::table)
        .values((
            cp_rag_chat_sessions::user_id.eq(learner.user_id),
            cp_rag_chat_sessions::course_id.eq(course),
            cp_rag_chat_sessions::topic_id.eq(topic),
        ))
        .on_conflict_do_nothing()
        .returning(cp_rag_chat_sessions::session_id)
        .get_result(conn)
        .await
        .optional()?;
    let Some(session) = session else {
        return Ok(());
    };
    let mut asked: Option<(ChatMessageId, DateTime<Utc>)> = None;
    for (role, kind, text, age) in TALK {
        let at = Utc::now() - TimeDelta::minutes(age);
        let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
        let time = Timestamp::from_unix(NoContext, seconds, 0);
        let id = ChatMessageId(Uuid::new_v7(time));
        diesel::insert_into(cp_rag_chat_messages::table)
            .values((
                cp_rag_chat_messages::message_id.eq(id),
                cp_rag_chat_messages::session_id.eq(session),
                cp_rag_chat_messages::role.eq(role),
                cp_rag_chat_messages::answer_kind.eq(kind),
                cp_rag_chat_messages::answer_to.eq(kind.and(asked).map(|(question, _)| question)),
                cp_rag_chat_messages::content.eq(text),
                cp_rag_chat_messages::created_at.eq(at),
            ))
            .execute(conn)
            .await?;
        if role == "user" {
            asked = Some((id, at));
        }
    }
    if let Some((message, at)) = asked {
        diesel::insert_into(tutor_requests::table)
            .values((
                tutor_requests::session_id.eq(session),
                tutor_requests::message_id.eq(message),
                tutor_requests::asked_at.eq(at),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}
