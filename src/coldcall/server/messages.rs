//! Queries of messages. Each query that returns anything of other members requires in its SQL that
//! the reader has answered the prompt in the same cohort.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::coldcall::Visibility;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CohortId, MessageId, PromptId, UserId};

/// Most messages of a thread that are shown, apart from the answers to which they belong.
pub const MOST_MESSAGES: i64 = 2_000;

/// Condition on a message `m` of the prompt `p`: the person `$1` may read it.
///
/// The first part is the rule of cold calls. Hidden and held messages are for their authors, and
/// answers for tutors only are for their authors too.
macro_rules! readable {
    ($query:literal, $rest:literal) => {
        concat!(
            $query,
            " and exists (select from cold_call_messages own
                   where own.prompt_id = m.prompt_id and own.cohort_id = m.cohort_id and own.user_id = $1
                     and own.parent_id is null and own.deleted_at is null and not own.is_tutor)
              and (p.visibility <> 'tutors_only'
                   or exists (select from cold_call_messages root where root.message_id = m.root_id and root.user_id = $1))
              and ((m.hidden_at is null and m.held_at is null) or m.user_id = $1) ",
            $rest
        )
    };
}

/// SQL that is true for an answer `m` whose author had deleted an earlier one, and so could read
/// the thread before.
macro_rules! answered_again {
    () => {
        "(m.parent_id is null
          and exists (select from cold_call_messages gone
                      where gone.prompt_id = m.prompt_id and gone.cohort_id = m.cohort_id
                        and gone.user_id = m.user_id and gone.parent_id is null and not gone.is_tutor
                        and gone.deleted_at is not null and gone.message_id < m.message_id))"
    };
}
pub(crate) use answered_again;

#[derive(Debug, Clone, QueryableByName)]
pub struct MessageRow {
    #[diesel(sql_type = Uuid)]
    pub message_id: MessageId,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub user_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    #[diesel(sql_type = Bool)]
    pub is_tutor: bool,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub parent_id: Option<MessageId>,
    #[diesel(sql_type = Uuid)]
    pub root_id: MessageId,
    #[diesel(sql_type = Text)]
    pub body: String,
    #[diesel(sql_type = Text)]
    pub body_html: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub edited_at: Option<DateTime<Utc>>,
    /// True for an answer whose author had deleted an earlier one.
    #[diesel(sql_type = Bool)]
    pub is_again: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub hidden_reason: Option<String>,
    #[diesel(sql_type = Bool)]
    pub is_held: bool,
    #[diesel(sql_type = Bool)]
    pub is_pinned: bool,
    #[diesel(sql_type = Bool)]
    pub is_endorsed: bool,
    #[diesel(sql_type = Bool)]
    pub is_credited: bool,
    #[diesel(sql_type = BigInt)]
    pub stars: i64,
    #[diesel(sql_type = Bool)]
    pub is_starred: bool,
    /// Number of messages of the thread that the person may read.
    #[diesel(sql_type = BigInt)]
    pub readable: i64,
}

/// Returns the messages of a thread that the person may read, oldest first. None of them unless
/// the person has answered. Of a long thread, the newest messages with the answers to which they
/// belong, and the person's own answer.
pub async fn thread(
    conn: &mut Conn,
    user: UserId,
    prompt: PromptId,
    cohort: CohortId,
) -> QueryResult<Vec<MessageRow>> {
    let readable = readable!(
        "select m.message_id, m.root_id, row_number() over (order by m.message_id desc) as place,
                m.user_id = $1 and m.parent_id is null and m.deleted_at is null as is_own_answer
         from cold_call_messages m
         join cold_call_prompts p on p.prompt_id = m.prompt_id
         where m.prompt_id = $2 and m.cohort_id = $3",
        ""
    );
    let again = answered_again!();
    statement(format!(
        "with seen as materialized ({readable})
         select m.message_id, m.user_id, u.display_name as name, m.is_tutor, m.parent_id, m.root_id,
                m.body, m.body_html, m.created_at, m.edited_at, {again} as is_again, m.deleted_at, m.hidden_reason,
                m.held_at is not null as is_held, m.pinned_at is not null as is_pinned,
                m.endorsed_at is not null as is_endorsed, m.credited_at is not null as is_credited,
                (select count(*) from cold_call_stars s where s.message_id = m.message_id) as stars,
                exists (select from cold_call_stars s where s.message_id = m.message_id and s.user_id = $1) as is_starred,
                (select count(*) from seen) as readable
         from seen
         join cold_call_messages m on m.message_id = seen.message_id
         left join users u on u.user_id = m.user_id and u.deleted_at is null
         where seen.place <= $4 or seen.is_own_answer
            or seen.message_id in (select newest.root_id from seen newest where newest.place <= $4)
         order by m.message_id"
    ))
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(prompt)
    .bind::<Uuid, _>(cohort)
    .bind::<BigInt, _>(MOST_MESSAGES)
    .load(conn)
    .await
}

