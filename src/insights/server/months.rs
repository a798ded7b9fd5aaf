//! Sums by month and course. A job makes those of the present and the last month again and again.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Int4, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use crate::activity::server::store::day_of;
use crate::platform::db::schema::course_months;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::jobs::{self, Job, JobContext};

/// Months that are summed when there are no sums yet.
pub const MONTHS: u32 = 12;

/// Sums the present month and the one before, or the last twelve if none is summed. Runs once an
/// hour.
#[derive(Debug, Serialize, Deserialize)]
pub struct SumMonths {}

impl Job for SumMonths {
    const KIND: &'static str = "sum_months";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            // Queued first, so that a failure ends nothing.
            jobs::enqueue_next_hour(conn, &self).await
        })
        .await?;
        cx.within(async |conn| Ok(sum(conn, Utc::now()).await?))
            .await
    }
}

/// The first day of a day's month.
pub fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// Returns the month so many months before.
pub fn month_before(month: NaiveDate, months: u32) -> NaiveDate {
    month
        .checked_sub_months(Months::new(months))
        .unwrap_or(month)
}

async fn sum(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<()> {
    let this = first_of_month(day_of(conn, now).await?);
    let none: i64 = course_months::table.count().get_result(conn).await?;
    let months = if none == 0 { MONTHS } else { 2 };
    for before in 0..months {
        sum_month(conn, month_before(this, before)).await?;
    }
    Ok(())
}

/// Sums a month. Courses in which nothing happened get no row.
async fn sum_month(conn: &mut Conn, month: NaiveDate) -> QueryResult<()> {
    statement(
        "with zone as (
             select coalesce((select o.time_zone from organizations o
                              where o.organization_id = nullif(current_setting('app.organization_id', true), '')::uuid),
                             'UTC') as name
         ), span as (
             select $1::timestamp at time zone z.name as begins,
                    ($1::timestamp + interval '1 month') at time zone z.name as ends
             from zone z
         ), enrolled as (
             select e.course_id, count(*) as n from enrollments e, span s
             where e.enrolled_at >= s.begins and e.enrolled_at < s.ends group by 1
         ), completed as (
             select e.course_id, count(*) as n from enrollments e, span s
             where e.completed_at >= s.begins and e.completed_at < s.ends group by 1
         ), days as (
             select d.course_id, count(distinct d.user_id) filter (where d.last_at is not null) as active,
                    sum(d.seconds_active) as seconds, sum(d.quizzes_passed) as passed, sum(d.quizzes_failed) as failed,
                    sum(d.asked) as asked
             from learner_activity_days d
             where d.day >= $1 and d.day < ($1::timestamp + interval '1 month')::date group by 1
         ), handed as (
             select c.course_id, count(*) as n, count(r.done_at) as handled,
                    (percentile_disc(0.5) within group (order by extract(epoch from r.done_at - r.asked_at))
                     filter (where r.done_at is not null))::bigint as median
             from tutor_requests r
             join cp_rag_chat_sessions c on c.session_id = r.session_id, span s
             where r.asked_at >= s.begins and r.asked_at < s.ends group by 1
         ), model as (
             select u.course_id, count(*) as n, sum(u.cost_micro)::bigint as cost
             from ai_usage u, span s
             where u.created_at >= s.begins and u.created_at < s.ends and u.course_id is not null group by 1
         )
         insert into course_months as m (course_id, month, enrolled, completed, active, seconds_active, quizzes_passed,
                                         quizzes_failed, asked, handed, handled, median_reply_seconds, model_requests, cost_micro)
         select c.course_id, $1, coalesce(e.n, 0), coalesce(f.n, 0), coalesce(d.active, 0), coalesce(d.seconds, 0),
                coalesce(d.passed, 0), coalesce(d.failed, 0), coalesce(d.asked, 0), coalesce(h.n, 0),
                coalesce(h.handled, 0), h.median, coalesce(a.n, 0), a.cost
         from courses c
         left join enrolled e on e.course_id = c.course_id
         left join completed f on f.course_id = c.course_id
         left join days d on d.course_id = c.course_id
         left join handed h on h.course_id = c.course_id
         left join model a on a.course_id = c.course_id
         where coalesce(e.n, 0) + coalesce(f.n, 0) + coalesce(d.active, 0) + coalesce(h.n, 0) + coalesce(a.n, 0) > 0
         on conflict (course_id, month) do update set
             enrolled = excluded.enrolled, completed = excluded.completed, active = excluded.active,
             seconds_active = excluded.seconds_active, quizzes_passed = excluded.quizzes_passed,
             quizzes_failed = excluded.quizzes_failed, asked = excluded.asked, handed = excluded.handed,
             handled = excluded.handled, median_reply_seconds = excluded.median_reply_seconds,
             model_requests = excluded.model_requests, cost_micro = excluded.cost_micro, summed_at = now()",
    )
    .bind::<Date, _>(month)
    .execute(conn)
    .await
    .map(drop)
}

