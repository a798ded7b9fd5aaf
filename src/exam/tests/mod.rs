//! Tests of sitting, creating and following exams, mostly over HTTP.

mod actions;
mod learner;
mod reminders;
mod room;
mod tutor;

use axum::http::StatusCode;
use serde_json::Value;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{
    ExamBuilder, exam_bank, exams_close, jobs_are_due, learner, running_sitting, sitting_questions,
    sittings_end, start_exam,
};

const TUTOR: &str = "tutor@example.org";

/// Site with a tutor and the course of `exam_bank`.
async fn site_with_bank() -> TestSite {
    let site = TestSite::new().await;
    exam_bank().import(&site).await;
    crate::testing::tutor(&site, TUTOR).await;
    site
}

async fn start(browser: &mut Browser<'_>, exam: &str) -> TestAnswer {
    start_exam(browser, "small", exam).await
}

/// Starts a sitting and returns its id.
async fn begin(site: &TestSite, browser: &mut Browser<'_>, exam: &str) -> String {
    start(browser, exam).await.assert_ok();
    running_sitting(site).await
}

/// Returns the right answer to a question of the paper.
fn right(question: &Value) -> &str {
    question["question"]["kind"]["accepted"][0]
        .as_str()
        .unwrap()
}

async fn save(
    browser: &mut Browser<'_>,
    sitting: &str,
    question: usize,
    text: &str,
    more: &[(&str, &str)],
) -> TestAnswer {
    let question = question.to_string();
    let mut fields = vec![
        ("sitting", sitting),
        ("question", question.as_str()),
        ("given[text]", text),
    ];
    fields.extend(more);
    browser.post("exam/api/save_exam_answer", &fields).await
}

/// Parses the answer that the page of a running sitting gets.
fn told(answer: &TestAnswer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

async fn submit(browser: &mut Browser<'_>, sitting: &str) -> TestAnswer {
    browser
        .post("exam/api/submit_exam", &[("sitting", sitting)])
        .await
}

/// Sits an exam, answering the first `rights` questions correctly. Returns the sitting's id and
/// the path of its result.
async fn sit(
    site: &TestSite,
    browser: &mut Browser<'_>,
    exam: &str,
    rights: usize,
) -> (String, String) {
    let sitting = begin(site, browser, exam).await;
    for (at, question) in sitting_questions(site, &sitting).await.iter().enumerate() {
        let answer = if at < rights {
            right(question)
        } else {
            "wrong"
        };
        let saved = save(browser, &sitting, at, answer, &[]).await;
        saved.assert_ok();
    }
    let handed_in = submit(browser, &sitting).await;
    handed_in.assert_ok();
    (sitting, handed_in.header("x-redirect").to_owned())
}
