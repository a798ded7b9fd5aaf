//! Tests of accounts over HTTP: sign-in, recovery, and answers that reveal nothing.

mod ended_sessions;
mod guesses;
mod sign_ups;

use axum::body::Body;
use axum::http::{StatusCode, header};

use crate::platform::auth::UserRole;
use crate::testing::site::{PASSWORD, TestSite};

fn link(mail: &str, path: &str) -> String {
    let start = mail
        .find(path)
        .unwrap_or_else(|| panic!("no link to {path} in {mail}"));
    mail[start..].split_whitespace().next().unwrap().to_owned()
}

fn token(link: &str) -> &str {
    link.split_once("token=").unwrap().1
}

const ASHA: [(&str, &str); 3] = [
    ("name", "Asha Kulkarni"),
    ("email", "Asha@Example.org"),
    ("password", PASSWORD),
];

#[tokio::test(flavor = "multi_thread")]
async fn signing_up_ends_at_the_mail_whose_link_signs_in() {
    let site = TestSite::new().await;
    let mut browser = site.visitor();
    let answer = browser.submit("/sign-up", "auth/api/sign_up", &ASHA).await;
    assert_eq!(
        (answer.status, answer.header(header::LOCATION)),
        (StatusCode::SEE_OTHER, "/check-mail")
    );
    // Before the link is opened, even the right password does not sign in.
    let early = browser
        .post(
            "auth/api/sign_in",
            &[("email", "asha@example.org"), ("password", PASSWORD)],
        )
        .await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mails = site.mails().await;
    assert!(
        mails[0].starts_with("To: asha@example.org\n"),
        "{}",
        mails[0]
    );
    let confirm = link(&mails[0], "http://127.0.0.1:3000/confirm?token=");
    let page = browser
        .get(confirm.strip_prefix("http://127.0.0.1:3000").unwrap())
        .await;
    assert_eq!(page.status, StatusCode::OK);
    let before = browser.cookies.clone();
    let answer = browser
        .submit(
            "/confirm",
            "auth/api/confirm_email",
            &[("token", token(&confirm))],
        )
        .await;
    assert_eq!(
        (answer.status, answer.header(header::LOCATION)),
        (StatusCode::SEE_OTHER, "/learn")
    );
    assert_ne!(browser.cookies, before, "the session is a new one");
    assert_eq!(browser.get("/learn").await.status, StatusCode::OK);
    // The link works only once.
    let again = site
        .visitor()
        .post("auth/api/confirm_email", &[("token", token(&confirm))])
        .await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        site.test
            .count("select count(*) from users where email_confirmed_at is not null")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_goes_on_where_one_signed_up() {
    let site = TestSite::new().await;
    for (email, next, leads_to) in [
        ("asha@example.org", "/courses/small", "/courses/small"),
        ("ravi@example.org", "//evil.example", "/learn"),
    ] {
        let mut browser = site.visitor();
        let fields = [
            ("name", "Asha"),
            ("email", email),
            ("password", PASSWORD),
            ("next", next),
        ];
        browser
            .submit("/sign-up", "auth/api/sign_up", &fields)
            .await;
        let mails = site.mails().await;
        let mail = mails
            .iter()
            .find(|mail| mail.contains(email))
            .expect("a mail");
        let confirm = link(mail, "http://127.0.0.1:3000/confirm?token=");
        let query = confirm.split_once('?').expect("a query").1;
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = browser.post("auth/api/confirm_email", &fields).await;
        assert_eq!(answer.header("x-redirect"), leads_to);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_who_has_an_account() {
    let site = TestSite::new().await;
    site.account("asha@example.org", UserRole::Learner).await;
    let mut answers = Vec::new();
    for email in ["asha@example.org", "nobody@example.org"] {
        let mut browser = site.visitor();
        let sign_in = browser
            .post(
                "auth/api/sign_in",
                &[("email", email), ("password", "not the password")],
            )
            .await;
        let sign_up = browser
            .post(
                "auth/api/sign_up",
                &[("name", "A"), ("email", email), ("password", PASSWORD)],
            )
            .await;
        let forgot = browser
            .post("auth/api/forgot_password", &[("email", email)])
            .await;
        answers.push([sign_in, sign_up, forgot].map(|answer| {
            let next = answer.header("x-redirect").to_owned();
            (answer.status, answer.body, next)
        }));
    }
    assert_eq!(answers[0], answers[1]);
    let mails = site.mails().await;
    let to_asha: Vec<_> = mails
        .iter()
        .filter(|mail| mail.starts_with("To: asha@"))
        .collect();
    assert!(
        to_asha
            .iter()
            .any(|mail| mail.contains("It already has an account")),
        "{mails:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_every_other_session() {
    let site = TestSite::new().await;
    let mut old = site.signed_in("asha@example.org", UserRole::Learner).await;
    let mut browser = site.visitor();
    browser
        .post("auth/api/forgot_password", &[("email", "asha@example.org")])
        .await;
    let reset = link(
        &site.mails().await[0],
        "http://127.0.0.1:3000/reset-password?token=",
    );
    let weak = browser
        .post(
            "auth/api/reset_password",
            &[("token", token(&reset)), ("password", "short")],
        )
        .await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [
        ("token", token(&reset)),
        ("password", "another long password"),
    ];
    assert_eq!(
        browser
            .post("auth/api/reset_password", &fields)
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(browser.get("/learn").await.status, StatusCode::OK);
    assert_eq!(
        old.get("/learn").await.status,
        StatusCode::FOUND,
        "the old session is over"
    );
    let mut again = site.visitor();
    let with_old = again
        .post(
            "auth/api/sign_in",
            &[("email", "asha@example.org"), ("password", PASSWORD)],
        )
        .await;
    assert_eq!(with_old.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        site.mails()
            .await
            .iter()
            .any(|mail| mail.contains("Your password was just changed"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_copied_cookies_and_keeps_this_browser() {
    let site = TestSite::new().await;
    let mut browser = site.signed_in("asha@example.org", UserRole::Learner).await;
    let mut copy = site.visitor();
    let passwords = [PASSWORD, "another long password", "a third long password"];
    for (number, pair) in passwords.windows(2).enumerate() {
        copy.cookies = browser.cookies.clone();
        let fields = [("current_password", pair[0]), ("new_password", pair[1])];
        let answer = match number {
            0 => browser.post("auth/api/change_password", &fields).await,
            _ => {
                let form = "auth/api/change_password";
                browser.submit("/settings/password", form, &fields).await
            }
        };
        assert!(!answer.status.is_client_error(), "{}", answer.body);
        assert_eq!(browser.get("/learn").await.status, StatusCode::OK);
        assert_eq!(copy.get("/learn").await.status, StatusCode::FOUND);
        let sessions = "select count(*) from web_sessions where user_id is not null";
        assert_eq!(site.test.count(sessions).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_comes_back_into_a_plain_form_with_what_was_typed_and_no_secret() {
    let site = TestSite::new().await;
    let mut browser = site.visitor();
    let fields = [
        ("email", "not an address"),
        ("password", "secret secret secret"),
    ];
    let answer = browser
        .submit("/sign-in?next=%2Fcourses", "auth/api/sign_in", &fields)
        .await;
    assert_eq!(
        (answer.status, answer.header(header::LOCATION)),
        (StatusCode::SEE_OTHER, "/sign-in?next=%2Fcourses")
    );
    let page = browser.get("/sign-in?next=%2Fcourses").await.body;
    assert!(page.contains("Enter a valid email address"), "{page}");
    assert!(page.contains("value=\"not an address\""));
    assert!(!page.contains("secret secret"));
    // The message is shown only once.
    assert!(
        !browser
            .get("/sign-in")
            .await
            .body
            .contains("not an address")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_for_one_account_and_not_for_a_classroom() {
    let site = TestSite::new().await;
    site.account("asha@example.org", UserRole::Learner).await;
    let mut last = StatusCode::OK;
    for _ in 0..11 {
        let fields = [
            ("email", "asha@example.org"),
            ("password", "wrong wrong wrong"),
        ];
        last = site
            .visitor()
            .post("auth/api/sign_in", &fields)
            .await
            .status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    for pupil in 0..40 {
        let email = format!("pupil{pupil}@example.org");
        let answer = site
            .visitor()
            .post(
                "auth/api/sign_in",
                &[("email", &email), ("password", "wrong wrong wrong")],
            )
            .await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            answer.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_counts_only_in_its_own_organization() {
    let site = TestSite::new().await;
    site.test
        .other_organization("theirs", "theirs.example")
        .await;
    let mut browser = site.signed_in("asha@example.org", UserRole::Admin).await;
    assert_eq!(browser.get("/learn").await.status, StatusCode::OK);
    browser.host = "theirs.example".to_owned();
    assert_eq!(
        browser.get("/learn").await.status,
        StatusCode::FOUND,
        "to the sign-in page"
    );
    browser.host = "unknown.example".to_owned();
    assert_eq!(
        browser.get("/").await.status,
        StatusCode::MISDIRECTED_REQUEST
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_listed_and_ended_by_their_owner_alone() {
    let site = TestSite::new().await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Learner).await;
    let devices = asha.get("/settings/devices").await.body;
    assert!(devices.contains("This device"), "{devices}");
    let session = "select web_session_id from web_sessions join users using (user_id) where email = 'asha@example.org'";
    let id = site.test.text(session).await;
    ravi.post("auth/api/end_device", &[("web_session_id", &id)])
        .await;
    assert_eq!(
        asha.get("/learn").await.status,
        StatusCode::OK,
        "somebody else's device stays"
    );
    asha.post("auth/api/end_device", &[("web_session_id", &id)])
        .await;
    assert_eq!(asha.get("/learn").await.status, StatusCode::FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_one_device_are_listed_and_ended_together() {
    let site = TestSite::new().await;
    let mut first = site.signed_in("asha@example.org", UserRole::Learner).await;
    let mut second = site.visitor();
    second.sign_in("asha@example.org").await;
    let mut asha = site.visitor();
    asha.sign_in("asha@example.org").await;
    let page = asha.get("/settings/devices").await.body;
    assert!(page.contains("3 sessions") && page.contains("Sign out its other sessions"));
    let id = crate::testing::hidden(&page, "web_session_id");
    asha.submit(
        "/settings/devices",
        "auth/api/end_device",
        &[("web_session_id", &id)],
    )
    .await;
    for ended in [&mut first, &mut second] {
        assert_eq!(ended.get("/learn").await.status, StatusCode::FOUND);
    }
    let page = asha.get("/settings/devices").await.body;
    assert!(page.contains("This device") && !page.contains("Sign out its other sessions"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_origin_and_a_huge_form_change_nothing() {
    let site = TestSite::new().await;
    let mut browser = site.visitor();
    let forged = browser
        .request("POST", "/api/platform/auth/api/sign_up")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(
            "name=A&email=a%40example.org&password=correct+horse+battery",
        ))
        .unwrap();
    let (mut parts, body) = forged.into_parts();
    parts
        .headers
        .insert(header::ORIGIN, "http://evil.example".parse().unwrap());
    let answer = browser
        .send(axum::http::Request::from_parts(parts, body))
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer
            .body
            .contains("did not come from a page of this site")
    );
    let huge = "x".repeat(10 << 20);
    let answer = browser
        .post(
            "auth/api/sign_up",
            &[
                ("name", &huge),
                ("email", "a@example.org"),
                ("password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let long = format!("{}@example.org", "a".repeat(300));
    let answer = browser
        .post(
            "auth/api/sign_up",
            &[("name", "A"), ("email", &long), ("password", PASSWORD)],
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.test.count("select count(*) from users").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_carry_their_policy_and_unknown_ones_their_status() {
    let site = TestSite::new().await;
    let mut browser = site.visitor();
    let page = browser.get("/").await;
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(
        policy.contains("script-src 'nonce-") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(!page.body.contains("<script>"), "no script without a nonce");
    let lost = browser.get("/no/such/page").await;
    assert_eq!(lost.status, StatusCode::NOT_FOUND);
    assert!(lost.body.contains("This page isn’t here"));
    assert_eq!(
        browser.get("/courses/no-such-course").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browsers_zone_is_taken_where_none_was_chosen() {
    let site = TestSite::new().await;
    site.account("asha@example.org", UserRole::Learner).await;
    let known = async |zone: &str| {
        let count = format!("select count(*) from users where time_zone = '{zone}'");
        site.test.count(&count).await
    };
    for (zone, kept) in [
        ("Nowhere/At all", "Nowhere/At all"),
        ("Asia/Kolkata", "Asia/Kolkata"),
        ("Europe/Berlin", "Asia/Kolkata"),
    ] {
        let fields = [
            ("email", "asha@example.org"),
            ("password", PASSWORD),
            ("zone", zone),
        ];
        let answer = site.visitor().post("auth/api/sign_in", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let expected = i64::from(!zone.starts_with("Nowhere"));
        assert_eq!(known(kept).await, expected, "{zone}");
    }
    let mut fields = ASHA.to_vec();
    fields.retain(|(name, _)| *name != "email");
    fields.extend([("email", "new@example.org"), ("zone", "Asia/Tokyo")]);
    site.visitor().post("auth/api/sign_up", &fields).await;
    let confirm = link(&site.mails().await[0], "/confirm?token=");
    let fields = [("token", token(&confirm))];
    site.visitor().post("auth/api/confirm_email", &fields).await;
    assert_eq!(known("Asia/Tokyo").await, 1);
}
