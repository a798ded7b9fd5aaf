//! Tests of notifications: the list, mails that come as chosen, and the links that stop them.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::platform::auth::UserRole;
use crate::platform::ids::UserId;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{NewNotification, notify, withdraw};
use crate::testing::many_accounts;
use crate::testing::site::TestSite;

fn reply(subject: &str) -> NewNotification {
    NewNotification {
        kind: NotificationKind::Reply,
        subject: subject.to_owned(),
        course: None,
        title: "Sofia <replied> to your answer".to_owned(),
        body: "I see it the other way round.".to_owned(),
        path: "/learn".to_owned(),
    }
}

async fn tell(site: &TestSite, people: &[UserId], new: NewNotification) {
    let people = people.to_vec();
    site.test
        .db
        .within(site.test.organization, async move |conn| {
            notify(conn, &people, &new).await
        })
        .await
        .expect("a notification");
}

async fn user(site: &TestSite, email: &str) -> UserId {
    let id = site
        .test
        .text(&format!(
            "select user_id from users where email = '{email}'"
        ))
        .await;
    UserId(id.parse().expect("a UUID"))
}

/// Makes the waiting mails due, and sends them. Returns the mails so far.
async fn mails(site: &TestSite) -> Vec<String> {
    site.test
        .sql("update background_jobs set run_at = now() where kind = 'notification_mail' and finished_at is null")
        .await;
    site.mails().await
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_ones_about_one_subject_are_one_and_their_link_marks_them_as_read() {
    let site = TestSite::new().await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let other = site.signed_in("other@example.org", UserRole::Learner).await;
    let me = user(&site, "asha@example.org").await;
    for subject in ["thread 1", "thread 1", "thread 2"] {
        tell(&site, &[me], reply(subject)).await;
    }
    let page = asha.get("/notifications").await;
    page.assert_ok();
    assert!(page.body.contains("Sofia &lt;replied&gt; to your answer"));
    assert!(page.body.contains("1 more like this"));
    assert!(page.body.contains("Notifications, 2 unread"), "the bell");

    let link = format!(
        "/notifications/{}",
        site.test
            .text("select notification_id from notifications where subject = 'thread 1'")
            .await
    );
    // Nobody else can open it.
    let mut other = other;
    other.get(&link).await;
    let unread = "select count(*) from notifications where read_at is null";
    assert_eq!(site.test.count(unread).await, 2);
    let answer = asha.get(&link).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/learn")
    );
    assert_eq!(site.test.count(unread).await, 1);
    // A later event is a new notification.
    tell(&site, &[me], reply("thread 1")).await;
    assert_eq!(site.test.count(unread).await, 2);
    asha.submit(
        "/notifications",
        "notifications/api/read_all_notifications",
        &[],
    )
    .await;
    assert_eq!(site.test.count(unread).await, 0);
    assert!(!asha.get("/notifications").await.body.contains("2 unread"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_mail_holds_what_is_unread_and_its_link_stops_the_mails() {
    let site = TestSite::new().await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let me = user(&site, "asha@example.org").await;
    tell(&site, &[me], reply("thread 1")).await;
    tell(&site, &[me], reply("thread 2")).await;
    let sent = mails(&site).await;
    assert_eq!(sent.len(), 1);
    let mail = &sent[0];
    assert_eq!(mail.matches("Sofia <replied>").count(), 2, "{mail}");
    assert!(mail.contains("I see it the other way round."), "{mail}");
    // Nothing comes twice, and nothing that was read.
    tell(&site, &[me], reply("thread 3")).await;
    asha.submit(
        "/notifications",
        "notifications/api/read_all_notifications",
        &[],
    )
    .await;
    assert_eq!(mails(&site).await.len(), 1);

    let start = mail.find("/stop-mails/").expect("a link");
    let stop = mail[start..].split_whitespace().next().unwrap().to_owned();
    site.visitor().get(&stop).await.assert_ok();
    tell(&site, &[me], reply("thread 4")).await;
    assert_eq!(mails(&site).await.len(), 2, "looking stops nothing");
    // A mail program sends neither cookies nor an origin.
    let request = Request::post(&stop)
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("List-Unsubscribe=One-Click"))
        .expect("a request");
    let answer = site.ask(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    tell(&site, &[me], reply("thread 5")).await;
    assert_eq!(mails(&site).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_come_as_chosen() {
    let site = TestSite::new().await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let me = user(&site, "asha@example.org").await;
    let save = "notifications/api/save_notification_choices";
    let answer = asha
        .post(
            save,
            &[
                ("mails[reply]", "daily"),
                ("mails[unknown]", "daily"),
                ("quiet_from", "22"),
                ("quiet_until", ""),
            ],
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    asha.post(
        save,
        &[
            ("mails[reply]", "daily"),
            ("mails[unknown]", "daily"),
            ("quiet_from", "22"),
            ("quiet_until", "6"),
        ],
    )
    .await
    .assert_ok();
    tell(&site, &[me], reply("thread 1")).await;
    let at_seven = "select count(*) from background_jobs where kind = 'notification_mail' and payload->>'batch' = 'daily'
         and extract(hour from run_at at time zone 'UTC') = 7";
    assert_eq!(site.test.count(at_seven).await, 1);
    let page = asha.get("/settings/notifications").await;
    page.assert_ok();
    assert!(page.body.contains("22:00"));

    // Turning mails off after the fact keeps the waiting one from leaving.
    asha.post(
        save,
        &[
            ("mails[reply]", "off"),
            ("quiet_from", ""),
            ("quiet_until", ""),
        ],
    )
    .await
    .assert_ok();
    assert!(mails(&site).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_people_cost_as_many_statements_as_one() {
    let site = TestSite::new().await;
    many_accounts(&site, 2_000).await;
    let ids = site
        .test
        .text("select string_agg(user_id::text, ' ') from users where email like 'many%'")
        .await;
    let all: Vec<UserId> = ids
        .split(' ')
        .map(|id| UserId(id.parse().expect("a UUID")))
        .collect();
    let mut counts = Vec::new();
    for people in [&all[..1], &all[..]] {
        let before = site.test.db.statements();
        tell(&site, people, reply("thread 1")).await;
        counts.push(site.test.db.statements() - before);
    }
    assert_eq!(counts[0], counts[1]);
    for table in [
        "notifications",
        "background_jobs where kind = 'notification_mail'",
    ] {
        let rows = format!("select count(*) from {table}");
        assert!(site.test.count(&rows).await >= 2_000, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_undone_is_withdrawn_unless_it_was_read() {
    let site = TestSite::new().await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    site.account("bo@example.org", UserRole::Learner).await;
    let people = [
        user(&site, "asha@example.org").await,
        user(&site, "bo@example.org").await,
    ];
    tell(&site, &people, reply("thread 1")).await;
    tell(&site, &people, reply("thread 2")).await;
    let read = "notifications/api/read_all_notifications";
    asha.submit("/notifications", read, &[]).await;
    site.test
        .db
        .within(site.test.organization, async |conn| {
            crate::platform::error::AppResult::Ok(
                withdraw(conn, NotificationKind::Reply, "thread 1").await?,
            )
        })
        .await
        .expect("withdrawn");
    let left =
        "select string_agg(subject, ', ' order by subject) from notifications where read_at is ";
    let text = site.test.text(&format!("{left} null")).await;
    assert_eq!(text, "thread 2", "of Bo");
    let text = site.test.text(&format!("{left} not null")).await;
    assert_eq!(text, "thread 1, thread 2", "of Asha");
    let sent = mails(&site).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
}
