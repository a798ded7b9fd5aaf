//! Tests of the parts that a quiz opens, of locked parts, and of withheld right answers.

use axum::http::StatusCode;

use super::{GATED, attempt, course, course_of, learner, sql, start, take};
use crate::platform::http::testing::TestSite;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_closed_names_the_quiz_that_opens_it_and_from_when() {
    let site = TestSite::new().await;
    course(&site, "gated = true\ncooldown_days = 7").await;
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
    course(&site, GATED).await;
    sql(
        &site,
        "update course_modules set gates = false where module_no = 2",
    )
    .await;
    let mut asha = learner(&site, "asha@example.org").await;
    assert_eq!(asha.get("/learn/small/end").await.status, StatusCode::OK);
    sql(&site, "update course_modules set gates = true").await;
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
    course(&site, GATED).await;
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
    course(&site, GATED).await;
    let mut asha = learner(&site, "asha@example.org").await;
    asha.get("/learn/small/begin").await;
    let there = |slug: &str| {
        format!(
            "update enrollments set last_topic_id = (select topic_id from topics where slug = '{slug}')"
        )
    };
    sql(&site, &there("middle")).await;
    let stopped = asha.get("/learn/small").await;
    assert_eq!(stopped.header("location"), "/learn/small/middle");
    // The course has changed, and the topic that the learner was in is locked now.
    sql(&site, &there("end")).await;
    assert_eq!(
        asha.get("/learn/small").await.header("location"),
        "/learn/small/begin"
    );
    let home = asha.get("/learn").await.body;
    assert!(home.contains("href=\"/learn/small/begin\""), "{home}");
    assert!(!home.contains("href=\"/learn/small/end\""));
    sql(&site, "update topic_progress set is_completed = true").await;
    sql(
        &site,
        "insert into topic_progress (organization_id, user_id, topic_id, is_completed)
         select e.organization_id, e.user_id, t.topic_id, true from enrollments e join topics t on t.slug = 'middle'",
    )
    .await;
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
    course(&site, GATED).await;
    let again = course_of(&site, GATED, ["one", "two"]).await;
    assert!(again.moved.is_empty());
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", true).await;
    let moved = course_of(&site, GATED, ["two", "one"]).await;
    assert_eq!(moved.moved, [(1, 2)]);
    assert!(moved.to_string().contains("Module 1 is module 2 now"));
}
