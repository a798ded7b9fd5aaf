//! Finds who has the editor of a topic open. Each page says regularly that it is there.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::draft::{self, EditedTopic};
use super::{live, revisions};
use crate::authoring::editor::WritersHere;
use crate::authoring::review::server::store as review;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{TopicId, UserId};

/// Time after which a page that says nothing counts as closed. Pages speak three times as often.
pub const SILENCE: &str = "interval '70 seconds'";

#[derive(QueryableByName)]
struct CameRow {
    #[diesel(sql_type = Bool)]
    is_new: bool,
}

/// Notes that a page has the topic open, or is closed. Returns who else is there.
pub async fn note(
    conn: &mut Conn,
    tutor: &TutorOf,
    topic: &EditedTopic,
    (writer, is_leaving): (Uuid, bool),
) -> AppResult<WritersHere> {
    let (id, me) = (topic.topic_id, tutor.signed_in.user_id());
    let gone = statement(format!(
        "delete from topic_writers
         where topic_id = $1 and (seen_at <= now() - {SILENCE} or $3 and writer = $2 and user_id = $4)"
    ))
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(writer)
    .bind::<Bool, _>(is_leaving)
    .bind::<SqlUuid, _>(me)
    .execute(conn)
    .await?;
    let mut is_new = false;
    if !is_leaving {
        let came: Option<CameRow> = statement(
            "insert into topic_writers (topic_id, writer, user_id) values ($1, $2, $3)
             on conflict (topic_id, writer) do update set seen_at = now()
             where topic_writers.user_id = excluded.user_id
             returning xmax = 0 as is_new",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(writer)
        .bind::<SqlUuid, _>(me)
        .get_result(conn)
        .await
        .optional()?;
        is_new = came.is_some_and(|came| came.is_new);
    }
    if gone > 0 || is_new {
        live::announce(conn, id).await?;
    }
    here(conn, topic, me).await
}

#[derive(QueryableByName)]
struct WriterRow {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Returns who else has the topic open.
pub async fn here(conn: &mut Conn, topic: &EditedTopic, me: UserId) -> AppResult<WritersHere> {
    let revision = draft::current(conn, topic).await?.revision;
    let names = names(conn, topic.topic_id, me).await?;
    let verb = if names.len() == 1 { "is" } else { "are" };
    Ok(WritersHere {
        words: match names.is_empty() {
            true => String::new(),
            false => format!("{} {verb} writing here, too.", revisions::listed(&names)),
        },
        revision,
        review: review::fingerprint(conn, topic.topic_id).await?,
    })
}

async fn names(conn: &mut Conn, topic: TopicId, me: UserId) -> QueryResult<BTreeSet<String>> {
    let rows: Vec<WriterRow> = statement(format!(
        "select distinct u.display_name as name
         from topic_writers w join users u on u.user_id = w.user_id
         where w.topic_id = $1 and w.user_id <> $2 and w.seen_at > now() - {SILENCE}"
    ))
    .bind::<SqlUuid, _>(topic)
    .bind::<SqlUuid, _>(me)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}
