//! Authoring over HTTP, as tutors use it.

mod bank;
mod figures;
mod files;
mod pictures;
mod writing;

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::quiz::tests::{GATED, course, sql};

const LIST: &str = "/teach/small/questions";

/// Starts a site with the small course and its tutor.
async fn site() -> TestSite {
    let site = TestSite::new().await;
    course(&site, &format!("{GATED}\nquestions_per_attempt = 20")).await;
    site
}

async fn tutor<'a>(site: &'a TestSite, email: &str) -> Browser<'a> {
    let browser = site.signed_in(email, UserRole::Tutor).await;
    sql(
        site,
        &format!(
            "insert into tutors (organization_id, user_id) select organization_id, user_id from users where email = '{email}';
             insert into course_tutors (organization_id, course_id, tutor_id)
             select c.organization_id, c.course_id, t.tutor_id from courses c, tutors t join users u using (user_id)
             where u.email = '{email}' and c.slug = 'small'"
        ),
    )
    .await;
    browser
}

async fn text(site: &TestSite, query: &str) -> String {
    site.test.text(query).await
}

async fn topic(site: &TestSite, slug: &str) -> String {
    let id = text(
        site,
        &format!("select topic_id from topics where slug = '{slug}'"),
    )
    .await;
    format!("topic:{id}")
}

async fn by_prompt(site: &TestSite, prompt: &str) -> String {
    let query = format!("select question_id from quiz_questions where prompt = '{prompt}'");
    text(site, &query).await
}

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

/// Returns the mark in the form of a question.
async fn mark(browser: &mut Browser<'_>, id: &str) -> String {
    let page = browser.get(&format!("{LIST}/{id}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let (_, rest) = page.body.split_once("name=\"mark\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}
