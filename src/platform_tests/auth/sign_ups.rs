//! Tests of several sign-ups with one address: each mail confirms its own sign-up.

use axum::http::StatusCode;

use super::{link, token};
use crate::platform::auth::UserRole;
use crate::testing::site::{PASSWORD, TestSite};

const EMAIL: &str = "victim@example.org";
const OTHER_PASSWORD: &str = "mallory knows this one";

async fn sign_up(site: &TestSite, name: &str, password: &str) {
    let fields = [("name", name), ("email", EMAIL), ("password", password)];
    let answer = site.visitor().post("auth/api/sign_up", &fields).await;
    assert_eq!(
        (answer.status, answer.header("x-redirect")),
        (StatusCode::OK, "/check-mail")
    );
}

/// Returns the token of the mail that greets this name.
async fn token_for(site: &TestSite, name: &str) -> String {
    let mails = site.mails().await;
    let greeting = format!("Hello {name},");
    let mail = mails.iter().find(|mail| mail.contains(&greeting));
    token(&link(mail.expect("a mail"), "/confirm?token=")).to_owned()
}

async fn confirm(site: &TestSite, token: &str) -> StatusCode {
    let fields = [("token", token)];
    let answer = site.visitor().post("auth/api/confirm_email", &fields).await;
    answer.status
}

async fn can_sign_in(site: &TestSite, password: &str) -> bool {
    let fields = [("email", EMAIL), ("password", password)];
    let answer = site.visitor().post("auth/api/sign_in", &fields).await;
    answer.status == StatusCode::OK
}

async fn name(site: &TestSite) -> String {
    site.test.text("select display_name from users").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_sign_up_does_not_take_over_the_first() {
    let site = TestSite::new().await;
    sign_up(&site, "Asha", PASSWORD).await;
    sign_up(&site, "Mallory", OTHER_PASSWORD).await;
    assert_eq!(site.test.count("select count(*) from users").await, 0);
    let first = token_for(&site, "Asha").await;
    let second = token_for(&site, "Mallory").await;
    assert_eq!(confirm(&site, &first).await, StatusCode::OK);
    assert!(can_sign_in(&site, PASSWORD).await);
    // The other link no longer works, and the first works only once.
    for late in [&second, &first] {
        assert_eq!(confirm(&site, late).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(!can_sign_in(&site, OTHER_PASSWORD).await);
    assert_eq!(name(&site).await, "Asha");
    assert_eq!(site.test.count("select count(*) from sign_ups").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_later_mail_confirms_the_later_sign_up() {
    let site = TestSite::new().await;
    sign_up(&site, "Asha", OTHER_PASSWORD).await;
    sign_up(&site, "Asha Kulkarni", PASSWORD).await;
    let first = token_for(&site, "Asha").await;
    let second = token_for(&site, "Asha Kulkarni").await;
    assert_eq!(confirm(&site, &second).await, StatusCode::OK);
    assert_eq!(
        confirm(&site, &first).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert!(can_sign_in(&site, PASSWORD).await);
    assert!(!can_sign_in(&site, OTHER_PASSWORD).await);
    assert_eq!(name(&site).await, "Asha Kulkarni");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_links_opened_at_once_one_makes_the_account() {
    let site = TestSite::new().await;
    sign_up(&site, "Asha", PASSWORD).await;
    sign_up(&site, "Mallory", OTHER_PASSWORD).await;
    let first = token_for(&site, "Asha").await;
    let second = token_for(&site, "Mallory").await;
    let (one, other) = tokio::join!(confirm(&site, &first), confirm(&site, &second));
    let mut answers = [one, other];
    answers.sort();
    assert_eq!(answers, [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY]);
    let (expected, password) = match one == StatusCode::OK {
        true => ("Asha", PASSWORD),
        false => ("Mallory", OTHER_PASSWORD),
    };
    assert_eq!(name(&site).await, expected);
    assert!(can_sign_in(&site, password).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_changes_no_account_that_was_made_meanwhile() {
    let site = TestSite::new().await;
    sign_up(&site, "Mallory", OTHER_PASSWORD).await;
    let token = token_for(&site, "Mallory").await;
    site.account(EMAIL, UserRole::Learner).await;
    assert_eq!(
        confirm(&site, &token).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(name(&site).await, "victim");
    assert!(can_sign_in(&site, PASSWORD).await);
    assert!(!can_sign_in(&site, OTHER_PASSWORD).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_never_confirmed_takes_the_sign_up_that_is() {
    let site = TestSite::new().await;
    site.account(EMAIL, UserRole::Learner).await;
    site.test
        .sql("update users set email_confirmed_at = null")
        .await;
    sign_up(&site, "Asha", OTHER_PASSWORD).await;
    assert_eq!(name(&site).await, "victim", "nothing changes before");
    let token = token_for(&site, "Asha").await;
    assert_eq!(confirm(&site, &token).await, StatusCode::OK);
    assert_eq!(name(&site).await, "Asha");
    assert!(can_sign_in(&site, OTHER_PASSWORD).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_up_expires() {
    let site = TestSite::new().await;
    sign_up(&site, "Asha", PASSWORD).await;
    let token = token_for(&site, "Asha").await;
    site.test
        .sql("update sign_ups set expires_at = now() - interval '1 second'")
        .await;
    assert_eq!(
        confirm(&site, &token).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(site.test.count("select count(*) from users").await, 0);
}

/// Checks that the same statements run with and without an account, so the time reveals nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_up_does_the_same_work_for_every_address() {
    let site = TestSite::new().await;
    sign_up(&site, "Somebody", PASSWORD).await;
    let before = site.state.db.statements();
    sign_up(&site, "Asha", PASSWORD).await;
    let without = site.state.db.statements() - before;
    site.account(EMAIL, UserRole::Learner).await;
    let before = site.state.db.statements();
    sign_up(&site, "Asha", PASSWORD).await;
    assert_eq!(site.state.db.statements() - before, without);
    let mails = site.mails().await;
    assert!(
        mails
            .iter()
            .any(|mail| mail.contains("It already has an account")),
        "{mails:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_to_a_stranger_carries_no_link_of_the_sender() {
    let site = TestSite::new().await;
    let fields = [
        ("name", "Win at https://evil.example"),
        ("email", EMAIL),
        ("password", PASSWORD),
    ];
    let answer = site.visitor().post("auth/api/sign_up", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("web address"), "{}", answer.body);
    assert!(site.mails().await.is_empty());
    // A sign-up from before such names were refused.
    sign_up(&site, "Asha", PASSWORD).await;
    site.test
        .sql("update sign_ups set display_name = 'Win at https://evil.example'")
        .await;
    let mails = site.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(!mails[0].contains("evil.example"), "{}", mails[0]);
    assert!(mails[0].contains("Hello,\n") || mails[0].contains("Hello,\r\n"));
    let confirm = link(&mails[0], "/confirm?token=");
    let fields = [("token", token(&confirm))];
    let answer = site.visitor().post("auth/api/confirm_email", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_way_back_is_not_kept() {
    let site = TestSite::new().await;
    let next = format!("/courses?q={}", "x".repeat(500_000));
    let fields = [
        ("name", "Asha"),
        ("email", EMAIL),
        ("password", PASSWORD),
        ("next", &next),
    ];
    let answer = site.visitor().post("auth/api/sign_up", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let longest = "select max(length(payload::text)) from background_jobs";
    assert!(site.test.count(longest).await < 2_500);
}
