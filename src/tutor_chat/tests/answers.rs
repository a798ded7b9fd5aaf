//! Answers: hints, quotations with their sources, and refusals.

use axum::http::StatusCode;

use super::{PAGE, ask, ask_with, kinds, question_id, site_with_tutor, step, used};
use crate::testing::learner;

const MEDIAN: &str = "Why does the median ignore outliers?";

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_comes_first_and_the_explanation_quotes_the_course() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let empty = asha.get(PAGE).await;
    empty.assert_ok();
    assert!(empty.body.contains("5 of 5 questions left in this module"));
    let asked = ask(&mut asha, MEDIAN).await;
    asked.assert_ok();
    let question = question_id(&site, MEDIAN).await;
    let page = asha.get(PAGE).await.body;
    assert!(
        asked
            .header("x-redirect")
            .starts_with(&format!("{PAGE}#m-"))
    );
    assert!(page.contains("4 of 5 questions left in this module"));
    assert!(page.contains("“The median” in “Averages”"), "{page}");
    assert!(page.contains("href=\"/learn/small/averages#the-median\""));
    assert!(!page.contains("ignores their size"));

    step(&mut asha, &question, "hint").await.assert_ok();
    let page = asha.get(PAGE).await.body;
    assert!(page.contains("____") && !page.contains("ignores their size"));
    for _ in 0..2 {
        step(&mut asha, &question, "explanation").await.assert_ok();
    }
    assert_eq!(kinds(&site).await, "hint key_sentence quotations");
    let page = asha.get(PAGE).await.body;
    let quoted = "The median resists outliers, because it ignores their size.";
    assert!(page.contains(quoted), "{page}");
    let fragment = "#the-median:~:text=The%20median%20resists%20outliers%2C%20because%20it%20ignores%20their\"";
    assert!(page.contains(fragment), "{page}");
    assert!(!page.contains("Another hint") && !page.contains("Explain it"));
    assert_eq!(used(&site).await, 1);

    // The stored range is that of the quotation in its chunk.
    let literal = "select count(*) from cp_rag_chat_messages m,
                     jsonb_array_elements(m.citations) q
                   join course_chunks k on k.chunk_id = q ->> 'chunk_id'
                   where m.answer_kind = 'quotations'
                     and substring(k.content from (q ->> 'start')::int - k.starts_at + 1
                                   for (q ->> 'end')::int - (q ->> 'start')::int) = q ->> 'text'";
    let all = "select sum(jsonb_array_length(citations)) from cp_rag_chat_messages where answer_kind = 'quotations'";
    assert_eq!(site.test.count(literal).await, site.test.count(all).await);
    assert!(site.test.count(all).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn tutors_can_let_answers_begin_with_the_explanation() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    site.test
        .sql("insert into course_tutor_settings (course_id, hints_first) select course_id, false from courses")
        .await;
    ask(&mut asha, MEDIAN).await.assert_ok();
    assert_eq!(kinds(&site).await, "quotations");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_the_course_does_not_answer_costs_nothing() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    ask(&mut asha, "Which wine goes with the median cheese of Ravi?")
        .await
        .assert_ok();
    assert_eq!(kinds(&site).await, "unknown");
    assert_eq!(used(&site).await, 0);
    let page = asha.get(PAGE).await.body;
    assert!(page.contains("do not say this"), "{page}");
    assert!(page.contains("Ask a person") && page.contains("Nearest place"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_of_the_course_gets_hints_only() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let own = "which average resists outliers";
    ask(&mut asha, own).await.assert_ok();
    let question = question_id(&site, own).await;
    for wish in ["explanation", "hint", "explanation"] {
        step(&mut asha, &question, wish).await.assert_ok();
    }
    assert_eq!(kinds(&site).await, "own_hint own_places");
    let page = asha.get(PAGE).await.body;
    assert!(!page.contains("ignores their size") && !page.contains("Explain it"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_is_answered_with_the_question_before_it() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    ask(&mut asha, MEDIAN).await.assert_ok();
    ask(&mut asha, "And why?").await.assert_ok();
    assert_eq!(kinds(&site).await, "hint hint");
    // Without a question before it, it asks nothing.
    let mut ravi = learner(&site, "ravi@example.org").await;
    ask(&mut ravi, "And why?").await.assert_ok();
    assert_eq!(kinds(&site).await, "hint hint unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_asks_once() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let key = [("key", "0190aaaa-0000-7000-8000-000000000001")];
    let (mut tab, mut other) = (asha.tab(), asha.tab());
    let (one, two) = tokio::join!(
        ask_with(&mut tab, MEDIAN, &key),
        ask_with(&mut other, MEDIAN, &key)
    );
    one.assert_ok();
    two.assert_ok();
    assert_eq!(one.header("x-redirect"), two.header("x-redirect"));
    assert_eq!(
        (kinds(&site).await.as_str(), used(&site).await),
        ("hint", 1)
    );
    // Another question with the same key, from a page that the browser went back to, is asked.
    ask_with(&mut asha, "What is the mean of salaries?", &key)
        .await
        .assert_ok();
    assert_eq!(used(&site).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_questions_are_refused_with_a_sentence() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    for (typed, sentence) in [
        ("\u{200b} \u{2060}".to_owned(), "Write a question first."),
        ("x".repeat(2_001), "Use at most 2,000 characters."),
    ] {
        let refused = ask(&mut asha, &typed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(sentence), "{}", refused.body);
    }
    // Without JavaScript the text returns to the form with the sentence.
    let long = "y".repeat(2_001);
    let fields = [
        ("course", "small"),
        ("topic", "averages"),
        ("question", long.as_str()),
    ];
    let back = asha.submit(PAGE, "tutor_chat/api/ask_tutor", &fields).await;
    assert_eq!(back.header("location"), PAGE);
    let page = asha.get(PAGE).await.body;
    assert!(page.contains("Use at most 2,000 characters.") && page.contains(&long));
    ask(&mut asha, "Is <script>alert(1)</script> the median?")
        .await
        .assert_ok();
    assert!(!asha.get(PAGE).await.body.contains("<script>alert"));
    let messages = "select count(*) from cp_rag_chat_messages where role = 'user'";
    assert_eq!(site.test.count(messages).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_rated_downloaded_and_deleted() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    ask(&mut asha, MEDIAN).await.assert_ok();
    let answer = "select message_id::text from cp_rag_chat_messages where role = 'assistant'";
    let answer = site.test.text(answer).await;
    let fields = [
        ("answer", answer.as_str()),
        ("helpful", "false"),
        ("reason", "Too short"),
    ];
    let rated = asha.post("tutor_chat/api/rate_answer", &fields).await;
    rated.assert_ok();
    let page = asha.get(PAGE).await.body;
    assert!(page.contains("Too short") && page.contains("aria-pressed=\"true\""));
    let long = "z".repeat(501);
    let fields = [
        ("answer", answer.as_str()),
        ("helpful", "true"),
        ("reason", long.as_str()),
    ];
    let refused = asha.post("tutor_chat/api/rate_answer", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

    let file = asha.get("/tutor/small/averages/conversation.md").await;
    file.assert_ok();
    assert!(file.body.starts_with("# Averages · A small course\n"));
    assert!(file.body.contains(MEDIAN) && file.body.contains("#the-median)"));

    let fields = [("course", "small"), ("topic", "averages")];
    asha.post("tutor_chat/api/delete_conversation", &fields)
        .await
        .assert_ok();
    let left = "select count(*) from cp_rag_chat_messages";
    assert_eq!((site.test.count(left).await, used(&site).await), (0, 1));
}
