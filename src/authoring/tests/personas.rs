//! Texts of a topic for learners who chose a persona, written in the browser.

use axum::http::StatusCode;

use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::testing::{CourseBuilder, hidden, learner, topic_id, tutor};

const PAGE: &str = "/teach/small/topics/a/personas?persona=sports";

/// Sends the form of the page for Sports, as it was when `page` was loaded.
async fn save(
    tutor: &mut Browser<'_>,
    topic: &str,
    page: &str,
    (text, go): (&str, &str),
) -> TestAnswer {
    let seen = hidden(page, "seen");
    let fields = [
        ("course", "small"),
        ("topic", topic),
        ("persona", "sports"),
        ("seen", seen.as_str()),
        ("text", text),
        ("go", go),
    ];
    tutor.post("editor/api/save_topic_variant", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_for_a_persona_is_written_changed_and_removed() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("a");
    course.text("Of everyone.").import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let topic = topic_id(&site, "a").await;
    let editor = meera.get("/teach/small/topics/a/edit").await.body;
    assert!(editor.contains("/teach/small/topics/a/personas"));
    let first = meera.get(PAGE).await.body;
    assert!(first.contains("These learners see the normal text."));
    assert!(first.contains(">Of everyone."), "{first}");

    let saved = save(&mut meera, &topic, &first, ("Of *runners*.", "publish")).await;
    saved.assert_ok();
    assert_eq!(saved.header("x-redirect"), format!("{PAGE}&done=published"));
    let here = "/learn/small/a";
    assert!(asha.get(here).await.body.contains("Of everyone."));
    let chosen = [("course", "small"), ("persona", "sports")];
    asha.post("player/api/choose_persona", &chosen)
        .await
        .assert_ok();
    let seen = asha.get(here).await.body;
    assert!(seen.contains("Of <em>runners</em>.") && !seen.contains("Of everyone."));

    // A page that was opened before overwrites nothing. Nothing is stored without words.
    let stale = save(&mut meera, &topic, &first, ("Of swimmers.", "publish")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let second = meera.get(&format!("{PAGE}&done=published")).await.body;
    for words in [
        "Learners who chose Sports see this text now.",
        "Of <em>runners</em>.",
        "own text",
    ] {
        assert!(second.contains(words), "{words}: {second}");
    }
    for text in ["", " \n", "a\0b"] {
        let refused = save(&mut meera, &topic, &second, (text, "publish")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let hostile = "<script>alert(1)</script> Of <b onclick=a()>swimmers</b>.";
    save(&mut meera, &topic, &second, (hostile, "publish"))
        .await
        .assert_ok();
    let seen = asha.get(here).await.body;
    assert!(seen.contains("swimmers") && !seen.contains("alert(1)") && !seen.contains("onclick"));

    // An import that brings none leaves it.
    CourseBuilder::new("small")
        .module("M")
        .topic("a")
        .text("Of everyone.")
        .import(&site)
        .await;
    assert!(asha.get(here).await.body.contains("swimmers"));
    let third = meera.get(PAGE).await.body;
    let removed = save(&mut meera, &topic, &third, ("", "remove")).await;
    removed.assert_ok();
    assert_eq!(removed.header("x-redirect"), format!("{PAGE}&done=removed"));
    assert!(asha.get(here).await.body.contains("Of everyone."));
    let history = meera.get("/teach/small/topics/a/history").await.body;
    assert!(history.contains("(Sports)"), "{history}");
    let logged = "select count(*) from audit_logs where action = 'topic.variant_saved'";
    assert_eq!(site.test.count(logged).await, 3);

    let unknown = meera
        .get("/teach/small/topics/a/personas?persona=normal")
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_in_blocks_has_no_text_for_a_persona() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("a");
    course.import(&site).await;
    site.test
        .sql("update topics set content_type = 'mixed'")
        .await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let topic = topic_id(&site, "a").await;
    let page = meera.get(PAGE).await.body;
    assert!(page.contains("laid out in blocks"), "{page}");
    let fields = [
        ("course", "small"),
        ("topic", topic.as_str()),
        ("persona", "sports"),
        ("text", "Words"),
    ];
    let refused = meera.post("editor/api/save_topic_variant", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}
