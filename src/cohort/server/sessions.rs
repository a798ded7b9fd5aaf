//! Live sessions as members meet them: on the cohort's home, in its calendar, by joining, and in
//! reminders. The join link never reaches a page: members get an address of this site, which works
//! from shortly before the start until some time after the end.

use axum::Router;
use axum::extract::{Extension, Path};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::notices;
use super::store;
use crate::cohort::{HomeSession, SessionState};
use crate::paths::cohort_home_path;
use crate::platform::address;
use crate::platform::auth::{UserRole, sign_in_path};
use crate::platform::db::organizations::Organization;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::http::layers::plain;
use crate::platform::http::uploads::refusal;
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::{CohortId, CourseId, LiveSessionId, MemberId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::mail::reminders::SESSION_SOON;
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// Time before the start from which a session can be joined.
const JOIN_EARLY: TimeDelta = TimeDelta::minutes(15);
/// Time after the planned end in which a session can be joined again, because it may last longer.
const JOIN_LATE: TimeDelta = TimeDelta::minutes(60);
/// Time before the start at which members are reminded.
const REMIND_EARLY: TimeDelta = TimeDelta::hours(1);
/// Sessions that the home shows.
const SHOWN_SESSIONS: usize = 5;

pub fn routes() -> Router<AppState> {
    Router::new().route("/sessions/{session}/join", get(join))
}

fn join_path(session: LiveSessionId) -> String {
    format!("/sessions/{session}/join")
}

/// Whether a session of this start and length can be joined at `now`.
pub fn may_join(starts_at: DateTime<Utc>, minutes: i32, now: DateTime<Utc>) -> bool {
    starts_at - JOIN_EARLY <= now && now < ends_at(starts_at, minutes) + JOIN_LATE
}

fn ends_at(starts_at: DateTime<Utc>, minutes: i32) -> DateTime<Utc> {
    starts_at + TimeDelta::minutes(minutes.into())
}

/// Formats as "Monday, 12 January 2026, 18:00–19:00".
pub fn span(clock: &Clock, starts_at: DateTime<Utc>, minutes: i32) -> String {
    let ends_at = ends_at(starts_at, minutes);
    let weekday = starts_at.with_timezone(&clock.zone).format("%A");
    let (start, end) = (clock.date_time(starts_at), clock.time(ends_at));
    format!("{weekday}, {start}–{end}")
}

#[derive(QueryableByName)]
struct SessionRow {
    #[diesel(sql_type = Uuid)]
    session_id: LiveSessionId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    minutes: i32,
    #[diesel(sql_type = Bool)]
    has_link: bool,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    notes_html: String,
    #[diesel(sql_type = Bool)]
    is_canceled: bool,
}

async fn rows(
    conn: &mut Conn,
    cohort: CohortId,
    ends_after: Option<DateTime<Utc>>,
    most: i64,
) -> QueryResult<Vec<SessionRow>> {
    statement(
        "select session_id, title, starts_at, minutes, join_link <> '' as has_link, place, notes_html,
                canceled_at is not null as is_canceled
         from live_sessions
         where cohort_id = $1 and ($2 is null or starts_at + make_interval(mins => minutes) > $2)
         order by starts_at, session_id limit $3",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Nullable<Timestamptz>, _>(ends_after)
    .bind::<BigInt, _>(most)
    .load(conn)
    .await
}

/// Returns the sessions that have not ended or that can still be joined, for the home.
pub async fn coming(
    conn: &mut Conn,
    cohort: CohortId,
    clock: &Clock,
) -> QueryResult<Vec<HomeSession>> {
    let since = clock.now - JOIN_LATE;
    let rows = rows(conn, cohort, Some(since), 2 * SHOWN_SESSIONS as i64).await?;
    let is_shown = |row: &SessionRow| {
        ends_at(row.starts_at, row.minutes) > clock.now || row.has_link && !row.is_canceled
    };
    let shown = rows.into_iter().filter(is_shown);
    let sessions = shown.take(SHOWN_SESSIONS).map(|row| HomeSession {
        when: (
            span(clock, row.starts_at, row.minutes),
            row.starts_at.to_rfc3339(),
        ),
        state: match (row.is_canceled, row.has_link) {
            (true, _) => SessionState::Canceled,
            (false, true) if may_join(row.starts_at, row.minutes, clock.now) => {
                SessionState::Open(join_path(row.session_id))
            }
            (false, has_link) => SessionState::Coming { has_link },
        },
        title: row.title,
        place: row.place,
        notes: Html(row.notes_html),
    });
    Ok(sessions.collect())
}

/// A session in the cohort's calendar.
pub struct CalendarSession {
    pub session_id: LiveSessionId,
    pub title: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub place: String,
    pub is_canceled: bool,
}

/// Returns the sessions of a cohort that end after `since`, for its calendar. Without `since` all.
pub async fn calendar(
    conn: &mut Conn,
    cohort: CohortId,
    since: Option<DateTime<Utc>>,
) -> QueryResult<Vec<CalendarSession>> {
    let rows = rows(conn, cohort, since, 1_000).await?;
    let sessions = rows.into_iter().map(|row| CalendarSession {
        session_id: row.session_id,
        title: row.title,
        starts_at: row.starts_at,
        ends_at: ends_at(row.starts_at, row.minutes),
        place: row.place,
        is_canceled: row.is_canceled,
    });
    Ok(sessions.collect())
}

#[derive(QueryableByName)]
struct JoinRow {
    #[diesel(sql_type = Uuid)]
    cohort_id: CohortId,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    join_link: String,
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    minutes: i32,
    #[diesel(sql_type = Bool)]
    is_canceled: bool,
    /// None for a tutor or an admin.
    #[diesel(sql_type = Nullable<Uuid>)]
    member_id: Option<MemberId>,
}

/// Leads an active member to the session and records that they joined before its end. Tutors of the
/// course and admins are only led there.
async fn join(Extension(cx): Extension<Cx>, Path(session): Path<String>) -> Response {
    let missing = || {
        plain(
            StatusCode::NOT_FOUND,
            "There is no live session at this address.",
        )
    };
    let Some(session) = session.parse().ok().map(LiveSessionId) else {
        return missing();
    };
    let Some(viewer) = cx.viewer.clone() else {
        return Redirect::to(&sign_in_path(&join_path(session))).into_response();
    };
    let (user, is_admin) = (viewer.user_id, viewer.role == UserRole::Admin);
    let found = cx
        .within(async move |conn| Ok(lead(conn, user, is_admin, session).await?))
        .await;
    match found {
        Ok(Some(target)) => {
            ([(header::CACHE_CONTROL, "no-store")], Redirect::to(&target)).into_response()
        }
        Ok(None) => missing(),
        Err(error) => refusal(&error),
    }
}

/// Returns the address to go to: the session's, or that of the home at other times. None if the
/// person may not know the session.
async fn lead(
    conn: &mut Conn,
    user: UserId,
    is_admin: bool,
    session: LiveSessionId,
) -> QueryResult<Option<String>> {
    let row: Option<JoinRow> = statement(
        "select s.cohort_id, k.slug, s.join_link, s.starts_at, s.minutes, s.canceled_at is not null as is_canceled,
                m.member_id
         from live_sessions s
         join cohorts c on c.cohort_id = s.cohort_id
         join courses k on k.course_id = c.course_id
         left join cohort_members m on m.cohort_id = s.cohort_id and m.user_id = $2 and m.status = 'active' and c.is_active
         where s.session_id = $1
           and (m.member_id is not null or $3
                or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                           where ct.course_id = c.course_id and ct.is_active and t.user_id = $2))",
    )
    .bind::<Uuid, _>(session)
    .bind::<Uuid, _>(user)
    .bind::<Bool, _>(is_admin)
    .get_result(conn)
    .await
    .optional()?;
    let Some(row) = row else { return Ok(None) };
    let now = Utc::now();
    if row.is_canceled || row.join_link.is_empty() || !may_join(row.starts_at, row.minutes, now) {
        // Tutors name the cohort whose home they look at.
        let cohort = match row.member_id {
            Some(_) => String::new(),
            None => row.cohort_id.to_string(),
        };
        let home = cohort_home_path(&row.slug);
        let query = [("cohort", cohort.as_str()), ("done", "not-open")];
        return Ok(Some(address::with_query(&home, &query)));
    }
    // A first visit after the end is no attendance.
    let is_on = now < ends_at(row.starts_at, row.minutes);
    if let Some(member) = row.member_id.filter(|_| is_on) {
        statement(
            "insert into session_attendance (session_id, member_id, joined_at) values ($1, $2, $3)
             on conflict (session_id, member_id) do update
             set joined_at = coalesce(session_attendance.joined_at, excluded.joined_at)",
        )
        .bind::<Uuid, _>(session)
        .bind::<Uuid, _>(member)
        .bind::<Timestamptz, _>(now)
        .execute(conn)
        .await?;
    }
    Ok(Some(row.join_link))
}

/// Reminds the members of a session, if it still starts at this time.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemindOfSession {
    pub session: LiveSessionId,
    pub starts_at: DateTime<Utc>,
}

