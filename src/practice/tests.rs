//! Tests of practice in the text of a topic, mostly over HTTP.

use axum::http::{StatusCode, header};

use super::PracticeState;
use crate::paths::practice_path;
use crate::platform::auth::UserRole;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::time::Clock;
use crate::practice::server::rules;
use crate::practice::server::rules::PracticeAddress;
use crate::question_bank::{AnswerForm, QuestionViewKind};
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{Question, attempts_end, enroll, learner, pelican_course, start, user_id};

const HERE: &str = "/learn/small/begin/practice/pelican";

fn fields<'a>(given: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("course", "small"), ("topic", "begin"), ("key", "pelican")];
    fields.extend_from_slice(given);
    fields
}

/// The id of the option with this text.
fn option(page: &TestAnswer, text: &str) -> String {
    page.assert_ok();
    let before = page.body.split(text).next().unwrap();
    let at = before.rfind("value=\"").unwrap() + "value=\"".len();
    before[at..].split('"').next().unwrap().to_owned()
}

async fn choose(browser: &mut Browser<'_>, text: &str) -> TestAnswer {
    let asked = browser.get(&format!("{HERE}?again=true")).await;
    let option = option(&asked, text);
    let given = fields(&[("given[options][]", &option)]);
    browser
        .submit("/learn/small/begin", "practice/api/answer_practice", &given)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_the_text_is_answered_and_kept() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let text = asha.get("/learn/small/begin").await.body;
    assert!(text.contains("id=\"practice-pelican\""));
    assert!(text.contains(&format!("data-part=\"{HERE}\"")) && text.contains(">Check<"));
    let asked = asha.get(HERE).await;
    for secret in ["is_correct", "They do."] {
        assert!(
            !text.contains(secret) && !asked.body.contains(secret),
            "{secret}"
        );
    }

    let wrong = choose(&mut asha, "Stones").await;
    assert_eq!(
        (wrong.status, wrong.header(header::LOCATION)),
        (StatusCode::SEE_OTHER, HERE)
    );
    let outcome = asha.get(HERE).await.body;
    assert!(outcome.contains("Incorrect") && outcome.contains("They do."));
    assert!(outcome.contains(&format!("{HERE}?again=true")));
    choose(&mut asha, "Pelicans").await;
    let outcome = asha.get(HERE).await.body;
    assert!(
        outcome.contains(">Correct<") && outcome.contains("2 attempts"),
        "{outcome}"
    );
    let text = asha.get("/learn/small/begin").await.body;
    assert!(text.contains(">Correct<") && text.contains("2 attempts") && !text.contains(">Check<"));
    // Learners do not see the answers of others. Practice adds no attempt at a quiz.
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Learner).await;
    enroll(&mut ravi, "small").await;
    assert!(!ravi.get(HERE).await.body.contains("They do."));
    assert_eq!(
        site.test.count("select count(*) from quiz_attempts").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_in_the_text_comes_back_to_its_place_with_the_outcome_or_the_error() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let topic = "/learn/small/begin";
    let place = format!("{topic}#practice-pelican");
    let answer = async |asha: &mut Browser<'_>, from: &str, given: &[(&str, &str)]| {
        let mut given = fields(given);
        given.push(("in_text", "true"));
        asha.submit(from, "practice/api/answer_practice", &given)
            .await
    };
    let refused = answer(&mut asha, topic, &[]).await;
    assert_eq!(refused.header(header::LOCATION), topic);
    let text = asha.get(topic).await.body;
    assert!(text.contains("Enter an answer first.") && text.contains("autofocus"));
    assert!(
        !asha
            .get(topic)
            .await
            .body
            .contains("Enter an answer first.")
    );

    let stones = option(&asha.get(topic).await, "Stones");
    let sent = answer(&mut asha, topic, &[("given[options][]", &stones)]).await;
    assert_eq!(sent.header(header::LOCATION), place);
    let text = asha.get(topic).await.body;
    assert!(text.contains("Incorrect") && text.contains("They do."));
    let again = format!("{topic}?again=pelican");
    assert!(text.contains(&format!("href=\"{again}#practice-pelican\"")));
    let text = asha.get(&again).await.body;
    assert!(text.contains(">Check<") && !text.contains("They do."));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_has_its_questions_as_they_were_changed_on_the_site() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut after = async |change: &str| {
        let sql = format!("update quiz_questions set {change} where external_key = 'pelican'");
        site.test.sql(&sql).await;
        asha.get("/learn/small/begin").await.body
    };
    let edited = after("prompt = 'What floats?', prompt_html = 'What floats?'").await;
    assert!(edited.contains("What floats?") && !edited.contains("What swims?"));
    assert!(edited.contains("id=\"practice-pelican\"") && edited.contains("Pelicans swim."));
    for change in [
        "retired_at = now()",
        "retired_at = null, purpose = 'exam', topic_pair_index = null",
    ] {
        let without = after(change).await;
        assert!(!without.contains("What floats?") && !without.contains("practice-pelican"));
        assert!(
            without.contains("Pelicans swim."),
            "the rest of the text stays"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_answer_is_refused_and_changes_nothing() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let foreign = uuid::Uuid::new_v4().to_string();
    for given in [
        vec![],
        vec![("given[options][]", foreign.as_str())],
        vec![("given[options][]", "malformed")],
    ] {
        let refused = asha
            .post("practice/api/answer_practice", &fields(&given))
            .await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{given:?}: {}",
            refused.body
        );
    }
    let gone = "/learn/small/begin/practice/no-such-question";
    assert_eq!(asha.get(gone).await.status, StatusCode::NOT_FOUND);
    // Neither a question outside of the text nor one that is reserved for exams can be practiced.
    for change in [
        "external_key = 'hidden'",
        "external_key = 'pelican', purpose = 'exam', topic_pair_index = null",
    ] {
        let sql = format!("update quiz_questions set {change}");
        site.test.sql(&sql).await;
        for key in ["hidden", "pelican"] {
            let path = practice_path("small", "begin", key);
            assert_eq!(
                asha.get(&path).await.status,
                StatusCode::NOT_FOUND,
                "{change}: {key}"
            );
        }
    }
    assert_eq!(
        site.test
            .count("select count(*) from practice_answers")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_study_an_open_topic_practice_in_it() {
    let site = TestSite::new().await;
    let late = Question::short_answer("late", "Three?", &["3"]);
    let course = pelican_course().gated(0).question(late).with_practice();
    course.import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let closed = asha.get("/learn/small/end/practice/late").await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    assert!(
        closed
            .body
            .contains("This unlocks when quiz 1.1 is passed.")
    );
    let late = [
        ("course", "small"),
        ("topic", "end"),
        ("key", "late"),
        ("given[text]", "3"),
    ];
    let refused = asha.post("practice/api/answer_practice", &late).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Learner).await;
    assert_eq!(ravi.get(HERE).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.visitor().get(HERE).await.status, StatusCode::FOUND);

    // A running quiz asks the question, so practice must not reveal the answer.
    assert_eq!(asha.get(HERE).await.status, StatusCode::OK);
    start(&mut asha, "1").await.assert_ok();
    let closed = asha.get(HERE).await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    let why = "This question is part of quiz 1.1, which you have started.";
    assert!(closed.body.contains(why));
    let text = asha.get("/learn/small/begin").await.body;
    assert!(text.contains(why) && !text.contains(">Check<"));
    attempts_end(&site, "-1 minute").await;
    assert_eq!(asha.get(HERE).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_version_of_a_question_is_not_shown() {
    let site = TestSite::new().await;
    let folder = pelican_course().folder();
    folder.import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    choose(&mut asha, "Pelicans").await;
    folder.import(&site).await;
    assert!(asha.get(HERE).await.body.contains(">Correct<"));
    let sinks = Question::choice("pelican", "What sinks?", "Stones", &["Pelicans"]);
    let sinks = sinks.explained("They do.").to_toml();
    folder.write("one/01-begin.quiz.toml", &sinks);
    folder.import(&site).await;
    let asked = asha.get(HERE).await.body;
    assert!(asked.contains("What sinks?") && !asked.contains("They do."));
}

/// One question of each type.
fn every_type() -> [Question; 6] {
    [
        Question::choice("one", "?", "yes", &["no"]),
        Question::several("some", "?", &["yes", "also"], &["no"]),
        Question::short_answer("short", "?", &["yes"]),
        Question::tracing("program", "?", "print(1)", "yes"),
        Question::ordering("order", "?", &["a", "b", "c"]),
        Question::matching("match", "?", &[["a", "1"], ["b", "2"], ["c", "3"]]),
    ]
}

/// The form fields of a right or of a wrong answer.
fn given(kind: QuestionViewKind, right: bool) -> AnswerForm {
    let text = if right { "yes" } else { "no" }.to_owned();
    match kind {
        QuestionViewKind::Choice { options, .. } => AnswerForm {
            options: options
                .into_iter()
                .filter(|(_, html, _)| (html.0 == "no") != right)
                .map(|(id, ..)| id.to_string())
                .take(if right { 2 } else { 1 })
                .collect(),
            ..AnswerForm::default()
        },
        QuestionViewKind::ShortAnswer { .. } => AnswerForm {
            text: Some(text),
            ..AnswerForm::default()
        },
        QuestionViewKind::Tracing { .. } => AnswerForm {
            compiles: Some("yes".to_owned()),
            text: Some(text),
            ..AnswerForm::default()
        },
        QuestionViewKind::Ordering { items } => AnswerForm {
            order: items
                .into_iter()
                .map(|(id, html, _)| {
                    let place = "abc".find(&html.0).unwrap() + 1;
                    let place = if right { place } else { 4 - place };
                    (format!("i{id}"), place.to_string())
                })
                .collect(),
            ..AnswerForm::default()
        },
        QuestionViewKind::Matching {
            left,
            right: offered,
        } => AnswerForm {
            matches: left
                .into_iter()
                .map(|(id, html, _)| {
                    let at = "abc".find(&html.0).unwrap();
                    let wanted = if right { at } else { (at + 1) % 3 };
                    let (to, _) = offered
                        .iter()
                        .find(|(_, html)| html.0 == (wanted + 1).to_string())
                        .unwrap();
                    (format!("i{id}"), to.to_string())
                })
                .collect(),
            ..AnswerForm::default()
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_question_can_be_practiced() {
    let site = TestSite::new().await;
    let course = pelican_course().at("middle").text("All of them:");
    let course = course.questions(every_type()).with_practice();
    course.import(&site).await;
    learner(&site, "asha@example.org").await;
    let asha = user_id(&site, "asha@example.org").await;
    let asha = UserId(asha.parse().unwrap());
    for key in every_type().iter().map(Question::key) {
        for right in [false, true] {
            let PracticeState::Open(shown) = state(&site, asha, key, true).await else {
                panic!("{key} is not asked");
            };
            let sent = given(shown.kind, right);
            site.state
                .db
                .within(site.test.organization, async move |conn| {
                    rules::answer(conn, asha, &address(key), &sent, &clock()).await
                })
                .await
                .unwrap();
            let PracticeState::Answered { outcome, .. } = state(&site, asha, key, false).await
            else {
                panic!("{key} is not kept");
            };
            // Reversing the order leaves the middle one of three items in its place.
            let wrong = if key == "order" { 33 } else { 0 };
            assert_eq!(outcome.points, if right { 100 } else { wrong }, "{key}");
            assert!(
                outcome.marked.0.contains(" given\""),
                "{key} shows what was answered"
            );
        }
    }
}

fn clock() -> Clock {
    Clock {
        zone: chrono_tz::Tz::UTC,
        now: chrono::Utc::now(),
    }
}

fn address(key: &str) -> PracticeAddress {
    PracticeAddress {
        course: "small".to_owned(),
        topic: "middle".to_owned(),
        key: key.to_owned(),
    }
}

async fn state(site: &TestSite, user: UserId, key: &str, again: bool) -> PracticeState {
    let address = address(key);
    let page: AppResult<_> = site
        .state
        .db
        .within(site.test.organization, async move |conn| {
            rules::page(conn, user, address, again, &clock()).await
        })
        .await;
    page.unwrap().state
}
