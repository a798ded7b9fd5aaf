//! Tests of U+0000, which PostgreSQL cannot store in text. A request with it must be rejected with
//! a readable error.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{TestAnswer, TestSite};
use crate::testing::{gated_course, learner, take, user_id};

fn refused(answer: &TestAnswer, what: &str) {
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{what}: {}",
        answer.body
    );
    // The page may write the apostrophe in "can't" as an HTML entity, so the text ends before it.
    assert!(
        answer.body.contains("contains a character that can"),
        "{what}: {}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nul_is_refused_wherever_it_is_sent() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", false).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    for path in [
        "/teach/small?q=%00",
        "/teach/small/gradebook.csv?q=%00",
        "/teach/small/activity?q=%00",
        "/teach/small/activity.csv?q=%00",
        "/teach/%00",
        "/teach/%00/questions/export?format=gift",
        "/teach/small/learners/%00",
        "/courses/%00",
        "/learn/%00/begin",
    ] {
        refused(&root.get(path).await, path);
    }
    // Topics are found in memory, which knows no topic of this name.
    let topic = asha.get("/learn/small/%00").await;
    assert_eq!(topic.status, StatusCode::NOT_FOUND);
    let id = user_id(&site, "asha@example.org").await;
    let fields = [
        ("course", "small"),
        ("learner", id.as_str()),
        ("module_no", "1"),
        ("pair", "1"),
        ("reason", "a\0b"),
    ];
    refused(
        &root.post("gradebook/api/reset_quiz", &fields).await,
        "a reason",
    );
    let resets = "select count(*) from quiz_resets";
    assert_eq!(site.test.count(resets).await, 0);
    let form = "/teach/small/learners/asha?do=reset&module=1&pair=1";
    let back = root.submit(form, "gradebook/api/reset_quiz", &fields).await;
    assert_eq!(back.header("location"), form);
    let page = root.get(form).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body.contains("contains a character that can") && page.body.contains("ab</textarea>")
    );
    let fields = [
        ("name", "a\0b"),
        ("email", "new@example.org"),
        ("password", "a long enough password"),
    ];
    let answer = site.visitor().post("auth/api/sign_up", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}