/// The sums of a course in a month.
#[derive(Debug, Clone, QueryableByName)]
pub struct CourseMonthRow {
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Int4)]
    pub enrolled: i32,
    #[diesel(sql_type = Int4)]
    pub completed: i32,
    #[diesel(sql_type = Int4)]
    pub active: i32,
    #[diesel(sql_type = BigInt)]
    pub seconds_active: i64,
    #[diesel(sql_type = Int4)]
    pub quizzes_passed: i32,
    #[diesel(sql_type = Int4)]
    pub quizzes_failed: i32,
    #[diesel(sql_type = Int4)]
    pub asked: i32,
    #[diesel(sql_type = Int4)]
    pub handed: i32,
    #[diesel(sql_type = Int4)]
    pub handled: i32,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub median_reply_seconds: Option<i64>,
    #[diesel(sql_type = Int4)]
    pub model_requests: i32,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub cost_micro: Option<i64>,
    #[diesel(sql_type = Timestamptz)]
    pub summed_at: DateTime<Utc>,
}

/// Returns the courses of a month, those with most active learners first.
pub async fn courses_of(conn: &mut Conn, month: NaiveDate) -> QueryResult<Vec<CourseMonthRow>> {
    statement(
        "select c.slug, c.title, c.language, m.enrolled, m.completed, m.active, m.seconds_active, m.quizzes_passed,
                m.quizzes_failed, m.asked, m.handed, m.handled, m.median_reply_seconds, m.model_requests, m.cost_micro,
                m.summed_at
         from course_months m join courses c on c.course_id = m.course_id
         where m.month = $1
         order by m.active desc, m.enrolled desc, lower(c.title), c.course_id",
    )
    .bind::<Date, _>(month)
    .load(conn)
    .await
}

/// The sums of all courses in a month. A learner of two courses is counted in both.
#[derive(Debug, Clone, QueryableByName)]
pub struct SchoolMonthRow {
    #[diesel(sql_type = Date)]
    pub month: NaiveDate,
    #[diesel(sql_type = BigInt)]
    pub enrolled: i64,
    #[diesel(sql_type = BigInt)]
    pub completed: i64,
    #[diesel(sql_type = BigInt)]
    pub active: i64,
    #[diesel(sql_type = BigInt)]
    pub seconds_active: i64,
}

/// Returns the last twelve months up to `last`, oldest first, those without sums too.
pub async fn months_until(conn: &mut Conn, last: NaiveDate) -> QueryResult<Vec<SchoolMonthRow>> {
    statement(
        "select x.month, coalesce(sum(m.enrolled), 0)::bigint as enrolled, coalesce(sum(m.completed), 0)::bigint as completed,
                coalesce(sum(m.active), 0)::bigint as active, coalesce(sum(m.seconds_active), 0)::bigint as seconds_active
         from (select ($1::timestamp - make_interval(months => n))::date as month from generate_series(0, $2 - 1) n) x
         left join course_months m on m.month = x.month
         group by x.month order by x.month",
    )
    .bind::<Date, _>(last)
    .bind::<Int4, _>(i32::try_from(MONTHS).unwrap_or(12))
    .load(conn)
    .await
}
