//! Tests of the facts that the server records itself, where they happen.

use crate::testing::site::TestSite;
use crate::testing::{
    ExamBuilder, Group, cold_call_course, exam_bank, learner, mark_done, pelican_course, prompt_id,
    running_sitting, start_exam, take, topic_id, tutor,
};

/// The kinds of all events, by time.
const KINDS: &str =
    "select coalesce(string_agg(kind || case when detail = '' then '' else ' ' || detail end, ', '
    order by occurred_at, event_id), '') from learner_activity_events";

#[tokio::test(flavor = "multi_thread")]
async fn enrollment_progress_and_quizzes_are_recorded() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let fields = [("course", "small")];
    // Enrolling a second time is no event.
    asha.post("enrollment/api/enroll", &fields)
        .await
        .assert_ok();
    let topic = topic_id(&site, "begin").await;
    mark_done(&mut asha, &topic, true).await;
    mark_done(&mut asha, &topic, false).await;
    take(&site, &mut asha, "1", false).await.assert_ok();
    take(&site, &mut asha, "1", true).await.assert_ok();
    let persona = [("course", "small"), ("persona", "sports")];
    // Neither is choosing the same again.
    for _ in 0..2 {
        asha.post("player/api/choose_persona", &persona)
            .await
            .assert_ok();
    }
    let kinds = site.test.text(KINDS).await;
    let expected = [
        "enrolled",
        "topic_done",
        "quiz_started 1.1",
        "quiz_failed 1.1",
        "quiz_started 1.1",
        "quiz_passed 1.1",
        "persona_changed",
    ];
    assert!(kinds.starts_with(&expected.join(", ")), "{kinds}");
    let sums = "select quizzes_passed || '/' || quizzes_failed || '/' || done || '/' || events from learner_activity_days";
    assert_eq!(site.test.text(sums).await, "1/1/1/7");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_cold_call_is_recorded_once() {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let prompt = prompt_id(&site, "Why do pelicans").await;
    asha.answer(&prompt, "They are birds.").await.assert_ok();
    asha.answer(&prompt, "They are birds.").await;
    let answered = "select sum(answered) from learner_activity_days";
    assert_eq!(site.test.count(answered).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exam_is_recorded_without_its_result() {
    let site = TestSite::new().await;
    exam_bank().import(&site).await;
    tutor(&site, "tutor@example.org").await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    start_exam(&mut asha, "small", &exam).await.assert_ok();
    let sitting = running_sitting(&site).await;
    let fields = [("sitting", sitting.as_str())];
    asha.post("exam/api/submit_exam", &fields).await.assert_ok();
    let kinds = site.test.text(KINDS).await;
    assert_eq!(kinds, "enrolled, exam_started, exam_ended");
    let amounts = "select sum(amount) from learner_activity_events";
    assert_eq!(site.test.count(amounts).await, 0);
}
