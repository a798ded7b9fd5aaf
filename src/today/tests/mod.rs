//! Tests of the page Today, and of its daily mail.

mod digest;
mod dismissals;
mod lines;

use crate::testing::pelican_course;
use crate::testing::site::{Browser, TestSite};

/// Imports the course `small` with an exercise in its first topic.
async fn site_with_exercise() -> TestSite {
    let site = TestSite::new().await;
    let course = pelican_course().at("begin");
    let course = course.exercise("salary-talk", "The salary talk", &["Asks which average."]);
    course.import(&site).await;
    site
}

/// Returns the sentences on a page, in order.
async fn reasons(browser: &mut Browser<'_>, path: &str) -> Vec<String> {
    let page = browser.get(path).await;
    page.assert_ok();
    let lines = page.body.split("today-why\">").skip(1);
    lines
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

/// Returns the value of the first button that dismisses a line so.
async fn button(browser: &mut Browser<'_>, dismissal: &str) -> String {
    let page = browser.get("/today").await.body;
    let start = format!("value=\"{dismissal} ");
    let (_, rest) = page.split_once(&start).expect("a line");
    format!("{dismissal} {}", rest.split('"').next().unwrap())
}
