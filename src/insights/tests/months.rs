//! Tests of the sums by month.

use super::crowd;
use crate::platform::auth::UserRole;
use crate::platform::http::testing::TestSite;
use crate::testing::{jobs_are_due, learner, pelican_course, question_waits};

const SCHOOL: &str = "/admin/insights";

/// Runs the job that sums the months.
async fn sum(site: &TestSite) {
    jobs_are_due(site, "sum_months").await;
    site.mails().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_see_the_courses_of_a_month() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut admin = site.signed_in("office@example.org", UserRole::Admin).await;
    let page = admin.get(SCHOOL).await;
    page.assert_ok();
    assert!(page.body.contains("Nothing happened in this month"));
    let queue = "insert into background_jobs (organization_id, kind, payload, run_at, max_attempts)
        select organization_id, 'sum_months', '{}', now(), 3 from organizations limit 1";
    site.test.sql(queue).await;
    learner(&site, "asha@example.org").await;
    crowd(&site, 3).await;
    site.test
        .sql("update learner_activity_days set day = activity_day(now()), last_at = now() where day = activity_day(now())")
        .await;
    question_waits(&site, "asha@example.org", "begin", 0).await;
    sum(&site).await;
    let page = admin.get(SCHOOL).await;
    page.assert_ok();
    assert!(
        page.body.contains("A small course") && page.body.contains("0 of 1 done"),
        "{}",
        page.body
    );
    let file = admin.get("/admin/insights.csv").await;
    file.assert_ok();
    let line = file.body.lines().nth(1).unwrap();
    assert!(
        line.starts_with("\"A small course\",\"small\",\"4\",\"0\",\"4\""),
        "{line}"
    );

    // Sums follow what happens, and there is one row for each course and month.
    let rows = site.test.count("select count(*) from course_months").await;
    learner(&site, "zoe@example.org").await;
    sum(&site).await;
    assert_eq!(
        site.test.count("select count(*) from course_months").await,
        rows
    );
    let enrolled = "select max(enrolled) from course_months";
    assert_eq!(site.test.count(enrolled).await, 5);

    // A month to come is the present one, and an old one has nothing.
    assert!(
        admin
            .get(&format!("{SCHOOL}?month=2999-01"))
            .await
            .body
            .contains("A small course")
    );
    let old = admin.get(&format!("{SCHOOL}?month=2001-02")).await.body;
    assert!(old.contains("February 2001") && old.contains("Nothing happened"));
    for email in ["zoe@example.org", "asha@example.org"] {
        let mut person = site.sign_in(email).await;
        assert_eq!(person.get(SCHOOL).await.status.as_u16(), 403);
        assert_eq!(person.get("/admin/insights.csv").await.status.as_u16(), 403);
    }
}
