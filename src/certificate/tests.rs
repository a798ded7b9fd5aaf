//! Tests of certificates from completion to revocation, over HTTP like a person, and of
//! credentials.

use std::sync::OnceLock;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel_async::SimpleAsyncConnection;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::ProgramType;
use crate::certificate::server::badge;
use crate::certificate::server::badge::{CredentialRefusal, Issuer};
use crate::certificate::server::keys;
use crate::certificate::server::keys::{PublicKey, SigningKey};
use crate::certificate::server::store::Certificate;
use crate::certificate::server::{code, fonts, pdf, view};
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::platform::ids::{CourseId, UserId};

const TOPIC: &str = "11111111-1111-1111-1111-111111111111";

async fn sql(site: &TestSite, sql: &str) -> diesel::QueryResult<()> {
    site.test.owner().await.batch_execute(sql).await
}

/// Creates a course of one topic, without quizzes.
async fn course(site: &TestSite) {
    sql(
        site,
        &format!(
            "select set_config('app.organization_id', (select organization_id::text from organizations where slug = 'lyceum'), false);
             insert into courses (slug, title, is_published, published_at, is_gated) values ('small', 'A small course', true, now(), false);
             insert into course_modules (course_id, module_no, title) select course_id, 1, 'M' from courses;
             insert into topics (topic_id, course_id, module_no, topic_number, slug, title) select '{TOPIC}', course_id, 1, 1, 't', 'T' from courses;"
        ),
    )
    .await
    .unwrap();
}

async fn learner<'a>(site: &'a TestSite, email: &str) -> Browser<'a> {
    let mut browser = site.signed_in(email, UserRole::Learner).await;
    let enrolled = browser
        .post("enrollment/api/enroll", &[("course", "small")])
        .await;
    assert_eq!(enrolled.status, StatusCode::OK);
    browser
}

async fn mark(browser: &mut Browser<'_>, done: &str) -> TestAnswer {
    browser
        .post("player/api/mark_done", &[("topic", TOPIC), ("done", done)])
        .await
}

async fn only_code(site: &TestSite) -> String {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        code: String,
    }
    let query = diesel::sql_query("select code from course_certificates");
    let mut rows: Vec<Row> = diesel_async::RunQueryDsl::load(query, &mut site.test.owner().await)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    rows.remove(0).code
}

