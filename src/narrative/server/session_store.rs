//! Queries of sessions and their messages.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::{LearnerId, NodeId, PathId, PathSessionId, UserId};

/// A session of a learner on a path.
#[derive(Debug, Clone, QueryableByName)]
pub struct PathSessionRow {
    #[diesel(sql_type = SqlUuid)]
    pub session_id: PathSessionId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub current_node_id: Option<NodeId>,
    #[diesel(sql_type = Text)]
    pub mode: String,
    #[diesel(sql_type = Jsonb)]
    pub state: Value,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub completed_at: Option<DateTime<Utc>>,
}

const SESSION: &str = "select s.session_id, s.current_node_id, s.mode, s.state, s.completed_at
    from narrative_sessions s join learners l on l.learner_id = s.learner_id";

/// Returns the learner's open session on the path, or else their last one.
pub async fn session(
    conn: &mut Conn,
    user: UserId,
    path: PathId,
) -> QueryResult<Option<PathSessionRow>> {
    statement(format!(
        "{SESSION} where l.user_id = $1 and s.path_id = $2
         order by s.completed_at is null desc, s.started_at desc limit 1"
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(path)
    .get_result(conn)
    .await
    .optional()
}

/// Returns the learner's open session, and locks it until the transaction ends.
pub async fn open_session(
    conn: &mut Conn,
    user: UserId,
    path: PathId,
) -> QueryResult<Option<PathSessionRow>> {
    statement(format!(
        "{SESSION} where l.user_id = $1 and s.path_id = $2 and s.completed_at is null for update of s"
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(path)
    .get_result(conn)
    .await
    .optional()
}

/// Begins a session, unless there is an open one.
pub async fn begin(
    conn: &mut Conn,
    learner: LearnerId,
    path: PathId,
    mode: &str,
    state: &Value,
) -> QueryResult<()> {
    statement(
        "insert into narrative_sessions (learner_id, path_id, mode, state) values ($1, $2, $3, $4)
         on conflict do nothing",
    )
    .bind::<SqlUuid, _>(learner)
    .bind::<SqlUuid, _>(path)
    .bind::<Text, _>(mode)
    .bind::<Jsonb, _>(state)
    .execute(conn)
    .await
    .map(drop)
}

/// Stores where a session is.
pub async fn keep(
    conn: &mut Conn,
    session: PathSessionId,
    node: Option<NodeId>,
    state: &Value,
    mode: &str,
    completed: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    statement(
        "update narrative_sessions set current_node_id = $2, state = $3, mode = $4, completed_at = $5, last_activity = now()
         where session_id = $1",
    )
    .bind::<SqlUuid, _>(session)
    .bind::<Nullable<SqlUuid>, _>(node)
    .bind::<Jsonb, _>(state)
    .bind::<Text, _>(mode)
    .bind::<Nullable<Timestamptz>, _>(completed)
    .execute(conn)
    .await
    .map(drop)
}

/// Adds a message to a session.
pub async fn say(
    conn: &mut Conn,
    session: PathSessionId,
    (role, content): (&str, &str),
    tool_calls: Option<&Value>,
    media: Option<&Value>,
) -> QueryResult<()> {
    let content: String = content.chars().take(4_000).collect();
    statement(
        "insert into narrative_messages (message_id, session_id, role, content, tool_calls, media) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<SqlUuid, _>(uuid::Uuid::now_v7())
    .bind::<SqlUuid, _>(session)
    .bind::<Text, _>(role)
    .bind::<Text, _>(content)
    .bind::<Nullable<Jsonb>, _>(tool_calls)
    .bind::<Nullable<Jsonb>, _>(media)
    .execute(conn)
    .await
    .map(drop)
}

/// A message as it is shown.
#[derive(Debug, Clone, QueryableByName)]
pub struct PathMessageRow {
    #[diesel(sql_type = Text)]
    pub role: String,
    #[diesel(sql_type = Text)]
    pub content: String,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub tool_calls: Option<Value>,
}

/// Returns the last messages of a session, oldest first.
pub async fn messages(conn: &mut Conn, session: PathSessionId) -> QueryResult<Vec<PathMessageRow>> {
    let mut rows: Vec<PathMessageRow> = statement(
        "select role, content, tool_calls from narrative_messages where session_id = $1 order by message_id desc limit 40",
    )
    .bind::<SqlUuid, _>(session)
    .load(conn)
    .await?;
    rows.reverse();
    Ok(rows)
}
