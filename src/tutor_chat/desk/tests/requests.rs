//! Questions that learners handed to a person: replies, closing them, and the people who are told.

use axum::http::StatusCode;

use super::{QUESTIONS, Talk, site_with_course};
use crate::paths::tutor_path;
use crate::platform::auth::UserRole;
use crate::platform::error::AppResult;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::platform::ids::TutorRequestId;
use crate::platform::live;
use crate::testing::{
    CourseBuilder, begin_view, end_view, hidden, learner, tutor, tutor_of, user_id,
};
use crate::tutor_chat::desk::server::{live as desk_live, notices};

async fn reply(tutor: &mut Browser<'_>, request: &str, text: &str, again: &str) -> TestAnswer {
    let fields = [
        ("course", "small"),
        ("request", request),
        ("text", text),
        ("again", again),
    ];
    tutor.post("desk/api/reply_to_request", &fields).await
}

async fn set_done(tutor: &mut Browser<'_>, request: &str, done: &str) -> TestAnswer {
    let fields = [("course", "small"), ("request", request), ("done", done)];
    tutor.post("desk/api/set_request_done", &fields).await
}

/// Tells the tutors of a request, as the learner's side does.
async fn tell(site: &TestSite, request: &str) {
    let request = TutorRequestId(request.parse().unwrap());
    let told = site
        .test
        .db
        .within(site.test.organization, async move |conn| {
            notices::asked(conn, request).await
        })
        .await;
    told.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_lands_in_the_conversation_and_closes_the_question() {
    let site = site_with_course().await;
    let _asha = learner(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let talk = Talk::of(&site, "asha@example.org", "a").await;
    for number in 1..=4 {
        talk.says("user", &format!("Earlier {number}"), "").await;
        talk.says("assistant", &format!("Answered {number}"), "quotations")
            .await;
    }
    let asked = talk.says("user", "Why a <sum>?", "").await;
    talk.says("assistant", "The mean is a sum.", "quotations")
        .await;
    let request = talk.hands(asked).await;
    tell(&site, &request).await;
    let told = "select count(*) from notifications where kind = 'question' and read_at is null";
    assert_eq!(site.test.count(told).await, 1);
    let courses = meera.get("/teach").await.body;
    assert!(courses.contains("1 learner question"), "{courses}");

    let page = meera.get(QUESTIONS).await;
    page.assert_ok();
    assert_eq!(site.test.count(told).await, 0, "the tutor has seen it");
    for said in [
        "Open (1)",
        "Why a &lt;sum&gt;?",
        "The mean is a sum.",
        "Earlier 2",
        "1.1 a",
        "asha",
    ] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    assert!(!page.body.contains("Earlier 1"), "six turns are shown");
    assert!(page.body.find("Earlier 2").unwrap() < page.body.find("Answered 4").unwrap());

    for wrong in ["", " \u{200b}", &"x".repeat(4_001)] {
        let refused = reply(&mut meera, &request, wrong, "").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = reply(&mut meera, &request, "Because *all* count.", "").await;
    answer.assert_ok();
    let done = answer.header("x-redirect");
    assert_eq!(done, "/teach/small/questions/all?done=replied");
    let last = "select role || ' ' || author_user_id || ' ' || content from cp_rag_chat_messages order by message_id desc limit 1";
    let by = user_id(&site, "meera@example.org").await;
    let expected = format!("tutor {by} Because *all* count.");
    assert_eq!(site.test.text(last).await, expected);
    let event = "select topic from live_events order by event_id desc limit 1";
    let topic = format!("tutor_chat/{}", talk.session);
    assert_eq!(site.test.text(event).await, topic);
    let notice = "select title || ' ' || path from notifications where kind = 'reply'";
    assert_eq!(
        site.test.text(notice).await,
        "meera, a tutor, replied to your question /learn/small/a/tutor"
    );
    assert!(
        meera
            .get(QUESTIONS)
            .await
            .body
            .contains("No open questions")
    );
    let page = meera.get("/teach/small/questions/all?show=done").await.body;
    assert!(page.contains("Because <em>all</em> count.") && page.contains("Answered"));
    assert!(page.contains(&format!("/teach/small/topics/a/questions?from={request}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_stays_unread_while_the_learner_looks_at_a_course_as_somebody_else() {
    let site = site_with_course().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    tutor_of(&site, "asha@example.org", "small").await;
    let talk = Talk::of(&site, "asha@example.org", "a").await;
    let request = talk.hands(talk.says("user", "Why?", "").await).await;
    reply(&mut meera, &request, "Because.", "")
        .await
        .assert_ok();
    let unread = "select count(*) from notifications where kind = 'reply' and read_at is null";
    let here = tutor_path("small", "a");
    begin_view(&mut asha, "study:normal", "").await.assert_ok();
    asha.get(&here).await.assert_ok();
    assert_eq!(site.test.count(unread).await, 1);
    end_view(&mut asha).await;
    asha.get(&here).await.assert_ok();
    assert_eq!(site.test.count(unread).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_tutors_keeps_their_text() {
    let site = site_with_course().await;
    let _asha = learner(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut omar = tutor(&site, "omar@example.org").await;
    let talk = Talk::of(&site, "asha@example.org", "a").await;
    let request = talk.hands(talk.says("user", "Why?", "").await).await;
    reply(&mut meera, &request, "Because.", "")
        .await
        .assert_ok();
    let late = reply(&mut omar, &request, "My own words", "").await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("meera has answered this question"));
    let replies = "select count(*) from cp_rag_chat_messages where role = 'tutor'";
    assert_eq!(site.test.count(replies).await, 1);

    // Without JavaScript the page lists the question with the typed text, although it is done.
    let fields = [
        ("course", "small"),
        ("request", request.as_str()),
        ("text", "My own words"),
    ];
    omar.submit(QUESTIONS, "desk/api/reply_to_request", &fields)
        .await;
    let page = omar.get(QUESTIONS).await;
    assert!(page.body.contains("My own words") && page.body.contains("Why?"));
    assert_eq!(hidden(&page.body, "again"), "true");
    reply(&mut omar, &request, "My own words", "true")
        .await
        .assert_ok();
    assert_eq!(site.test.count(replies).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_closed_without_a_reply_and_opened_again() {
    let site = site_with_course().await;
    let _asha = learner(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let talk = Talk::of(&site, "asha@example.org", "a").await;
    let request = talk.hands(talk.says("user", "Why?", "").await).await;
    tell(&site, &request).await;
    let open = "select count(*) from tutor_requests where done_at is null and done_by is null";
    let answer = set_done(&mut meera, &request, "true").await;
    answer.assert_ok();
    assert_eq!(site.test.count(open).await, 0);
    let told = "select count(*) from notifications where kind = 'question'";
    assert_eq!(site.test.count(told).await, 0, "taken back");
    let page = meera.get(answer.header("x-redirect")).await.body;
    assert!(page.contains("The question is closed.") && page.contains("Open again"));
    set_done(&mut meera, &request, "false").await.assert_ok();
    assert_eq!(site.test.count(open).await, 1);
    assert!(meera.get(QUESTIONS).await.body.contains("Why?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_active_tutors_of_the_course_have_the_desk() {
    let site = site_with_course().await;
    let other = CourseBuilder::new("other").module("One").topic("o");
    other.import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut former = tutor(&site, "former@example.org").await;
    site.test
        .sql("update course_tutors set is_active = false")
        .await;
    let mut theirs = site.signed_in("theirs@example.org", UserRole::Tutor).await;
    tutor_of(&site, "theirs@example.org", "other").await;
    let talk = Talk::of(&site, "asha@example.org", "a").await;
    let request = talk.hands(talk.says("user", "Why?", "").await).await;
    for person in [&mut asha, &mut former, &mut theirs] {
        let page = person.get(QUESTIONS).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(!page.body.contains("Why?"));
        let refused = reply(person, &request, "No", "").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    // A tutor of another course does not reach it through their own course.
    let fields = [
        ("course", "other"),
        ("request", request.as_str()),
        ("text", "No"),
    ];
    let refused = theirs.post("desk/api/reply_to_request", &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    tell(&site, &request).await;
    let told = "select count(*) from notifications";
    assert_eq!(site.test.count(told).await, 0, "no tutor is active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_has_pages_of_the_oldest_first() {
    let site = site_with_course().await;
    let _asha = learner(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let talk = Talk::of(&site, "asha@example.org", "a").await;
    for number in 10..35 {
        let asked = talk.says("user", &format!("Question {number}"), "").await;
        talk.hands(asked).await;
    }
    let all = "update tutor_requests r set asked_at = '2026-01-01'::timestamptz + right(m.content, 2)::integer * interval '1 hour'
               from cp_rag_chat_messages m where m.message_id = r.message_id";
    site.test.sql(all).await;
    let first = meera.get(QUESTIONS).await.body;
    let place = |text: &str| first.find(text).unwrap();
    assert!(place("Question 10") < place("Question 29"));
    assert!(!first.contains("Question 30"));
    assert!(first.contains("Open (25)") && first.contains("rel=\"next\""));
    let (_, rest) = first.split_once("?after=").unwrap();
    let (after, _) = rest.split_once('"').unwrap();
    let second = meera.get(&format!("{QUESTIONS}?after={after}")).await.body;
    assert!(!second.contains("rel=\"next\"") && second.contains("Question 34"));
    let strange = meera.get(&format!("{QUESTIONS}?after=x_y&show=z")).await;
    strange.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_conversation_are_for_its_learner_alone() {
    let site = site_with_course().await;
    let _asha = learner(&site, "asha@example.org").await;
    let _ravi = learner(&site, "ravi@example.org").await;
    let _meera = tutor(&site, "meera@example.org").await;
    let talk = Talk::of(&site, "asha@example.org", "a").await;
    let topic = format!("tutor_chat/{}", talk.session);
    let readers = site
        .test
        .db
        .within(site.test.organization, async move |conn| {
            live::publish(conn, &topic).await?;
            let none = desk_live::may_see(conn, "tutor_chat/x").await?;
            assert!(none.is_empty());
            AppResult::Ok(desk_live::may_see(conn, &topic).await?)
        })
        .await;
    let ids: Vec<String> = readers.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(ids, [user_id(&site, "asha@example.org").await]);
}
