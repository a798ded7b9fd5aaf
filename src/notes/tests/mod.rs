//! Tests of notes, over HTTP.

use crate::notes::server::write;
use crate::platform::ids::CourseId;
use crate::testing::site::TestSite;
use crate::testing::{CourseBuilder, learner, topic_id, tutor};

const MEAN: &str = "## The mean\n\nThe **mean** is the sum of all values divided by their count.";
const MEDIAN: &str = "Other averages exist. The **median** is the value in the middle, unlike the mean.\n\n\
     The **mode** is the most frequent value & no mean.";

async fn site_with_notes() -> TestSite {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("One").topic("a");
    let course = course.text(MEAN).topic("b").text(MEDIAN);
    course.import(&site).await;
    write_notes(&site).await;
    site
}

/// Runs what the job does.
async fn write_notes(site: &TestSite) {
    let course: String = site.test.text("select course_id::text from courses").await;
    let course = CourseId(course.parse().unwrap());
    let organization = site.test.organization;
    let written = site
        .state
        .db
        .within(organization, async move |conn| {
            write::write(conn, course).await
        })
        .await;
    written.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_shows_its_concepts_and_a_course_lists_them_all() {
    let site = site_with_notes().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let page = asha.get("/learn/small/a").await;
    page.assert_ok();
    assert!(page.body.contains("<details class=\"notes\">"));
    assert!(
        page.body
            .contains("<dd>The mean is the sum of all values divided by their count.</dd>")
    );
    let all = asha.get("/learn/small/concepts/all").await;
    all.assert_ok();
    for said in [">Mean</dt>", ">Median</dt>", "In 1 more topic"] {
        assert!(all.body.contains(said), "{said}");
    }
    let place = |name: &str| all.body.find(name).unwrap();
    assert!(place(">Mean</dt>") < place(">Median</dt>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_change_with_the_text_until_a_tutor_writes_them() {
    let site = site_with_notes().await;
    let (a, b) = (topic_id(&site, "a").await, topic_id(&site, "b").await);
    let mut meera = tutor(&site, "meera@example.org").await;
    let page = meera.get("/teach/small/topics/a/notes").await;
    page.assert_ok();
    assert!(page.body.contains("Mean: The mean is the sum"));
    let fields = [
        ("course", "small"),
        ("topic", a.as_str()),
        ("summary", "<i>Short</i>.\n\nSecond."),
        ("concepts", "Average: a number for many"),
    ];
    meera
        .post("notes/api/save_notes", &fields)
        .await
        .assert_ok();
    let changed = CourseBuilder::new("small").module("One").topic("a");
    let changed = changed.text("The **spread** is the distance of two values, at most.");
    let changed = changed
        .topic("b")
        .text("The **range** is the largest spread of all values.");
    changed.import(&site).await;
    write_notes(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let page = asha.get("/learn/small/a").await.body;
    assert!(page.contains("<li>&lt;i&gt;Short&lt;/i&gt;.</li><li>Second.</li>"));
    assert!(page.contains("<dt>Average</dt>") && !page.contains("<dt>Spread"));
    assert!(asha.get("/learn/small/b").await.body.contains(">Range</"));
    let reset = [("course", "small"), ("topic", a.as_str())];
    meera
        .post("notes/api/reset_notes", &reset)
        .await
        .assert_ok();
    assert!(asha.get("/learn/small/a").await.body.contains("Spread</"));
    // A topic of another course is not found, and wrong lines change nothing.
    let wrong = [
        ("course", "small"),
        ("topic", b.as_str()),
        ("concepts", "No colon"),
    ];
    let refused = meera.post("notes/api/save_notes", &wrong).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(asha.get("/learn/small/b").await.body.contains(">Range</"));
}
