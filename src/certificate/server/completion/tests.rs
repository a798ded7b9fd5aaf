//! Completion over HTTP: courses that become complete while the learner is away, and two last steps
//! at the same time.

use axum::http::StatusCode;

use crate::testing::site::TestSite;
use crate::testing::{
    attempt, attempts_end, enroll, finish_topics, gated_course, give, jobs_are_due, learner, start,
    take, topic_id,
};

const COMPLETED: &str = "select count(*) from enrollments join course_certificates using (user_id, course_id) where status = 'completed'";

#[tokio::test(flavor = "multi_thread")]
async fn a_course_that_others_completed_is_completed_where_its_learner_looks() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut learners = Vec::new();
    for name in ["asha", "ravi", "zoe"] {
        let mut browser = learner(&site, &format!("{name}@example.org")).await;
        take(&site, &mut browser, "1", true).await;
        learners.push(browser);
    }
    finish_topics(&site, &[]).await;
    for (browser, page) in
        learners
            .iter_mut()
            .zip(["/learn", "/certificates", "/learn/small/begin"])
    {
        assert_eq!(browser.get(page).await.status, StatusCode::OK);
    }
    assert_eq!(site.test.count(COMPLETED).await, 0, "quiz 1.2 is missing");
    // A tutor retires the last quiz, so the learners need to do nothing more.
    let change = "update quiz_questions set retired_at = now() where topic_pair_index = 2";
    site.test.sql(change).await;
    for (at, page) in ["/learn", "/certificates", "/learn/small/begin"]
        .into_iter()
        .enumerate()
    {
        let shown = learners[at].get(page).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(
            shown.body.contains("href=\"/certificates/"),
            "{page} shows the certificate"
        );
        assert_eq!(site.test.count(COMPLETED).await, at as i64 + 1, "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_after_passing_the_last_quiz_has_completed_the_course() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", true).await;
    finish_topics(&site, &[]).await;
    start(&mut asha, "2").await;
    let (id, questions) = attempt(&site).await;
    give(&mut asha, &id, 0, &questions[0], true).await;
    let small = [("course", "small")];
    asha.post("enrollment/api/withdraw", &small).await;
    attempts_end(&site, "-1 minute").await;
    jobs_are_due(&site, "end_attempt").await;
    site.mails().await;
    let passed = "select count(*) from quiz_attempts where status = 'passed'";
    assert_eq!(site.test.count(passed).await, 2);
    assert_eq!(site.test.count(COMPLETED).await, 0);
    enroll(&mut asha, "small").await;
    let home = asha.get("/learn").await.body;
    assert!(home.contains("href=\"/certificates/"), "{home}");
    assert_eq!(site.test.count(COMPLETED).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_last_steps_at_once_complete_the_course() {
    const LEARNERS: usize = 12;
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut tabs = Vec::new();
    for n in 0..LEARNERS {
        let mut asha = learner(&site, &format!("asha{n}@example.org")).await;
        take(&site, &mut asha, "1", true).await;
        start(&mut asha, "2").await;
        let (id, questions) = attempt(&site).await;
        give(&mut asha, &id, 0, &questions[0], true).await;
        let other = asha.tab();
        tabs.push((asha, other, id));
    }
    finish_topics(&site, &["late"]).await;
    let late = topic_id(&site, "late").await;
    let steps = tabs.iter_mut().map(|(one, other, id)| {
        let topic = [("topic", late.as_str()), ("done", "true")];
        async move {
            let attempt = [("attempt", id.as_str())];
            let (marked, submitted) = tokio::join!(
                one.post("player/api/mark_done", &topic),
                other.post("quiz/api/submit_quiz", &attempt)
            );
            marked.assert_ok();
            submitted.assert_ok();
        }
    });
    futures::future::join_all(steps).await;
    assert_eq!(site.test.count(COMPLETED).await, LEARNERS as i64);
}
