//! Tests of the tutor for learners, over HTTP.

mod answer_set;
mod answers;
mod limits;
mod model;
mod people;
mod scopes;

use crate::course::server::index::index_course;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::platform::ids::CourseId;
use crate::testing::{CourseBuilder, Question};

const PAGE: &str = "/learn/small/averages/tutor";

/// An open course of two topics, with a question in its quiz.
fn averages() -> CourseBuilder {
    let quiz = Question::choice(
        "robust",
        "Which average resists outliers?",
        "Median",
        &["Mean"],
    )
    .purpose("both");
    CourseBuilder::new("small")
        .title("A small course")
        .module("One")
        .topic("averages")
        .topic_title("Averages")
        .text(
            "## The mean\n\nThe mean is the sum of all salaries divided by their count.\n\n\
             ## The median\n\nThe median is the salary in the middle. The median resists outliers, because it ignores their size.",
        )
        .question(quiz)
        .topic("rates")
        .topic_title("Rates")
        .text("## Denominators\n\nA rate needs a denominator, such as hours of work.\n\n\
             ```rust\nfn rate(count: f64, hours: f64) -> f64 {\n    count / hours\n}\n```")
}

/// A site with the course, whose index is up to date.
async fn site_with_tutor() -> TestSite {
    let site = TestSite::new().await;
    averages().import(&site).await;
    index(&site).await;
    site
}

/// Runs what the job does.
async fn index(site: &TestSite) {
    let course = site.test.text("select course_id::text from courses").await;
    let course = CourseId(course.parse().unwrap());
    index_course(&site.state.db, site.test.organization, course)
        .await
        .unwrap();
}

async fn ask(learner: &mut Browser<'_>, question: &str) -> TestAnswer {
    ask_with(learner, question, &[]).await
}

async fn ask_with(learner: &mut Browser<'_>, question: &str, more: &[(&str, &str)]) -> TestAnswer {
    let mut fields = vec![
        ("course", "small"),
        ("topic", "averages"),
        ("question", question),
    ];
    fields.extend(more);
    learner.post("tutor_chat/api/ask_tutor", &fields).await
}

async fn step(learner: &mut Browser<'_>, question: &str, wish: &str) -> TestAnswer {
    let fields = [("question", question), ("wish", wish)];
    learner.post("tutor_chat/api/take_step", &fields).await
}

/// Id of the question with this text.
async fn question_id(site: &TestSite, text: &str) -> String {
    let query = format!(
        "select message_id::text from cp_rag_chat_messages where role = 'user' and content = '{text}'"
    );
    site.test.text(&query).await
}

/// Kinds of all answers, in their order.
async fn kinds(site: &TestSite) -> String {
    let kinds = "select coalesce(string_agg(answer_kind, ' ' order by message_id), '')
                 from cp_rag_chat_messages where role = 'assistant'";
    site.test.text(kinds).await
}

/// Questions that all learners have used.
async fn used(site: &TestSite) -> i64 {
    let used = "select coalesce(sum(used), 0) from module_prompt_usage";
    site.test.count(used).await
}
