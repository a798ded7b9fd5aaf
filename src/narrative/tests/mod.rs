//! Tests of paths, over HTTP.

mod editing;
mod walking;

use crate::testing::site::{Browser, TestSite};
use crate::testing::{averages_course, import_with_notes, learner, make_path, tutor};

/// A site with a published path of a course, its id, and a learner of the course.
async fn site_with_path() -> (TestSite, String) {
    let site = TestSite::new().await;
    import_with_notes(&site, averages_course()).await;
    learner(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let path = make_path(&site, &mut meera).await;
    let publish = [("path", path.as_str()), ("published", "true")];
    let published = meera.post("narrative/api/set_path_published", &publish);
    published.await.assert_ok();
    (site, path)
}

async fn begin(browser: &mut Browser<'_>, path: &str) {
    let fields = [("path", path), ("mode", "text")];
    let begun = browser.post("narrative/api/begin_path", &fields).await;
    begun.assert_ok();
}

/// A value of the state of the session that was used last.
async fn of_state(site: &TestSite, place: &str) -> String {
    let sql = format!(
        "select coalesce(state #>> '{place}', '') from narrative_sessions order by last_activity desc limit 1"
    );
    site.test.text(&sql).await
}

/// Answers the question of the current part, if it has one.
async fn answer(site: &TestSite, browser: &mut Browser<'_>, path: &str, right: bool) {
    let question = of_state(site, "{question,id}").await;
    if question.is_empty() {
        return;
    }
    let key = of_state(site, "{question,question,key}").await;
    let options = of_state(site, "{question,question,options}").await;
    let options: Vec<String> = serde_json::from_str(&options).unwrap_or_default();
    let wrong = options.into_iter().find(|option| *option != key);
    let given = match right {
        true => key,
        false => wrong.unwrap_or_else(|| "nothing of it".to_owned()),
    };
    let fields = [
        ("path", path),
        ("question", question.as_str()),
        ("given", given.as_str()),
    ];
    let sent = browser.post("narrative/api/answer_check", &fields).await;
    sent.assert_ok();
}

async fn here(site: &TestSite) -> String {
    let sql = "select coalesce(current_node_id::text, '') from narrative_sessions order by last_activity desc limit 1";
    site.test.text(sql).await
}

async fn go(site: &TestSite, browser: &mut Browser<'_>, path: &str, to: &str) {
    let (from, steps) = (here(site).await, of_state(site, "{steps}").await);
    let fields = [
        ("path", path),
        ("from", from.as_str()),
        ("steps", steps.as_str()),
        ("to", to),
    ];
    let sent = browser.post("narrative/api/go_on_path", &fields).await;
    sent.assert_ok();
}
