//! Tests of messages of tutors: to whom they go, once, and what is kept.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{CohortBuilder, CourseBuilder, tutor};

const HOME: &str = "/learn/small/cohort";
const SEND: &str = "messages/api/send_message";

/// A cohort with asha and bo in batch 1, cy, paused and without an account, in batch 2, the tutor,
/// and one who was removed.
async fn site() -> (TestSite, String) {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").title("A small course");
    course.module("M").topic("t").import(&site).await;
    for name in ["asha", "bo", "dee"] {
        let email = format!("{name}@example.org");
        site.account(&email, UserRole::Learner).await;
    }
    tutor(&site, "meera@example.org").await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort
        .member("bo@example.org")
        .member_of("cy@example.org", 2)
        .member("dee@example.org")
        .member("meera@example.org");
    let cohort = cohort.make(&site).await;
    site.test
        .sql(
            "update cohort_members set status = 'removed' where email like 'dee%';
             update cohort_members set status = 'paused' where email like 'cy%'",
        )
        .await;
    (site, cohort)
}

async fn send(
    meera: &mut Browser<'_>,
    cohort: &str,
    key: u32,
    fields: &[(&str, &str)],
) -> TestAnswer {
    let key = format!("11111111-1111-4111-8111-{key:012}");
    let own = [
        ("course", "small"),
        ("cohort", cohort),
        ("key", key.as_str()),
        ("title", "Your project"),
        ("text", "Come & see me.\r\nToday."),
    ];
    meera.post(SEND, &[&own[..], fields].concat()).await
}

const TOLD: &str = "select coalesce(string_agg(split_part(email, '@', 1), ' ' order by email), '')
    from notifications join users using (user_id) where kind = 'message'";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_a_list_is_confirmed_and_reaches_each_member_once() {
    let (site, cohort) = site().await;
    let mut meera = site.sign_in("meera@example.org").await;
    let path = format!("/teach/small/cohorts/{cohort}/message");
    let page = meera.get(&path).await;
    page.assert_ok();
    for shown in [
        "To 3 members: all members.",
        "Type 3 to confirm",
        "no account yet",
    ] {
        assert!(page.body.contains(shown), "{shown}");
    }
    for wrong in ["", "4", "all"] {
        let refused = send(&mut meera, &cohort, 1, &[("confirmed", wrong)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.body.contains("goes to 3 members"),
            "{}",
            refused.body
        );
    }
    let kept = "select count(*) from cohort_messages";
    assert_eq!(site.test.count(kept).await, 0);
    for _ in 0..2 {
        let sent = send(&mut meera, &cohort, 1, &[("confirmed", "3")]).await;
        sent.assert_ok();
    }
    assert_eq!(site.test.text(TOLD).await, "asha bo");
    assert_eq!(site.test.count(kept).await, 1);
    site.test
        .sql("update background_jobs set run_at = now() where finished_at is null")
        .await;
    let mails = site.mails().await;
    let to = |name: &str| {
        let start = format!("To: {name}@example.org");
        mails.iter().filter(move |mail| mail.starts_with(&start))
    };
    for name in ["asha", "bo", "cy"] {
        assert_eq!(to(name).count(), 1, "{name}");
        let mail = to(name).next().unwrap();
        let said = mail.contains("Come & see me.\nToday.") && mail.contains("meera");
        assert!(said, "{mail}");
    }
    assert!(to("dee").next().is_none() && to("meera").next().is_none());

    let mut asha = site.sign_in("asha@example.org").await;
    let home = asha.get(HOME).await.body;
    assert!(home.contains("Messages to you") && home.contains("Come &amp; see me."));
    let page = meera.get(&path).await.body;
    for shown in [
        "Sent messages",
        "Read by 1 of 3 members",
        "<dd>asha</dd>",
        "<dd>bo, cy@example.org</dd>",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_to_one_member_or_to_the_filtered_list() {
    let (site, cohort) = site().await;
    let mut meera = site.sign_in("meera@example.org").await;
    let member = async |name: &str| {
        let id = format!("select member_id from cohort_members where email like '{name}%'");
        site.test.text(&id).await
    };
    let (asha, dee) = (member("asha").await, member("dee").await);
    let path = format!("/teach/small/cohorts/{cohort}/message");
    let page = meera.get(&format!("{path}?member={asha}")).await.body;
    assert!(page.contains("To asha.") && !page.contains("to confirm"));
    send(&mut meera, &cohort, 1, &[("to[member]", &asha)])
        .await
        .assert_ok();
    assert_eq!(site.test.text(TOLD).await, "asha");
    let refused = send(&mut meera, &cohort, 2, &[("to[member]", &dee)]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "was removed");
    for (key, filter, count) in [
        (3, ("to[filter][q]", "BO@"), "1"),
        (4, ("to[filter][status]", "paused"), "1"),
        (5, ("to[filter][batch]", "2"), "1"),
        (6, ("to[filter][status]", "active"), "2"),
    ] {
        let fields = [filter, ("confirmed", count)];
        send(&mut meera, &cohort, key, &fields).await.assert_ok();
    }
    let nobody = [("to[filter][q]", "nobody"), ("confirmed", "0")];
    let refused = send(&mut meera, &cohort, 7, &nobody).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.test.text(TOLD).await, "asha asha bo bo");
    let list = format!("/teach/small/cohorts/{cohort}?batch=2");
    let page = meera.get(&list).await.body;
    assert!(page.contains("1 member") && page.contains("cy@example.org"));
    assert!(page.contains("/message?batch=2\"") && !page.contains("asha@example.org"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_message_stays_on_the_home_until_it_is_seen() {
    let (site, cohort) = site().await;
    let mut meera = site.sign_in("meera@example.org").await;
    let sent = send(&mut meera, &cohort, 1, &[("confirmed", "3")]).await;
    sent.assert_ok();
    let age = async |days: u32| {
        let sql = format!("update cohort_messages set sent_at = now() - interval '{days} days'");
        site.test.sql(&sql).await;
    };
    age(20).await;
    let mut asha = site.sign_in("asha@example.org").await;
    let mut shown = async || asha.get(HOME).await.body.contains("Messages to you");
    assert!(shown().await, "not seen yet");
    assert!(!shown().await);
    age(13).await;
    assert!(shown().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_complete_and_tutors_do_not_send_hundreds() {
    let (site, cohort) = site().await;
    let mut meera = site.sign_in("meera@example.org").await;
    let long = "x".repeat(4_001);
    for (title, text) in [("", "x"), ("x", " \n "), ("x", long.as_str())] {
        let fields = [
            ("course", "small"),
            ("cohort", cohort.as_str()),
            ("key", "11111111-1111-4111-8111-111111111111"),
            ("title", title),
            ("text", text),
        ];
        let refused = meera.post(SEND, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let mut statuses = Vec::new();
    for key in 0..21 {
        let sent = send(&mut meera, &cohort, key, &[("confirmed", "3")]).await;
        statuses.push(sent.status.as_u16());
    }
    assert_eq!(statuses[..20], [200; 20]);
    assert_eq!(statuses[20], 429);
}
