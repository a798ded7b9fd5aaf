//! Other people: conversations are private, questions are handed to tutors, who also suggest some.

use axum::http::StatusCode;

use super::{PAGE, ask, ask_with, kinds, question_id, site_with_tutor, step, used};
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{learner, tutor};

const CHEESE: &str = "Which cheese does Ravi eat?";

async fn ask_person(learner: &mut Browser<'_>, question: &str) -> TestAnswer {
    let fields = [("question", question)];
    learner.post("tutor_chat/api/ask_person", &fields).await
}

async fn requests(site: &TestSite) -> i64 {
    site.test.count("select count(*) from tutor_requests").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_its_learners_own() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    ask(&mut asha, CHEESE).await.assert_ok();
    let question = question_id(&site, CHEESE).await;
    let answer = "select message_id::text from cp_rag_chat_messages where role = 'assistant'";
    let answer = site.test.text(answer).await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    for other in [&mut ravi, &mut meera] {
        let rating = [("answer", answer.as_str()), ("helpful", "true")];
        for refused in [
            step(other, &question, "explanation").await,
            ask_person(other, &question).await,
            other.post("tutor_chat/api/rate_answer", &rating).await,
        ] {
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.body);
        }
    }
    assert!(!ravi.get(PAGE).await.body.contains("cheese"));
    let file = ravi.get("/tutor/small/averages/conversation.md").await;
    file.assert_ok();
    assert!(!file.body.contains("cheese"));
    let fields = [("course", "small"), ("topic", "averages")];
    let deleted = ravi
        .post("tutor_chat/api/delete_conversation", &fields)
        .await;
    deleted.assert_ok();
    assert!(asha.get(PAGE).await.body.contains("cheese"));
    let visitor = site.visitor().get(PAGE).await;
    assert!(!visitor.body.contains("cheese") && visitor.status != StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_handed_to_a_person_once_and_the_reply_has_a_name() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    ask(&mut asha, CHEESE).await.assert_ok();
    let question = question_id(&site, CHEESE).await;
    for _ in 0..2 {
        ask_person(&mut asha, &question).await.assert_ok();
    }
    assert_eq!(requests(&site).await, 1);
    let page = asha.get(PAGE).await.body;
    assert!(page.contains("The tutors of this course have this question."));

    let _meera = tutor(&site, "meera@example.org").await;
    let reply = "insert into cp_rag_chat_messages (message_id, session_id, role, author_user_id, content)
                 select 'ffffffff-ffff-7fff-bfff-ffffffffffff', s.session_id, 'tutor', u.user_id, 'None, *sadly*.'
                 from cp_rag_chat_sessions s, users u where u.email = 'meera@example.org';
                 update tutor_requests set done_at = now()";
    site.test.sql(reply).await;
    let page = asha.get(PAGE).await.body;
    assert!(
        page.contains("meera") && page.contains("None, <em>sadly</em>."),
        "{page}"
    );
    assert!(!page.contains("The tutors of this course have this question."));
}

#[tokio::test(flavor = "multi_thread")]
async fn five_questions_wait_for_people_at_most() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let person = [("to", "person")];
    for number in 0..5 {
        let question = format!("Dear tutors, number {number}?");
        ask_with(&mut asha, &question, &person).await.assert_ok();
    }
    let refused = ask_with(&mut asha, "Dear tutors, again?", &person).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("already wait"), "{}", refused.body);
    assert_eq!((requests(&site).await, used(&site).await), (5, 0));
    assert_eq!(kinds(&site).await, "");
    let all = "select count(*) from cp_rag_chat_messages";
    assert_eq!(site.test.count(all).await, 5);
    site.test
        .sql("update tutor_requests set done_at = now()")
        .await;
    let again = ask_with(&mut asha, "Dear tutors, again?", &person).await;
    again.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn suggested_questions_are_free_and_lead_to_others() {
    let site = site_with_tutor().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let suggest = "insert into topic_prompt_suggestions (course_id, topic_id, prompt_text, answer, answer_html)
                   select course_id, topic_id, 'Why two averages?', 'They *differ*.', '' from topics where slug = 'averages';
                   insert into topic_prompt_suggestions (course_id, topic_id, parent_suggestion_id, prompt_text, answer, answer_html)
                   select course_id, topic_id, suggestion_id, 'By how much?', 'By a lot.', '' from topic_prompt_suggestions";
    site.test.sql(suggest).await;
    let page = asha.get(PAGE).await.body;
    assert!(page.contains("Why two averages?") && !page.contains("By how much?"));
    let first = "select suggestion_id::text from topic_prompt_suggestions where parent_suggestion_id is null";
    let first = site.test.text(first).await;
    let fields = [
        ("course", "small"),
        ("topic", "averages"),
        ("suggestion", first.as_str()),
    ];
    for _ in 0..2 {
        let asked = asha.post("tutor_chat/api/ask_suggestion", &fields).await;
        asked.assert_ok();
    }
    assert_eq!(
        (kinds(&site).await.as_str(), used(&site).await),
        ("prepared", 0)
    );
    let page = asha.get(PAGE).await.body;
    assert!(page.contains("They <em>differ</em>.") && page.contains("By how much?"));
    let hidden = "update topic_prompt_suggestions set is_active = false";
    site.test.sql(hidden).await;
    let gone = asha.post("tutor_chat/api/ask_suggestion", &fields).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}
