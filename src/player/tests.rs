//! Tests of the learner's home and of the step at the end of a topic, over HTTP.

use axum::http::header;

use crate::testing::site::TestSite;
use crate::testing::{CourseBuilder, enroll, learner, mark_done, only_code, topic_id};

#[tokio::test(flavor = "multi_thread")]
async fn courses_are_grouped_by_how_far_one_is() {
    let site = TestSite::new().await;
    for slug in ["small", "large", "other"] {
        let course = CourseBuilder::new(slug).module("M").topic("t");
        course.topic("u").import(&site).await;
    }
    let mut asha = learner(&site, "asha@example.org").await;
    enroll(&mut asha, "large").await;
    enroll(&mut asha, "other").await;
    asha.get("/learn/large/t").await.assert_ok();
    for topic in ["t", "u"] {
        let query = format!(
            "select topic_id from topics join courses using (course_id) where topics.slug = '{topic}' and courses.slug = 'small'"
        );
        mark_done(&mut asha, &site.test.text(&query).await, true).await;
    }
    let home = asha.get("/learn").await.body;
    let at = |text: &str| {
        home.find(text)
            .unwrap_or_else(|| panic!("no {text}: {home}"))
    };
    assert!(at(">In progress<") < at(">Not started<") && at(">Not started<") < at(">Completed<"));
    assert!(home.contains("0 of 2 topics"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completed_course_says_what_is_new_since() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("t");
    course.clone().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    mark_done(&mut asha, &topic_id(&site, "t").await, true).await;
    assert!(!asha.get("/learn").await.body.contains("since"));

    // The import is seen at once, although the course is kept in memory.
    course.topic("u").import(&site).await;
    let home = asha.get("/learn").await.body;
    assert!(home.contains(">Completed<") && home.contains("1 new topic since"));
    assert!(!home.contains(">Not started<"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_is_done_and_left_in_one_step() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("t");
    course.topic("u").import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (first, last) = (topic_id(&site, "t").await, topic_id(&site, "u").await);
    let page = asha.get("/learn/small/t").await.body;
    assert!(page.contains("Mark done and continue") && page.contains("value=\"/learn/small/u\""));
    let mut go_on = async |topic: &str, next: &str| {
        let fields = [("topic", topic), ("done", "true"), ("next", next)];
        let answer = asha.submit("/learn/small/t", "player/api/mark_done", &fields);
        answer.await.header(header::LOCATION).to_owned()
    };
    assert_eq!(go_on(&first, "/learn/small/u").await, "/learn/small/u");
    for elsewhere in ["/settings", "https://evil.test/", "//evil.test"] {
        assert_eq!(go_on(&first, elsewhere).await, "/learn/small/t");
    }
    let code_path = go_on(&last, "/certificates").await;
    let code = only_code(&site).await;
    assert_eq!(code_path, format!("/certificates/{code}"));
    let page = asha.get("/learn/small/u").await.body;
    assert!(page.contains(">Done<") && page.contains(&format!("href=\"{code_path}\"")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_finds_how_a_course_is_shown() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("t");
    course.import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut fields = vec![("course", "small"), ("before", "2"), ("way", "0")];
    let refused = asha.post("survey/api/take_survey", &fields).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert_eq!(
        refused.body.matches("Choose one of the answers.").count(),
        3
    );
    fields.extend([("reading", "0"), ("when", "0"), ("why", "0")]);
    asha.post("survey/api/take_survey", &fields)
        .await
        .assert_ok();
    let page = asha.get("/learn/small/survey/mine").await.body;
    assert!(page.contains("somebody who comes from another field."));
    assert!(page.contains("You said that you come from another field."));
    // The learner's own choice counts, and none is a choice too.
    let own = [("course", "small"), ("kind", "last_minute_panic")];
    asha.post("survey/api/choose_kind", &own).await.assert_ok();
    let kind = "select persona_key::text || '|' || analysis_summary from learner_persona_profiles";
    assert_eq!(site.test.text(kind).await, "last_minute_panic|");
    let none = [("course", "small")];
    asha.post("survey/api/choose_kind", &none).await.assert_ok();
    let page = asha.get("/learn/small/survey/mine").await.body;
    assert!(page.contains("Now it is shown as to everybody."));
}
