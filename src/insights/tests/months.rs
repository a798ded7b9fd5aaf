//! Tests of the sums by month.

use super::crowd;
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
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

#[tokio::test(flavor = "multi_thread")]
async fn admins_who_want_it_get_a_report_once_a_week() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut admin = site.signed_in("office@example.org", UserRole::Admin).await;
    site.signed_in("other@example.org", UserRole::Admin).await;
    let mut asha = learner(&site, "asha@example.org").await;
    crowd(&site, 2).await;
    question_waits(&site, "asha@example.org", "begin", 1).await;
    let choices = "/settings/notifications";
    assert!(admin.get(choices).await.body.contains("mails[report]"));
    assert!(!asha.get(choices).await.body.contains("mails[report]"));
    let weekly = [
        ("mails[report]", "weekly"),
        ("quiet_from", ""),
        ("quiet_until", ""),
    ];
    let save = "notifications/api/save_notification_choices";
    admin.post(save, &weekly).await.assert_ok();
    let queue = "insert into background_jobs (organization_id, kind, payload, run_at, max_attempts)
        select organization_id, 'plan_school_reports', '{}', now(), 3 from organizations limit 1";
    for _ in 0..2 {
        site.test.sql(queue).await;
        site.mails().await;
    }
    jobs_are_due(&site, "school_report").await;
    let mut reports = site.mails().await;
    reports.retain(|mail| mail.contains("All figures by month"));
    let [report] = reports.as_slice() else {
        panic!("one report: {reports:?}");
    };
    for words in [
        "To: office@example.org",
        "Active learners: 2 (the week before: 3)",
        "Enrollments: 3 (the week before: 0)",
        "Questions that wait for a tutor: 1",
        "A small course\n2 active learners, 20 min in all, 3 enrolled",
        "/teach/small/insights",
        "/stop-mails/",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
}
