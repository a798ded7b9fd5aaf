//! Certificates are issued once, keep what they say, and belong to their owners.

use axum::http::StatusCode;

use super::course;
use crate::certificate::server::{code, view};
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{learner, mark_done, only_code};

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_issued_once_and_says_for_ever_what_it_said() {
    let site = TestSite::new().await;
    let topic = course(&site).await;
    let asha = learner(&site, "asha@example.org").await;
    let completions = (0..64).map(|_| {
        let mut tab = asha.tab();
        let topic = &topic;
        async move { mark_done(&mut tab, topic, true).await }
    });
    futures::future::join_all(completions).await;
    let code = only_code(&site).await;

    let change = "update users set display_name = 'Somebody else'; update courses set title = 'Another course'; update organizations set name = 'Elsewhere'";
    site.test.sql(change).await;
    let mut asha = asha;
    mark_done(&mut asha, &topic, false).await;
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
        assert!(site.test.refuses(forbidden).await, "{forbidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_completed_before_is_issued_when_somebody_looks() {
    let site = TestSite::new().await;
    course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let none = asha.get("/certificates").await;
    assert!(none.body.contains("No certificates yet"));
    let change =
        "update enrollments set status = 'completed', completed_at = '2026-03-01T12:00:00Z'";
    site.test.sql(change).await;
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
    let topic = course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    mark_done(&mut asha, &topic, true).await;
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

#[test]
fn a_code_that_is_none_is_not_asked_for() {
    assert_eq!(view::no_certificate().status(), 404);
    assert_eq!(code::read("'; drop table users"), None);
}
