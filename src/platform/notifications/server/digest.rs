//! The times of mails that a feature writes by itself, in the morning like collected mails.

use chrono::{DateTime, Utc};
use diesel::QueryResult;

use super::store::readers;
use crate::platform::db::Conn;
use crate::platform::ids::UserId;
use crate::platform::notifications::NotificationKind;

/// Returns the next morning on which each person wants a mail of the kind. Leaves out people who
/// want none.
pub async fn next(
    conn: &mut Conn,
    people: &[UserId],
    kind: NotificationKind,
    now: DateTime<Utc>,
) -> QueryResult<Vec<(UserId, DateTime<Utc>)>> {
    let ids: Vec<uuid::Uuid> = people.iter().map(|user| user.0).collect();
    let readers = readers(conn, &ids, kind).await?;
    let times = readers
        .iter()
        .filter_map(|reader| Some((reader.user_id, reader.morning(kind, now)?)));
    Ok(times.collect())
}