/// A message that the person may read, with what is needed to act on it.
#[derive(Debug, Clone, QueryableByName)]
pub struct ReadableMessage {
    #[diesel(sql_type = Uuid)]
    pub message_id: MessageId,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub user_id: Option<UserId>,
    #[diesel(sql_type = Uuid)]
    pub prompt_id: PromptId,
    #[diesel(sql_type = Uuid)]
    pub cohort_id: CohortId,
    #[diesel(sql_type = Uuid)]
    pub root_id: MessageId,
    #[diesel(sql_type = crate::platform::db::schema::sql_types::PromptVisibility)]
    pub visibility: Visibility,
    #[diesel(sql_type = Text)]
    pub body: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    pub is_hidden: bool,
    #[diesel(sql_type = Bool)]
    pub is_held: bool,
    /// True for an answer to which somebody has replied.
    #[diesel(sql_type = Bool)]
    pub has_replies: bool,
}

/// Returns a message that is not deleted, if the person may read it. For a person who has not
/// answered it does not exist.
pub async fn readable(
    conn: &mut Conn,
    user: UserId,
    message: MessageId,
) -> QueryResult<Option<ReadableMessage>> {
    statement(readable!(
        "select m.message_id, m.user_id, m.prompt_id, m.cohort_id, m.root_id, p.visibility, m.body, m.created_at,
                m.hidden_at is not null as is_hidden, m.held_at is not null as is_held,
                exists (select from cold_call_messages below
                        where below.root_id = m.message_id and below.parent_id is not null
                          and below.deleted_at is null) as has_replies
         from cold_call_messages m
         join cold_call_prompts p on p.prompt_id = m.prompt_id
         where m.message_id = $2 and m.deleted_at is null and p.retired_at is null",
        ""
    ))
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(message)
    .get_result(conn)
    .await
    .optional()
}

#[derive(Debug, Clone, QueryableByName)]
pub struct EndorsedRow {
    #[diesel(sql_type = Text)]
    pub cohort: String,
    #[diesel(sql_type = Text)]
    pub body_html: String,
}

/// Returns the endorsed answers of earlier cohorts, newest cohort first. None of them unless the
/// person has answered in the cohort `$3`.
pub async fn endorsed(
    conn: &mut Conn,
    user: UserId,
    prompt: PromptId,
    cohort: CohortId,
) -> QueryResult<Vec<EndorsedRow>> {
    statement(
        "select c.title as cohort, m.body_html
         from cold_call_messages m
         join cold_call_prompts p on p.prompt_id = m.prompt_id
         join cohorts c on c.cohort_id = m.cohort_id
         join cohorts here on here.cohort_id = $3
         where m.prompt_id = $2 and m.cohort_id <> $3 and c.starts_at < here.starts_at
           and m.parent_id is null and m.endorsed_at is not null and m.deleted_at is null and m.hidden_at is null
           and m.held_at is null and p.visibility <> 'tutors_only'
           and exists (select from cold_call_messages own
                       where own.prompt_id = $2 and own.cohort_id = $3 and own.user_id = $1
                         and own.parent_id is null and own.deleted_at is null and not own.is_tutor)
         order by c.starts_at desc, m.message_id limit 20",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(prompt)
    .bind::<Uuid, _>(cohort)
    .load(conn)
    .await
}

/// A message to be stored.
pub struct NewMessage<'a> {
    pub prompt: PromptId,
    pub cohort: CohortId,
    pub user: UserId,
    pub is_tutor: bool,
    /// Parent and root of a reply.
    pub below: Option<(MessageId, MessageId)>,
    pub body: &'a str,
    pub body_html: &'a str,
    pub is_held: bool,
    /// Key of the form that a tutor sent. The same text below the same message is stored once.
    pub form_key: Option<&'a str>,
}

