//! Invitations of single people, and their links.

use axum::http::StatusCode;
use tokio::join;

use crate::platform::auth::UserRole;
use crate::testing::pelican_course;
use crate::testing::site::{Browser, PASSWORD, TestAnswer, TestSite};

/// Invites somebody, and returns the token of the link in the mail.
async fn invited(
    site: &TestSite,
    root: &mut Browser<'_>,
    email: &str,
    role: &str,
    course: &str,
) -> String {
    invite(root, email, role, course).await.assert_ok();
    token(site, email).await
}

async fn invite(root: &mut Browser<'_>, email: &str, role: &str, course: &str) -> TestAnswer {
    let fields = [
        ("invitation[email]", email),
        ("invitation[name]", "Noor"),
        ("invitation[role]", role),
        ("invitation[course]", course),
    ];
    root.post("invite/api/invite_person", &fields).await
}

/// The token of the newest mail to the address.
async fn token(site: &TestSite, email: &str) -> String {
    let mails = site.mails().await;
    let mut mails = mails.iter().rev();
    let mail = mails.find(|mail| mail.contains(email) && mail.contains("/invitation?token="));
    let mail = mail.expect("a mail with a link");
    let token = mail.split("/invitation?token=").nth(1).unwrap();
    token.split_whitespace().next().unwrap().to_owned()
}

async fn join_with(browser: &mut Browser<'_>, token: &str) -> TestAnswer {
    let fields = [("token", token), ("name", "Noor"), ("password", PASSWORD)];
    browser.post("invite/api/join_by_invitation", &fields).await
}

async fn accept(browser: &mut Browser<'_>, token: &str) -> TestAnswer {
    browser
        .post("invite/api/accept_invitation", &[("token", token)])
        .await
}

