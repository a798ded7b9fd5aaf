//! Courses that are made of documents.

use axum::http::StatusCode;

use super::{AVERAGES, document_id, upload};
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;

#[tokio::test(flavor = "multi_thread")]
async fn a_document_becomes_a_draft_course_with_questions() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    upload(&mut admin, &[("averages.md", AVERAGES.as_bytes())])
        .await
        .assert_ok();
    site.mails().await;
    let id = document_id(&site, "Averages").await;
    let fields = [
        ("document", id.as_str()),
        ("title", "Averages"),
        ("slug", "averages"),
    ];
    let made = admin.post("ingest/api/make_document_course", &fields).await;
    made.assert_ok();
    assert_eq!(made.header("x-redirect"), "/teach/averages/outline");
    let outline = admin.get("/teach/averages/outline").await;
    outline.assert_ok();
    for said in ["The mean", "The median", "The range"] {
        assert!(outline.body.contains(said), "{said}: {}", outline.body);
    }
    let questions = "select count(*) from quiz_questions where question_type = 'short_answer' and prompt like '%……%'";
    assert!(site.test.count(questions).await >= 3);
    let passages = "select count(*) from quiz_questions where explanation like '%The document says in%part 1%'";
    assert!(site.test.count(passages).await >= 3);
    let page = admin.get(&format!("/documents/{id}")).await.body;
    assert!(page.contains("/teach/averages/outline"), "{page}");
    // Nobody sees it before a person publishes it.
    let mut visitor = site.visitor();
    assert_eq!(
        visitor.get("/courses/averages").await.status,
        StatusCode::NOT_FOUND
    );
    let again = admin.post("ingest/api/make_document_course", &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.body.contains("Another course has this name"),
        "{}",
        again.body
    );
}