/// Stores a message. Returns None if the member has an answer already, or if the form was sent
/// before.
pub async fn insert(conn: &mut Conn, new: NewMessage<'_>) -> QueryResult<Option<MessageId>> {
    let id = MessageId(uuid::Uuid::now_v7());
    let (parent, root) = new.below.unzip();
    let stored = statement(
        "insert into cold_call_messages
             (message_id, prompt_id, cohort_id, user_id, is_tutor, parent_id, root_id, body, body_html, held_at,
              form_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $10 then now() end, $11)
         on conflict do nothing",
    )
    .bind::<Uuid, _>(id)
    .bind::<Uuid, _>(new.prompt)
    .bind::<Uuid, _>(new.cohort)
    .bind::<Uuid, _>(new.user)
    .bind::<Bool, _>(new.is_tutor)
    .bind::<Nullable<Uuid>, _>(parent)
    .bind::<Uuid, _>(root.unwrap_or(id))
    .bind::<Text, _>(new.body)
    .bind::<Text, _>(new.body_html)
    .bind::<Bool, _>(new.is_held)
    .bind::<Nullable<Text>, _>(new.form_key)
    .execute(conn)
    .await?;
    Ok((stored > 0).then_some(id))
}

/// Changes the text of a message. A tutor pinned or endorsed the earlier text, so that ends. If
/// `is_held`, the message waits for approval from now on.
pub async fn change(
    conn: &mut Conn,
    (user, is_held): (UserId, bool),
    message: MessageId,
    (body, body_html): (&str, &str),
    at: DateTime<Utc>,
) -> QueryResult<usize> {
    statement(
        "update cold_call_messages
         set body = $3, body_html = $4, edited_at = $5, pinned_at = null, endorsed_at = null,
             held_at = case when $6 then coalesce(held_at, now()) else held_at end
         where message_id = $1 and user_id = $2 and deleted_at is null",
    )
    .bind::<Uuid, _>(message)
    .bind::<Uuid, _>(user)
    .bind::<Text, _>(body)
    .bind::<Text, _>(body_html)
    .bind::<Timestamptz, _>(at)
    .bind::<Bool, _>(is_held)
    .execute(conn)
    .await
}

/// Deletes a message and empties its text, which stays for nobody. `author` is the person whose
/// message it must be, or None for any.
pub async fn delete(
    conn: &mut Conn,
    author: Option<UserId>,
    message: MessageId,
    at: DateTime<Utc>,
) -> QueryResult<usize> {
    statement(
        "update cold_call_messages set deleted_at = $3, body = '', body_html = '', pinned_at = null, endorsed_at = null
         where message_id = $1 and ($2 is null or user_id = $2) and deleted_at is null",
    )
    .bind::<Uuid, _>(message)
    .bind::<Nullable<Uuid>, _>(author)
    .bind::<Timestamptz, _>(at)
    .execute(conn)
    .await
}

/// Gives or takes back the person's star.
pub async fn star(
    conn: &mut Conn,
    user: UserId,
    message: MessageId,
    starred: bool,
) -> QueryResult<usize> {
    let change = match starred {
        true => {
            "insert into cold_call_stars (message_id, user_id) values ($1, $2) on conflict do nothing"
        }
        false => "delete from cold_call_stars where message_id = $1 and user_id = $2",
    };
    statement(change)
        .bind::<Uuid, _>(message)
        .bind::<Uuid, _>(user)
        .execute(conn)
        .await
}

pub async fn report(
    conn: &mut Conn,
    user: UserId,
    message: MessageId,
    reason: &str,
) -> QueryResult<usize> {
    statement(
        "insert into cold_call_reports (message_id, user_id, reason) values ($1, $2, $3)
         on conflict (message_id, user_id) do update set reason = $3, settled_at = null",
    )
    .bind::<Uuid, _>(message)
    .bind::<Uuid, _>(user)
    .bind::<Text, _>(reason)
    .execute(conn)
    .await
}
