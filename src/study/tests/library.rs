//! Tests of material and cards.

use axum::http::StatusCode;

use super::{MEAN, add_text};
use crate::testing::site::TestSite;
use crate::testing::{CourseBuilder, learner};

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_text_becomes_cards_that_only_its_owner_sees() {
    let site = TestSite::new().await;
    let mut asha = learner_of_nothing(&site, "asha@example.org").await;
    let mut ravi = learner_of_nothing(&site, "ravi@example.org").await;
    let id = add_text(&site, &mut asha, "Averages", MEAN).await;
    let path = format!("/study/materials/{id}");
    let page = asha.get(&path).await;
    page.assert_ok();
    for said in [
        "<bdi>mean</bdi>",
        "The […] is the sum of all values",
        "Explain the term",
    ] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    assert_eq!(ravi.get(&path).await.status, StatusCode::NOT_FOUND);
    let file = format!("{path}/cards.csv");
    assert_eq!(ravi.get(&file).await.status, StatusCode::NOT_FOUND);
    let home = asha.get("/study").await.body;
    assert!(
        home.contains("Averages") && home.contains("2 cards"),
        "{home}"
    );
    assert!(!ravi.get("/study").await.body.contains("Averages"));
    // Search and tags.
    assert!(asha.get("/study?q=aver").await.body.contains("Averages"));
    assert!(asha.get("/study?tag=math").await.body.contains("Averages"));
    assert!(
        asha.get("/study?q=birds")
            .await
            .body
            .contains("Nothing found")
    );
}

