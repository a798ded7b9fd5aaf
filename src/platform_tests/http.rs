//! Tests of rules for all requests: redirects, messages of forms, malformed input and names.

use axum::body::Body;
use axum::http::{StatusCode, header};
use tower::ServiceExt;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, PASSWORD, TestSite, function_path};

/// Addresses that a browser would take to another site.
const ELSEWHERE: [&str; 8] = [
    "//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example/",
    "/\\evil.example",
    "/.//evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
];

async fn choose_theme(browser: &mut Browser<'_>, next: &str) -> String {
    let fields = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("theme", "dark"), ("next", next)])
        .finish();
    let request = browser
        .request("POST", "/preferences/theme")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(fields))
        .unwrap();
    let answer = browser.send(request).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{next:?}");
    answer.header(header::LOCATION).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_sent_leads_to_another_site() {
    let site = TestSite::new().await;
    site.account("asha@example.org", UserRole::Learner).await;
    let mut browser = site.visitor();
    for (next, leads_to) in ELSEWHERE.map(|next| (next, "/learn")).into_iter().chain([
        ("/courses?q=a#part", "/courses?q=a"),
        ("/a\u{1}\r\nSet-Cookie: b", "/a%01Set-Cookie:%20b"),
    ]) {
        assert_eq!(choose_theme(&mut browser, next).await, leads_to, "{next:?}");
        let fields = [
            ("email", "asha@example.org"),
            ("password", PASSWORD),
            ("next", next),
        ];
        let answer = browser.post("auth/api/sign_in", &fields).await;
        assert_eq!(answer.header("x-redirect"), leads_to, "{next:?}");
        let answer = browser
            .submit("/sign-in", "auth/api/sign_in", &fields)
            .await;
        assert_eq!(answer.header(header::LOCATION), leads_to, "{next:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_nobody_keeps_little_and_not_for_long() {
    let site = TestSite::new().await;
    let mut browser = site.visitor();
    let long = "x".repeat(500_000);
    let fields = [
        ("name", long.as_str()),
        ("email", "no address"),
        ("password", PASSWORD),
    ];
    browser
        .submit("/sign-up", "auth/api/sign_up", &fields)
        .await;
    let test = &site.test;
    let size = "select max(length(data::text)) from web_sessions";
    assert!(test.count(size).await < 10_000);
    let late = "select count(*) from web_sessions where expires_at > now() + interval '1 hour'";
    assert_eq!(test.count(late).await, 0);
    let page = browser.get("/sign-up").await.body;
    assert!(page.contains("value=\"no address\""), "{page}");
    assert!(page.contains("too long to keep"), "{page}");
    // The session existed only for the message, so it is gone.
    assert_eq!(test.count("select count(*) from web_sessions").await, 0);
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_nobody_with_many_empty_fields_keeps_little() {
    let site = TestSite::new().await;
    for body in ["=&".repeat(300_000), "a&".repeat(300_000)] {
        let mut browser = site.visitor();
        let request = browser
            .request("POST", &function_path("auth/api/sign_up"))
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let answer = browser.send(request).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    let size = "select max(length(data::text)) from web_sessions";
    assert!(site.test.count(size).await < 10_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_site_with_https_asks_browsers_to_stay_with_it() {
    let site = TestSite::new().await;
    for (address, expected) in [
        ("https://learn.example.org", "max-age=31536000"),
        ("http://127.0.0.1:3000", ""),
    ] {
        let mut config = site.test.config.clone();
        config.public_url = address.parse().unwrap();
        let mut state = site.state.clone();
        state.config = config.into();
        let request = axum::http::Request::get("/healthz").body(Body::empty());
        let router = crate::server::router(state);
        let answer = router.oneshot(request.unwrap()).await.unwrap();
        let header = answer.headers().get(header::STRICT_TRANSPORT_SECURITY);
        let sent = header.map_or("", |value| value.to_str().unwrap());
        assert_eq!(sent, expected, "{address}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_somebody_comes_back_whole() {
    let site = TestSite::new().await;
    let mut browser = site.signed_in("asha@example.org", UserRole::Learner).await;
    let long = "x".repeat(5_000);
    let fields = [("name", long.as_str()), ("time_zone", "")];
    browser
        .submit("/settings", "auth/api/update_profile", &fields)
        .await;
    let page = browser.get("/settings").await.body;
    assert!(page.contains(&format!("value=\"{long}\"")));
    let late = "select count(*) from web_sessions where expires_at > now() + interval '29 days'";
    assert_eq!(site.test.count(late).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_not_text_is_refused() {
    let site = TestSite::new().await;
    let browser = site.visitor();
    let sign_up = "/api/platform/auth/api/sign_up";
    for body in [
        b"name=%FF&email=a%40example.org&password=correct+horse+battery".as_slice(),
        b"name=\xff&email=a%40example.org&password=correct+horse+battery",
        b"name=%ED%A0%80&email=a%40example.org&password=correct+horse+battery",
    ] {
        for accept in ["application/json", "text/html"] {
            let request = browser
                .request("POST", sign_up)
                .header(header::ACCEPT, accept)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(body))
                .unwrap();
            let answer = site.ask(request).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
            assert!(answer.body.contains("is not UTF-8 text"), "{}", answer.body);
        }
    }
    assert_eq!(site.test.count("select count(*) from users").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_the_same_work_for_every_address() {
    let site = TestSite::new().await;
    site.account("asha@example.org", UserRole::Learner).await;
    let mut work = Vec::new();
    // The first request also looks up the organization, so it is not compared.
    for email in ["else@example.org", "asha@example.org", "nobody@example.org"] {
        let mut browser = site.visitor();
        let before = site.state.db.statements();
        browser
            .post("auth/api/forgot_password", &[("email", email)])
            .await;
        let statements = site.state.db.statements() - before;
        let jobs = "select count(*) from background_jobs where kind = 'forgotten_password'";
        work.push((statements, site.test.count(jobs).await));
    }
    assert_eq!(work[1].0, work[2].0, "statements");
    assert_eq!((work[1].1, work[2].1), (2, 3), "jobs");
    let mails = site.mails().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].starts_with("To: asha@example.org\n"));
    assert!(mails[0].contains("/reset-password?token="));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_can_be_seen_and_turns_no_text() {
    let site = TestSite::new().await;
    for name in ["\u{200b}\u{2060}", "\u{202e}", "\u{301}\u{489}", "\u{3164}"] {
        let fields = [
            ("name", name),
            ("email", "a@example.org"),
            ("password", PASSWORD),
        ];
        let answer = site.visitor().post("auth/api/sign_up", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        assert!(answer.body.contains("no character that can be seen"));
    }
    let mut browser = site.signed_in("asha@example.org", UserRole::Learner).await;
    let fields = [("name", "Asha \u{202e}inraklu\u{202c}K"), ("time_zone", "")];
    let answer = browser.post("auth/api/update_profile", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let name = site.test.text("select display_name from users").await;
    assert_eq!(name, "Asha inrakluK");
}
