//! Tests of attempts: their number, their time, their questions and their grading.

use std::sync::Arc;

use axum::http::StatusCode;

use crate::testing::site::TestSite;
use crate::testing::{
    allow_attempts, attempt, attempts_end, gated_course, give, jobs_are_due, learner, start, take,
};

#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_counted_and_wait_where_the_course_says_so() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    allow_attempts(&site, 2, 10).await;
    let slow = "insert into quiz_allowances (user_id, course_id, extra_time_percent)
                select user_id, course_id, 50 from enrollments";
    site.test.sql(slow).await;
    start(&mut asha, "1").await;
    let page = asha.get("/learn/small/quiz/1/1").await.body;
    assert!(page.contains("role=\"timer\""));
    assert_eq!(
        site.test
            .count("select extract(epoch from expires_at - started_at)::bigint from quiz_attempts")
            .await,
        90,
        "half as much again as the 60 seconds of others"
    );
    // A job ends an attempt whose time runs out while the page is closed. The waiting time counts
    // from the end of that attempt.
    attempts_end(&site, "-1 minute").await;
    jobs_are_due(&site, "end_attempt").await;
    site.mails().await;
    assert_eq!(
        site.test
            .count("select count(*) from quiz_attempts where status = 'expired' and score = 0")
            .await,
        1
    );
    let page = asha.get("/learn/small/quiz/1/1").await.body;
    assert!(
        page.contains("You can start the next attempt on "),
        "{page}"
    );
    assert_eq!(start(&mut asha, "1").await.status, StatusCode::FORBIDDEN);
    allow_attempts(&site, 2, 0).await;
    let page = asha.get("/learn/small/quiz/1/1").await.body;
    assert!(page.contains("This is your last attempt."), "{page}");
    take(&site, &mut asha, "1", false).await;
    let page = asha.get("/learn/small/quiz/1/1").await.body;
    assert!(page.contains("You have used all 2 attempts."), "{page}");
    assert_eq!(start(&mut asha, "1").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_right_is_not_told_before_it_is_graded() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    start(&mut asha, "1").await;
    let (id, questions) = attempt(&site).await;
    for path in [
        "/learn/small/quiz/1/1?show=1",
        "/learn/small/quiz/1/1?show=2",
        "/learn/small/quiz/1/1?show=end",
        "/learn/small/begin",
    ] {
        let page = asha.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for secret in ["is_correct", "accepted", "four", "They do.", "Count."] {
            assert!(!page.body.contains(secret), "{path} tells {secret}");
        }
    }
    // Others cannot use the attempt, and its id shows nothing before it has ended.
    let early = format!("/learn/small/quiz/1/1?show={id}");
    assert_eq!(asha.get(&early).await.status, StatusCode::NOT_FOUND);
    let mut ravi = learner(&site, "ravi@example.org").await;
    let stolen = give(&mut ravi, &id, 0, &questions[0], true).await;
    assert_eq!(stolen.status, StatusCode::NOT_FOUND);
    let handed_in = ravi.post("quiz/api/submit_quiz", &[("attempt", &id)]).await;
    assert_eq!(handed_in.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_attempt_does_not_offer_is_refused() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    start(&mut asha, "1").await;
    let (id, questions) = attempt(&site).await;
    let choice = questions
        .iter()
        .position(|question| question["kind"]["type"] == "choice")
        .unwrap()
        .to_string();
    let foreign = uuid::Uuid::new_v4().to_string();
    for (question, field, value) in [
        (choice.as_str(), "given[options][]", foreign.as_str()),
        (&choice, "given[options][]", "malformed"),
        ("7", "given[text]", "4"),
    ] {
        let fields = [
            ("attempt", id.as_str()),
            ("question", question),
            (field, value),
            ("go", "end"),
        ];
        let refused = asha.post("quiz/api/save_answer", &fields).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{field}={value}: {}",
            refused.body
        );
    }
    let long = "x".repeat(6000);
    let text = if choice == "0" { "1" } else { "0" };
    let fields = [
        ("attempt", id.as_str()),
        ("question", text),
        ("given[text]", &long),
        ("go", "end"),
    ];
    assert_eq!(
        asha.post("quiz/api/save_answer", &fields).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        site.test
            .count("select count(*) from quiz_attempts where answers = '{}'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn time_that_ran_out_grades_what_was_saved() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    start(&mut asha, "1").await;
    let (id, questions) = attempt(&site).await;
    assert_eq!(
        site.test
            .count("select extract(epoch from expires_at - started_at)::bigint from quiz_attempts")
            .await,
        60,
        "30 seconds for each of two questions"
    );
    give(&mut asha, &id, 0, &questions[0], true).await;
    // Within the grace period an answer still counts.
    attempts_end(&site, "-1 seconds").await;
    let kept = give(&mut asha, &id, 1, &questions[1], false).await;
    assert_eq!(
        (kept.status, kept.header("x-redirect")),
        (StatusCode::OK, "")
    );
    attempts_end(&site, "-60 seconds").await;
    let late = give(&mut asha, &id, 1, &questions[1], true).await;
    assert!(late.header("x-redirect").ends_with(&format!("?show={id}")));
    assert_eq!(
        site.test
            .count("select score::bigint from quiz_attempts where status = 'expired'")
            .await,
        50
    );
    let change = "update quiz_attempts set score = 100, status = 'passed'";
    assert!(site.test.refuses(change).await, "what is graded stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_attempt_runs_at_a_time_and_is_graded_once() {
    let site = Arc::new(TestSite::new().await);
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let first = start(&mut asha, "1").await;
    let second = start(&mut asha, "1").await;
    assert_eq!(first.header("x-redirect"), second.header("x-redirect"));
    let (id, questions) = attempt(&site).await;
    for (at, question) in questions.iter().enumerate() {
        give(&mut asha, &id, at, question, true).await;
    }
    let cookies = asha.cookies.clone();
    let submits = (0..64).map(|_| {
        let (site, cookies, id) = (site.clone(), cookies.clone(), id.clone());
        tokio::spawn(async move {
            let mut tab = site.visitor();
            tab.cookies = cookies;
            tab.post("quiz/api/submit_quiz", &[("attempt", &id)])
                .await
                .status
        })
    });
    for status in futures::future::join_all(submits).await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
    assert_eq!(
        site.test
            .count("select count(*) from quiz_attempts where status = 'passed' and score = 100")
            .await,
        1
    );
    assert_eq!(
        site.test.count("select count(*) from quiz_attempts").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_was_seen_comes_after_those_that_were_not() {
    let site = TestSite::new().await;
    let course = gated_course().setting("questions_per_attempt", 1);
    course.import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", false).await;
    let (_, first) = attempt(&site).await;
    take(&site, &mut asha, "1", false).await;
    let (_, second) = attempt(&site).await;
    assert_ne!(first[0]["question_id"], second[0]["question_id"]);
}
