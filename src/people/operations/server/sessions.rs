//! The list of devices that are signed in, and ending one of these sessions.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bytea, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{place, read_place};
use crate::people::operations::{LINES_ON_PAGE, SessionLine};
use crate::people::role_label;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::{UserRole, sessions};
use crate::platform::db::schema::sql_types::UserRole as UserRoleSql;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;
use crate::platform::ids::UserId;
use crate::platform::time::{Clock, device_name};

#[derive(QueryableByName)]
struct SignedInRow {
    #[diesel(sql_type = Uuid)]
    web_session_id: uuid::Uuid,
    #[diesel(sql_type = Bytea)]
    session_hash: Vec<u8>,
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = UserRoleSql)]
    role: UserRole,
    #[diesel(sql_type = Nullable<Text>)]
    address: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    user_agent: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    last_seen_at: DateTime<Utc>,
}

impl SignedInRow {
    fn is_of(&self, cx: &Cx) -> bool {
        let own = cx.session.id().map(|id| sessions::hash(&id));
        own.as_ref() == Some(&self.session_hash)
    }
}

const COLUMNS: &str =
    "s.web_session_id, s.session_hash, u.user_id, u.display_name, u.role, s.address, s.user_agent,
    s.created_at, s.last_seen_at
    from web_sessions s join users u on u.user_id = s.user_id";

/// Returns a page of sessions, those that were used last first, and the place of its last line if
/// there are more.
pub async fn page(
    conn: &mut Conn,
    cx: &Cx,
    after: &str,
    clock: &Clock,
) -> QueryResult<(Vec<SessionLine>, Option<String>)> {
    let (at, id) = read_place(after);
    let mut rows: Vec<SignedInRow> = statement(format!(
        "select {COLUMNS}
         where s.user_id is not null and s.expires_at > now() and (s.last_seen_at, s.web_session_id) < ($1, $2)
         order by s.last_seen_at desc, s.web_session_id desc
         limit $3"
    ))
    .bind::<Timestamptz, _>(at)
    .bind::<Uuid, _>(id)
    .bind::<BigInt, _>(LINES_ON_PAGE + 1)
    .load(conn)
    .await?;
    let has_more = rows.len() as i64 > LINES_ON_PAGE;
    rows.truncate(LINES_ON_PAGE as usize);
    let last = rows.as_slice().last();
    let next = last
        .filter(|_| has_more)
        .map(|row| place(row.last_seen_at, row.web_session_id));
    let line = |row: SignedInRow| SessionLine {
        is_own: row.is_of(cx),
        session: row.web_session_id,
        person: (row.display_name, row.user_id),
        role: role_label(row.role).to_owned(),
        device: device_name(row.user_agent.as_deref()),
        address: row.address.unwrap_or_default(),
        since: clock.date(row.created_at),
        seen: (clock.ago(row.last_seen_at), row.last_seen_at.to_rfc3339()),
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

/// Ends a session. Its device is signed out.
///
/// # Errors
///
/// `Conflict` for the admin's own session.
pub async fn end(conn: &mut Conn, by: &Cx, session: uuid::Uuid) -> AppResult<()> {
    let row: SignedInRow = statement(format!(
        "select {COLUMNS} where s.web_session_id = $1 for update of s"
    ))
    .bind::<Uuid, _>(session)
    .get_result(conn)
    .await
    .optional()?
    .ok_or_else(|| AppError::NotFound("This device is no longer signed in.".to_owned()))?;
    if row.is_of(by) {
        return Err(AppError::Conflict(
            "This is the device that you are using. Sign out in the menu instead.".to_owned(),
        ));
    }
    statement("delete from web_sessions where web_session_id = $1")
        .bind::<Uuid, _>(session)
        .execute(conn)
        .await?;
    let old = json!({ "device": device_name(row.user_agent.as_deref()), "address": row.address });
    Ok(AuditEntry::done("user.session_ended")
        .of("user", row.user_id)
        .change(Some(old), None)
        .by(by)
        .write(conn)
        .await?)
}