/// Returns the page that checks this text.
async fn checked(browser: &mut Browser<'_>, text: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("text", text)
        .finish();
    let answer = browser.get(&format!("/verify?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_issued_once_and_says_for_ever_what_it_said() {
    let site = TestSite::new().await;
    course(&site).await;
    let asha = learner(&site, "asha@example.org").await;
    let completions = (0..64).map(|_| {
        let mut tab = site.visitor();
        tab.cookies.clone_from(&asha.cookies);
        async move { mark(&mut tab, "true").await.status }
    });
    for status in futures::future::join_all(completions).await {
        assert_eq!(status, StatusCode::OK);
    }
    let code = only_code(&site).await;

    sql(
        &site,
        "update users set display_name = 'Somebody else'; update courses set title = 'Another course'; update organizations set name = 'Elsewhere'",
    )
    .await
    .unwrap();
    let mut asha = asha;
    assert_eq!(mark(&mut asha, "false").await.status, StatusCode::OK);
    let page = site.visitor().get(&format!("/certificates/{code}")).await;
    assert_eq!(page.status, StatusCode::OK);
    for frozen in [
        "asha",
        "A small course",
        "Lyceum",
        "This certificate is genuine",
        "noindex",
    ] {
        assert!(page.body.contains(frozen), "{frozen}");
    }
    for changed in ["Somebody else", "Another course", "Elsewhere"] {
        assert!(!page.body.contains(changed), "{changed}");
    }
    for forbidden in [
        "update course_certificates set learner_name = 'Mallory'",
        "update course_certificates set code = '0000-0000-0000'",
        "update course_certificates set completed_at = now()",
        "delete from course_certificates",
    ] {
        assert!(sql(&site, forbidden).await.is_err(), "{forbidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_completed_before_is_issued_when_somebody_looks() {
    let site = TestSite::new().await;
    course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let none = asha.get("/certificates").await;
    assert!(none.body.contains("No certificates yet"));
    sql(
        &site,
        "update enrollments set status = 'completed', completed_at = '2026-03-01T12:00:00Z'",
    )
    .await
    .unwrap();
    let home = asha.get("/learn").await.body;
    assert!(home.contains("href=\"/certificates\""), "{home}");
    let list = asha.get("/certificates").await.body;
    assert!(
        list.contains("A small course") && list.contains("1 March 2026"),
        "{list}"
    );
    let path = format!("href=\"/certificates/{}\"", only_code(&site).await);
    for page in [
        "/certificates",
        "/learn",
        "/courses/small",
        "/learn/small/t",
    ] {
        assert!(asha.get(page).await.body.contains(&path), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_owner_rates_and_nobody_else_reads_it() {
    let site = TestSite::new().await;
    course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    mark(&mut asha, "true").await;
    let code = only_code(&site).await;
    let path = format!("/certificates/{code}");
    for (rating, feedback) in [("", ""), ("0", ""), ("6", ""), ("5", &"x".repeat(2001))] {
        let fields = [
            ("code", code.as_str()),
            ("rating", rating),
            ("feedback", feedback),
        ];
        let refused = asha.post("certificate/api/rate_course", &fields).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{rating} {}",
            refused.body
        );
    }
    let missing = [("code", code.as_str()), ("feedback", "Much")];
    let sent_back = asha
        .submit(&path, "certificate/api/rate_course", &missing)
        .await;
    assert_eq!(sent_back.status, StatusCode::SEE_OTHER);
    let page = asha.get(&path).await.body;
    assert!(
        page.contains("Choose one to five stars.") && page.contains("Much"),
        "{page}"
    );

    let fields = [
        ("code", code.as_str()),
        ("rating", "4"),
        ("feedback", "Very clear <b>"),
    ];
    let kept = asha
        .submit(&path, "certificate/api/rate_course", &fields)
        .await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER);
    let page = asha.get(&path).await.body;
    assert!(
        page.contains("Thank you. Your rating is saved.") && page.contains("Very clear &lt;b"),
        "{page}"
    );
    assert_eq!(
        site.test
            .count("select count(*) from course_certificates where rating = 4")
            .await,
        1
    );
    let mut ben = site.signed_in("ben@example.org", UserRole::Learner).await;
    for other in [&mut ben, &mut site.visitor()] {
        let page = other.get(&path).await.body;
        assert!(page.contains("asha") && !page.contains("Very clear") && !page.contains("rating"));
        for file in ["certificate.pdf", "credential.jwt"] {
            assert_eq!(
                other.get(&format!("{path}/{file}")).await.status,
                StatusCode::NOT_FOUND
            );
        }
    }
    let typed = path
        .to_uppercase()
        .replace("/CERTIFICATES", "/certificates");
    assert_eq!(ben.get(&typed).await.status, StatusCode::OK);
    let unknown = ben.get("/certificates/0000-0000-0000").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(
        unknown
            .body
            .contains("There is no certificate with this code here.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_certificate_says_so_everywhere() {
    let site = TestSite::new().await;
    course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    mark(&mut asha, "true").await;
    let code = only_code(&site).await;
    let path = format!("/certificates/{code}");
    let token = asha.get(&format!("{path}/credential.jwt")).await.body;
    let mut admin = site.signed_in("root@example.org", UserRole::Admin).await;
    assert!(
        admin
            .get(&path)
            .await
            .body
            .contains("Revoke this certificate")
    );
    let silent = [("code", code.as_str()), ("reason", "  ")];
    let refused = admin
        .post("certificate/api/revoke_certificate", &silent)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for reason in ["Somebody else took the quizzes.", "Once more"] {
        let fields = [("code", code.as_str()), ("reason", reason)];
        let revoked = admin
            .post("certificate/api/revoke_certificate", &fields)
            .await;
        assert_eq!(revoked.status, StatusCode::OK, "{}", revoked.body);
    }
    assert_eq!(
        site.test
            .count("select count(*) from audit_logs where action = 'certificate.revoked'")
            .await,
        1
    );
    let mut visitor = site.visitor();
    let page = visitor.get(&path).await.body;
    assert!(page.contains("This certificate was revoked") && !page.contains("Somebody else took"));
    assert!(
        asha.get(&path)
            .await
            .body
            .contains("Somebody else took the quizzes.")
    );
    for text in [&code, &token] {
        assert!(
            checked(&mut visitor, text)
                .await
                .contains("This certificate was revoked")
        );
    }
    for file in ["certificate.pdf", "credential.jwt"] {
        assert_eq!(
            asha.get(&format!("{path}/{file}")).await.status,
            StatusCode::GONE
        );
    }
    let list: Value =
        serde_json::from_str(&visitor.get("/.well-known/openbadges/revoked").await.body).unwrap();
    let id = format!("http://127.0.0.1:3000{path}");
    for name in ["revokedCredentials", "revokedCredential"] {
        assert_eq!(list[name], json!([{ "id": id, "revoked": true }]));
    }
    assert!(
        sql(
            &site,
            "update course_certificates set revoked_at = null, revocation_reason = null"
        )
        .await
        .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_puts_another_in_the_place_of_one_that_was_revoked() {
    let site = TestSite::new().await;
    course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    mark(&mut asha, "true").await;
    let code = only_code(&site).await;
    let path = format!("/certificates/{code}");
    let mut admin = site.signed_in("root@example.org", UserRole::Admin).await;
    let fields = [("code", code.as_str()), ("reason", "Her name was wrong.")];
    let early = admin
        .post("certificate/api/issue_certificate_anew", &fields)
        .await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.body);
    admin
        .post("certificate/api/revoke_certificate", &fields)
        .await;

    // Viewing pages and marking a topic again leave the certificate revoked.
    for page in ["/certificates", "/learn", "/learn/small/t"] {
        assert!(asha.get(page).await.body.contains(&path), "{page}");
    }
    mark(&mut asha, "false").await;
    let open = admin.get(&path).await.body;
    assert!(!open.contains("Reissue"), "the course is not completed");
    let refused = admin
        .post("certificate/api/issue_certificate_anew", &fields)
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    mark(&mut asha, "true").await;
    assert_eq!(only_code(&site).await, code);

    let refused = asha
        .post("certificate/api/issue_certificate_anew", &fields)
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(admin.get(&path).await.body.contains("Reissue"));
    sql(
        &site,
        "update users set display_name = 'Asha Kulkarni' where username = 'asha'",
    )
    .await
    .unwrap();
    let clicks = (0..4).map(|_| {
        let mut tab = site.visitor();
        tab.cookies.clone_from(&admin.cookies);
        async move {
            tab.post("certificate/api/issue_certificate_anew", &fields)
                .await
        }
    });
    let answers = futures::future::join_all(clicks).await;
    let issued: Vec<&TestAnswer> = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::OK)
        .collect();
    assert_eq!(issued.len(), 1);
    let new = issued[0].header("x-redirect").to_owned();
    assert!(new != path);
    assert_eq!(
        site.test
            .count("select count(*) from audit_logs where action = 'certificate.issued_anew' and new_values ->> 'reason' = 'Her name was wrong.'")
            .await,
        1
    );
    let mut visitor = site.visitor();
    let page = visitor.get(&new).await.body;
    assert!(page.contains("This certificate is genuine") && page.contains("Asha Kulkarni"));
    let old = visitor.get(&path).await.body;
    assert!(old.contains("This certificate was revoked"));
    for page in ["/learn", "/courses/small", "/learn/small/t"] {
        let shown = asha.get(page).await.body;
        assert!(shown.contains(&new) && !shown.contains(&path), "{page}");
    }
    assert!(!admin.get(&path).await.body.contains("Reissue"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_checked_by_anybody() {
    let site = TestSite::new().await;
    course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    mark(&mut asha, "true").await;
    let code = only_code(&site).await;
    let file = format!("/certificates/{code}/credential.jwt");
    let tabs = (0..4).map(|_| {
        let mut tab = site.visitor();
        tab.cookies.clone_from(&asha.cookies);
        let file = file.clone();
        async move { tab.get(&file).await }
    });
    let tokens: Vec<String> = futures::future::join_all(tabs)
        .await
        .into_iter()
        .map(|answer| {
            assert_eq!(
                answer.header("content-type"),
                "application/vc+jwt",
                "{}",
                answer.body
            );
            answer.body
        })
        .collect();
    assert!(
        tokens.iter().all(|token| *token == tokens[0]),
        "one key signs"
    );
    assert_eq!(
        site.test
            .count("select count(*) from organization_keys")
            .await,
        1
    );
    let token = &tokens[0];

    // Verify as a stranger would, with the addresses that the credential names.
    let mut visitor = site.visitor();
    let parts: Vec<Value> = token.split('.').take(2).map(decoded).collect();
    let (header, payload) = (&parts[0], &parts[1]);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("RS256"), &json!("JWT"))
    );
    assert_eq!(payload["iss"], payload["issuer"]["id"]);
    assert_eq!(payload["jti"], payload["id"]);
    assert_eq!(payload["sub"], payload["credentialSubject"]["id"]);
    let here = |url: &Value| url.as_str().unwrap().replace("http://127.0.0.1:3000", "");
    let key: Value = serde_json::from_str(&visitor.get(&here(&header["kid"])).await.body).unwrap();
    assert!(key["d"].is_null() && key["kid"] == header["kid"]);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let public = ring::signature::RsaPublicKeyComponents {
        n: bytes(key["n"].as_str().unwrap()),
        e: bytes(key["e"].as_str().unwrap()),
    };
    let scheme = &ring::signature::RSA_PKCS1_2048_8192_SHA256;
    public
        .verify(scheme, message.as_bytes(), &bytes(signature))
        .unwrap();
    let profile: Value =
        serde_json::from_str(&visitor.get(&here(&payload["iss"])).await.body).unwrap();
    assert_eq!(profile["id"], payload["iss"]);
    let set: Value =
        serde_json::from_str(&visitor.get("/.well-known/jwks.json").await.body).unwrap();
    assert_eq!(set["keys"], json!([key]));

    // The token also verifies on our own page, even after its key was retired.
    let mut conn = site.test.owner().await;
    conn.batch_execute("update organization_keys set retired_at = now()")
        .await
        .unwrap();
    assert!(
        conn.batch_execute("update organization_keys set retired_at = null")
            .await
            .is_err()
    );
    let page = format!("http://127.0.0.1:3000/certificates/{code}");
    let wrapped = format!("{}\r\n {}", &token[..70], &token[70..]);
    let copied = [
        format!("{page}/credential.jwt"),
        format!("{page}/certificate.pdf"),
        format!("See {page}."),
        format!("{page}/"),
        format!("{page}?utm_source=a.mail"),
        format!("<{page}#learner>"),
    ];
    let whole = [token, &code, &page, &wrapped];
    for genuine in whole.into_iter().chain(&copied) {
        let said = checked(&mut visitor, genuine).await;
        assert!(
            said.contains("This certificate is genuine")
                && said
                    .contains("completed “<bdi lang=\"en\" dir=\"ltr\">A small course</bdi>” at "),
            "{said}"
        );
    }
    let again = asha.get(&file).await.body;
    assert!(again != *token && checked(&mut visitor, &again).await.contains("is genuine"));
    let spoilt = format!("{}A{}", &token[..200], &token[201..]);
    for (bad, why) in [
        (spoilt.as_str(), "This is not one of our certificates"),
        ("a.b.c", "It is incomplete"),
        (
            "https://learn.example/index.html",
            "There is no certificate with this code here.",
        ),
        (
            "0000-0000-0000",
            "There is no certificate with this code here.",
        ),
        (&"x.".repeat(9000), "It is incomplete"),
    ] {
        assert!(checked(&mut visitor, bad).await.contains(why), "{why}");
    }
    // Another organization has no record of the certificate and does not know the key.
    site.test
        .other_organization("theirs", "theirs.example")
        .await;
    visitor.host = "theirs.example".to_owned();
    assert!(
        checked(&mut visitor, token)
            .await
            .contains("It says that it was issued by")
    );
    assert!(
        checked(&mut visitor, &code)
            .await
            .contains("There is no certificate")
    );
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

struct Signed {
    issuer: Issuer,
    certificate: Certificate,
    secret: SigningKey,
    keys: Vec<PublicKey>,
    token: String,
}

fn signed() -> &'static Signed {
    static SIGNED: OnceLock<Signed> = OnceLock::new();
    SIGNED.get_or_init(|| {
        let at = "2026-03-01T12:00:00.5Z".parse().unwrap();
        let certificate = Certificate {
            user_id: UserId(Uuid::nil()),
            course_id: CourseId(Uuid::nil()),
            program_type: ProgramType::SelfPaced,
            code: code::draw(),
            learner_name: "Asha Kulkarni".to_owned(),
            course_title: "How to trust a number".to_owned(),
            course_language: "en".to_owned(),
            organization_name: "Lyceum".to_owned(),
            completed_at: at,
            issued_at: at,
            revoked_at: None,
            revocation_reason: None,
            rating: None,
            feedback: None,
        };
        let issuer = Issuer {
            site: "https://learn.example".to_owned(),
            name: "Lyceum".to_owned(),
        };
        let (jwk, secret) = keys::generate().unwrap();
        let kid = Uuid::from_u128(7);
        let secret = SigningKey { kid, secret };
        let token = badge::sign(&issuer, &certificate, &secret).unwrap();
        Signed {
            issuer,
            certificate,
            secret,
            keys: vec![PublicKey { kid, jwk }],
            token,
        }
    })
}

fn refusal(token: &str) -> Option<CredentialRefusal> {
    let signed = signed();
    badge::read(token, &signed.keys, &signed.issuer).err()
}

#[test]
fn what_was_not_signed_by_us_is_refused() {
    let signed = signed();
    let read = badge::read(&signed.token, &signed.keys, &signed.issuer).unwrap();
    assert!(read.agree_with(&signed.certificate));
    let parts: Vec<&str> = signed.token.split('.').collect();
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let headed = |header: Value| format!("{}.{}.{}", encoded(&header), parts[1], parts[2]);
    let kid = decoded(parts[0])["kid"].clone();

    let mut payload = decoded(parts[1]);
    payload["credentialSubject"]["identifier"][0]["identityHash"] = json!("Mallory");
    let altered = format!("{}.{}.{}", parts[0], encoded(&payload), parts[2]);
    assert_eq!(refusal(&altered), Some(CredentialRefusal::Forged));
    let unsigned = encoded(&json!({ "alg": "none", "kid": kid }));
    assert_eq!(
        refusal(&format!("{unsigned}.{}.", encoded(&payload))),
        Some(CredentialRefusal::Unsigned)
    );
    assert_eq!(
        refusal(&headed(json!({ "alg": "nOnE", "kid": kid }))),
        Some(CredentialRefusal::Unsigned)
    );
    assert_eq!(
        refusal(&headed(json!({ "alg": "HS256", "kid": kid }))),
        Some(CredentialRefusal::OtherAlgorithm)
    );
    assert_eq!(
        refusal(&headed(json!({ "alg": "RS256", "kid": "x" }))),
        Some(CredentialRefusal::UnknownKey)
    );
    // A key inside the token is not trusted.
    let own = json!({ "alg": "RS256", "jwk": signed.keys[0].jwk });
    assert_eq!(refusal(&headed(own)), Some(CredentialRefusal::UnknownKey));
    for broken in [
        "",
        ".",
        "..",
        "x",
        &signed.token[..400],
        &format!("{}.x", signed.token),
    ] {
        assert_eq!(refusal(broken), Some(CredentialRefusal::Broken), "{broken}");
    }

    // A forger signs under our key's id.
    let (_, stolen) = keys::generate().unwrap();
    let forger = SigningKey {
        kid: signed.secret.kid,
        secret: stolen,
    };
    let forged = badge::sign(&signed.issuer, &signed.certificate, &forger).unwrap();
    assert_eq!(refusal(&forged), Some(CredentialRefusal::Forged));
    let elsewhere = Issuer {
        site: "https://other.example".to_owned(),
        name: "Other".to_owned(),
    };
    let stranger = SigningKey {
        kid: Uuid::from_u128(8),
        ..forger
    };
    let theirs = badge::sign(&elsewhere, &signed.certificate, &stranger).unwrap();
    assert_eq!(
        refusal(&theirs),
        Some(CredentialRefusal::OtherIssuer(elsewhere.id()))
    );

    // Claims signed with our key, but different from our record.
    for change in [
        |c: &mut Certificate| c.learner_name = "Mallory".to_owned(),
        |c: &mut Certificate| c.course_title = "Another".to_owned(),
        |c: &mut Certificate| c.code = code::draw(),
        |c: &mut Certificate| c.issued_at += chrono::TimeDelta::seconds(1),
    ] {
        let mut other = signed.certificate.clone();
        change(&mut other);
        assert!(!read.agree_with(&other));
    }
    // The token stays valid after the site moved.
    assert!(badge::read(&signed.token, &signed.keys, &elsewhere).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn no_byte_of_a_credential_can_be_changed(at in 0..10_000usize, to in 0..128u8) {
        let token = &signed().token;
        let at = at % token.len();
        prop_assume!(token.as_bytes()[at] != to);
        let changed = format!("{}{}{}", &token[..at], char::from(to), &token[at + 1..]);
        prop_assert!(refusal(&changed).is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pdf_is_for_its_owner_and_has_its_fonts_and_its_link() {
    let site = TestSite::new().await;
    course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    mark(&mut asha, "true").await;
    let code = only_code(&site).await;
    let pdf = asha
        .get(&format!("/certificates/{code}/certificate.pdf"))
        .await;
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.header("content-disposition").contains(&code));
    assert!(pdf.body.starts_with("%PDF-1."));
    assert_eq!(
        pdf.body.matches("/Type/Page\n").count() + pdf.body.matches("/Type /Page\n").count(),
        1
    );
    assert!(
        pdf.body
            .contains(&format!("(http://127.0.0.1:3000/certificates/{code})"))
    );
    assert!(pdf.body.contains("/FontFile2") && pdf.body.contains("/ToUnicode"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_font_has_gets_a_pdf_that_says_so() {
    let site = TestSite::new().await;
    course(&site).await;
    let mut ming = learner(&site, "ming@example.org").await;
    sql(&site, "update users set display_name = '王小明'")
        .await
        .unwrap();
    mark(&mut ming, "true").await;
    let path = format!("/certificates/{}", only_code(&site).await);
    let page = ming.get(&path).await.body;
    assert!(page.contains("王小明") && page.contains("certificate.pdf"));
    let pdf = ming.get(&format!("{path}/certificate.pdf")).await;
    assert_eq!(pdf.status, StatusCode::OK);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with("%PDF-1."));
}

fn facts(name: &str, title: &str, organization: &str) -> super::CertificateFacts {
    let code = &signed().certificate.code;
    super::CertificateFacts {
        code: code.clone(),
        address: format!("https://learn.example/certificates/{code}"),
        learner_name: name.to_owned(),
        course_title: title.to_owned(),
        course_language: crate::platform::ui::Language::new("en"),
        organization_name: organization.to_owned(),
        program: ProgramType::Workshop,
        completed_on: ("1 March 2026".to_owned(), String::new()),
        issued_on: "1 March 2026".to_owned(),
        revoked_on: None,
    }
}

#[test]
fn every_length_of_name_and_title_is_drawn() {
    let folder = fonts::testing::system_folder();
    let bundled = fonts::testing::bundled_only(folder.path());
    let with_system = fonts::testing::with_system(folder.path());
    for (name, title) in [
        ("A", "B"),
        ("Asha Kulkarni", "How to trust a number"),
        (
            &*"Wolfeschlegelsteinhausenbergerdorff ".repeat(5),
            &*"A very long title, ".repeat(20),
        ),
        ("محمد علي", &*"x".repeat(400)),
        ("王小明", &*"语言圣经".repeat(30)),
        ("Ming 王 \u{202e}🦀\u{200d}🦀", "\u{200d}"),
        ("", ""),
        ("שרה כהן", "สมชาย ใจดี"),
    ] {
        for library in [bundled, with_system] {
            let drawn = pdf::draw(library, &facts(name, title, "学校")).unwrap();
            assert!(
                drawn.len() < 100_000,
                "fonts are cut down: {} bytes",
                drawn.len()
            );
        }
    }
}

#[test]
fn a_code_that_is_none_is_not_asked_for() {
    assert_eq!(view::no_certificate().status(), 404);
    assert_eq!(code::read("'; drop table users"), None);
}
