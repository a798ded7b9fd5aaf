//! The report of the last week, which admins can have by mail on Mondays.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use crate::activity::minutes_text;
use crate::paths::{SCHOOL_INSIGHTS, insights_path};
use crate::platform::auth::UserRole;
use crate::platform::db::schema::users;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::jobs::{self, Job, JobContext, retries};
use crate::platform::names;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::digest as mornings;
use crate::platform::time::Clock;

/// Courses that the mail lists.
const COURSES: i64 = 10;

/// Queues the next report of each admin who wants it. Runs once an hour.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlanSchoolReports {}

impl Job for PlanSchoolReports {
    const KIND: &'static str = "plan_school_reports";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            // Queued first, so that a failure ends nothing.
            jobs::enqueue_next_hour(conn, &self).await
        })
        .await?;
        cx.within(async |conn| plan(conn).await).await
    }
}

async fn plan(conn: &mut Conn) -> AppResult<()> {
    let admins: Vec<UserId> = users::table
        .filter(users::role.eq(UserRole::Admin))
        .filter(users::is_active)
        .filter(users::deleted_at.is_null())
        .select(users::user_id)
        .load(conn)
        .await?;
    let kind = NotificationKind::Report;
    mornings::queue(conn, &admins, kind, |user| SchoolReport { user }).await
}

/// Mails the report to an admin.
#[derive(Debug, Serialize, Deserialize)]
pub struct SchoolReport {
    pub user: UserId,
}

impl Job for SchoolReport {
    const KIND: &'static str = "school_report";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let user = self.user;
        let context = cx.clone();
        cx.within(async move |conn| {
            let of_site = Clock::of_organization(&context.organization);
            let reader = mornings::reader(conn, user, NotificationKind::Report, of_site).await?;
            let Some(reader) = reader.filter(|reader| reader.account.role == UserRole::Admin)
            else {
                return Ok(());
            };
            let now = reader.clock.now;
            let (school, courses) = (school(conn, now).await?, courses(conn, now).await?);
            let name = &reader.account.display_name;
            let text = text(name, &school, &courses, |path| context.link(path));
            let subject = format!("The last week on {}", context.organization.name);
            mornings::send(&context, conn, &reader, (subject, text)).await
        })
        .await
    }
}

/// Sums of the last seven days and of the seven days before.
#[derive(Debug, Clone, QueryableByName)]
struct SchoolWeek {
    #[diesel(sql_type = BigInt)]
    enrolled: i64,
    #[diesel(sql_type = BigInt)]
    enrolled_before: i64,
    #[diesel(sql_type = BigInt)]
    completed: i64,
    #[diesel(sql_type = BigInt)]
    completed_before: i64,
    #[diesel(sql_type = BigInt)]
    active: i64,
    #[diesel(sql_type = BigInt)]
    active_before: i64,
    /// Questions that wait for a tutor now.
    #[diesel(sql_type = BigInt)]
    waiting: i64,
}

async fn school(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<SchoolWeek> {
    statement(
        "select (select count(*) from enrollments where enrolled_at > $1 - interval '7 days') as enrolled,
                (select count(*) from enrollments
                 where enrolled_at > $1 - interval '14 days' and enrolled_at <= $1 - interval '7 days') as enrolled_before,
                (select count(*) from enrollments where completed_at > $1 - interval '7 days') as completed,
                (select count(*) from enrollments
                 where completed_at > $1 - interval '14 days' and completed_at <= $1 - interval '7 days') as completed_before,
                (select count(distinct user_id) from learner_activity_days
                 where last_at is not null and day > activity_day($1) - 7) as active,
                (select count(distinct user_id) from learner_activity_days
                 where last_at is not null and day > activity_day($1) - 14 and day <= activity_day($1) - 7) as active_before,
                (select count(*) from tutor_requests where done_at is null) as waiting",
    )
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .await
}

/// A course with its sums of the last seven days.
#[derive(Debug, Clone, QueryableByName)]
struct CourseWeek {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = BigInt)]
    active: i64,
    #[diesel(sql_type = BigInt)]
    minutes: i64,
    #[diesel(sql_type = BigInt)]
    enrolled: i64,
}

/// Returns the courses with most active learners.
async fn courses(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<Vec<CourseWeek>> {
    statement(
        "select c.slug, c.title, count(distinct d.user_id) as active, (sum(d.seconds_active) / 60)::bigint as minutes,
                (select count(*) from enrollments e
                 where e.course_id = c.course_id and e.enrolled_at > $1 - interval '7 days') as enrolled
         from learner_activity_days d join courses c on c.course_id = d.course_id
         where d.last_at is not null and d.day > activity_day($1) - 7
         group by c.course_id
         order by active desc, lower(c.title), c.course_id
         limit $2",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(COURSES)
    .load(conn)
    .await
}

fn text(
    name: &str,
    school: &SchoolWeek,
    courses: &[CourseWeek],
    link: impl Fn(&str) -> String,
) -> String {
    let line =
        |what: &str, now: i64, before: i64| format!("{what}: {now} (the week before: {before})");
    let mut text = format!(
        "Hello {name},\n\n{}\n{}\n{}\nQuestions that wait for a tutor: {}",
        line("Active learners", school.active, school.active_before),
        line("Enrollments", school.enrolled, school.enrolled_before),
        line(
            "Completed courses",
            school.completed,
            school.completed_before
        ),
        school.waiting,
    );
    for course in courses {
        // Titles carry no link into the mail.
        let title = match names::has_link(&course.title) {
            true => &course.slug,
            false => &course.title,
        };
        let learners = match course.active {
            1 => "1 active learner".to_owned(),
            many => format!("{many} active learners"),
        };
        text.push_str(&format!(
            "\n\n{title}\n{learners}, {} in all, {} enrolled\n{}",
            minutes_text(course.minutes),
            course.enrolled,
            link(&insights_path(&course.slug)),
        ));
    }
    text.push_str(&format!(
        "\n\nAll figures by month: {}",
        link(SCHOOL_INSIGHTS)
    ));
    text
}
