//! Tests of the study library, over HTTP.

mod answers;
mod library;
mod reviews;

use crate::testing::site::{Browser, TestSite};

const MEAN: &str = "The **mean** is the sum of all values divided by their count.";

/// Adds a text, and returns the id of the material.
async fn add_text(site: &TestSite, browser: &mut Browser<'_>, title: &str, text: &str) -> String {
    let fields = [("title", title), ("text", text), ("tags", "math")];
    browser
        .post("study/api/add_material", &fields)
        .await
        .assert_ok();
    let id = format!("select study_material_id from study_materials where title = '{title}'");
    site.test.text(&id).await
}

/// Value of a parameter in the first link of the page that begins with the text.
fn parameter(page: &str, link: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(link)
        .unwrap_or_else(|| panic!("no {link}: {page}"));
    let address = rest.split('"').next().unwrap().replace("&amp;", "&");
    let (_, value) = address
        .split_once(&format!("{name}="))
        .expect("a parameter");
    value.split('&').next().unwrap().to_owned()
}

/// Card and version that the review asks for now.
async fn asked(browser: &mut Browser<'_>) -> (String, String) {
    let page = browser.get("/study/review").await;
    page.assert_ok();
    let of = |name| parameter(&page.body, "href=\"/study/review?", name);
    (of("card"), of("version"))
}

/// Grades a card that was shown in this version.
async fn grade(browser: &mut Browser<'_>, (card, version): (&str, &str), grade: &str) {
    let fields = [
        ("card", card),
        ("version", version),
        ("grade", grade),
        ("sure", "3"),
    ];
    browser
        .post("study/api/review_card", &fields)
        .await
        .assert_ok();
}

/// Gives the only material 250 cards that were due 40 days ago.
async fn overdue_cards(site: &TestSite) {
    let many = "insert into generated_assets (user_id, study_material_id, card_kind, content, content_key, generation_model)
         select user_id, study_material_id, 'own', '{\"version\": 1, \"front\": \"a\", \"back\": \"b\"}', 'k' || n, 'person'
         from study_materials cross join generate_series(1, 250) n;
         insert into card_states (generated_asset_id, user_id, study_material_id, sibling_key, position,
                                  state, stability, difficulty, due_at, first_day, last_day)
         select generated_asset_id, user_id, study_material_id, content_key, 1, 'review',
                1 + substr(content_key, 2)::int, 5, now() - interval '40 days', current_date - 60, current_date - 50
         from generated_assets where card_kind = 'own'";
    site.test.sql(many).await;
}
