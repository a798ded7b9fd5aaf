//! Tests of wrong passwords: strangers' guesses are limited, and do not lock the owner out.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{StatusCode, header};

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, PASSWORD, TestSite, function_path};

const ASHA: &str = "asha@example.org";

async fn sign_in(browser: &mut Browser<'_>, email: &str, password: &str) -> StatusCode {
    let fields = [("email", email), ("password", password)];
    browser.post("auth/api/sign_in", &fields).await.status
}

/// Tries wrong passwords until the limit stops them, and returns their number.
async fn guess(browser: &mut Browser<'_>) -> usize {
    for tried in 0..20 {
        match sign_in(browser, ASHA, "wrong wrong wrong").await {
            StatusCode::UNPROCESSABLE_ENTITY => {}
            StatusCode::TOO_MANY_REQUESTS => return tried,
            other => panic!("{other}"),
        }
    }
    panic!("nothing stops them");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_guesses_do_not_lock_the_owner_out() {
    let site = TestSite::new().await;
    let mut own = site.signed_in(ASHA, UserRole::Learner).await;
    own.post("auth/api/sign_out", &[]).await;
    // Known devices of other accounts and made-up cookies count as strangers too.
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Learner).await;
    assert_eq!(guess(&mut ravi).await, 10);
    let mut forged = site.visitor();
    for id in ["x", &"A".repeat(32), &"x".repeat(5000)] {
        forged.cookies = vec![("lyceum_device".to_owned(), id.to_owned())];
        assert_eq!(guess(&mut forged).await, 0);
    }
    let elsewhere = sign_in(&mut site.visitor(), ASHA, PASSWORD).await;
    assert_eq!(elsewhere, StatusCode::TOO_MANY_REQUESTS);
    // The owner can sign in even if the whole network has reached its limit.
    site.test
        .sql("update rate_limits set tokens = -1 where bucket like 'sign-in/address/%'")
        .await;
    assert_eq!(sign_in(&mut own, ASHA, PASSWORD).await, StatusCode::OK);
    // The owner can also change the password.
    let fields = [
        ("current_password", PASSWORD),
        ("new_password", "another long password"),
    ];
    let changed = own.post("auth/api/change_password", &fields).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_device_has_its_own_limit() {
    let site = TestSite::new().await;
    let mut lost = site.signed_in(ASHA, UserRole::Learner).await;
    let mut own = site.visitor();
    assert_eq!(sign_in(&mut own, ASHA, PASSWORD).await, StatusCode::OK);
    lost.post("auth/api/sign_out", &[]).await;
    assert_eq!(guess(&mut lost).await, 10);
    assert_eq!(sign_in(&mut own, ASHA, PASSWORD).await, StatusCode::OK);
    let new = sign_in(&mut site.visitor(), ASHA, PASSWORD).await;
    assert_eq!(new, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_sign_in_gives_strangers_no_new_attempts() {
    let site = TestSite::new().await;
    site.account(ASHA, UserRole::Learner).await;
    let mut stranger = site.visitor();
    for _ in 0..9 {
        sign_in(&mut stranger, ASHA, "wrong wrong wrong").await;
    }
    let new = sign_in(&mut site.visitor(), ASHA, PASSWORD).await;
    assert_eq!(new, StatusCode::OK);
    assert_eq!(guess(&mut stranger).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_known_by_a_cookie_that_scripts_cannot_read() {
    let site = TestSite::new().await;
    site.account(ASHA, UserRole::Learner).await;
    let mut browser = site.visitor();
    let set = |answer: &crate::testing::site::TestAnswer| {
        let all = answer.headers.get_all(header::SET_COOKIE);
        all.iter()
            .filter_map(|cookie| cookie.to_str().ok())
            .find(|cookie| cookie.starts_with("lyceum_device="))
            .map(str::to_owned)
    };
    let wrong = [("email", ASHA), ("password", "wrong wrong wrong")];
    let refused = browser.submit("/sign-in", "auth/api/sign_in", &wrong).await;
    assert_eq!(set(&refused), None);
    let right = [("email", ASHA), ("password", PASSWORD)];
    let answer = browser.submit("/sign-in", "auth/api/sign_in", &right).await;
    assert_eq!(answer.header(header::LOCATION), "/learn");
    let cookie = set(&answer).expect("the cookie of the device");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=34560000"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    // The same device keeps its identifier and its single row.
    let again = browser.post("auth/api/sign_in", &right).await;
    assert_eq!(set(&again), Some(cookie));
    let rows = "select count(*) from known_devices";
    assert_eq!(site.test.count(rows).await, 1);
    // An account keeps only the most recently used devices.
    for _ in 0..22 {
        sign_in(&mut site.visitor(), ASHA, PASSWORD).await;
    }
    assert_eq!(site.test.count(rows).await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_does_not_use_up_the_mails_of_an_address() {
    let site = TestSite::new().await;
    site.account(ASHA, UserRole::Learner).await;
    let ask = async |from: &str| {
        let body = format!("email={}", ASHA.replace('@', "%40"));
        let request = site
            .visitor()
            .request("POST", &function_path("auth/api/forgot_password"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            // Tests trust this proxy.
            .extension(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 1))))
            .header("x-forwarded-for", from)
            .body(Body::from(body));
        let answer = site.ask(request.unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    };
    for _ in 0..6 {
        ask("192.0.2.1").await;
    }
    assert_eq!(site.mails().await.len(), 4);
    ask("192.0.2.2").await;
    assert_eq!(site.mails().await.len(), 5);
    for last in 10..30 {
        ask(&format!("192.0.2.{last}")).await;
    }
    assert_eq!(site.mails().await.len(), 12, "all together are limited too");
}
