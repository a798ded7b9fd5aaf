//! Authoring over HTTP, as tutors use it.

mod bank;
mod bulk;
mod editor;
mod figures;
mod files;
mod pictures;
mod previews;
mod writing;

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{
    CourseBuilder, confirm_questions, gated_course, hidden, learner, topic_id, tutor,
    upload_questions,
};

/// Starts a site with the small course.
async fn site() -> TestSite {
    let site = TestSite::new().await;
    small_course().import(&site).await;
    site
}

/// The gated course. Its quizzes ask all questions at once.
fn small_course() -> CourseBuilder {
    gated_course().setting("questions_per_attempt", 20)
}

/// Returns the place of a topic as the form of a question has it.
async fn topic(site: &TestSite, slug: &str) -> String {
    format!("topic:{}", topic_id(site, slug).await)
}

async fn by_prompt(site: &TestSite, prompt: &str) -> String {
    let query = format!("select question_id from quiz_questions where prompt = '{prompt}'");
    site.test.text(&query).await
}

/// Returns the mark in the form of a question.
async fn mark(browser: &mut Browser<'_>, id: &str) -> String {
    let page = browser.get(&format!("{LIST}/{id}")).await;
    page.assert_ok();
    hidden(&page.body, "mark")
}

const LIST: &str = "/teach/small/questions";

/// Returns the form fields of a single choice with two options.
fn choice<'a>(place: &'a str, prompt: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("course", "small"),
        ("id", ""),
        ("mark", ""),
        ("go", "save"),
        ("question[kind]", "single_choice"),
        ("question[place]", place),
        ("question[purpose]", "quiz"),
        ("question[prompt]", prompt),
        ("question[texts][]", "Yes, `always`"),
        ("question[texts][]", "No"),
        ("question[texts][]", ""),
        ("question[right][]", "0"),
    ]
}

/// Returns the fields with some changed or added.
fn with<'a>(
    mut fields: Vec<(&'a str, &'a str)>,
    others: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    for &(name, value) in others {
        match fields.iter_mut().find(|field| field.0 == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields
}

async fn save(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> TestAnswer {
    browser.post("authoring/api/save_question", fields).await
}

/// Uploads a file and returns its preview.
async fn preview(
    browser: &mut Browser<'_>,
    name: &str,
    fields: &[(&str, &str)],
    content: &[u8],
) -> TestAnswer {
    let sent = upload_questions(browser, name, fields, content).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{name}: {}", sent.body);
    browser.get(sent.header("location")).await
}

/// Uploads a file, confirms its import and returns the page that follows.
async fn outcome(
    browser: &mut Browser<'_>,
    name: &str,
    fields: &[(&str, &str)],
    content: &[u8],
) -> String {
    let preview = preview(browser, name, fields, content).await;
    confirm_questions(browser, preview).await.body
}

/// Like `outcome`, with an answer to the question whether the file is a new version.
async fn outcome_as(
    browser: &mut Browser<'_>,
    (name, same_name): (&str, &str),
    fields: &[(&str, &str)],
    content: &[u8],
) -> String {
    let sent = upload_questions(browser, name, fields, content).await;
    let preview = format!("{}&same_name={same_name}", sent.header("location"));
    let preview = browser.get(&preview).await;
    confirm_questions(browser, preview).await.body
}
