//! Queries that make and change live sessions. Members are told of changes to sessions that are to
//! come.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::check::{SessionDraft, moved};
use crate::cohort::server::notices;
use crate::cohort::server::sessions::{remind_before, span};
use crate::cohort::server::store::Cohort;
use crate::cohort::teach::sessions::Attendance;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CohortId, LiveSessionId, MemberId, SeriesId, UserId};

pub fn no_session() -> AppError {
    AppError::NotFound("There is no such session in this cohort.".to_owned())
}

#[derive(QueryableByName)]
struct TimedRow {
    #[diesel(sql_type = Uuid)]
    session_id: LiveSessionId,
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
}

/// Stores a session, or a weekly series. Returns the number of sessions, which is 0 if the key was
/// used before.
pub async fn make(
    conn: &mut Conn,
    cohort: &Cohort,
    key: SeriesId,
    by: UserId,
    draft: &SessionDraft,
) -> AppResult<usize> {
    let zone = cohort.clock().zone;
    let numbers: Vec<i32> = (1..=draft.weeks).collect();
    let starts: Vec<DateTime<Utc>> = (0..draft.weeks)
        .map(|week| moved(draft.starts_at, Duration::weeks(week.into()), zone))
        .collect();
    let made: Vec<TimedRow> = statement(
        "insert into live_sessions (cohort_id, series_id, series_no, created_by, title, starts_at, minutes, join_link,
                                    place, notes, notes_html)
         select $1, $2, x.series_no, $3, $4, x.starts_at, $5, $6, $7, $8, $9
         from unnest($10, $11) as x (series_no, starts_at)
         on conflict (series_id, series_no) do nothing
         returning session_id, starts_at",
    )
    .bind::<Uuid, _>(cohort.cohort_id)
    .bind::<Uuid, _>(key)
    .bind::<Uuid, _>(by)
    .bind::<Text, _>(&draft.title)
    .bind::<Int4, _>(draft.minutes)
    .bind::<Text, _>(&draft.link)
    .bind::<Text, _>(&draft.place)
    .bind::<Text, _>(&draft.notes)
    .bind::<Text, _>(&draft.notes_html)
    .bind::<Array<Int4>, _>(numbers)
    .bind::<Array<Timestamptz>, _>(starts)
    .load(conn)
    .await?;
    let made: Vec<(LiveSessionId, DateTime<Utc>)> = made
        .into_iter()
        .map(|row| (row.session_id, row.starts_at))
        .collect();
    remind_before(conn, &made).await?;
    Ok(made.len())
}

#[derive(QueryableByName)]
struct StoredRow {
    #[diesel(sql_type = Uuid)]
    series_id: SeriesId,
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    minutes: i32,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Bool)]
    is_canceled: bool,
}