async fn learner_of_nothing<'a>(
    site: &'a TestSite,
    email: &str,
) -> crate::testing::site::Browser<'a> {
    site.signed_in(email, crate::platform::auth::UserRole::Learner)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_problems_comes_back_with_what_was_typed() {
    let site = TestSite::new().await;
    let mut asha = learner_of_nothing(&site, "asha@example.org").await;
    let fields = [("title", " "), ("text", "Kept text."), ("tags", "a")];
    let back = asha
        .submit("/study/new", "study/api/add_material", &fields)
        .await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    let page = asha.get("/study/new").await.body;
    assert!(page.contains("Enter a title.") && page.contains("Kept text."));
    assert_eq!(
        site.test
            .count("select count(*) from study_materials")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_is_taken_in_once_and_brought_up_to_date() {
    let site = TestSite::new().await;
    let course = || CourseBuilder::new("small").module("One").topic("a");
    course().text(MEAN).import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let page = asha.get("/study").await.body;
    assert!(page.contains("Study this course"), "{page}");
    let fields = [("course", "small")];
    for _ in 0..2 {
        asha.post("study/api/take_course", &fields)
            .await
            .assert_ok();
    }
    let count = "select count(*) from generated_assets";
    assert_eq!(site.test.count(count).await, 2);
    assert!(!asha.get("/study").await.body.contains("Study this course"));
    let card = "select generated_asset_id from generated_assets where card_kind = 'term'";
    let card = site.test.text(card).await;
    let page = asha.get(&format!("/study/cards/{card}")).await.body;
    assert!(page.contains("href=\"/learn/small/a\""), "{page}");
    // The card that was edited stays, the other one leaves with its passage.
    let fields = [
        ("card", card.as_str()),
        ("front", "Mean?"),
        ("back", "Sum by count"),
    ];
    asha.post("study/api/save_card", &fields).await.assert_ok();
    course()
        .text("The **range** is the distance between the largest and the smallest value.")
        .import(&site)
        .await;
    asha.post("study/api/take_course", &[("course", "small")])
        .await
        .assert_ok();
    let fronts = "select string_agg(content ->> 'front', '|' order by content ->> 'front') from generated_assets";
    let fronts = site.test.text(fronts).await;
    assert!(
        fronts.contains("Mean?") && fronts.contains("range"),
        "{fronts}"
    );
    assert!(!fronts.contains("The […] is the sum"), "{fronts}");
    // Without the enrollment the course is not taken in.
    let mut ravi = learner_of_nothing(&site, "ravi@example.org").await;
    let refused = ravi
        .post("study/api/take_course", &[("course", "small")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn material_in_the_trash_leaves_the_queue_and_comes_back() {
    let site = TestSite::new().await;
    let mut asha = learner_of_nothing(&site, "asha@example.org").await;
    let id = add_text(&site, &mut asha, "Averages", MEAN).await;
    let trash = |trashed: &str| [("material", id.clone()), ("trashed", String::from(trashed))];
    let open = "select count(*) from card_states where is_open";
    for (trashed, left) in [("true", 0), ("false", 2), ("true", 0)] {
        let fields = trash(trashed);
        let fields = [
            (fields[0].0, fields[0].1.as_str()),
            (fields[1].0, fields[1].1.as_str()),
        ];
        asha.post("study/api/trash_material", &fields)
            .await
            .assert_ok();
        assert_eq!(site.test.count(open).await, left);
    }
    assert!(asha.get("/study/trash").await.body.contains("Averages"));
    assert!(
        asha.get("/study/review")
            .await
            .body
            .contains("There are no cards here yet.")
    );
    let fields = [("material", id.as_str())];
    asha.post("study/api/delete_material", &fields)
        .await
        .assert_ok();
    for table in [
        "study_materials",
        "content_chunks",
        "generated_assets",
        "card_states",
    ] {
        let count = format!("select count(*) from {table}");
        assert_eq!(site.test.count(&count).await, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reported_card_leaves_its_deck_until_it_is_mended() {
    let site = TestSite::new().await;
    let mut asha = learner_of_nothing(&site, "asha@example.org").await;
    let mut ravi = learner_of_nothing(&site, "ravi@example.org").await;
    add_text(&site, &mut asha, "Averages", MEAN).await;
    let card = "select generated_asset_id from generated_assets where card_kind = 'definition'";
    let card = site.test.text(card).await;
    let report = [
        ("card", card.as_str()),
        ("reported", "true"),
        ("comment", "Odd"),
    ];
    let refused = ravi.post("study/api/report_card", &report).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    asha.post("study/api/report_card", &report)
        .await
        .assert_ok();
    let open = "select count(*) from card_states where is_open";
    assert_eq!(site.test.count(open).await, 1);
    let edit = [
        ("card", card.as_str()),
        ("front", "Sum by count?"),
        ("back", "The mean"),
    ];
    assert_eq!(
        ravi.post("study/api/save_card", &edit).await.status,
        StatusCode::NOT_FOUND
    );
    asha.post("study/api/save_card", &edit).await.assert_ok();
    assert_eq!(site.test.count(open).await, 2);
    let active = "select count(*) from user_feedback where status = 'active'";
    assert_eq!(site.test.count(active).await, 0);
    asha.post("study/api/delete_card", &[("card", card.as_str())])
        .await
        .assert_ok();
    assert_eq!(site.test.count(open).await, 1);
    let page = asha.get(&format!("/study/cards/{card}")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_go_out_and_come_in_as_csv() {
    let site = TestSite::new().await;
    let mut asha = learner_of_nothing(&site, "asha@example.org").await;
    let id = add_text(&site, &mut asha, "Averages", MEAN).await;
    let csv = "front,back,tags\n=1+1,two,\"x, y\"\nDrei,three,";
    let fields = [("material", id.as_str()), ("csv", csv)];
    for _ in 0..2 {
        asha.post("study/api/import_cards", &fields)
            .await
            .assert_ok();
    }
    assert_eq!(
        site.test
            .count("select count(*) from generated_assets")
            .await,
        4
    );
    let file = asha.get(&format!("/study/materials/{id}/cards.csv")).await;
    file.assert_ok();
    assert!(
        file.body.contains("\"'=1+1\",\"two\",\"x, y\""),
        "{}",
        file.body
    );
    let wrong = [("material", id.as_str()), ("csv", "only a front")];
    let refused = asha.post("study/api/import_cards", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("Line 1: Enter the back."),
        "{}",
        refused.body
    );
}
