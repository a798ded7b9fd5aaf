//! Tests of reviews, their schedule and their figures.

use axum::http::StatusCode;

use super::{MEAN, add_text, asked, grade, overdue_cards};
use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite};

const TWO: &str = "The **mean** is the sum of all values divided by their count.\n\n\
     The **median** is the value in the middle of all values.";

async fn library(site: &TestSite) -> Browser<'_> {
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    add_text(site, &mut asha, "Averages", TWO).await;
    asha
}

const REVIEWS: &str = "select count(*) from interactions";

/// Moves all schedules and reviews some days back.
async fn days_pass(site: &TestSite, days: u32) {
    let sql = format!(
        "update card_states set due_at = due_at - interval '{days} days', first_day = first_day - {days}, last_day = last_day - {days}
         where state <> 'new'"
    );
    site.test.sql(&sql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_shown_then_its_answer_and_a_grade_schedules_it() {
    let site = TestSite::new().await;
    let mut asha = library(&site).await;
    let page = asha.get("/study/review").await.body;
    assert!(
        page.contains("New 4") && page.contains("Show answer"),
        "{page}"
    );
    assert!(
        !page.contains("The mean is the sum of all values"),
        "the answer is not sent"
    );
    let (card, version) = asked(&mut asha).await;
    let shown = format!("/study/review?card={card}&version={version}&sure=3");
    let page = asha.get(&shown).await.body;
    for said in [
        "The mean is the sum of all values",
        "You said: sure.",
        "5 minutes",
        "10 minutes",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // As a form without JavaScript.
    let fields = [
        ("card", card.as_str()),
        ("version", &version),
        ("grade", "3"),
        ("sure", "3"),
    ];
    let back = asha.submit(&shown, "study/api/review_card", &fields).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(back.header("location"), "/study/review");
    let row =
        "select state || ' ' || reviews || ' ' || algorithm from card_states where state <> 'new'";
    assert_eq!(site.test.text(row).await, "review 1 fsrs-6 6.6.2");
    // The sibling waits for the next day, so that two cards are left.
    let (next, _) = asked(&mut asha).await;
    let siblings = format!(
        "select count(distinct sibling_key) from card_states where generated_asset_id in ('{card}', '{next}')"
    );
    assert_eq!(site.test.count(&siblings).await, 2);
    assert!(asha.get("/study/review").await.body.contains("New 2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_review_counts_once_however_often_it_is_sent() {
    let site = TestSite::new().await;
    let mut asha = library(&site).await;
    let mut tab = asha.tab();
    let (card, version) = asked(&mut asha).await;
    grade(&mut asha, (&card, &version), "3").await;
    // The same again, and another grade from another tab.
    grade(&mut asha, (&card, &version), "3").await;
    grade(&mut tab, (&card, &version), "1").await;
    assert_eq!(site.test.count(REVIEWS).await, 1);
    let reviews = "select reviews from card_states where state <> 'new'";
    assert_eq!(site.test.count(reviews).await, 1);
    let sum = "select metric_value::bigint from progress_metrics where metric_type = 'reviews'";
    assert_eq!(site.test.count(sum).await, 1);
    // A stranger cannot grade it.
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Learner).await;
    let fields = [("card", card.as_str()), ("version", "1"), ("grade", "3")];
    let refused = ravi.post("study/api/review_card", &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let fields = [("card", card.as_str()), ("version", "1"), ("grade", "9")];
    let refused = asha.post("study/api/review_card", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_review_is_undone_and_an_old_request_does_not_count_again() {
    let site = TestSite::new().await;
    let mut asha = library(&site).await;
    let (card, version) = asked(&mut asha).await;
    grade(&mut asha, (&card, &version), "1").await;
    assert!(
        asha.get("/study/review")
            .await
            .body
            .contains("Undo the last review")
    );
    asha.post("study/api/undo_review", &[]).await.assert_ok();
    assert_eq!(site.test.count(REVIEWS).await, 0);
    let new = "select count(*) from card_states where state = 'new'";
    assert_eq!(site.test.count(new).await, 4);
    let sum = "select coalesce(sum(metric_value), 0)::bigint from progress_metrics";
    assert_eq!(site.test.count(sum).await, 0);
    // The request that was undone arrives once more.
    grade(&mut asha, (&card, &version), "1").await;
    assert_eq!(site.test.count(REVIEWS).await, 0);
    let again = asha.post("study/api/undo_review", &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_and_cards_come_back_on_their_day() {
    let site = TestSite::new().await;
    let mut asha = library(&site).await;
    let fields = [
        ("retention", "90"),
        ("new_per_day", "1"),
        ("reviews_per_day", "1"),
    ];
    asha.post("study/api/save_study_settings", &fields)
        .await
        .assert_ok();
    let (card, version) = asked(&mut asha).await;
    grade(&mut asha, (&card, &version), "3").await;
    let page = asha.get("/study/review").await.body;
    assert!(
        page.contains("Done for now") && page.contains("wait for tomorrow"),
        "{page}"
    );
    days_pass(&site, 5).await;
    let page = asha.get("/study/review").await.body;
    assert!(page.contains("New 1 · Learning 0 · Due 1"), "{page}");
    let (due, version) = asked(&mut asha).await;
    assert_eq!((due.as_str(), version.as_str()), (card.as_str(), "1"));
    grade(&mut asha, (&due, &version), "1").await;
    let lapses = "select lapses from card_states where state = 'relearning'";
    assert_eq!(site.test.count(lapses).await, 1);
    let wrong = [
        ("retention", "5"),
        ("new_per_day", "x"),
        ("reviews_per_day", "0"),
    ];
    let refused = asha.post("study/api/save_study_settings", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["retention", "new_per_day", "reviews_per_day"] {
        assert!(refused.body.contains(field), "{field}: {}", refused.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_shows_what_was_reviewed() {
    let site = TestSite::new().await;
    let mut asha = library(&site).await;
    for answer in ["3", "1"] {
        let (card, version) = asked(&mut asha).await;
        grade(&mut asha, (&card, &version), answer).await;
    }
    let page = asha.get("/study/progress").await;
    page.assert_ok();
    for said in [
        "50%",
        "1 day with reviews.",
        "2 new, 1 in learning, 1 in review",
        "about 90%",
    ] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    let home = asha.get("/learn").await.body;
    assert!(home.contains("href=\"/study\""), "{home}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_is_spread_over_days_that_are_named() {
    let site = TestSite::new().await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    add_text(&site, &mut asha, "Averages", MEAN).await;
    overdue_cards(&site).await;
    let page = asha.get("/study").await.body;
    assert!(
        page.contains("250 cards are overdue") && page.contains("spread them"),
        "{page}"
    );
    asha.post("study/api/spread_backlog", &[]).await.assert_ok();
    let days = "select string_agg(cards::text, ' ' order by day)
                from (select due_at as day, count(*) as cards from card_states where state = 'review' group by due_at) d";
    assert_eq!(site.test.text(days).await, "100 100 50");
    assert!(!asha.get("/study").await.body.contains("spread them"));
}
