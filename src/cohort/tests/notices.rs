//! Tests of the notifications of cohorts: who is told what, once, and what the home marks as read.

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{
    CohortBuilder, CourseBuilder, furnish_cohorts, hidden, tutor, upload_members,
};

const HOME: &str = "/learn/small/cohort";

async fn site() -> TestSite {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").title("A small course");
    course.module("M").topic("t").import(&site).await;
    for name in ["asha", "bo", "cy"] {
        let email = format!("{name}@example.org");
        site.account(&email, UserRole::Learner).await;
    }
    site
}

/// Unread notifications as "person kind title", in order.
async fn unread(site: &TestSite) -> Vec<String> {
    let all = "select coalesce(string_agg(split_part(u.email, '@', 1) || ' ' || kind || ' ' || title, E'\\n'
                      order by u.email, kind, title), '')
               from notifications join users u using (user_id) where read_at is null";
    let text = site.test.text(all).await;
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_reaches_active_members_until_it_is_seen_or_deleted() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort
        .member("bo@example.org")
        .member("cy@example.org")
        .member("meera@example.org")
        .member("nobody@example.org");
    let mut meera = tutor(&site, "meera@example.org").await;
    let cohort = cohort.make(&site).await;
    site.test
        .sql("update cohort_members set status = 'paused' where email like 'cy%'")
        .await;
    let own = [("course", "small"), ("cohort", cohort.as_str())];
    let with = |fields: &[(&'static str, &'static str)]| [&own[..], fields].concat();
    let text = with(&[("title", "Hello"), ("body", "Read *this* & that.")]);
    let announce = "home/api/save_announcement";
    meera.post(announce, &text).await.assert_ok();
    let told = ["asha announcement Hello", "bo announcement Hello"];
    assert_eq!(unread(&site).await, told, "neither the author nor others");
    let body = site
        .test
        .text("select min(body) || ' ' || min(path) from notifications")
        .await;
    assert_eq!(body, format!("Read this & that. {HOME}"));

    let id = "select announcement_id from cohort_announcements";
    let id = site.test.text(id).await;
    let mut change = with(&[("title", "Hello all"), ("body", "x")]);
    change.push(("id", &id));
    meera.post(announce, &change).await.assert_ok();
    assert_eq!(unread(&site).await, told, "a change tells nobody");
    let mut asha = site.sign_in("asha@example.org").await;
    asha.get(HOME).await.assert_ok();
    assert_eq!(unread(&site).await, told[1..], "the home shows it");
    let mut delete = own.to_vec();
    delete.push(("id", &id));
    let function = "home/api/delete_announcement";
    meera.post(function, &delete).await.assert_ok();
    assert!(unread(&site).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_told_to_the_member_once() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort.member("bo@example.org").make(&site).await;
    furnish_cohorts(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let work = site
        .test
        .text(
            "select work_id from project_works join cohort_members using (member_id)
             where email = 'asha@example.org'",
        )
        .await;
    let fields = [
        ("course", "small"),
        ("cohort", cohort.as_str()),
        ("work", work.as_str()),
        ("text", "Which trees?"),
    ];
    for _ in 0..2 {
        meera
            .post("home/api/comment_work", &fields)
            .await
            .assert_ok();
    }
    assert_eq!(
        unread(&site).await,
        ["asha reply meera commented on your work"]
    );
    let events = "select events from notifications";
    assert_eq!(site.test.count(events).await, 1);
    let comments = "select count(*) from work_comments where body = 'Which trees?'";
    assert_eq!(site.test.count(comments).await, 1, "two clicks");
    site.sign_in("asha@example.org")
        .await
        .get(HOME)
        .await
        .assert_ok();
    assert!(unread(&site).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn new_members_are_told_and_those_of_a_list_at_once() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut add = async |email: &str| {
        let fields = [
            ("course", "small"),
            ("cohort", cohort.as_str()),
            ("email", email),
        ];
        let added = meera.post("teach/api/add_cohort_member", &fields).await;
        added.assert_ok();
    };
    let said = "admission You are a member of the cohort “Autumn”";
    add(" Asha@example.org").await;
    add("asha@example.org").await;
    add("meera@example.org").await;
    assert_eq!(unread(&site).await, [format!("asha {said}")]);
    let list = b"email\nasha@example.org\nbo@example.org\ncy@example.org\nnew@example.org\n";
    let sent = upload_members(&mut meera, "small", &cohort, list).await;
    let page = meera.get(sent.header("location")).await.body;
    let list = hidden(&page, "list");
    let fields = [
        ("course", "small"),
        ("cohort", cohort.as_str()),
        ("list", list.as_str()),
    ];
    for _ in 0..2 {
        let confirmed = meera.post("teach/api/confirm_member_list", &fields).await;
        confirmed.assert_ok();
    }
    let all = ["asha", "bo", "cy"].map(|name| format!("{name} {said}"));
    assert_eq!(unread(&site).await, all);
    let events = "select max(events) from notifications";
    assert_eq!(site.test.count(events).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_who_are_moved_together_are_told() {
    let site = site().await;
    let from = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let from = from.member("bo@example.org").member("cy@example.org");
    let from = from.make(&site).await;
    let to = CohortBuilder::new("small", "Winter").member("cy@example.org");
    let to = to.make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let all = format!(
        "select string_agg(member_id::text, ',') from cohort_members where cohort_id = '{from}'"
    );
    let all = site.test.text(&all).await;
    let fields = [
        ("course", "small"),
        ("cohort", from.as_str()),
        ("all", all.as_str()),
        ("change", "move"),
        ("to", to.as_str()),
    ];
    for _ in 0..2 {
        let moved = meera.post("teach/api/change_members", &fields).await;
        moved.assert_ok();
    }
    // Cy was there already.
    let said = "admission You are a member of the cohort “Winter”";
    let both = ["asha", "bo"].map(|name| format!("{name} {said}"));
    assert_eq!(unread(&site).await, both);
    let events = "select max(events) from notifications";
    assert_eq!(site.test.count(events).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_without_an_account_get_one_mail_and_are_told_in_the_app_later() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    site.account("closed@example.org", UserRole::Learner).await;
    site.test
        .sql("update users set is_active = false where email like 'closed%'")
        .await;
    let add = async |meera: &mut Browser<'_>, email: &str| {
        let fields = [
            ("course", "small"),
            ("cohort", cohort.as_str()),
            ("email", email),
        ];
        let added = meera.post("teach/api/add_cohort_member", &fields).await;
        added.assert_ok();
    };
    for email in ["new@example.org", "New@example.org", "closed@example.org"] {
        add(&mut meera, email).await;
    }
    let list = b"email,name\nnew@example.org,\nother@example.org,Other\n";
    let sent = upload_members(&mut meera, "small", &cohort, list).await;
    let page = meera.get(sent.header("location")).await.body;
    let list = hidden(&page, "list");
    let fields = [
        ("course", "small"),
        ("cohort", cohort.as_str()),
        ("list", list.as_str()),
    ];
    for _ in 0..2 {
        let confirmed = meera.post("teach/api/confirm_member_list", &fields).await;
        confirmed.assert_ok();
    }
    let mailed = async || {
        let mails = site.mails().await;
        let to = |name: &str| {
            let start = format!("To: {name}@example.org");
            let mails = mails.iter().filter(|mail| mail.starts_with(&start));
            mails.cloned().collect::<Vec<_>>()
        };
        assert!(to("closed").is_empty());
        (to("new"), to("other"))
    };
    let (new, other) = mailed().await;
    assert_eq!((new.len(), other.len()), (1, 1));
    for said in ["“Autumn”", "“A small course”", "started on", "/sign-up"] {
        assert!(new[0].contains(said), "{said}: {}", new[0]);
    }
    assert!(other[0].contains("Hello Other,"));
    assert!(unread(&site).await.is_empty());

    // The account is told in the app, once, and gets no second mail.
    site.account("new@example.org", UserRole::Learner).await;
    let (new, _) = mailed().await;
    assert_eq!(new.len(), 1);
    let told = ["new admission You are a member of the cohort “Autumn”"];
    assert_eq!(unread(&site).await, told);
    site.sign_in("new@example.org")
        .await
        .get(HOME)
        .await
        .assert_ok();
    site.test
        .sql(
            "update cohort_members set user_id = null where email like 'new%';
             update cohort_members m set user_id = u.user_id from users u where u.email = m.email and m.email like 'new%'",
        )
        .await;
    let (new, _) = mailed().await;
    assert_eq!(new.len(), 1);
    assert!(unread(&site).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_up_before_the_mail_leaves_gets_none() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").starts_in(5);
    let cohort = cohort.make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let fields = [
        ("course", "small"),
        ("cohort", cohort.as_str()),
        ("email", "new@example.org"),
    ];
    let added = meera.post("teach/api/add_cohort_member", &fields).await;
    added.assert_ok();
    site.account("new@example.org", UserRole::Learner).await;
    let mails = site.mails().await;
    assert!(
        !mails
            .iter()
            .any(|mail| mail.starts_with("To: new@example.org"))
    );
    let told = ["new admission You are a member of the cohort “Autumn”"];
    assert_eq!(unread(&site).await, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_of_a_cohort_is_told_once() {
    let site = site().await;
    for (title, starts) in [("Autumn", 1), ("Spring", 1), ("Old", -7)] {
        let cohort = CohortBuilder::new("small", title).starts_in(starts);
        let name = title.to_lowercase();
        let cohort = cohort.member(&format!("{name}@example.org"));
        site.account(&format!("{name}@example.org"), UserRole::Learner)
            .await;
        cohort.make(&site).await;
    }
    let run = async || {
        site.test
            .sql(
                "insert into background_jobs (kind, payload, max_attempts) values ('open_cohorts', '{}', 3)",
            )
            .await;
        site.mails().await;
    };
    run().await;
    assert!(unread(&site).await.is_empty());
    site.test
        .sql(
            "update cohorts set created_at = now() - interval '9 days';
              update cohorts set start_date = current_date where title = 'Autumn'",
        )
        .await;
    for _ in 0..2 {
        run().await;
        let told = ["autumn deadline Your cohort “Autumn” has started"];
        assert_eq!(unread(&site).await, told);
    }
    // A start that is moved is told again.
    let moved = "update cohorts set start_date = current_date + 2 where title = 'Autumn'";
    site.test.sql(moved).await;
    run().await;
    site.test
        .sql(
            "update cohorts set start_told_at = now() - interval '2 days';
              update cohorts set start_date = current_date where title = 'Autumn'",
        )
        .await;
    run().await;
    assert_eq!(
        site.test
            .count("select max(events) from notifications")
            .await,
        2
    );
}
