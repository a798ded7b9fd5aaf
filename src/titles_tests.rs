//! Titles and headings of all pages: each page names its task or its subject, in the browser's tab,
//! in one heading and at the end of its breadcrumbs.

use std::collections::BTreeMap;

use axum::http::{StatusCode, header};

use crate::access_tests::fill;
use crate::hostile_tests::{GRADES, addresses, everybody};
use crate::testing::site::TestSite;

/// Pages that only redirect, the gallery of components, and marking: nothing is handed in here.
const WITHOUT: [&str; 5] = [
    "/learn/{course}",
    "/join/{code}",
    "/marking/{submission}",
    "/peer-review/{review}",
    "/_ui",
];

/// The texts of all elements with this start, up to `end`, without tags.
fn texts(html: &str, start: &str, end: &str) -> Vec<String> {
    html.split(start)
        .skip(1)
        .map(|rest| {
            let inside = rest.split(end).next().unwrap_or_default();
            let inside = inside.split_once('>').map_or("", |(_, inside)| inside);
            let plain = inside.split('<').enumerate().map(|(at, part)| match at {
                0 => part,
                _ => part.split_once('>').map_or("", |(_, text)| text),
            });
            plain.collect::<String>().trim().to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_page_has_a_title_of_its_own_and_one_heading() {
    let site = TestSite::new().await;
    let mut people = everybody(&site).await;
    let ids = fill(&site).await;
    let page = "insert into page_content (slug, title, body, body_html, is_published)
        values ('about', 'About us', 'x', 'x', true) on conflict (organization_id, slug) do update set title = 'About us', is_published = true";
    site.test.sql(page).await;
    site.test.sql(GRADES).await;
    let mut titles: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (route, path) in addresses(&site, &ids).await {
        if WITHOUT.contains(&route.as_str()) {
            continue;
        }
        let mut shown = false;
        for (name, person) in &mut people {
            let answer = person.get(&path).await;
            let is_html = answer.header(header::CONTENT_TYPE).starts_with("text/html");
            if shown || answer.status != StatusCode::OK || !is_html {
                continue;
            }
            shown = true;
            let html = &answer.body;
            let title = texts(html, "<title", "</title>").remove(0);
            let headings = texts(html, "<h1", "</h1>");
            let crumbs = texts(html, "<nav class=\"breadcrumbs\"", "</nav>");
            if headings.len() != 1 || headings[0].is_empty() {
                wrong.push(format!("{route} for {name}: headings {headings:?}"));
            } else if crumbs.iter().any(|trail| !trail.ends_with(&headings[0])) {
                wrong.push(format!("{route}: {crumbs:?} doesn't end with {headings:?}"));
            }
            if let Some(other) = titles.insert(title.clone(), route.clone()) {
                wrong.push(format!("{route} and {other} are both called {title}"));
            }
        }
        if !shown {
            wrong.push(format!("{route} is shown to nobody"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    let route_of = |title: &str| titles.get(title).map(String::as_str);
    for (title, route) in [
        (
            "Import questions · Open · Lyceum",
            "/teach/{course}/questions/import",
        ),
        (
            "learner · Gradebook · Open · Lyceum",
            "/teach/{course}/learners/{learner}",
        ),
        ("Gradebook · Open · Lyceum", "/teach/{course}"),
        ("Create exam · Open · Lyceum", "/teach/{course}/exams/new"),
        ("T · Open · Lyceum", "/learn/{course}/{topic}"),
    ] {
        assert_eq!(route_of(title), Some(route), "{titles:#?}");
    }
}
