//! Tests of sitting, creating and following exams, mostly over HTTP.

mod actions;
mod learner;
mod room;
mod tutor;

use axum::http::StatusCode;
use serde_json::Value;

use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::quiz::tests::sql;

/// Site with a tutor and a course of two modules with one topic each. The bank has six short
/// answers for exams in module 1 and four in module 2. Two more may be asked only by quizzes. "a3"
/// is the right answer to question 3.
async fn site_with_bank() -> TestSite {
    let site = TestSite::new().await;
    site.account("tutor@example.org", UserRole::Tutor).await;
    sql(
        &site,
        "select set_config('app.organization_id', (select organization_id::text from organizations where slug = 'lyceum'), false);
         insert into courses (slug, title, is_published, published_at) values ('small', 'A small course', true, now());
         insert into course_modules (course_id, module_no, title) select course_id, m, 'M' || m from courses, generate_series(1, 2) m;
         insert into topics (course_id, module_no, topic_number, slug, title) select course_id, m, 1, 't' || m, 'T' || m from courses, generate_series(1, 2) m;
         insert into tutors (user_id) select user_id from users where email = 'tutor@example.org';
         insert into course_tutors (course_id, tutor_id) select course_id, tutor_id from courses, tutors;
         insert into quiz_questions (course_id, topic_id, module_no, question_type, prompt, prompt_html, explanation_html, purpose, difficulty, order_index, payload)
         select t.course_id, t.topic_id, t.module_no, 'short_answer', 'Question ' || n, '<p>Question ' || n || '</p>', '<p>Because ' || n || '</p>',
                (case when n > 10 then 'quiz' when n % 2 = 0 then 'exam' else 'both' end)::question_purpose, n / 12.0, n,
                jsonb_build_object('version', 1, 'type', 'short_answer', 'accepted', jsonb_build_array('a' || n))
         from generate_series(1, 12) n join topics t on t.module_no = case when n <= 6 then 1 else 2 end",
    )
    .await;
    site
}

async fn text(site: &TestSite, sql: &str) -> String {
    site.test.text(sql).await
}

async fn tutor(site: &TestSite) -> Browser<'_> {
    let mut browser = site.visitor();
    let fields = [
        ("email", "tutor@example.org"),
        ("password", crate::platform::http::testing::PASSWORD),
    ];
    let signed_in = browser.post("auth/api/sign_in", &fields).await;
    assert_eq!(signed_in.status, StatusCode::OK);
    browser
}

async fn learner<'a>(site: &'a TestSite, email: &str) -> Browser<'a> {
    let mut browser = site.signed_in(email, UserRole::Learner).await;
    let enrolled = browser
        .post("enrollment/api/enroll", &[("course", "small")])
        .await;
    assert_eq!(enrolled.status, StatusCode::OK);
    browser
}

/// Valid exam: two questions of module 1 and one of module 2, one hour, everything shown
/// afterwards.
const SOUND: [(&str, &str); 10] = [
    ("course", "small"),
    ("exam[title]", "Final exam"),
    ("exam[minutes]", "60"),
    ("exam[passing_score_percent]", "60"),
    ("exam[review]", "answers"),
    ("exam[sections][0][title]", "First part"),
    ("exam[sections][0][source]", "module:1"),
    ("exam[sections][0][count]", "2"),
    ("exam[sections][1][source]", "module:2"),
    ("exam[sections][1][count]", "1"),
];

/// The fields of `SOUND` with some changed or added.
fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> = SOUND.to_vec();
    for change in changes {
        fields.retain(|(name, _)| name != &change.0);
        fields.push(*change);
    }
    fields
}

/// Creates and publishes an exam; returns its id.
async fn exam(site: &TestSite, changes: &[(&str, &str)]) -> String {
    let mut tutor = tutor(site).await;
    let made = tutor.post("teach/api/save_exam", &with(changes)).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let id = made
        .header("x-redirect")
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let published = publish(&mut tutor, &id).await;
    assert_eq!(published.status, StatusCode::OK, "{}", published.body);
    id
}

async fn publish(tutor: &mut Browser<'_>, exam: &str) -> TestAnswer {
    let fields = [("course", "small"), ("exam", exam), ("status", "published")];
    tutor.post("teach/api/set_exam_status", &fields).await
}

async fn start(browser: &mut Browser<'_>, exam: &str) -> TestAnswer {
    let fields = [("course", "small"), ("exam", exam), ("ready", "true")];
    browser.post("exam/api/start_exam", &fields).await
}

/// Starts a sitting and returns its id.
async fn begin(site: &TestSite, browser: &mut Browser<'_>, exam: &str) -> String {
    let started = start(browser, exam).await;
    assert_eq!(started.status, StatusCode::OK, "{}", started.body);
    text(
        site,
        "select sitting_id from exam_sittings where ended_at is null order by started_at desc limit 1",
    )
    .await
}

/// Returns the questions of a running sitting, with their keys.
async fn questions(site: &TestSite, sitting: &str) -> Vec<Value> {
    let paper = text(
        site,
        &format!("select paper from exam_sittings where sitting_id = '{sitting}'"),
    )
    .await;
    let paper: Value = serde_json::from_str(&paper).unwrap();
    paper["questions"].as_array().unwrap().clone()
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
    for (at, question) in questions(site, &sitting).await.iter().enumerate() {
        let answer = if at < rights {
            right(question)
        } else {
            "wrong"
        };
        let saved = save(browser, &sitting, at, answer, &[]).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    }
    let handed_in = submit(browser, &sitting).await;
    assert_eq!(handed_in.status, StatusCode::OK, "{}", handed_in.body);
    (sitting, handed_in.header("x-redirect").to_owned())
}
