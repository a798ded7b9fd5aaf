//! Topics that are split at a heading, and modules that are hidden and shown as a whole.

use axum::http::StatusCode;

use crate::testing::site::{Browser, TestSite};
use crate::testing::{CourseBuilder, Question, learner, mark_done, topic_id, tutor};

fn course() -> CourseBuilder {
    let asked = Question::short_answer("qa", "How many?", &["x"]);
    let course = CourseBuilder::new("small").module("One").topic("a");
    let course = course.text("Begin here.\n\n## The median\n\nIt is in the middle.");
    // The question stands at the end of the text.
    let course = course.question(asked).with_practice().topic("b");
    course.module("Two").topic("c")
}

async fn outline(site: &TestSite) -> String {
    site.test
        .text(
            "select string_agg(slug || ' ' || module_no || '.' || outline_order || coalesce(' ' || hidden_as, ''), ', '
                               order by module_no, outline_order) from topics",
        )
        .await
}

async fn split(tutor: &mut Browser<'_>, site: &TestSite, place: &str) -> (StatusCode, String) {
    let topic = topic_id(site, "a").await;
    let fields = [
        ("course", "small"),
        ("topic", topic.as_str()),
        ("place", place),
    ];
    let answer = tutor.post("editor/api/split_topic", &fields).await;
    (answer.status, answer.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_is_split_at_a_heading() {
    let site = TestSite::new().await;
    course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    asha.get("/learn/small/a").await.assert_ok();
    let a = topic_id(&site, "a").await;
    mark_done(&mut asha, &a, true).await;
    let page = meera.get("/teach/small/topics/a/edit").await.body;
    assert!(page.contains("Split this topic") && page.contains("value=\"0:The median\""));
    let (status, body) = split(&mut meera, &site, "0:Another heading").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("Choose a heading"));

    let (status, _) = split(&mut meera, &site, "0:The median").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(outline(&site).await, "a 1.1, the-median 1.2, b 1.3, c 2.1");
    let first = asha.get("/learn/small/a").await.body;
    assert!(first.contains("Begin here.") && !first.contains("It is in the middle."));
    let second = asha.get("/learn/small/the-median").await.body;
    assert!(second.contains("It is in the middle.") && second.contains(">Check<"));
    let done = "select string_agg(t.slug, ' ') from topic_progress p join topics t using (topic_id) where p.is_completed";
    assert_eq!(site.test.text(done).await, "a");
    let versions = "select string_agg(t.slug || v.number, ' ' order by t.slug, v.number) from topic_versions v join topics t using (topic_id)";
    assert_eq!(site.test.text(versions).await, "a1 a2 the-median1");
    let question = "select t.slug from quiz_questions q join topics t using (topic_id) where q.retired_at is null";
    assert_eq!(site.test.text(question).await, "the-median");
    // A second request finds no such heading.
    let (status, _) = split(&mut meera, &site, "0:The median").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_is_hidden_retired_and_restored_as_a_whole() {
    let site = TestSite::new().await;
    course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let b = topic_id(&site, "b").await;
    let steps = [
        (format!("unpublish-t{b}"), "a 1.1, b 1.2 draft, c 2.1"),
        (
            "retire-m1".to_owned(),
            "a 1.1 retired, b 1.2 retired, c 2.1",
        ),
        ("restore-m1".to_owned(), "a 1.1, b 1.2 draft, c 2.1"),
        ("publish-m1".to_owned(), "a 1.1, b 1.2, c 2.1"),
        ("unpublish-m1".to_owned(), "a 1.1 draft, b 1.2 draft, c 2.1"),
        ("restore-m1".to_owned(), "a 1.1 draft, b 1.2 draft, c 2.1"),
        ("publish-m1".to_owned(), "a 1.1, b 1.2, c 2.1"),
    ];
    for (which, expected) in steps {
        let fields = [("course", "small"), ("which", which.as_str())];
        let changed = meera.post("authoring/api/change_outline", &fields).await;
        changed.assert_ok();
        assert_eq!(outline(&site).await, expected, "{which}");
    }
    let mut asha = learner(&site, "asha@example.org").await;
    let text = asha.get("/learn/small/a").await.body;
    assert!(text.contains(">Check<"));
    let fields = [("course", "small"), ("which", "retire-m7")];
    let refused = meera.post("authoring/api/change_outline", &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let page = meera.get("/teach/small/course").await.body;
    for setting in ["in the catalog", "all topics are open", "no grade"] {
        assert!(page.contains(setting), "{setting}");
    }
}
