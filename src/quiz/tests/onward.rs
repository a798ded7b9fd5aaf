//! Tests of the parts that a quiz opens, of locked parts, and of withheld right answers.

use axum::http::StatusCode;

use crate::testing::site::TestSite;
use crate::testing::{attempt, finish_topics, gated_course, learner, start, take, topic_id};

#[tokio::test(flavor = "multi_thread")]
async fn a_quiz_opens_what_follows_it() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    assert_eq!(asha.get("/learn/small/begin").await.status, StatusCode::OK);
    let closed = asha.get("/learn/small/late").await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    assert!(
        closed
            .body
            .contains("This unlocks when quiz 1.1 is passed.")
    );
    assert_eq!(
        asha.get("/learn/small/end").await.status,
        StatusCode::FORBIDDEN
    );
    // Search, marking as done and starting the next quiz are locked too.
    let found = asha.get("/learn/small/begin?q=goodbye").await.body;
    assert!(found.contains("No results for “goodbye”."), "{found}");
    let late = topic_id(&site, "late").await;
    let marked = asha
        .post(
            "player/api/mark_done",
            &[("topic", late.as_str()), ("done", "true")],
        )
        .await;
    assert_eq!(marked.status, StatusCode::FORBIDDEN);
    let refused = start(&mut asha, "2").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);

    let terms = asha.get("/learn/small/quiz/1/1").await;
    assert_eq!(terms.status, StatusCode::OK);
    assert!(terms.body.contains("2 questions") && terms.body.contains("70% to pass"));

    let failed = take(&site, &mut asha, "1", false).await;
    assert!(failed.header("x-redirect").contains("?show="));
    let result = asha.get(failed.header("x-redirect")).await.body;
    assert!(result.contains("Not passed") && result.contains("They do."));
    assert!(result.contains("Review topic"));
    assert_eq!(
        asha.get("/learn/small/late").await.status,
        StatusCode::FORBIDDEN
    );

    let passed = take(&site, &mut asha, "1", true).await;
    let result = asha.get(passed.header("x-redirect")).await.body;
    assert!(result.contains("Passed") && result.contains("100%"));
    assert!(result.contains("Continue: <bdi lang=\"en\" dir=\"ltr\">late</bdi>"));
    assert_eq!(asha.get("/learn/small/late").await.status, StatusCode::OK);
    assert_eq!(
        asha.get("/learn/small/end").await.status,
        StatusCode::FORBIDDEN
    );
    take(&site, &mut asha, "2", true).await;
    assert_eq!(asha.get("/learn/small/end").await.status, StatusCode::OK);
    assert_eq!(
        site.test
            .count("select count(*) from module_progress where quiz_passed and module_no = 1")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_lies_between_modules() {
    let site = TestSite::new().await;
    gated_course().gated(7).import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", true).await;
    let passed = take(&site, &mut asha, "2", true).await;
    let result = asha.get(passed.header("x-redirect")).await.body;
    assert!(result.contains("Passed") && !result.contains("Continue:"));
    let closed = asha.get("/learn/small/end").await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    assert!(closed.body.contains("This unlocks on "), "{}", closed.body);
    let change = "update module_progress set unlocked_at = unlocked_at - interval '8 days'";
    site.test.sql(change).await;
    assert_eq!(asha.get("/learn/small/end").await.status, StatusCode::OK);
    let found = asha.get("/learn/small/begin?q=goodbye").await.body;
    assert!(found.contains("/learn/small/end"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_closed_names_the_quiz_that_opens_it_and_from_when() {
    let site = TestSite::new().await;
    gated_course().gated(7).import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let closed = asha.get("/learn/small/end").await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    let why = "This unlocks when quiz 1.2 is passed, but not before ";
    assert!(closed.body.contains(why), "{}", closed.body);
    assert!(closed.body.contains("/learn/small/quiz/1/2"));
    assert!(closed.body.contains("Go to quiz 1.2"));
    let outline = asha.get("/learn/small/begin").await.body;
    assert!(outline.contains("after quiz 1.2, from "), "{outline}");

    take(&site, &mut asha, "1", true).await;
    let passed = take(&site, &mut asha, "2", true).await;
    let result = asha.get(passed.header("x-redirect")).await.body;
    let later = "Up next: “Ending”. This unlocks on ";
    assert!(result.contains(later), "{result}");
    let closed = asha.get("/learn/small/end").await;
    assert!(closed.body.contains("Back to the course"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_begins_to_hold_people_up_holds_those_who_were_there_before() {
    let site = TestSite::new().await;
    gated_course().never_locked().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    assert_eq!(asha.get("/learn/small/end").await.status, StatusCode::OK);
    gated_course().import(&site).await;
    let closed = asha.get("/learn/small/end").await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    assert!(
        closed
            .body
            .contains("This unlocks when quiz 1.2 is passed.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_says_nothing_of_what_is_being_asked_again() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let failed = take(&site, &mut asha, "1", false).await;
    let result = failed.header("x-redirect").to_owned();
    let told = |page: &str| {
        ["They do.", "Count.", "four"]
            .iter()
            .any(|right| page.contains(right))
    };
    assert!(told(&asha.get(&result).await.body));

    start(&mut asha, "1").await;
    let page = asha.get(&result).await.body;
    let (_, shown) = page.split_once("quiz-result").unwrap();
    assert!(!told(&page) && !shown.contains("Incorrect"), "{page}");
    let why = "This question is part of quiz 1.1, which you have started. The answer is shown after you submit it.";
    assert!(shown.matches(why).count() >= 2, "{page}");

    let (id, _) = attempt(&site).await;
    asha.post("quiz/api/submit_quiz", &[("attempt", &id)]).await;
    assert!(told(&asha.get(&result).await.body));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_continues_where_it_is_open() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    asha.get("/learn/small/begin").await;
    let there = |slug: &str| {
        format!(
            "update enrollments set last_topic_id = (select topic_id from topics where slug = '{slug}')"
        )
    };
    site.test.sql(&there("middle")).await;
    let stopped = asha.get("/learn/small").await;
    assert_eq!(stopped.header("location"), "/learn/small/middle");
    // The course has changed, and the topic that the learner was in is locked now.
    site.test.sql(&there("end")).await;
    assert_eq!(
        asha.get("/learn/small").await.header("location"),
        "/learn/small/begin"
    );
    let home = asha.get("/learn").await.body;
    assert!(home.contains("href=\"/learn/small/begin\""), "{home}");
    assert!(!home.contains("href=\"/learn/small/end\""));
    finish_topics(&site, &["late", "end"]).await;
    assert_eq!(
        asha.get("/learn/small").await.header("location"),
        "/learn/small/quiz/1/1"
    );
    let home = asha.get("/learn").await.body;
    assert!(home.contains("Quiz 1.1"), "{home}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_says_which_modules_have_another_number_than_learners_knew() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let again = gated_course().import(&site).await;
    assert!(again.moved.is_empty());
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", true).await;
    let moved = gated_course().reversed().import(&site).await;
    assert_eq!(moved.moved, [(1, 2)]);
    assert!(moved.to_string().contains("Module 1 is module 2 now"));
}
