//! Queries of the audit log.

use chrono::{DateTime, Duration, NaiveDate, SecondsFormat, TimeZone, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::people::audit_log::AuditQuery;
use crate::platform::auth::{normalize_email, store as accounts};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::time::Clock;

#[derive(QueryableByName)]
pub struct AuditRow {
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Uuid)]
    pub audit_id: uuid::Uuid,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub actor_user_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub actor_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub actor_email: Option<String>,
    #[diesel(sql_type = Text)]
    pub action: String,
    #[diesel(sql_type = Text)]
    pub outcome: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub subject_type: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub subject_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub subject_name: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub old_values: Option<Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub new_values: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<String>,
}

impl AuditRow {
    /// The place of the entry in the log, for an address.
    pub fn place(&self) -> String {
        let at = self
            .occurred_at
            .to_rfc3339_opts(SecondsFormat::Micros, true);
        format!("{at}_{}", self.audit_id)
    }
}

/// Filters that were read. None filters nothing.
#[derive(Debug, Default)]
pub struct AuditFilter {
    by: Option<UserId>,
    action: Option<String>,
    kind: Option<String>,
    subject: Option<String>,
    /// Begin and end of the day.
    day: Option<(DateTime<Utc>, DateTime<Utc>)>,
    after: Option<(DateTime<Utc>, uuid::Uuid)>,
}

impl AuditFilter {
    /// Entries about a person.
    pub fn about(person: UserId) -> Self {
        Self {
            kind: Some("user".to_owned()),
            subject: Some(person.to_string()),
            ..Self::default()
        }
    }

    /// Reads the filters of an address. The inner error is a sentence about a filter that finds
    /// nothing.
    pub async fn read(
        conn: &mut Conn,
        query: &AuditQuery,
        clock: &Clock,
    ) -> AppResult<Result<Self, String>> {
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut filter = Self {
            action: filled(&query.action),
            kind: filled(&query.kind),
            subject: filled(&query.subject),
            after: place(&query.after),
            ..Self::default()
        };
        if let Some(typed) = filled(&query.by) {
            match person(conn, &typed).await? {
                Some(person) => filter.by = Some(person),
                None => return Ok(Err("Nobody has this email address.".to_owned())),
            }
        }
        // An address stands for the person who has it.
        if let Some(typed) = filter.subject.clone().filter(|typed| typed.contains('@')) {
            match person(conn, &typed).await? {
                Some(person) => {
                    filter.kind = Some("user".to_owned());
                    filter.subject = Some(person.to_string());
                }
                None => return Ok(Err("Nobody has this email address.".to_owned())),
            }
        }
        if let Some(typed) = filled(&query.day) {
            match day(&typed, clock) {
                Some(day) => filter.day = Some(day),
                None => return Ok(Err("Enter a day, such as 2026-01-31.".to_owned())),
            }
        }
        Ok(Ok(filter))
    }
}

/// Reads the place of an entry. None if it is malformed; the log then begins with the newest.
fn place(text: &str) -> Option<(DateTime<Utc>, uuid::Uuid)> {
    let (at, id) = text.split_once('_')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

/// Finds a person by id or address.
async fn person(conn: &mut Conn, typed: &str) -> QueryResult<Option<UserId>> {
    if let Ok(id) = typed.parse() {
        return Ok(Some(UserId(id)));
    }
    let Ok(email) = normalize_email(typed) else {
        return Ok(None);
    };
    let account = accounts::by_email(conn, &email).await?;
    Ok(account.map(|account| account.user_id))
}

/// Returns the begin of a day and of the next one.
fn day(typed: &str, clock: &Clock) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let first = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok()?;
    let begin = |day: NaiveDate| {
        // A day may begin with an hour that is skipped.
        let midnight = day.and_hms_opt(0, 0, 0)?;
        let later = midnight.checked_add_signed(Duration::hours(1))?;
        let zone = clock.zone;
        let local = zone.from_local_datetime(&midnight).earliest();
        let local = local.or_else(|| zone.from_local_datetime(&later).earliest())?;
        Some(local.with_timezone(&Utc))
    };
    Some((begin(first)?, begin(first.succ_opt()?)?))
}

