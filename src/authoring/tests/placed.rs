//! Questions that are placed in a text on the site, and the panel beside the text.

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{CourseBuilder, Question, learner, topic_id, tutor};

const EDITOR: &str = "/teach/small/topics/a/edit";

/// Writes a question with the right answer "x" for the topic `a`. Returns its key in texts.
async fn write_question(tutor: &mut Browser<'_>, site: &TestSite, prompt: &str) -> String {
    let place = format!("topic:{}", topic_id(site, "a").await);
    let fields = [
        ("course", "small"),
        ("id", ""),
        ("mark", ""),
        ("go", "save"),
        ("back", "a"),
        ("question[kind]", "short_answer"),
        ("question[place]", place.as_str()),
        ("question[purpose]", "quiz"),
        ("question[prompt]", prompt),
        ("question[accepted]", "x"),
    ];
    let saved = tutor.post("authoring/api/save_question", &fields).await;
    saved.assert_ok();
    assert!(saved.header("x-redirect").ends_with("&back=a"));
    let sql =
        format!("select 'site:' || question_id from quiz_questions where prompt = '{prompt}'");
    site.test.text(&sql).await
}

async fn publish(tutor: &mut Browser<'_>, site: &TestSite, text: &str) {
    let topic = topic_id(site, "a").await;
    let page = tutor.get(EDITOR).await.body;
    let base = crate::testing::hidden(&page, "page[base]");
    let fields = [
        ("course", "small"),
        ("topic", topic.as_str()),
        ("page[base]", &base),
        ("page[writer]", "11111111-1111-1111-1111-111111111111"),
        ("page[change]", "1"),
        ("title", "First"),
        ("text", text),
        ("go", "publish"),
    ];
    tutor
        .post("editor/api/save_topic", &fields)
        .await
        .assert_ok();
}

/// Answers the question in the text of the topic `a`.
async fn answer(learner: &mut Browser<'_>, course: &str, key: &str) {
    let text = learner.get(&format!("/learn/{course}/a")).await.body;
    assert!(text.contains(">Check<"), "{text}");
    let fields = [
        ("course", course),
        ("topic", "a"),
        ("key", key),
        ("given[text]", "x"),
    ];
    let given = learner.post("practice/api/answer_practice", &fields).await;
    given.assert_ok();
    let text = learner.get(&format!("/learn/{course}/a")).await.body;
    assert!(text.contains(">Correct<") && !text.contains(">Check<"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_of_the_site_is_placed_answered_copied_and_exported() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("One").topic("a");
    course
        .question(Question::short_answer("qa", "Imported?", &["x"]))
        .import(&site)
        .await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let key = write_question(&mut meera, &site, "Written here?").await;
    let page = meera.get(EDITOR).await.body;
    assert!(page.contains("{{question qa}}") && page.contains("Written here?"));
    let line = format!("{{{{question {key}}}}}");
    assert!(page.contains(&line));
    publish(
        &mut meera,
        &site,
        &format!("Read this.\n\n{line}\n\nAnd on."),
    )
    .await;
    let page = meera.get(EDITOR).await.body;
    assert!(page.contains("In the text") && !page.contains("This topic has no question"));

    let mut asha = learner(&site, "asha@example.org").await;
    answer(&mut asha, "small", &key).await;
    let kept = "select count(*) from practice_answers where points = 1";
    assert_eq!(site.test.count(kept).await, 1);
    // Another import of the folder keeps text and question.
    let course = CourseBuilder::new("small").module("One").topic("a");
    let course = course.question(Question::short_answer("qa", "Imported?", &["x"]));
    course.import(&site).await;
    let text = asha.get("/learn/small/a").await.body;
    assert!(text.contains(">Correct<"));

    // A copy has the question under the same key.
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let copy = [("course", "small"), ("title", "Other"), ("slug", "other")];
    admin
        .post("imports/api/copy_course", &copy)
        .await
        .assert_ok();
    let shown = [("course", "other"), ("published", "true")];
    admin
        .post("authoring/api/publish_course", &shown)
        .await
        .assert_ok();
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Learner).await;
    crate::testing::enroll(&mut ravi, "other").await;
    answer(&mut ravi, "other", &key).await;
    let editor = admin.get("/teach/other/topics/a/edit").await.body;
    assert!(editor.contains(&line) && !editor.contains("This topic has no question"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panel_leads_to_all_that_belongs_to_a_topic_and_back() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("One").topic("a");
    let course = course.exercise("talk", "The talk", &["Asks."]);
    let course = course
        .cold_call("Why?")
        .suggestion("What?", "That.", "And?");
    course.topic("b").import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let page = meera.get(EDITOR).await.body;
    let a = topic_id(&site, "a").await;
    for href in [
        "/teach/small/topics/a/exercises#ly-new-exercise".to_owned(),
        "/teach/small/questions?topic=a&amp;back=a".to_owned(),
        format!("/teach/small/questions/new?place=topic%3A{a}&amp;back=a"),
        format!("/teach/small/cold-calls/new?topic={a}&amp;back=a"),
        "/teach/small/topics/a/questions#ly-new-question".to_owned(),
        "/teach/small/topics/a/history".to_owned(),
    ] {
        assert!(page.contains(&href), "{href}: {page}");
    }
    for path in [
        "/teach/small/questions?topic=a&back=a".to_owned(),
        format!("/teach/small/cold-calls/new?topic={a}&back=a"),
        "/teach/small/topics/a/exercises".to_owned(),
    ] {
        let page = meera.get(&path).await;
        page.assert_ok();
        assert!(page.body.contains(EDITOR), "{path}");
    }
    // Only the name of a topic leads anywhere.
    let page = meera.get("/teach/small/questions?back=//evil.test/").await;
    assert!(!page.body.contains("Back to the topic"));
}
