//! Tests of answers from several tabs, of late answers, and of answers after leaving a course.

use std::sync::Arc;

use axum::http::StatusCode;
use diesel_async::SimpleAsyncConnection;
use serde_json::Value;

use crate::testing::site::{Browser, TestSite};
use crate::testing::{attempt, enroll, gated_course, hidden, learner, start, take};

/// Starts an attempt. Returns its id and the index of its short-answer question.
async fn begun(site: &TestSite, browser: &mut Browser<'_>) -> (String, String) {
    start(browser, "1").await.assert_ok();
    let (id, questions) = attempt(site).await;
    let at = (questions.iter()).position(|question| question["kind"]["type"] == "short_answer");
    (id, at.unwrap().to_string())
}

/// The stored text of the only answered question, and whether it is flagged.
async fn kept(site: &TestSite) -> (String, bool) {
    let answers = site.test.text("select answers from quiz_attempts").await;
    let answers: Value = serde_json::from_str(&answers).unwrap();
    let given = answers.as_object().unwrap().values().next().cloned();
    let given = given.unwrap_or_default();
    let text = given["answer"]["text"].as_str().unwrap_or_default();
    (text.to_owned(), given["flagged"] == true)
}

async fn save(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> String {
    let saved = browser.post("quiz/api/save_answer", fields).await;
    saved.assert_ok();
    let told: Value = serde_json::from_str(&saved.body).unwrap();
    told["basis"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_changes_nothing_leaves_what_another_has_answered() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (id, at) = begun(&site, &mut asha).await;
    let number = at.parse::<usize>().unwrap() + 1;
    let page = asha
        .get(&format!("/learn/small/quiz/1/1?show={number}"))
        .await;
    let basis = hidden(&page.body, "basis");
    let here = [("attempt", id.as_str()), ("question", at.as_str())];
    let with = |more: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        let all = here.iter().chain(more);
        all.map(|(name, value)| (*name, (*value).to_owned()))
            .collect()
    };
    async fn sent(browser: &mut Browser<'_>, fields: Vec<(&str, String)>) -> String {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        save(browser, &fields).await
    }
    // Another tab answers. This one sends an unchanged form, then one with only the flag changed.
    sent(&mut asha, with(&[("basis", &basis), ("given[text]", "42")])).await;
    let untouched = [
        ("basis", basis.as_str()),
        ("given[text]", ""),
        ("go", "end"),
    ];
    sent(&mut asha, with(&untouched)).await;
    assert_eq!(kept(&site).await, ("42".to_owned(), false));
    let flagged = [
        ("basis", basis.as_str()),
        ("given[text]", ""),
        ("given[flagged]", "on"),
    ];
    let basis = sent(&mut asha, with(&flagged)).await;
    assert_eq!(kept(&site).await, ("42".to_owned(), true));
    // A changed answer is stored. The reply's `basis` then lets this tab change it again.
    let changed = [
        ("basis", basis.as_str()),
        ("given[text]", "7"),
        ("given[flagged]", "on"),
    ];
    let basis = sent(&mut asha, with(&changed)).await;
    assert_eq!(kept(&site).await, ("7".to_owned(), true));
    sent(&mut asha, with(&[("basis", &basis), ("given[text]", "")])).await;
    assert_eq!(kept(&site).await, (String::new(), false));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_late_takes_no_answer_back() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (id, at) = begun(&site, &mut asha).await;
    let number = at.parse::<usize>().unwrap() + 1;
    let page = asha
        .get(&format!("/learn/small/quiz/1/1?show={number}"))
        .await;
    let tab = hidden(&page.body, "tab");
    for (change, text) in [("2", "42"), ("1", "4"), ("2", "")] {
        let fields = [
            ("attempt", id.as_str()),
            ("question", at.as_str()),
            ("tab", tab.as_str()),
            ("change", change),
            ("given[text]", text),
        ];
        save(&mut asha, &fields).await;
        assert_eq!(kept(&site).await.0, "42");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_the_course_answers_nothing() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (id, at) = begun(&site, &mut asha).await;
    asha.post("enrollment/api/withdraw", &[("course", "small")])
        .await;
    let fields = [
        ("attempt", id.as_str()),
        ("question", at.as_str()),
        ("given[text]", "4"),
    ];
    let saved = asha.post("quiz/api/save_answer", &fields).await;
    assert_eq!(saved.status, StatusCode::FORBIDDEN);
    assert!(saved.body.contains("You are not enrolled in this course."));
    let handed_in = asha.post("quiz/api/submit_quiz", &fields[..1]).await;
    assert_eq!(handed_in.status, StatusCode::FORBIDDEN);
    let untouched =
        "select count(*) from quiz_attempts where status = 'in_progress' and answers = '{}'";
    assert_eq!(site.test.count(untouched).await, 1);
    enroll(&mut asha, "small").await;
    save(&mut asha, &fields).await;
    assert_eq!(kept(&site).await.0, "4");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_the_one_before_it_and_counts_its_attempt() {
    let site = Arc::new(TestSite::new().await);
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", false).await;
    let mut other = site.test.owner().await;
    other
        .batch_execute(
            "begin; select pg_advisory_xact_lock(hashtextextended('quiz ' || user_id || ' small 1 1', 0)) from users where email = 'asha@example.org';
             insert into course_quiz_settings (organization_id, course_id, attempts_allowed) select organization_id, course_id, 1 from courses",
        )
        .await
        .unwrap();
    let (here, cookies) = (site.clone(), asha.cookies.clone());
    let started = tokio::spawn(async move {
        let mut tab = here.visitor();
        tab.cookies = cookies;
        start(&mut tab, "1").await.status
    });
    let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted
                 and database = (select oid from pg_database where datname = current_database())";
    while !started.is_finished() && site.test.count(waits).await == 0 {
        tokio::task::yield_now().await;
    }
    other.batch_execute("commit").await.unwrap();
    assert_eq!(started.await.unwrap(), StatusCode::FORBIDDEN);
}
