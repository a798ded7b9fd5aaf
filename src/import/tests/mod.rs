//! Tests of importing and studying courses, over HTTP like a person.

mod access;
mod again;
mod export;
mod former_keys;
mod language;
mod passages;
mod rust_book;
mod search;
mod studying;

use axum::http::StatusCode;

use crate::testing::site::TestAnswer;

/// Returns the content of a topic, without the page's scripts, which repeat the content as data.
fn content(page: &TestAnswer) -> &str {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let start = page.body.find("id=\"ly-content\"").expect("a topic");
    &page.body[start..page.body[start..].find("class=\"finish\"").unwrap() + start]
}
