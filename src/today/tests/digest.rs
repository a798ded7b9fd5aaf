//! Tests of the daily mail.

use super::{button, reasons, site_with_exercise};
use crate::platform::jobs;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{
    jobs_are_due, learner, learners_rest, question_waits, take, tutor, work_waits,
};
use crate::today::server::digest::PlanTodayDigests;

const PLANNED: &str =
    "select count(*) from background_jobs where kind = 'today_digest' and status = 'PENDING'";

/// Plans the mails. Returns the mails of all jobs that were due.
async fn plan(site: &TestSite) -> Vec<String> {
    site.test
        .db
        .within(site.test.organization, async |conn| {
            jobs::enqueue(conn, &PlanTodayDigests {}).await
        })
        .await
        .expect("a job");
    site.mails().await
}

/// Sends the mails that are planned.
async fn morning(site: &TestSite) -> Vec<String> {
    jobs_are_due(site, "today_digest").await;
    let mails = site.mails().await;
    mails
        .into_iter()
        .filter(|mail| mail.contains("/today"))
        .collect()
}

async fn choose(browser: &mut Browser<'_>, frequency: &str) {
    let fields = [
        ("mails[today]", frequency),
        ("quiet_from", ""),
        ("quiet_until", ""),
    ];
    browser
        .post("notifications/api/save_notification_choices", &fields)
        .await
        .assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_says_what_the_page_says() {
    let site = site_with_exercise().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let zone = "update users set time_zone = 'Asia/Kolkata' where email = 'meera@example.org'";
    site.test.sql(zone).await;
    let mut asha = learner(&site, "asha@example.org").await;
    learner(&site, "ravi@example.org").await;
    take(&site, &mut asha, "1", false).await.assert_ok();
    take(&site, &mut asha, "1", false).await.assert_ok();
    learners_rest(&site, 9).await;
    work_waits(&site, "asha@example.org", 3).await;
    question_waits(&site, "asha@example.org", "begin", 2).await;
    plan(&site).await;
    let at_seven =
        format!("{PLANNED} and to_char(run_at at time zone 'Asia/Kolkata', 'HH24:MI') = '07:00'");
    assert_eq!(site.test.count(&at_seven).await, 1);
    // Another hour plans nothing else.
    plan(&site).await;
    assert_eq!(site.test.count(PLANNED).await, 1);
    let shown = reasons(&mut meera, "/today").await;
    assert_eq!(shown.len(), 4, "{shown:?}");
    let mails = morning(&site).await;
    assert_eq!(mails.len(), 1, "{mails:#?}");
    let mail = &mails[0];
    assert!(mail.starts_with("To: meera@example.org\n"));
    let told: Vec<&str> = mail
        .lines()
        .filter(|line| shown.iter().any(|reason| reason == line))
        .collect();
    assert_eq!(told, shown, "{mail}");
    assert!(mail.contains("asha · The salary talk · A small course"));
    assert!(mail.contains("/marking/") && mail.contains("/settings/notifications"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mail_comes_without_lines_or_to_those_who_want_none() {
    let site = site_with_exercise().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    learner(&site, "asha@example.org").await;
    plan(&site).await;
    assert_eq!(morning(&site).await.len(), 0, "no lines");

    work_waits(&site, "asha@example.org", 3).await;
    let act = button(&mut meera, "handled").await;
    plan(&site).await;
    let dismissed = meera
        .post("today/api/dismiss_line", &[("act", act.as_str())])
        .await;
    dismissed.assert_ok();
    assert_eq!(morning(&site).await.len(), 0, "all handled");
    site.test.sql("delete from today_dismissals").await;

    // Chosen after the mail was planned, and before.
    plan(&site).await;
    choose(&mut meera, "off").await;
    assert_eq!(morning(&site).await.len(), 0, "off");
    plan(&site).await;
    assert_eq!(site.test.count(PLANNED).await, 0);
    choose(&mut meera, "weekly").await;
    plan(&site).await;
    let monday = format!("{PLANNED} and extract(isodow from run_at) = 1");
    assert_eq!(site.test.count(&monday).await, 1);
    let mails = morning(&site).await;
    assert_eq!(mails.len(), 1);

    // The link of the mail ends them.
    let (_, link) = mails[0].split_once("/stop-mails/").expect("a link");
    let link = link.split_whitespace().next().unwrap();
    let (key, which) = link.split_once('/').unwrap();
    let fields = [("key", key), ("which", which)];
    let stopped = meera.post("notifications/api/stop_mails", &fields).await;
    stopped.assert_ok();
    plan(&site).await;
    assert_eq!(site.test.count(PLANNED).await, 0);
    // Mails at once don't exist for it.
    let fields = [
        ("mails[today]", "at_once"),
        ("quiet_from", ""),
        ("quiet_until", ""),
    ];
    let refused = meera
        .post("notifications/api/save_notification_choices", &fields)
        .await;
    assert_eq!(refused.status.as_u16(), 422);
    // Somebody who teaches no more gets none.
    choose(&mut meera, "daily").await;
    plan(&site).await;
    site.test
        .sql("update course_tutors set is_active = false")
        .await;
    assert_eq!(morning(&site).await.len(), 1, "the one from before");
}
