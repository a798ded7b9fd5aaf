//! Tests of figures: of a course, of a cohort and its members, and of all courses by month.

mod course;
mod months;

use crate::testing::many_accounts;
use crate::testing::site::TestSite;

const INSIGHTS: &str = "/teach/small/insights";

/// Enrolls this many people, who have begun the course.
async fn crowd(site: &TestSite, count: u32) {
    many_accounts(site, count).await;
    site.test
        .sql(
            "insert into enrollments (user_id, course_id, last_opened_at)
             select user_id, course_id, now() from users, courses where username like 'many-%';
             insert into learner_activity_days (user_id, course_id, day, seconds_active, opened, last_at)
             select e.user_id, e.course_id, activity_day(now()) - 7 * n, 600, 2, now() - make_interval(weeks => n)
             from enrollments e, generate_series(0, 2) n on conflict do nothing",
        )
        .await;
}
