//! Completion over HTTP: courses that become complete while the learner is away, and two last steps
//! at the same time.

use axum::http::StatusCode;

use crate::platform::http::testing::TestSite;
use crate::quiz::tests::{GATED, attempt, course, give, learner, sql, start, take};

const BOUND: &str = "select set_config('app.organization_id', (select organization_id::text from organizations where slug = 'lyceum'), false);";

/// Marks all topics except `but` as done for every learner.
async fn all_done(site: &TestSite, but: &str) {
    sql(
        site,
        &format!(
            "{BOUND} insert into topic_progress (user_id, topic_id, is_completed, completed_at)
             select e.user_id, t.topic_id, true, now() from enrollments e join topics t using (course_id) where t.slug <> '{but}'
             on conflict (user_id, topic_id) do update set is_completed = true, completed_at = now()"
        ),
    )
    .await;
}

const COMPLETED: &str = "select count(*) from enrollments join course_certificates using (user_id, course_id) where status = 'completed'";

#[tokio::test(flavor = "multi_thread")]
async fn a_course_that_others_completed_is_completed_where_its_learner_looks() {
    let site = TestSite::new().await;
    course(&site, GATED).await;
    let mut learners = Vec::new();
    for name in ["asha", "ravi", "zoe"] {
        let mut browser = learner(&site, &format!("{name}@example.org")).await;
        take(&site, &mut browser, "1", true).await;
        learners.push(browser);
    }
    all_done(&site, "none").await;
    for (browser, page) in
        learners
            .iter_mut()
            .zip(["/learn", "/certificates", "/learn/small/begin"])
    {
        assert_eq!(browser.get(page).await.status, StatusCode::OK);
    }
    assert_eq!(site.test.count(COMPLETED).await, 0, "quiz 1.2 is missing");
    // A tutor retires the last quiz, so the learners need to do nothing more.
    sql(
        &site,
        "update quiz_questions set retired_at = now() where topic_pair_index = 2",
    )
    .await;
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
    course(&site, GATED).await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", true).await;
    all_done(&site, "none").await;
    start(&mut asha, "2").await;
    let (id, questions) = attempt(&site).await;
    give(&mut asha, &id, 0, &questions[0], true).await;
    let small = [("course", "small")];
    asha.post("enrollment/api/withdraw", &small).await;
    sql(
        &site,
        "update quiz_attempts set expires_at = now() - interval '1 minute' where status = 'in_progress'; update background_jobs set run_at = now() where kind = 'end_attempt'",
    )
    .await;
    site.mails().await;
    let passed = "select count(*) from quiz_attempts where status = 'passed'";
    assert_eq!(site.test.count(passed).await, 2);
    assert_eq!(site.test.count(COMPLETED).await, 0);
    asha.post("enrollment/api/enroll", &small).await;
    let home = asha.get("/learn").await.body;
    assert!(home.contains("href=\"/certificates/"), "{home}");
    assert_eq!(site.test.count(COMPLETED).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_last_steps_at_once_complete_the_course() {
    const LEARNERS: usize = 12;
    let site = TestSite::new().await;
    course(&site, GATED).await;
    let mut tabs = Vec::new();
    for n in 0..LEARNERS {
        let mut asha = learner(&site, &format!("asha{n}@example.org")).await;
        take(&site, &mut asha, "1", true).await;
        start(&mut asha, "2").await;
        let (id, questions) = attempt(&site).await;
        give(&mut asha, &id, 0, &questions[0], true).await;
        let mut other = site.visitor();
        other.cookies.clone_from(&asha.cookies);
        tabs.push((asha, other, id));
    }
    all_done(&site, "late").await;
    let late = site
        .test
        .text("select topic_id::text as text from topics where slug = 'late'")
        .await;
    let steps = tabs.iter_mut().map(|(one, other, id)| {
        let topic = [("topic", late.as_str()), ("done", "true")];
        async move {
            let attempt = [("attempt", id.as_str())];
            let (marked, submitted) = tokio::join!(
                one.post("player/api/mark_done", &topic),
                other.post("quiz/api/submit_quiz", &attempt)
            );
            assert_eq!(marked.status, StatusCode::OK, "{}", marked.body);
            assert_eq!(submitted.status, StatusCode::OK, "{}", submitted.body);
        }
    });
    futures::future::join_all(steps).await;
    assert_eq!(site.test.count(COMPLETED).await, LEARNERS as i64);
}
