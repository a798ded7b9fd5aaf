//! Tests of the study library, over HTTP.

mod answers;
mod library;
mod reviews;

use crate::platform::http::testing::{Browser, TestSite};

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
