//! Limits: questions of a module, questions of a minute, gates, exams and the switch.

use axum::http::StatusCode;

use super::{PAGE, ask, averages, index, kinds, question_id, site_with_tutor, step, used};
use crate::testing::site::TestSite;
use crate::testing::{ExamBuilder, gated_course, learner, start_exam, tutor};

#[tokio::test(flavor = "multi_thread")]
async fn the_questions_of_a_module_are_counted_for_answers_only() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let set = "insert into course_tutor_settings (course_id, questions_per_module) select course_id, 2 from courses";
    site.test.sql(set).await;
    ask(&mut asha, "Which cheese does Ravi eat?")
        .await
        .assert_ok();
    for question in [
        "What is the mean of salaries?",
        "Why does the median ignore outliers?",
    ] {
        ask(&mut asha, question).await.assert_ok();
    }
    assert_eq!(used(&site).await, 2);
    let refused = ask(&mut asha, "What does a rate need?").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.body.contains("no typed questions left"),
        "{}",
        refused.body
    );
    // A hint costs nothing, and a person can still be asked.
    let question = question_id(&site, "What is the mean of salaries?").await;
    step(&mut asha, &question, "explanation").await.assert_ok();
    let page = asha.get(PAGE).await.body;
    assert!(page.contains("0 of 2 questions left") && !page.contains("Ask the tutor"));
    assert!(page.contains("Ask a person"));
    assert_eq!(used(&site).await, 2);
    // Others have questions of their own.
    let mut ravi = learner(&site, "ravi@example.org").await;
    ask(&mut ravi, "What does a rate need?").await.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_cannot_pass_the_limit_together() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    ask(&mut asha, "What is the mean of salaries?")
        .await
        .assert_ok();
    let set = "insert into course_tutor_settings (course_id, questions_per_module) select course_id, 2 from courses";
    site.test.sql(set).await;
    let (mut one, mut two) = (asha.tab(), asha.tab());
    let (one, two) = tokio::join!(
        ask(&mut one, "Why does the median ignore outliers?"),
        ask(&mut two, "What does a rate need?")
    );
    let passed = [one.status, two.status]
        .into_iter()
        .filter(|status| *status == StatusCode::OK);
    assert_eq!((passed.count(), used(&site).await), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_questions_a_minute_are_asked() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut asked = 0;
    let refused = loop {
        let answer = ask(&mut asha, &format!("Which cheese number {asked}?")).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
        asked += 1;
    };
    // A slow test gains a question every 7.5 seconds.
    assert!((8..12).contains(&asked), "{asked}");
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let waits: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=8).contains(&waits), "{waits}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_answered_while_the_tutor_is_off() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    ask(&mut asha, "What is the mean of salaries?")
        .await
        .assert_ok();
    let question = question_id(&site, "What is the mean of salaries?").await;
    let off =
        "insert into course_tutor_settings (course_id, is_on) select course_id, false from courses";
    site.test.sql(off).await;
    let refused = ask(&mut asha, "Why does the median ignore outliers?").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let refused = step(&mut asha, &question, "explanation").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let page = asha.get(PAGE).await.body;
    assert!(page.contains("have switched the tutor off"));
    assert!(!page.contains("Your question") && page.contains("mean of salaries"));
    assert_eq!(kinds(&site).await, "hint");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tutor_is_off_during_an_exam() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    tutor(&site, "tutor@example.org").await;
    let exam = ExamBuilder::new()
        .of_one_question("small")
        .publish(&site)
        .await;
    start_exam(&mut asha, "small", &exam).await.assert_ok();
    let refused = ask(&mut asha, "What is the mean of salaries?").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.body.contains("while you sit an exam"),
        "{}",
        refused.body
    );
    assert!(asha.get(PAGE).await.body.contains("while you sit an exam"));
    let mut ravi = learner(&site, "ravi@example.org").await;
    ask(&mut ravi, "What is the mean of salaries?")
        .await
        .assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_topic_has_no_tutor_and_is_not_quoted() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    index(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let page = asha.get("/learn/small/end/tutor").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let fields = |topic| {
        [
            ("course", "small"),
            ("topic", topic),
            ("question", "Goodbye ending"),
        ]
    };
    let path = "tutor_chat/api/ask_tutor";
    let locked = asha.post(path, &fields("end")).await;
    assert_eq!(locked.status, StatusCode::FORBIDDEN);
    asha.post(path, &fields("begin")).await.assert_ok();
    assert_eq!(kinds(&site).await, "unknown");
    let page = asha.get("/learn/small/begin/tutor").await.body;
    assert!(!page.contains("Goodbye.") && !page.contains("“Ending”"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_may_be_called_exam() {
    let site = TestSite::new().await;
    let course = averages()
        .topic("exam")
        .topic_title("Exam")
        .text("Exams end.");
    course.import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let page = asha.get("/learn/small/exam/tutor").await;
    page.assert_ok();
    assert!(page.body.contains("Your question"));
}
