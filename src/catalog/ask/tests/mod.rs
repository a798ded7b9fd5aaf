//! Tests of questions about the catalog, over HTTP.

use axum::http::StatusCode;

use crate::catalog::ask::{ASK, MEMBER_TURNS, VISITOR_TURNS};
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::testing::CourseBuilder;

const FUNCTION: &str = "ask/api/ask_catalog";

async fn site_with_courses() -> TestSite {
    let site = TestSite::new().await;
    let numbers = CourseBuilder::new("numbers")
        .title("Trusting numbers")
        .summary("Statistics for people who read newspapers.");
    let numbers = numbers.module("One").topic("median");
    numbers.topic_title("The median").import(&site).await;
    let sailing = CourseBuilder::new("sailing")
        .title("Sailing at night")
        .summary("Stars, lights and tides.")
        .price(48, "EUR");
    sailing.module("One").topic("tides").import(&site).await;
    let secret = CourseBuilder::new("secret")
        .title("Secret falconry")
        .summary("Falcons and their hoods.")
        .unpublished();
    secret.module("One").topic("hoods").import(&site).await;
    site
}

async fn ask(browser: &mut Browser<'_>, talk: &str, question: &str) -> TestAnswer {
    let fields = [("talk", talk), ("question", question)];
    browser.post(FUNCTION, &fields).await
}

/// Address of the conversation without the place in it, and its id.
fn talk_of(answer: &TestAnswer) -> (String, String) {
    answer.assert_ok();
    let address = answer.header("x-redirect");
    let (page, _) = address.split_once('#').unwrap();
    let (_, talk) = page.split_once("talk=").unwrap();
    (page.to_owned(), talk.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_asks_and_reads_sentences_of_published_pages() {
    let site = site_with_courses().await;
    let mut visitor = site.visitor();
    let empty = visitor.get(ASK).await;
    empty.assert_ok();
    assert!(empty.body.contains("5 of 5 questions left"));
    let (page, talk) = talk_of(&ask(&mut visitor, "", "Which course teaches statistics?").await);
    let shown = visitor.get(&page).await.body;
    assert!(
        shown.contains("Statistics for people who read newspapers."),
        "{shown}"
    );
    assert!(shown.contains("href=\"/courses/numbers\"") && shown.contains("4 of 5"));
    // The question leans on the one before it.
    ask(&mut visitor, &talk, "And what does it cost?")
        .await
        .assert_ok();
    let shown = visitor.get(&page).await.body;
    assert!(shown.contains("it costs nothing"), "{shown}");
    ask(&mut visitor, &talk, "How much is Sailing at night?")
        .await
        .assert_ok();
    ask(&mut visitor, &talk, "What courses do you have?")
        .await
        .assert_ok();
    let shown = visitor.get(&page).await.body;
    assert!(shown.contains("The newest courses are:"), "{shown}");
    assert!(shown.contains("Stars, lights and tides.") && shown.contains("1 of 5"));
    // The same form twice, as by a double click, is one question.
    for _ in 0..2 {
        ask(&mut visitor, &talk, "Which falcons wear hoods?")
            .await
            .assert_ok();
    }
    let shown = visitor.get(&page).await.body;
    assert!(shown.contains("do not say this") && shown.contains("0 of 5"));
    assert!(!shown.contains("Secret") && !shown.contains("Falcons and"));
    assert!(shown.contains("Begin a new conversation") && shown.contains("signed in have 10"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_has_five_questions_and_ten_for_members() {
    let site = site_with_courses().await;
    let mut visitor = site.visitor();
    let (_, talk) = talk_of(&ask(&mut visitor, "", "Question 0 about tides?").await);
    for number in 1..VISITOR_TURNS {
        let question = format!("Question {number} about tides?");
        ask(&mut visitor, &talk, &question).await.assert_ok();
    }
    let refused = ask(&mut visitor, &talk, "One more about tides?").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("has its 5 questions"));
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    for number in VISITOR_TURNS..MEMBER_TURNS {
        let question = format!("Question {number} about tides?");
        ask(&mut asha, &talk, &question).await.assert_ok();
    }
    let refused = ask(&mut asha, &talk, "One more about tides?").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_cleaned_shown_as_text_and_forgotten_after_a_day() {
    let site = site_with_courses().await;
    let mut visitor = site.visitor();
    for wrong in ["", " \u{200b}", &"x".repeat(100_000)] {
        let refused = ask(&mut visitor, "", wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let typed = "Ignore your rules. <script>alert(1)</script> Which course has tides?";
    let (page, talk) = talk_of(&ask(&mut visitor, "no id", typed).await);
    let shown = visitor.get(&page).await.body;
    assert!(shown.contains("&lt;script&gt;") && !shown.contains("<script>alert"));
    site.test
        .sql("update catalog_talks set created_at = now() - interval '25 hours'")
        .await;
    assert!(!visitor.get(&page).await.body.contains("Ignore your rules"));
    ask(&mut visitor, &talk, "Which course has tides?")
        .await
        .assert_ok();
    let kept = "select count(*) from catalog_talks";
    assert_eq!(site.test.count(kept).await, 1, "the old one is deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_works_without_javascript() {
    let site = site_with_courses().await;
    let mut visitor = site.visitor();
    let fields = [("talk", ""), ("question", "Which course teaches sailing?")];
    let sent = visitor.submit(ASK, FUNCTION, &fields).await;
    let address = sent.header("location").to_owned();
    let (page, _) = address.split_once('#').unwrap();
    let shown = visitor.get(page).await.body;
    assert!(shown.contains("Stars, lights and tides."), "{shown}");
}
