//! Queries of the page Today. Each takes the tutor, and finds only facts of courses that they
//! teach.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::facts;
use crate::platform::auth::UserRole;
use crate::platform::db::schema::{course_tutors, courses, today_dismissals, tutors};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::UserId;
use crate::today::{DismissedLine, TodayKind, TodayQuery};

/// A person who teaches. Admins see all courses.
#[derive(Debug, Clone, Copy)]
pub struct TodayTutor {
    pub user: UserId,
    sees_all: bool,
}

impl TodayTutor {
    pub fn new(user: UserId, role: UserRole) -> Self {
        Self {
            user,
            sees_all: role == UserRole::Admin,
        }
    }
}

/// The facts behind a line. The query of each kind says what the numbers, the text and the ids are.
#[derive(Debug, Clone, Deserialize)]
pub struct TodayFact {
    pub kind: TodayKind,
    pub subject: String,
    pub fingerprint: String,
    pub since: DateTime<Utc>,
    pub number: i64,
    pub other: i64,
    pub about: String,
    pub id: Option<Uuid>,
    pub above: Option<Uuid>,
    pub slug: String,
    pub title: String,
    pub language: String,
    /// Name and user name of the person, if they have an account.
    pub name: Option<String>,
    pub username: Option<String>,
    /// Topics that a silent learner has done, in percent.
    pub percent: Option<i64>,
}

/// Number of lines of one kind in one course.
#[derive(Debug, Clone, Deserialize)]
pub struct TodayCount {
    pub kind: TodayKind,
    pub slug: String,
    pub title: String,
    pub language: String,
    pub lines: i64,
}

#[derive(QueryableByName)]
struct TodayFactsRow {
    #[diesel(sql_type = Jsonb)]
    lines: Value,
    #[diesel(sql_type = Jsonb)]
    counts: Value,
}

/// The common table expression `listed`: all facts except those that the tutor has dismissed.
fn listed() -> String {
    let ranks: String = TodayKind::ALL
        .iter()
        .zip(1..)
        .map(|(kind, rank)| format!(" when '{}' then {rank}", kind.name()))
        .collect();
    format!(
        "with {}, listed as materialized (
             select f.*, u.display_name as name, u.username, case f.kind{ranks} end as rank
             from ({}) f
             left join users u on u.user_id = f.user_id
             where f.user_id is distinct from $1
               and (f.kind = 'unanswered' or coalesce(u.is_active and u.deleted_at is null, true))
               and not exists (select from today_dismissals d
                               where d.user_id = $1 and d.kind = f.kind and d.subject = f.subject
                                 and d.fingerprint = f.fingerprint and (d.until is null or d.until > $3))
         )",
        facts::common(),
        facts::of_all_kinds()
    )
}

/// Returns the most urgent facts with the filters of the query, and the numbers of all facts by
/// kind and course. Those who wait for a tutor come first, the longest wait first. Among learners
/// who are stuck or silent, those are first whom the tutor can reach most easily: the latest ones.
pub async fn facts(
    conn: &mut Conn,
    tutor: TodayTutor,
    query: &TodayQuery,
    now: DateTime<Utc>,
) -> AppResult<(Vec<TodayFact>, Vec<TodayCount>)> {
    let row: TodayFactsRow = statement(format!(
        "{}, shown as (
             select f.*, c.slug, c.title, c.language,
                    row_number() over (order by f.rank, case when f.kind in ('stuck', 'silent') then f.since end desc,
                                                f.since, f.subject) as place
             from listed f join taught c on c.course_id = f.course_id
             where ($4 = '' or f.kind = $4) and ($5 = '' or c.slug = $5)
             order by place limit $6
         ), told as (
             select s.*, done.percent
             from shown s
             left join lateral (
                 select 100 * count(p.progress_id) / nullif(count(*), 0) as percent
                 from topics t
                 left join topic_progress p on p.topic_id = t.topic_id and p.user_id = s.user_id and p.is_completed
                 where s.kind = 'silent' and t.course_id = s.course_id and t.retired_at is null
             ) done on true
         ), counted as (
             select f.kind, c.slug, c.title, c.language, count(*) as lines
             from listed f join taught c on c.course_id = f.course_id
             group by f.kind, c.slug, c.title, c.language
         )
         select coalesce((select jsonb_agg(to_jsonb(t) order by t.place) from told t), '[]') as lines,
                coalesce((select jsonb_agg(to_jsonb(n)) from counted n), '[]') as counts",
        listed()
    ))
    .bind::<SqlUuid, _>(tutor.user)
    .bind::<Bool, _>(tutor.sees_all)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(query.kind.map(TodayKind::name).unwrap_or_default())
    .bind::<Text, _>(&query.course)
    .bind::<BigInt, _>(i64::from(query.shown()))
    .get_result(conn)
    .await?;
    let broken = |error: serde_json::Error| AppError::internal(&error);
    let lines = serde_json::from_value(row.lines).map_err(broken)?;
    let counts = serde_json::from_value(row.counts).map_err(broken)?;
    Ok((lines, counts))
}

