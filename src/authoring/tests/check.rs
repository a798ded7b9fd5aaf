//! The check of a course before it is published.

use std::path::Path;

use axum::http::StatusCode;

use crate::import;
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{
    CourseBuilder, Question, import_draft, learner, pelican_course, topic_id, tutor,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_check_names_each_problem_with_the_way_to_it() {
    let site = TestSite::new().await;
    let asked = |key: &str| Question::short_answer(key, "Q", &["x"]);
    let course = CourseBuilder::new("small").gated(1).module("One");
    let course = course
        .topic("a")
        .topic_title("First")
        .text("Words.\n\n## Here");
    let course = course.question(asked("qa"));
    let course = course
        .topic("b")
        .topic_title("Second")
        .question(asked("qb"));
    let course = course.module("Two").topic("c").topic_title("Third");
    course.import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let path = "/teach/small/check";
    let outline = meera.get("/teach/small/outline").await.body;
    assert!(outline.contains("href=\"/teach/small/check\""));
    let page = meera.get(path).await.body;
    assert!(
        page.contains("has 2 questions, but an attempt asks 5"),
        "{page}"
    );
    assert!(page.contains("Section 1 has no quiz"), "{page}");
    assert!(!page.contains("Links that lead nowhere"), "{page}");

    let text = "### Deep\n\n![](file:gone.png) [x](topic:gone) [b](topic:b) [y](#nowhere) [z](topic:c#here)\n\n                <div data-question=\"gone\"></div>\n\nhttps://example.org [w](mailto:a@example.org)";
    site.test
        .sql(&format!(
            "update topics set text_content = '{text}' where slug = 'a'"
        ))
        .await;
    let which = format!("unpublish-t{}", topic_id(&site, "b").await);
    let fields = [("course", "small"), ("which", which.as_str())];
    meera
        .post("authoring/api/change_outline", &fields)
        .await
        .assert_ok();
    let fields = [("course", "small"), ("module", "0"), ("title", "Three")];
    meera
        .post("authoring/api/add_part", &fields)
        .await
        .assert_ok();
    let page = meera.get(path).await.body;
    for said in [
        "There is no file “gone.png”",
        "There is no topic “gone”",
        "The link to “b” leads to a draft",
        "This topic has no heading “#nowhere”",
        "The topic “c” has no heading “#here”",
        "There is no question “gone”",
        "One picture has no description",
        "The heading “Deep” is of level 3",
        "The module has no published topic",
        "1 question can’t be reached",
        "href=\"/teach/small/topics/a/edit\"",
        "Reading time",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("https://example.org”"), "{page}");
    let mut asha = learner(&site, "asha@example.org").await;
    assert_eq!(asha.get(path).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_course_has_nothing_to_correct() {
    let site = TestSite::new().await;
    pelican_course()
        .setting("questions_per_attempt", 1)
        .import(&site)
        .await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let page = meera.get("/teach/small/check").await.body;
    assert!(page.contains("Nothing to correct was found."), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_takes_as_long_as_the_catalog_says() {
    let site = TestSite::new().await;
    // Its topics have versions for several personas.
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("content/how-to-trust-a-number");
    import_draft(&site, import::read(&content, false).unwrap().0).await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let page = admin.get("/teach/how-to-trust-a-number/check").await.body;
    let (before, _) = page.split_once(" for all published topics").unwrap();
    let (_, said) = before.rsplit_once('>').unwrap();
    let shown = site.visitor().get("/courses/how-to-trust-a-number").await;
    assert!(!said.is_empty() && shown.body.contains(said), "{said}");
}
