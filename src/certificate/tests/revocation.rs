//! Certificates are revoked, and issued anew by admins.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{checked, course};
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{learner, mark_done, only_code};

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_certificate_says_so_everywhere() {
    let site = TestSite::new().await;
    let topic = course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    mark_done(&mut asha, &topic, true).await;
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
        site.test
            .refuses("update course_certificates set revoked_at = null, revocation_reason = null")
            .await
    );
}

const ISSUE_ANEW: &str = "certificate/api/issue_certificate_anew";

/// Returns the status of the only enrollment.
async fn enrollment(site: &TestSite) -> String {
    site.test.text("select status from enrollments").await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_puts_another_in_the_place_of_one_that_was_revoked() {
    let site = TestSite::new().await;
    let topic = course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    mark_done(&mut asha, &topic, true).await;
    let code = only_code(&site).await;
    let path = format!("/certificates/{code}");
    let mut admin = site.signed_in("root@example.org", UserRole::Admin).await;
    let fields = [("code", code.as_str()), ("reason", "Her name was wrong.")];
    let early = admin.post(ISSUE_ANEW, &fields).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.body);
    let revoked = admin
        .post("certificate/api/revoke_certificate", &fields)
        .await;
    revoked.assert_ok();

    // Viewing pages and marking a topic again leave the certificate revoked.
    for page in ["/certificates", "/learn", "/learn/small/t"] {
        let shown = asha.get(page).await;
        assert!(
            shown.body.contains(&path),
            "{page} names the revoked one: {} {}",
            shown.status,
            shown.body
        );
    }
    mark_done(&mut asha, &topic, false).await;
    assert_eq!(enrollment(&site).await, "active", "a topic is open again");
    let open = admin.get(&path).await;
    open.assert_ok();
    assert!(
        !open.body.contains("Reissue"),
        "the course is not completed: {}",
        open.body
    );
    let refused = admin.post(ISSUE_ANEW, &fields).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    mark_done(&mut asha, &topic, true).await;
    assert_eq!(enrollment(&site).await, "completed", "all is done again");
    let after = only_code(&site).await;
    assert_eq!(after, code, "completing again issues nothing");

    let refused = asha.post(ISSUE_ANEW, &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    let open = admin.get(&path).await;
    assert!(
        open.body.contains("Reissue"),
        "an admin may reissue: {} {}",
        open.status,
        open.body
    );
    let change = "update users set display_name = 'Asha Kulkarni' where username = 'asha'";
    site.test.sql(change).await;
    let clicks = (0..4).map(|_| {
        let mut tab = admin.tab();
        async move { tab.post(ISSUE_ANEW, &fields).await }
    });
    let answers = futures::future::join_all(clicks).await;
    let said: Vec<String> = answers
        .iter()
        .map(|answer| format!("{} {}", answer.status, answer.body))
        .collect();
    let mut statuses: Vec<StatusCode> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort();
    let one_of_four = [
        StatusCode::OK,
        StatusCode::CONFLICT,
        StatusCode::CONFLICT,
        StatusCode::CONFLICT,
    ];
    assert_eq!(statuses, one_of_four, "one click issues: {said:#?}");
    let issued = answers
        .iter()
        .find(|answer| answer.status == StatusCode::OK)
        .unwrap();
    let new = issued.header("x-redirect").to_owned();
    assert!(
        new.starts_with("/certificates/") && new != path,
        "the answer leads to the new one, not to {new:?}: {said:#?}"
    );
    let reissued = "select count(*) from audit_logs where action = 'certificate.issued_anew' and new_values ->> 'reason' = 'Her name was wrong.'";
    assert_eq!(site.test.count(reissued).await, 1, "one entry in the audit");
    let mut visitor = site.visitor();
    let page = visitor.get(&new).await;
    assert!(
        page.body.contains("This certificate is genuine") && page.body.contains("Asha Kulkarni"),
        "{new}: {} {}",
        page.status,
        page.body
    );
    let old = visitor.get(&path).await;
    assert!(
        old.body.contains("This certificate was revoked"),
        "{path}: {} {}",
        old.status,
        old.body
    );
    for page in ["/learn", "/courses/small", "/learn/small/t"] {
        let shown = asha.get(page).await;
        assert!(
            shown.body.contains(&new) && !shown.body.contains(&path),
            "{page} names {new} in place of {path}: {} {}",
            shown.status,
            shown.body
        );
    }
    let old = admin.get(&path).await;
    old.assert_ok();
    assert!(!old.body.contains("Reissue"), "another is in force");
}
