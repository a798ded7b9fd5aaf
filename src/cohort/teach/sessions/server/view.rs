//! Builds the tutors' pages of live sessions.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::store::no_session;
use crate::cohort::server::sessions::span;
use crate::cohort::server::store::Cohort;
use crate::cohort::teach::home::server::require;
use crate::cohort::teach::sessions::{
    Attendance, SessionFields, SessionPage, SheetLine, TaughtSession, TaughtSessions,
};
use crate::course::server::store as courses;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CourseId, LiveSessionId, MemberId, SeriesId};

/// Minutes after the start from which a member who joins is late.
const LATE_MINUTES: i64 = 10;
/// Sessions that the page lists.
const MOST_SESSIONS: i64 = 500;
/// Members that a sheet lists.
const MOST_LINES: i64 = 1_000;

#[derive(QueryableByName)]
struct ListedSession {
    #[diesel(sql_type = Uuid)]
    session_id: LiveSessionId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    minutes: i32,
    #[diesel(sql_type = Bool)]
    is_canceled: bool,
    #[diesel(sql_type = BigInt)]
    attended: i64,
}

pub async fn list(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
) -> AppResult<TaughtSessions> {
    let cohort = require(conn, course, cohort).await?;
    let clock = cohort.clock();
    let rows: Vec<ListedSession> = statement(
        "select s.session_id, s.title, s.starts_at, s.minutes, s.canceled_at is not null as is_canceled,
                (select count(*) from session_attendance a
                 where a.session_id = s.session_id
                   and coalesce(a.status, case when a.joined_at is not null then 'present' end) in ('present', 'late')) as attended
         from live_sessions s where s.cohort_id = $1
         order by s.starts_at, s.session_id limit $2",
    )
    .bind::<Uuid, _>(cohort.cohort_id)
    .bind::<BigInt, _>(MOST_SESSIONS)
    .load(conn)
    .await?;
    let ends = |row: &ListedSession| row.starts_at + TimeDelta::minutes(row.minutes.into());
    let (coming, mut past): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| ends(row) > clock.now);
    past.reverse();
    let taught = |row: ListedSession| TaughtSession {
        session_id: row.session_id,
        when: (
            span(&clock, row.starts_at, row.minutes),
            row.starts_at.to_rfc3339(),
        ),
        title: row.title,
        is_canceled: row.is_canceled,
        attended: row.attended,
    };
    Ok(TaughtSessions {
        course_title: courses::title(conn, course).await?,
        cohort_id: cohort.cohort_id,
        cohort_title: cohort.title,
        time_zone: cohort.time_zone,
        key: SeriesId(uuid::Uuid::now_v7()),
        coming: coming.into_iter().map(taught).collect(),
        past: past.into_iter().map(taught).collect(),
    })
}

#[derive(QueryableByName)]
struct SessionRow {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    minutes: i32,
    #[diesel(sql_type = Text)]
    join_link: String,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    notes: String,
    #[diesel(sql_type = Bool)]
    is_canceled: bool,
    #[diesel(sql_type = BigInt)]
    later: i64,
}

pub async fn session(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
    session: LiveSessionId,
) -> AppResult<SessionPage> {
    let cohort = require(conn, course, cohort).await?;
    let clock = cohort.clock();
    let row: SessionRow = statement(
        "select s.title, s.starts_at, s.minutes, s.join_link, s.place, s.notes, s.canceled_at is not null as is_canceled,
                (select count(*) from live_sessions l
                 where l.series_id = s.series_id and l.starts_at > s.starts_at and l.canceled_at is null) as later
         from live_sessions s where s.cohort_id = $1 and s.session_id = $2",
    )
    .bind::<Uuid, _>(cohort.cohort_id)
    .bind::<Uuid, _>(session)
    .get_result(conn)
    .await
    .optional()?
    .ok_or_else(no_session)?;
    let lines = lines(conn, &cohort, session, row.starts_at).await?;
    Ok(SessionPage {
        course_title: courses::title(conn, course).await?,
        cohort_id: cohort.cohort_id,
        session_id: session,
        when: span(&clock, row.starts_at, row.minutes),
        is_canceled: row.is_canceled,
        later: row.later,
        lines,
        title: row.title.clone(),
        fields: SessionFields {
            title: row.title,
            starts_at: clock.field(row.starts_at),
            minutes: row.minutes.to_string(),
            weeks: String::new(),
            link: row.join_link,
            place: row.place,
            notes: row.notes,
        },
        cohort_title: cohort.title,
        time_zone: cohort.time_zone,
    })
}

#[derive(QueryableByName)]
struct LineRow {
    #[diesel(sql_type = Uuid)]
    member_id: MemberId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Int4)]
    batch_no: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    joined_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    status: Option<String>,
}

/// Returns the active members, and others who have a mark, by batch and name.
async fn lines(
    conn: &mut Conn,
    cohort: &Cohort,
    session: LiveSessionId,
    starts_at: DateTime<Utc>,
) -> QueryResult<Vec<SheetLine>> {
    let rows: Vec<LineRow> = statement(
        "select m.member_id, coalesce(u.display_name, m.name, m.email) as name, m.batch_no, a.joined_at, a.status
         from cohort_members m
         left join users u on u.user_id = m.user_id
         left join session_attendance a on a.session_id = $2 and a.member_id = m.member_id
         where m.cohort_id = $1 and (m.status = 'active' or a.member_id is not null)
         order by m.batch_no, lower(coalesce(u.display_name, m.name, m.email)), m.member_id limit $3",
    )
    .bind::<Uuid, _>(cohort.cohort_id)
    .bind::<Uuid, _>(session)
    .bind::<BigInt, _>(MOST_LINES)
    .load(conn)
    .await?;
    let clock = cohort.clock();
    let lines = rows.into_iter().map(|row| {
        let stored = row.status.as_deref().and_then(Attendance::parse);
        let suggested = row.joined_at.map(|at| suggested(at, starts_at));
        SheetLine {
            member_id: row.member_id,
            name: row.name,
            batch_no: row.batch_no,
            joined: row.joined_at.map(|at| clock.time(at)),
            stored,
            shown: stored.or(suggested),
        }
    });
    Ok(lines.collect())
}

/// The mark of a member who joined at this time.
fn suggested(joined_at: DateTime<Utc>, starts_at: DateTime<Utc>) -> Attendance {
    match joined_at > starts_at + TimeDelta::minutes(LATE_MINUTES) {
        true => Attendance::Late,
        false => Attendance::Present,
    }
}
