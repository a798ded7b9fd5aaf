//! The last revisions of a draft. A page that saves names the revision that it started from, and
//! its changes are merged with those that others have saved since.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Int4, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::{TopicId, UserId};

/// Revisions of a draft that are kept, and those that are kept for longer than two days. A person
/// who writes all day saves some thousand times.
const KEPT: i32 = 5_000;
const KEPT_LONG: i32 = 20;

#[derive(Debug, Clone, QueryableByName)]
pub struct DraftRevision {
    #[diesel(sql_type = Int4)]
    pub revision: i32,
    #[diesel(sql_type = Int4)]
    pub change_no: i32,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub body: String,
}

/// Returns the text of a revision.
pub async fn at(
    conn: &mut Conn,
    topic: TopicId,
    revision: i32,
) -> QueryResult<Option<DraftRevision>> {
    statement(
        "select revision, change_no, title, body from topic_draft_revisions where topic_id = $1 and revision = $2",
    )
    .bind::<SqlUuid, _>(topic)
    .bind::<Int4, _>(revision)
    .get_result(conn)
    .await
    .optional()
}

/// Returns the last revision that a page has saved, with the text as the page sent it.
pub async fn last_of(
    conn: &mut Conn,
    topic: TopicId,
    (writer, person): (Uuid, UserId),
) -> QueryResult<Option<DraftRevision>> {
    statement(
        "select revision, change_no, coalesce(sent_title, title) as title, coalesce(sent_body, body) as body
         from topic_draft_revisions where topic_id = $1 and writer = $2 and saved_by = $3
         order by revision desc limit 1",
    )
    .bind::<SqlUuid, _>(topic)
    .bind::<SqlUuid, _>(writer)
    .bind::<SqlUuid, _>(person)
    .get_result(conn)
    .await
    .optional()
}

/// Keeps the text that editors start from while there is no draft.
pub async fn keep_start(conn: &mut Conn, topic: TopicId) -> QueryResult<()> {
    statement(
        "insert into topic_draft_revisions (topic_id, revision, title, body, writer)
         select t.topic_id, 0, t.title, coalesce(t.text_content, ''), gen_random_uuid()
         from topics t
         where t.topic_id = $1 and not exists (select from topic_drafts d where d.topic_id = t.topic_id)
         on conflict (topic_id, revision) do nothing",
    )
    .bind::<SqlUuid, _>(topic)
    .execute(conn)
    .await
    .map(drop)
}

/// Keeps the draft as it is now. `sent` is the text as its page sent it, if that was merged.
pub async fn keep(conn: &mut Conn, topic: TopicId, sent: Option<(&str, &str)>) -> QueryResult<()> {
    statement(
        "insert into topic_draft_revisions
             (topic_id, revision, title, body, sent_title, sent_body, writer, change_no, saved_by)
         select topic_id, revision, title, body, $2, $3, writer, change_no, saved_by
         from topic_drafts where topic_id = $1
         on conflict (topic_id, revision) do nothing",
    )
    .bind::<SqlUuid, _>(topic)
    .bind::<Nullable<Text>, _>(sent.map(|(title, _)| title))
    .bind::<Nullable<Text>, _>(sent.map(|(_, text)| text))
    .execute(conn)
    .await?;
    statement(
        "delete from topic_draft_revisions r using topic_drafts d
         where d.topic_id = $1 and r.topic_id = d.topic_id
           and (r.revision <= d.revision - $2
                or r.revision <= d.revision - $3 and r.saved_at < now() - interval '2 days')",
    )
    .bind::<SqlUuid, _>(topic)
    .bind::<Int4, _>(KEPT)
    .bind::<Int4, _>(KEPT_LONG)
    .execute(conn)
    .await
    .map(drop)
}

#[derive(QueryableByName)]
struct SaverRow {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    saved_by: Option<UserId>,
    #[diesel(sql_type = Text)]
    name: String,
}

/// Names the people who saved the draft after a revision from other pages, such as "Asha and Ravi".
pub async fn savers_since(
    conn: &mut Conn,
    topic: TopicId,
    revision: i32,
    (writer, me): (Uuid, UserId),
) -> QueryResult<String> {
    let rows: Vec<SaverRow> = statement(
        "select distinct r.saved_by, coalesce(u.display_name, '') as name
         from topic_draft_revisions r left join users u on u.user_id = r.saved_by
         where r.topic_id = $1 and r.revision > $2 and r.writer <> $3",
    )
    .bind::<SqlUuid, _>(topic)
    .bind::<Int4, _>(revision)
    .bind::<SqlUuid, _>(writer)
    .load(conn)
    .await?;
    let names = rows.into_iter().map(|row| match row.saved_by {
        Some(by) if by == me => "another page of yours".to_owned(),
        Some(_) if !row.name.is_empty() => row.name,
        _ => "somebody".to_owned(),
    });
    Ok(listed(&names.collect::<BTreeSet<_>>()))
}

/// Joins names, such as "Asha, Meera and Ravi".
pub fn listed(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
