//! Live events of a topic's editor: its text, its comments or the people who have it open have
//! changed. Only the tutors of the course and admins are told.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;

use super::presence::SILENCE;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{TopicId, UserId};
use crate::platform::live;

/// Topic of the events of a topic's editor.
pub fn topic(topic: TopicId) -> String {
    format!("authoring/{topic}")
}

/// Tells all pages that have the topic open.
pub async fn announce(conn: &mut Conn, of: TopicId) -> QueryResult<()> {
    live::publish(conn, &topic(of)).await
}

#[derive(QueryableByName)]
struct OthersRow {
    #[diesel(sql_type = Bool)]
    others: bool,
}

/// Tells other pages than this one that the text has changed. There are many saves, and mostly
/// nobody else has the topic open: then there is no event.
pub async fn text_changed(conn: &mut Conn, topic: TopicId, writer: Uuid) -> QueryResult<()> {
    let found: OthersRow = statement(format!(
        "select exists (select from topic_writers
                        where topic_id = $1 and writer <> $2 and seen_at > now() - {SILENCE}) as others"
    ))
    .bind::<SqlUuid, _>(topic)
    .bind::<SqlUuid, _>(writer)
    .get_result(conn)
    .await?;
    match found.others {
        true => announce(conn, topic).await,
        false => Ok(()),
    }
}

#[derive(QueryableByName)]
struct EditorReader {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
}

/// Returns the tutors of the topic's course, and admins.
pub fn may_see<'c>(
    conn: &'c mut Conn,
    topic: &'c str,
) -> BoxFuture<'c, QueryResult<HashSet<UserId>>> {
    async move {
        let id = topic.split('/').nth(1).and_then(|id| id.parse().ok());
        let Some(id) = id.map(TopicId) else {
            return Ok(HashSet::new());
        };
        let readers: Vec<EditorReader> = statement(
            "select t.user_id
             from topics p
             join course_tutors ct on ct.course_id = p.course_id and ct.is_active
             join tutors t on t.tutor_id = ct.tutor_id
             where p.topic_id = $1
             union
             select u.user_id from users u where u.role = 'admin' and u.is_active and u.deleted_at is null",
        )
        .bind::<SqlUuid, _>(id)
        .load(conn)
        .await?;
        Ok(readers.into_iter().map(|reader| reader.user_id).collect())
    }
    .boxed()
}
