//! Suggested questions: tutors write, order, switch and delete them; imports and exports keep them.

use axum::http::StatusCode;

use super::{Talk, site_with_course};
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{CourseBuilder, learner, topic_id, tutor, tutor_of};

const PAGE: &str = "/teach/small/topics/a/questions";

async fn save(
    tutor: &mut Browser<'_>,
    topic: &str,
    (id, parent): (&str, &str),
    (prompt, answer): (&str, &str),
) -> TestAnswer {
    let mut fields = vec![
        ("course", "small"),
        ("topic", topic),
        ("form[prompt]", prompt),
        ("form[answer]", answer),
        ("form[parent]", parent),
    ];
    if !id.is_empty() {
        fields.push(("id", id));
    }
    tutor.post("desk/api/save_suggestion", &fields).await
}

async fn change(tutor: &mut Browser<'_>, act: &str, id: &str) -> TestAnswer {
    let which = format!("{act}-{id}");
    let fields = [("course", "small"), ("which", which.as_str())];
    tutor.post("desk/api/change_suggestion", &fields).await
}

async fn id_of(site: &TestSite, prompt: &str) -> String {
    let query = format!(
        "select suggestion_id from topic_prompt_suggestions where prompt_text = '{prompt}'"
    );
    site.test.text(&query).await
}

/// Questions in order, with a sign before those that are off.
const ALL: &str = "select coalesce(string_agg(case when is_active then '' else '-' end || prompt_text, ' ' order by position, suggestion_id), '')
                   from topic_prompt_suggestions where parent_suggestion_id is null";

