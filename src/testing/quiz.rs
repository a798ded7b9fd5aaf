//! Taking quizzes of module 1 of the course `small`, and the answers to all types of questions.

use serde_json::Value;

use crate::testing::site::{Browser, TestAnswer, TestSite};

pub async fn start(browser: &mut Browser<'_>, pair: &str) -> TestAnswer {
    let fields = [("course", "small"), ("module_no", "1"), ("pair", pair)];
    browser.post("quiz/api/start_quiz", &fields).await
}

/// Returns id and questions of the attempt that was started last.
pub async fn attempt(site: &TestSite) -> (String, Vec<Value>) {
    let query = "select jsonb_build_array(attempt_id, question_set -> 'questions')
                 from quiz_attempts order by started_at desc limit 1";
    let row = site.test.text(query).await;
    serde_json::from_str(&row).unwrap()
}

/// Saves the right answer to the question, or a wrong one.
pub async fn give(
    browser: &mut Browser<'_>,
    attempt: &str,
    at: usize,
    question: &Value,
    right: bool,
) -> TestAnswer {
    let kind = &question["kind"];
    let given = match right {
        true => right_fields(kind),
        false => wrong_fields(kind),
    };
    let at = at.to_string();
    let mut fields = vec![("attempt", attempt), ("question", at.as_str())];
    fields.extend(
        given
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    browser.post("quiz/api/save_answer", &fields).await
}

/// Takes a quiz: starts it, answers all questions rightly or wrongly, and hands in.
pub async fn take(
    site: &TestSite,
    browser: &mut Browser<'_>,
    pair: &str,
    right: bool,
) -> TestAnswer {
    start(browser, pair).await.assert_ok();
    let (id, questions) = attempt(site).await;
    for (at, question) in questions.iter().enumerate() {
        let saved = give(browser, &id, at, question, right).await;
        saved.assert_ok();
    }
    browser
        .post("quiz/api/submit_quiz", &[("attempt", &id)])
        .await
}

/// The form fields of a right answer.
fn right_fields(kind: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match kind["type"].as_str().unwrap() {
        "choice" => kind["options"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|option| option["is_correct"] == true)
            .map(|option| ("given[options][]".to_owned(), text(&option["id"])))
            .collect(),
        "short_answer" => vec![("given[text]".to_owned(), text(&kind["accepted"][0]))],
        "tracing" => match kind["prints"].as_str() {
            Some(prints) => vec![
                ("given[compiles]".to_owned(), "yes".to_owned()),
                ("given[text]".to_owned(), prints.to_owned()),
            ],
            None => vec![
                ("given[compiles]".to_owned(), "no".to_owned()),
                (
                    "given[line]".to_owned(),
                    kind["fails_at_line"].to_string().replace("null", ""),
                ),
            ],
        },
        "ordering" => kind["items"]
            .as_array()
            .unwrap()
            .iter()
            .zip(1..)
            .map(|(item, place)| {
                (
                    format!("given[order][i{}]", text(&item[0])),
                    place.to_string(),
                )
            })
            .collect(),
        "matching" => kind["pairs"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(left, right)| (format!("given[matches][i{left}]"), text(right)))
            .collect(),
        other => panic!("an unknown type: {other}"),
    }
}

/// The form fields of a wrong answer.
fn wrong_fields(kind: &Value) -> Vec<(String, String)> {
    let mut fields = right_fields(kind);
    match kind["type"].as_str().unwrap() {
        "choice" => {
            let wrong = kind["options"]
                .as_array()
                .unwrap()
                .iter()
                .find(|option| option["is_correct"] == false);
            // If all options are right, there is no wrong one to choose.
            fields = wrong
                .map(|option| {
                    let id = option["id"].as_str().unwrap().to_owned();
                    vec![("given[options][]".to_owned(), id)]
                })
                .unwrap_or_default();
        }
        "short_answer" => fields[0].1 = "nothing of the kind".to_owned(),
        "tracing" => {
            fields = match kind["prints"].as_str() {
                Some(_) => vec![("given[compiles]".to_owned(), "no".to_owned())],
                None => vec![
                    ("given[compiles]".to_owned(), "yes".to_owned()),
                    ("given[text]".to_owned(), "1".to_owned()),
                ],
            }
        }
        // Each item gets the place or the match of the next.
        _ => {
            let values: Vec<String> = fields.iter().map(|(_, value)| value.clone()).collect();
            for (at, field) in fields.iter_mut().enumerate() {
                field.1.clone_from(&values[(at + 1) % values.len()]);
            }
        }
    }
    fields
}
