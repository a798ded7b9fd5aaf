//! Tests of cards that are made of wrong answers.

use axum::http::StatusCode;

use super::{asked, overdue_cards};
use crate::study::server::answers;
use crate::testing::site::TestSite;
use crate::testing::{gated_course, learner, start, take};

/// Runs what the hourly job does.
async fn collect(site: &TestSite) {
    let organization = site.test.organization;
    let made = (site.state.db)
        .within(organization, async |conn| answers::collect(conn).await)
        .await;
    made.unwrap();
}

const CARDS: &str = "select count(*) from generated_assets where card_kind = 'answer'";

#[tokio::test(flavor = "multi_thread")]
async fn wrong_answers_become_cards_once() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    take(&site, &mut ravi, "1", true).await;
    take(&site, &mut asha, "1", false).await;
    for _ in 0..2 {
        collect(&site).await;
    }
    let wrong = "select sum(jsonb_array_length(question_set -> 'questions')) from quiz_attempts where score < 100";
    assert_eq!(site.test.count(CARDS).await, site.test.count(wrong).await);
    assert!(
        asha.get("/study")
            .await
            .body
            .contains("Wrong answers: A small course")
    );
    assert!(!ravi.get("/study").await.body.contains("Wrong answers"));
    let (card, version) = asked(&mut asha).await;
    let shown = format!("/study/review?card={card}&version={version}&sure=none");
    let page = asha.get(&shown).await;
    page.assert_ok();
    assert!(page.body.contains("aria-label=\"Answer\""), "{}", page.body);
    // A deleted one does not come back.
    asha.post("study/api/delete_card", &[("card", card.as_str())])
        .await
        .assert_ok();
    collect(&site).await;
    let open = "select count(*) from card_states where is_open";
    assert_eq!(
        site.test.count(open).await + 1,
        site.test.count(CARDS).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_quiz_hides_the_cards_of_its_questions() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", false).await;
    collect(&site).await;
    let (card, version) = asked(&mut asha).await;
    start(&mut asha, "1").await.assert_ok();
    let page = asha.get("/study/review").await.body;
    assert!(page.contains("questions of a quiz or an exam"), "{page}");
    let shown = format!("/study/review?card={card}&version={version}&sure=none");
    assert!(
        !asha
            .get(&shown)
            .await
            .body
            .contains("aria-label=\"Answer\"")
    );
    let fields = [
        ("card", card.as_str()),
        ("version", &version),
        ("grade", "3"),
    ];
    let refused = asha.post("study/api/review_card", &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_of_a_course_wait_while_its_learner_is_not_enrolled() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", false).await;
    collect(&site).await;
    overdue_cards(&site).await;
    let due = "Review Wrong answers: A small course";
    let page = asha.get("/study").await.body;
    assert!(
        page.contains(due) && page.contains("250 cards are overdue"),
        "{page}"
    );
    site.test
        .sql("update enrollments set status = 'withdrawn'")
        .await;
    let page = asha.get("/study").await.body;
    assert!(
        !page.contains(due) && !page.contains("are overdue"),
        "{page}"
    );
    let page = asha.get("/study/review").await.body;
    assert!(!page.contains("href=\"/study/review?"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_switch_stops_it() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let fields = [
        ("retention", "90"),
        ("new_per_day", "20"),
        ("reviews_per_day", "200"),
    ];
    asha.post("study/api/save_study_settings", &fields)
        .await
        .assert_ok();
    take(&site, &mut asha, "1", false).await;
    collect(&site).await;
    assert_eq!(site.test.count(CARDS).await, 0);
    let on = [&fields[..], &[("from_answers", "true")]].concat();
    asha.post("study/api/save_study_settings", &on)
        .await
        .assert_ok();
    collect(&site).await;
    assert!(site.test.count(CARDS).await > 0);
}