#[tokio::test(flavor = "multi_thread")]
async fn tutors_write_order_switch_and_delete_questions() {
    let site = site_with_course().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let topic = topic_id(&site, "a").await;
    let answer = "See [more](topic:b).<script>alert(1)</script>";
    for prompt in ["One?", "Two?", "Three?"] {
        save(&mut meera, &topic, ("", ""), (prompt, answer))
            .await
            .assert_ok();
    }
    assert_eq!(site.test.text(ALL).await, "One? Two? Three?");
    let html = "select answer_html from topic_prompt_suggestions limit 1";
    let html = site.test.text(html).await;
    assert!(html.contains("href=\"/learn/small/b\"") && !html.contains("<script"));

    let (one, two) = (id_of(&site, "One?").await, id_of(&site, "Two?").await);
    save(&mut meera, &topic, ("", &one), ("And then?", "Then two."))
        .await
        .assert_ok();
    let page = meera.get(PAGE).await;
    page.assert_ok();
    assert!(page.body.contains("And then?") && page.body.contains("Suggested questions in “a”"));

    change(&mut meera, "up", &two).await.assert_ok();
    assert_eq!(site.test.text(ALL).await, "Two? One? Three?");
    change(&mut meera, "up", &two).await.assert_ok();
    change(&mut meera, "down", &one).await.assert_ok();
    assert_eq!(site.test.text(ALL).await, "Two? Three? One?");
    change(&mut meera, "off", &two).await.assert_ok();
    assert_eq!(site.test.text(ALL).await, "-Two? Three? One?");
    change(&mut meera, "on", &two).await.assert_ok();
    save(&mut meera, &topic, (&two, ""), ("Second?", "Changed."))
        .await
        .assert_ok();
    change(&mut meera, "delete", &one).await.assert_ok();
    assert_eq!(site.test.text(ALL).await, "Second? Three?");
    let left = "select count(*) from topic_prompt_suggestions";
    assert_eq!(site.test.count(left).await, 2, "the follow-up went too");
    let logged = "select count(*) from audit_logs where action like 'tutor_chat.suggestion_%'";
    assert_eq!(site.test.count(logged).await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_form_changes_nothing_and_names_each_problem() {
    let site = site_with_course().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let topic = topic_id(&site, "a").await;
    save(&mut meera, &topic, ("", ""), ("One?", "Yes."))
        .await
        .assert_ok();
    let one = id_of(&site, "One?").await;
    let (long, longer) = ("x".repeat(81), "x".repeat(4_001));
    for (parent, prompt, answer, problems) in [
        ("", "", "", vec!["prompt", "answer"]),
        ("", "\u{200b}", "<!-- x -->", vec!["prompt", "answer"]),
        ("", &long, &longer, vec!["prompt", "answer"]),
        ("none", "Two?", "Yes.", vec!["parent"]),
        ("", " One? ", "Yes.", vec!["prompt"]),
    ] {
        let refused = save(&mut meera, &topic, ("", parent), (prompt, answer)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for problem in problems {
            let field = format!("\"{problem}\"");
            assert!(refused.body.contains(&field), "{problem}: {}", refused.body);
        }
    }
    // A question of another topic, and one of another course.
    let other = topic_id(&site, "b").await;
    let refused = save(&mut meera, &other, ("", &one), ("Two?", "Yes.")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refused = save(&mut meera, &other, (&one, ""), ("Two?", "Yes.")).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let elsewhere = CourseBuilder::new("other").module("One").topic("o");
    elsewhere.import(&site).await;
    let mut theirs = site
        .signed_in("theirs@example.org", crate::platform::auth::UserRole::Tutor)
        .await;
    tutor_of(&site, "theirs@example.org", "other").await;
    let which = format!("delete-{one}");
    let fields = [("course", "other"), ("which", which.as_str())];
    let refused = theirs.post("desk/api/change_suggestion", &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let strange = change(&mut meera, "burn", &one).await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
    assert_eq!(site.test.text(ALL).await, "One?");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answered_question_becomes_a_suggested_one() {
    let site = site_with_course().await;
    let _asha = learner(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let talk = Talk::of(&site, "asha@example.org", "a").await;
    let question = format!("Why?{}", " And why".repeat(20));
    let request = talk.hands(talk.says("user", &question, "").await).await;
    let fields = [
        ("course", "small"),
        ("request", request.as_str()),
        ("text", "Because *all* count."),
    ];
    meera
        .post("desk/api/reply_to_request", &fields)
        .await
        .assert_ok();
    let page = meera.get(&format!("{PAGE}?from={request}")).await.body;
    assert!(page.contains("Because *all* count.") && page.contains("value=\"Why? And why"));
    for from in ["x", "99999999-9999-9999-9999-999999999999"] {
        let page = meera.get(&format!("{PAGE}?from={from}")).await;
        page.assert_ok();
        assert!(!page.body.contains("Because"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_bring_questions_and_leave_those_of_the_site() {
    let site = TestSite::new().await;
    let course = || CourseBuilder::new("small").module("One").topic("a");
    let first = course()
        .suggestion("One?", "*Yes*.", "And then?")
        .suggestion("Two?", "Also.", "Why two?");
    first.import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let topic = topic_id(&site, "a").await;
    assert_eq!(site.test.text(ALL).await, "One? Two?");
    let off = "select count(*) from topic_prompt_suggestions where not is_active and answer = ''";
    assert_eq!(
        site.test.count(off).await,
        2,
        "follow-ups without an answer"
    );
    let (one, then) = (id_of(&site, "One?").await, id_of(&site, "And then?").await);
    let refused = change(&mut meera, "on", &then).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    save(&mut meera, &topic, (&one, ""), ("First?", "Mine."))
        .await
        .assert_ok();
    save(&mut meera, &topic, ("", ""), ("Own?", "Mine too."))
        .await
        .assert_ok();
    first.import(&site).await;
    assert_eq!(site.test.text(ALL).await, "First? Two? Own?");
    assert_eq!(id_of(&site, "And then?").await, then);
    let second = course().suggestion("New?", "Yes.", "Really?");
    second.import(&site).await;
    // The changed one stays, with nothing of the files below it.
    let all = site.test.text(ALL).await;
    assert!(all.contains("First?") && all.contains("Own?") && all.contains("New?"));
    assert!(!all.contains("Two?"), "{all}");
}