/// Returns a session of the cohort, locked until the transaction ends.
async fn locked(conn: &mut Conn, cohort: CohortId, session: LiveSessionId) -> AppResult<StoredRow> {
    statement(
        "select series_id, starts_at, minutes, title, canceled_at is not null as is_canceled
         from live_sessions where cohort_id = $1 and session_id = $2 for no key update",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Uuid, _>(session)
    .get_result(conn)
    .await
    .optional()?
    .ok_or_else(no_session)
}

/// Changes a session, and later ones of its series if `with_later`. Tells the members if a session
/// to come is moved.
pub async fn change(
    conn: &mut Conn,
    cohort: &Cohort,
    session: LiveSessionId,
    draft: &SessionDraft,
    with_later: bool,
    by: UserId,
) -> AppResult<()> {
    let id = cohort.cohort_id;
    let old = locked(conn, id, session).await?;
    let zone = cohort.clock().zone;
    let mut changed = vec![(session, old.starts_at, draft.starts_at)];
    if with_later {
        let later = later(conn, id, old.series_id, old.starts_at).await?;
        let shift = local(draft.starts_at, zone) - local(old.starts_at, zone);
        changed.extend(later.into_iter().map(|row| {
            let starts_at = moved(row.starts_at, shift, zone);
            (row.session_id, row.starts_at, starts_at)
        }));
    }
    let ids: Vec<uuid::Uuid> = changed.iter().map(|(id, ..)| id.0).collect();
    let starts: Vec<DateTime<Utc>> = changed.iter().map(|(_, _, starts_at)| *starts_at).collect();
    statement(
        "update live_sessions s
         set title = $1, minutes = $2, join_link = $3, place = $4, notes = $5, notes_html = $6, starts_at = x.starts_at
         from unnest($7, $8) as x (session_id, starts_at) where s.session_id = x.session_id",
    )
    .bind::<Text, _>(&draft.title)
    .bind::<Int4, _>(draft.minutes)
    .bind::<Text, _>(&draft.link)
    .bind::<Text, _>(&draft.place)
    .bind::<Text, _>(&draft.notes)
    .bind::<Text, _>(&draft.notes_html)
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Array<Timestamptz>, _>(starts)
    .execute(conn)
    .await?;
    let moves: Vec<(LiveSessionId, DateTime<Utc>)> = changed
        .iter()
        .filter(|(_, old, new)| old != new)
        .map(|(id, _, new)| (*id, *new))
        .collect();
    remind_before(conn, &moves).await?;
    if old.is_canceled || moves.is_empty() || draft.starts_at <= Utc::now() {
        return Ok(());
    }
    let title = format!("“{}” is moved", draft.title);
    let when = told_time(cohort, draft.starts_at, draft.minutes);
    let others = match moves.len() {
        1 => "",
        _ => " Later sessions of this series are moved as well.",
    };
    let body = format!("New time: {when}.{others}");
    tell(conn, cohort, session, (&title, &body), by).await
}

fn local(at: DateTime<Utc>, zone: Tz) -> chrono::NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

async fn later(
    conn: &mut Conn,
    cohort: CohortId,
    series: SeriesId,
    after: DateTime<Utc>,
) -> QueryResult<Vec<TimedRow>> {
    statement(
        "select session_id, starts_at from live_sessions
         where cohort_id = $1 and series_id = $2 and starts_at > $3 and canceled_at is null
         order by starts_at for no key update",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Uuid, _>(series)
    .bind::<Timestamptz, _>(after)
    .load(conn)
    .await
}

/// Cancels or restores a session. Returns false if it was so already.
pub async fn set_canceled(
    conn: &mut Conn,
    cohort: &Cohort,
    session: LiveSessionId,
    canceled: bool,
    by: UserId,
) -> AppResult<bool> {
    let old = locked(conn, cohort.cohort_id, session).await?;
    if old.is_canceled == canceled {
        return Ok(false);
    }
    statement(
        "update live_sessions set canceled_at = case when $2 then now() end where session_id = $1",
    )
    .bind::<Uuid, _>(session)
    .bind::<Bool, _>(canceled)
    .execute(conn)
    .await?;
    if old.starts_at <= Utc::now() {
        return Ok(true);
    }
    if !canceled {
        remind_before(conn, &[(session, old.starts_at)]).await?;
    }
    let title = match canceled {
        true => format!("“{}” is canceled", old.title),
        false => format!("“{}” takes place after all", old.title),
    };
    let body = format!("{}.", told_time(cohort, old.starts_at, old.minutes));
    tell(conn, cohort, session, (&title, &body), by).await?;
    Ok(true)
}

/// Formats a time for all members, with the cohort's time zone.
fn told_time(cohort: &Cohort, starts_at: DateTime<Utc>, minutes: i32) -> String {
    let when = span(&cohort.clock(), starts_at, minutes);
    format!("{when} ({})", cohort.time_zone)
}

/// Tells the members the latest about a session. Unread notifications about it are out of date.
async fn tell(
    conn: &mut Conn,
    cohort: &Cohort,
    session: LiveSessionId,
    texts: (&str, &str),
    by: UserId,
) -> AppResult<()> {
    notices::withdraw_session(conn, cohort.cohort_id, session).await?;
    notices::of_session(conn, cohort, session, texts, Some(by)).await
}

/// Stores marks of members of the cohort. Returns the number of marks.
pub async fn record(
    conn: &mut Conn,
    cohort: CohortId,
    session: LiveSessionId,
    marks: &[(MemberId, Option<Attendance>)],
) -> AppResult<usize> {
    locked(conn, cohort, session).await?;
    let members: Vec<uuid::Uuid> = marks.iter().map(|(member, _)| member.0).collect();
    let names: Vec<Option<&str>> = marks
        .iter()
        .map(|(_, mark)| mark.map(Attendance::name))
        .collect();
    Ok(statement(
        "insert into session_attendance (session_id, member_id, status)
         select $1, m.member_id, x.status
         from unnest($3, $4) as x (member_id, status)
         join cohort_members m on m.member_id = x.member_id and m.cohort_id = $2
         on conflict (session_id, member_id) do update set status = excluded.status",
    )
    .bind::<Uuid, _>(session)
    .bind::<Uuid, _>(cohort)
    .bind::<Array<Uuid>, _>(members)
    .bind::<Array<Nullable<Text>>, _>(names)
    .execute(conn)
    .await?)
}