/// Returns entries, newest first.
pub async fn entries(
    conn: &mut Conn,
    filter: &AuditFilter,
    most: i64,
) -> QueryResult<Vec<AuditRow>> {
    let text = text(filter);
    statement(text)
        .bind::<Nullable<Uuid>, _>(filter.by)
        .bind::<Nullable<Text>, _>(filter.action.as_deref())
        .bind::<Nullable<Text>, _>(filter.kind.as_deref())
        .bind::<Nullable<Text>, _>(filter.subject.as_deref())
        .bind::<Nullable<Timestamptz>, _>(filter.day.map(|(begin, _)| begin))
        .bind::<Nullable<Timestamptz>, _>(filter.day.map(|(_, end)| end))
        .bind::<Nullable<Timestamptz>, _>(filter.after.map(|(at, _)| at))
        .bind::<Nullable<Uuid>, _>(filter.after.map(|(_, id)| id))
        .bind::<BigInt, _>(most)
        .load(conn)
        .await
}

/// Returns the statement for the filters that are set. With all conditions in one statement, its
/// plan could not use the indexes.
fn text(filter: &AuditFilter) -> String {
    let conditions = [
        (filter.by.is_some(), "a.actor_user_id = $1"),
        (filter.action.is_some(), "a.action = $2"),
        (filter.kind.is_some(), "a.subject_type = $3"),
        (filter.subject.is_some(), "a.subject_id = $4"),
        (
            filter.day.is_some(),
            "a.occurred_at >= $5 and a.occurred_at < $6",
        ),
        (
            filter.after.is_some(),
            "(a.occurred_at, a.audit_id) < ($7, $8)",
        ),
    ];
    let wanted: String = conditions
        .iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, condition)| format!(" and {condition}"))
        .collect();
    // The parameters that no condition uses still need a type.
    format!(
        "with found as (
             select a.occurred_at, a.audit_id, a.actor_user_id, a.action, a.outcome, a.subject_type, a.subject_id,
                    a.old_values, a.new_values, a.address,
                    case when a.subject_type = 'user' and a.subject_id ~ '^[0-9a-f-]{{36}}$' then a.subject_id::uuid end as subject_user
             from audit_logs a
             where ($1::uuid is null or true) and ($2::text is null or true) and ($3::text is null or true)
               and ($4::text is null or true) and ($5::timestamptz is null or true)
               and ($6::timestamptz is null or true) and ($7::timestamptz is null or true)
               and ($8::uuid is null or true){wanted}
             order by a.occurred_at desc, a.audit_id desc
             limit $9
         )
         select f.*, u.display_name as actor_name, u.email as actor_email, s.display_name as subject_name
         from found f
         left join users u on u.user_id = f.actor_user_id
         left join users s on s.user_id = f.subject_user
         order by f.occurred_at desc, f.audit_id desc"
    )
}

#[derive(QueryableByName)]
struct NamesRow {
    #[diesel(sql_type = Array<Text>)]
    actions: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    kinds: Vec<String>,
}

/// Returns the kinds of actions and of things of the log. Steps through the indexes from one name
/// to the next, so that the time does not grow with the log.
pub async fn names(conn: &mut Conn) -> QueryResult<(Vec<String>, Vec<String>)> {
    let row: NamesRow = statement(
        "with recursive actions (name) as (
             select min(action) from audit_logs
             union all
             select (select min(a.action) from audit_logs a where a.action > actions.name) from actions where actions.name is not null
         ), kinds (name) as (
             select min(subject_type) from audit_logs
             union all
             select (select min(a.subject_type) from audit_logs a where a.subject_type > kinds.name) from kinds where kinds.name is not null
         )
         select array(select name from actions where name is not null order by name) as actions,
                array(select name from kinds where name is not null order by name) as kinds",
    )
    .get_result(conn)
    .await?;
    Ok((row.actions, row.kinds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_the_readers_zone() {
        let clock = Clock {
            zone: chrono_tz::Europe::Berlin,
            now: DateTime::UNIX_EPOCH,
        };
        let (begin, end) = day("2026-03-29", &clock).unwrap();
        assert_eq!(begin.to_rfc3339(), "2026-03-28T23:00:00+00:00");
        assert_eq!(end - begin, Duration::hours(23));
        assert_eq!(day("tomorrow", &clock), None);
    }

    #[test]
    fn a_place_is_read_back_and_nonsense_is_none() {
        let id = uuid::Uuid::nil();
        let read = place(&format!("2026-03-29T10:00:00.123456Z_{id}")).unwrap();
        assert_eq!(read.0.timestamp_subsec_micros(), 123_456);
        for wrong in ["", "x_y", "2026-03-29T10:00:00Z", "_"] {
            assert_eq!(place(wrong), None);
        }
    }
}