impl Job for RemindOfSession {
    const KIND: &'static str = "remind_of_session";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let organization = cx.organization.clone();
        cx.within(async move |conn| remind(conn, &organization, self.session, self.starts_at).await)
            .await
    }
}

/// Queues the reminders of sessions that have not started.
pub async fn remind_before(
    conn: &mut Conn,
    sessions: &[(LiveSessionId, DateTime<Utc>)],
) -> AppResult<()> {
    let now = Utc::now();
    let coming = sessions.iter().filter(|(_, starts_at)| *starts_at > now);
    let jobs = coming.map(|&(session, starts_at)| {
        let name = format!("session-{session}-{}", starts_at.timestamp());
        let at = (starts_at - REMIND_EARLY).max(now);
        (RemindOfSession { session, starts_at }, name, at)
    });
    jobs::enqueue_all_once(conn, jobs.collect()).await
}

#[derive(QueryableByName)]
struct RemindedRow {
    #[diesel(sql_type = Uuid)]
    cohort_id: CohortId,
    #[diesel(sql_type = Uuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Int4)]
    minutes: i32,
    #[diesel(sql_type = Bool)]
    has_link: bool,
}

async fn remind(
    conn: &mut Conn,
    organization: &Organization,
    session: LiveSessionId,
    starts_at: DateTime<Utc>,
) -> AppResult<()> {
    // Marks the session, so that each time of it is told once.
    let row: Option<RemindedRow> = statement(
        "update live_sessions s set reminded_for = s.starts_at
         from cohorts c
         where s.session_id = $1 and s.starts_at = $2 and s.starts_at > now() and s.canceled_at is null
           and s.reminded_for is distinct from s.starts_at and c.cohort_id = s.cohort_id
         returning s.cohort_id, c.course_id, s.title, s.minutes, s.join_link <> '' as has_link",
    )
    .bind::<Uuid, _>(session)
    .bind::<Timestamptz, _>(starts_at)
    .get_result(conn)
    .await
    .optional()?;
    let Some(row) = row else { return Ok(()) };
    let Some(cohort) = store::cohort(conn, row.course_id, row.cohort_id).await? else {
        return Ok(());
    };
    let when = span(&cohort.clock(), starts_at, row.minutes);
    let how = match row.has_link {
        true => " The cohort’s home leads there from 15 minutes before the start.",
        false => "",
    };
    let when = format!("{when} ({})", cohort.time_zone);
    let values = [
        ("session", row.title.as_str()),
        ("when", &when),
        ("how", how),
        ("school", &organization.name),
    ];
    let words = SESSION_SOON.write(&organization.site.settings.mail_texts, &values);
    let texts = (words.subject.as_str(), words.text.as_str());
    notices::of_session(conn, &cohort, session, texts, None).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_joined_from_a_quarter_of_an_hour_before_until_an_hour_after() {
        let at = |minutes: i64| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let joins = |now| may_join(at(60), 30, at(now));
        assert_eq!(
            [44, 45, 60, 149, 150].map(joins),
            [false, true, true, true, false]
        );
    }

    #[test]
    fn a_session_is_told_with_its_weekday_in_the_readers_zone() {
        let clock = Clock {
            zone: chrono_tz::Asia::Kolkata,
            now: DateTime::UNIX_EPOCH,
        };
        let starts = "2026-03-10T20:00:00Z".parse().unwrap();
        let said = "Wednesday, 11 March 2026, 01:30–02:30";
        assert_eq!(span(&clock, starts, 60), said);
    }
}
