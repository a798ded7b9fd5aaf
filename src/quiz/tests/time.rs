//! Tests of attempts that are extended while in progress.

use axum::http::StatusCode;

use crate::testing::site::{TestAnswer, TestSite};
use crate::testing::{attempt, attempts_end, gated_course, give, learner, start};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_clock_has_run_down_takes_no_time_that_was_given() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    start(&mut asha, "1").await;
    let (id, questions) = attempt(&site).await;
    let left = |answer: &TestAnswer| {
        let told: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        told["seconds_left"].as_i64().unwrap()
    };
    let saved = give(&mut asha, &id, 0, &questions[0], true).await;
    assert!((50..=60).contains(&left(&saved)), "{}", saved.body);
    attempts_end(&site, "5 minutes").await;
    let saved = give(&mut asha, &id, 0, &questions[0], true).await;
    assert!((290..=300).contains(&left(&saved)), "the page learns of it");
    let by_clock = [("attempt", id.as_str()), ("time_over", "1")];
    let early = asha.post("quiz/api/submit_quiz", &by_clock).await;
    assert_eq!(
        (early.status, early.header("x-redirect")),
        (StatusCode::OK, "")
    );
    assert!((290..=300).contains(&left(&early)));
    assert_eq!(
        site.test
            .count("select count(*) from quiz_attempts where status = 'in_progress'")
            .await,
        1,
        "it goes on"
    );
    attempts_end(&site, "-1 seconds").await;
    let over = asha.post("quiz/api/submit_quiz", &by_clock).await;
    assert!(over.header("x-redirect").ends_with(&format!("?show={id}")));
    assert_eq!(
        site.test
            .count("select score::bigint from quiz_attempts where status = 'expired'")
            .await,
        50
    );
}