#[derive(QueryableByName)]
struct TodayTotalRow {
    #[diesel(sql_type = BigInt)]
    lines: i64,
}

/// Returns the number of lines.
pub async fn count(conn: &mut Conn, tutor: TodayTutor, now: DateTime<Utc>) -> QueryResult<i64> {
    let row: TodayTotalRow =
        statement(format!("{} select count(*) as lines from listed", listed()))
            .bind::<SqlUuid, _>(tutor.user)
            .bind::<Bool, _>(tutor.sees_all)
            .bind::<Timestamptz, _>(now)
            .get_result(conn)
            .await?;
    Ok(row.lines)
}

/// Dismisses a line until the time, or until its facts change if there is none. False if the tutor
/// has no such line, or if its facts are others.
pub async fn dismiss(
    conn: &mut Conn,
    tutor: TodayTutor,
    line: &DismissedLine,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let dismissed = statement(format!(
        "with {}, fact as ({})
         insert into today_dismissals (user_id, kind, subject, fingerprint, until)
         select $1, f.kind, f.subject, f.fingerprint, $6 from fact f where f.subject = $4 and f.fingerprint = $5
         on conflict (user_id, kind, subject) do update
         set fingerprint = excluded.fingerprint, until = excluded.until, created_at = now()",
        facts::common(),
        facts::of_kind(line.kind)
    ))
    .bind::<SqlUuid, _>(tutor.user)
    .bind::<Bool, _>(tutor.sees_all)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(&line.subject)
    .bind::<Text, _>(&line.fingerprint)
    .bind::<Nullable<Timestamptz>, _>(until)
    .execute(conn)
    .await?;
    Ok(dismissed > 0)
}

/// Shows a dismissed line again.
pub async fn restore(
    conn: &mut Conn,
    user: UserId,
    kind: TodayKind,
    subject: &str,
) -> QueryResult<()> {
    diesel::delete(today_dismissals::table.find((user, kind.name(), subject)))
        .execute(conn)
        .await
        .map(drop)
}

/// Returns the line that the tutor dismissed last, if it was after the time: kind, subject, and the
/// end of the snooze.
pub async fn dismissed_last(
    conn: &mut Conn,
    user: UserId,
    after: DateTime<Utc>,
) -> QueryResult<Option<(String, String, Option<DateTime<Utc>>)>> {
    today_dismissals::table
        .filter(today_dismissals::user_id.eq(user))
        .filter(today_dismissals::created_at.gt(after))
        .order(today_dismissals::created_at.desc())
        .select((
            today_dismissals::kind,
            today_dismissals::subject,
            today_dismissals::until,
        ))
        .first(conn)
        .await
        .optional()
}

/// Returns everybody who teaches a course now.
pub async fn tutors(conn: &mut Conn) -> QueryResult<Vec<UserId>> {
    teaching()
        .select(tutors::user_id)
        .distinct()
        .load(conn)
        .await
}

/// Whether the person teaches a course now.
pub async fn teaches(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    let own = teaching().filter(tutors::user_id.eq(user));
    diesel::select(exists(own)).get_result(conn).await
}

#[diesel::dsl::auto_type]
fn teaching() -> _ {
    course_tutors::table
        .inner_join(tutors::table)
        .inner_join(courses::table)
        .filter(course_tutors::is_active)
        .filter(courses::retired_at.is_null())
}
