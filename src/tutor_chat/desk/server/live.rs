//! Live events of conversations with the AI tutor. Only the learner of a conversation is told.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::platform::db::Conn;
use crate::platform::db::schema::cp_rag_chat_sessions;
use crate::platform::ids::{ChatSessionId, UserId};
use crate::platform::live;

/// Topic of the events of a conversation.
pub fn topic(session: ChatSessionId) -> String {
    format!("tutor_chat/{session}")
}

/// Tells the learner that their conversation has changed, in the transaction of the change.
pub async fn announce(conn: &mut Conn, session: ChatSessionId) -> QueryResult<()> {
    live::publish(conn, &topic(session)).await
}

/// Returns the learner of the conversation.
pub fn may_see<'c>(
    conn: &'c mut Conn,
    topic: &'c str,
) -> BoxFuture<'c, QueryResult<HashSet<UserId>>> {
    async move {
        let session = topic.split('/').nth(1).and_then(|id| id.parse().ok());
        let Some(session) = session.map(ChatSessionId) else {
            return Ok(HashSet::new());
        };
        let learner: Option<UserId> = cp_rag_chat_sessions::table
            .filter(cp_rag_chat_sessions::session_id.eq(session))
            .select(cp_rag_chat_sessions::user_id)
            .first(conn)
            .await
            .optional()?;
        Ok(learner.into_iter().collect())
    }
    .boxed()
}
