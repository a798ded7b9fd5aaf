//! Nuggets and paths without a pipeline of documents.

use super::CourseBuilder;
use crate::mastery::Thresholds;
use crate::mastery::server::{concepts, evidence};
use crate::notes::server::write;
use crate::platform::ids::CourseId;
use crate::testing::site::{Browser, TestSite};

/// A course `small` of two topics that define a mean, a median and a mode.
pub fn averages_course() -> CourseBuilder {
    let mean = "## The mean\n\nThe **mean** is the sum of all values divided by their count.";
    let others = "Other averages exist. The **median** is the value in the middle, unlike the mean.\n\n\
         The **mode** is the most frequent value of all.";
    CourseBuilder::new("small")
        .title("A small course")
        .module("One")
        .topic("a")
        .text(mean)
        .topic("b")
        .text(others)
}

/// Imports the course and writes its notes.
pub async fn import_with_notes(site: &TestSite, course: CourseBuilder) {
    course.import(site).await;
    let id = site.test.text("select course_id from courses").await;
    let id = CourseId(id.parse().unwrap());
    let written = (site.state.db)
        .within(site.test.organization, async move |conn| {
            write::write(conn, id).await
        })
        .await;
    written.unwrap();
}

/// Adds a nugget with names of concepts and prerequisites.
pub async fn nugget(site: &TestSite, title: &str, html: &str, concepts: &str, requires: &str) {
    let sql = format!(
        "insert into nuggets (title, content, content_html, metadata, status, content_hash)
         values ('{title}', '{title}', '{html}', jsonb_build_object('version', 1,
                 'concepts', string_to_array('{concepts}', ','), 'prerequisites', string_to_array('{requires}', ',')),
                 'ready', md5('{title}') || md5('{title}'))"
    );
    site.test.sql(&sql).await;
}

/// Runs what the hourly job does. Returns the number of new rows of evidence.
pub async fn refresh_knowledge(site: &TestSite) -> usize {
    let done = (site.state.db)
        .within(site.test.organization, async |conn| {
            concepts::fill(conn).await?;
            evidence::collect(conn, Thresholds::default()).await
        })
        .await;
    done.unwrap()
}

/// Has a tutor make a path of the only course. Returns its id.
pub async fn make_path(site: &TestSite, tutor: &mut Browser<'_>) -> String {
    let course = site.test.text("select course_id from courses").await;
    let source = format!("course:{course}");
    let fields = [("source", source.as_str())];
    let made = tutor.post("narrative/api/make_path", &fields);
    made.await.assert_ok();
    let newest = "select path_id from narrative_paths order by created_at desc limit 1";
    site.test.text(newest).await
}