async fn count(site: &TestSite, what: &str) -> i64 {
    site.test
        .count(&format!("select count(*) from {what}"))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_person_opens_an_account_and_is_enrolled() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let token = invited(&site, &mut root, "noor@example.org", "learner", "small").await;
    let list = root.get("/admin/invitations").await;
    assert!(list.body.contains("noor@example.org") && list.body.contains("1 open invitation"));
    let mut noor = site.visitor();
    let page = noor.get(&format!("/invitation?token={token}")).await;
    page.assert_ok();
    for text in ["noor@example.org", "A small course", "Create an account"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let joined = join_with(&mut noor, &token).await;
    assert_eq!(
        joined.header("x-redirect"),
        "/learn/small",
        "{}",
        joined.body
    );
    noor.get("/learn/small/begin").await.assert_ok();
    let list = root.get("/admin/invitations").await;
    assert!(!list.body.contains("noor@example.org"));
    // The link works once.
    let mut other = site.visitor();
    let page = other.get(&format!("/invitation?token={token}")).await;
    assert!(page.body.contains("accepted already"), "{}", page.body);
    let again = join_with(&mut other, &token).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("accepted already"));
    let entries = "select string_agg(action, ' ' order by occurred_at) from audit_logs where action like 'invitation.%'";
    assert_eq!(
        site.test.text(entries).await,
        "invitation.sent invitation.accepted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_requests_at_once_one_accepts() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let token = invited(&site, &mut root, "noor@example.org", "tutor", "").await;
    let (mut one, mut two) = (site.visitor(), site.visitor());
    let (a, b) = join!(join_with(&mut one, &token), join_with(&mut two, &token));
    let mut statuses = [a.status, b.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY]);
    assert_eq!(
        count(&site, "users where email = 'noor@example.org'").await,
        1
    );
    let role = "select role from users where email = 'noor@example.org'";
    assert_eq!(site.test.text(role).await, "tutor");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_only_for_its_address() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let mut meera = site.signed_in("meera@example.org", UserRole::Learner).await;
    let token = invited(&site, &mut root, "meera@example.org", "tutor", "small").await;
    let path = format!("/invitation?token={token}");
    let page = asha.get(&path).await;
    let sentence =
        "This invitation is for meera@example.org, and you are signed in as asha@example.org.";
    assert!(page.body.contains(sentence), "{}", page.body);
    let refused = accept(&mut asha, &token).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains(sentence));
    let refused = join_with(&mut asha, &token).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    // A visitor can't take over the account by the link.
    let mut visitor = site.visitor();
    let page = visitor.get(&path).await;
    assert!(page.body.contains("This address has an account."));
    let refused = join_with(&mut visitor, &token).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(count(&site, "course_tutors").await, 0);
    let page = meera.get(&path).await;
    assert!(page.body.contains("Accept the invitation"));
    let accepted = accept(&mut meera, &token).await;
    assert_eq!(accepted.header("x-redirect"), "/teach/small");
    meera.get("/teach/small").await.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_never_lowers_a_role() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut other = site.signed_in("other@example.org", UserRole::Admin).await;
    let token = invited(&site, &mut root, "other@example.org", "learner", "small").await;
    accept(&mut other, &token).await.assert_ok();
    other.get("/admin/people").await.assert_ok();
    assert_eq!(count(&site, "enrollments").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_end_after_14_days_and_with_the_invitation() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let token = invited(&site, &mut root, "noor@example.org", "learner", "").await;
    let lifetime =
        "select round(extract(epoch from expires_at - created_at) / 86400) from invitations";
    assert_eq!(site.test.text(lifetime).await, "14");
    let later = "update invitations set expires_at = now() - interval '1 second'";
    site.test.sql(later).await;
    let mut noor = site.visitor();
    let path = format!("/invitation?token={token}");
    assert!(noor.get(&path).await.body.contains("14 days old"));
    let refused = join_with(&mut noor, &token).await;
    assert!(refused.body.contains("14 days old"), "{}", refused.body);
    let list = root.get("/admin/invitations").await;
    assert!(list.body.contains("Expired"));
    let id = site
        .test
        .text("select invitation_id from invitations")
        .await;
    for _ in 0..2 {
        root.post("invite/api/resend_invitation", &[("invitation", &id)])
            .await
            .assert_ok();
    }
    // A double click sends one mail.
    let links = site.mails().await;
    let links = links.iter().filter(|mail| mail.contains(&path[..12]));
    assert_eq!(links.count(), 2);
    let second = self::token(&site, "noor@example.org").await;
    assert_ne!(token, second);
    root.post("invite/api/revoke_invitation", &[("invitation", &id)])
        .await
        .assert_ok();
    for token in [token, second] {
        let refused = join_with(&mut noor, &token).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("revoked"), "{}", refused.body);
    }
    let twice = root
        .post("invite/api/revoke_invitation", &[("invitation", &id)])
        .await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let unknown = noor.get("/invitation?token=nonsense").await;
    assert!(unknown.body.contains("not valid"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_invited_is_refused_at_the_field() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    site.account("asha@example.org", UserRole::Learner).await;
    site.account("gone@example.org", UserRole::Learner).await;
    let gone = "update users set is_active = false where email = 'gone@example.org'";
    site.test.sql(gone).await;
    invite(&mut root, "noor@example.org", "learner", "")
        .await
        .assert_ok();
    for (email, role, course, why) in [
        ("no", "learner", "", "Enter a valid email address"),
        ("x@example.org", "emperor", "", "Choose a role."),
        ("x@example.org", "learner", "none", "Choose a course"),
        ("x@example.org", "admin", "small", "every course already"),
        ("asha@example.org", "learner", "", "Has an account"),
        ("gone@example.org", "tutor", "", "deactivated"),
        ("noor@example.org", "tutor", "", "Has an open invitation"),
    ] {
        let answer = invite(&mut root, email, role, course).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{email}");
        assert!(answer.body.contains(why), "{}", answer.body);
    }
    assert_eq!(count(&site, "invitations").await, 1);
    let script = "<script>alert(1)</script>";
    let fields = [
        ("invitation[email]", "y@example.org"),
        ("invitation[name]", script),
        ("invitation[role]", "learner"),
        ("invitation[course]", ""),
    ];
    root.post("invite/api/invite_person", &fields)
        .await
        .assert_ok();
    let list = root.get("/admin/invitations").await;
    assert!(!list.body.contains(script) && list.body.contains("&lt;script"));
}
