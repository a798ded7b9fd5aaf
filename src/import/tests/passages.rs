//! Tests of the index that finds passages for questions.

use crate::course::server::index::{Passage, index_course, retrieve};
use crate::enrollment::server::store::course_id;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TopicId};
use crate::testing::pelican_course;
use crate::testing::site::TestSite;

const ONE: &str = "## Owning\n\nEach value in a program has an owner. An owner drops its value at the end of the scope.\n\n\
                   ## Copies\n\nSmall values are copied instead of moved.";
const TWO: &str = "## Lending\n\nA reference borrows a value from its owner and gives it back. A reference never outlives the scope of the owner.\n\n\
                   ## Bread\n\nFlour and yeast rise in a warm oven.";

async fn indexed(site: &TestSite) -> CourseId {
    let folder = pelican_course().folder();
    let topic = |title: &str, text: &str| format!("+++\ntitle = \"{title}\"\n+++\n\n{text}\n");
    folder.write("one/01-begin.md", &topic("Owners", ONE));
    folder.write("one/02-middle.md", &topic("References", TWO));
    folder.import(site).await;
    let organization = site.test.organization;
    let course = site.state.db.within(organization, async |conn| {
        AppResult::Ok(course_id(conn, "small").await?.expect("the course"))
    });
    let course = course.await.expect("a course");
    let summary = index_course(&site.state.db, organization, course).await;
    assert!(summary.expect("an index").new_chunks > 3);
    course
}

async fn found(
    site: &TestSite,
    course: CourseId,
    question: &'static str,
    open: Option<Vec<TopicId>>,
) -> Vec<Passage> {
    let search = site
        .state
        .db
        .within(site.test.organization, async move |conn| {
            retrieve(conn, course, question, 5, open.as_deref()).await
        });
    search.await.expect("passages")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_passage_that_answers_comes_first_with_its_place() {
    let site = TestSite::new().await;
    let course = indexed(&site).await;
    let best = found(&site, course, "What does a reference borrow?", None).await;
    assert_eq!(best[0].topic_title, "References");
    assert_eq!(best[0].heading_path, ["Lending"]);
    assert!(best[0].text.contains("borrows a value"));
    let count = best[0].text.chars().count();
    assert_eq!(usize::try_from(best[0].end - best[0].start), Ok(count));
    assert!(found(&site, course, "?", None).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn passages_come_from_open_topics_only() {
    let site = TestSite::new().await;
    let course = indexed(&site).await;
    let all = found(&site, course, "Which scope has an owner of a value?", None).await;
    let open = all.iter().find(|passage| passage.topic_title == "Owners");
    let open = open.expect("a passage").topic_id;
    let within = found(
        &site,
        course,
        "Which scope has an owner of a value?",
        Some(vec![open]),
    )
    .await;
    assert!(!within.is_empty() && within.iter().all(|passage| passage.topic_id == open));
    let none = found(
        &site,
        course,
        "Which scope has an owner of a value?",
        Some(Vec::new()),
    )
    .await;
    assert!(none.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_was_made_again_keeps_its_passages() {
    let site = TestSite::new().await;
    let course = indexed(&site).await;
    let before = found(&site, course, "Who owns a value?", None).await;
    let again = index_course(&site.state.db, site.test.organization, course).await;
    assert_eq!(again.expect("an index").new_chunks, 0);
    assert_eq!(
        found(&site, course, "Who owns a value?", None).await,
        before
    );
}
