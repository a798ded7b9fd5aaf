//! Texts that were changed on the site and in the course's source: both are kept, shown and merged.

use axum::http::StatusCode;

use crate::testing::site::{Browser, TestSite};
use crate::testing::{CourseBuilder, hidden, topic_id, tutor};

const PAGE: &str = "/teach/small/topics/a/source";
const EDIT: &str = "/teach/small/topics/a/edit";
const START: &str = "One.\n\nTwo.\n\nThree.";

fn course(text: &str) -> CourseBuilder {
    let course = CourseBuilder::new("small")
        .module("M")
        .topic("a")
        .topic_title("First");
    course.text(text)
}

async fn write(browser: &mut Browser<'_>, site: &TestSite, text: &str, go: &str) {
    let base = site
        .test
        .text("select coalesce(max(revision), 0)::text from topic_drafts")
        .await;
    write_from(browser, site, (&base, text), go).await;
}

/// Sends a text from a page that was opened at the revision `base`.
async fn write_from(
    browser: &mut Browser<'_>,
    site: &TestSite,
    (base, text): (&str, &str),
    go: &str,
) {
    let topic = topic_id(site, "a").await;
    let fields = [
        ("course", "small"),
        ("topic", topic.as_str()),
        ("page[base]", base),
        ("page[writer]", "11111111-1111-1111-1111-111111111111"),
        ("page[change]", base),
        ("title", "First"),
        ("text", text),
        ("go", go),
    ];
    browser
        .post("editor/api/save_topic", &fields)
        .await
        .assert_ok();
}

async fn decide(
    browser: &mut Browser<'_>,
    site: &TestSite,
    seen: &str,
    keep: &str,
    text: &str,
) -> StatusCode {
    let topic = topic_id(site, "a").await;
    let fields = [
        ("course", "small"),
        ("topic", topic.as_str()),
        ("seen", seen),
        ("keep", keep),
        ("title", "First"),
        ("text", text),
    ];
    browser
        .post("sources/api/decide_source", &fields)
        .await
        .status
}

async fn sources(site: &TestSite) -> String {
    let query = "select coalesce(string_agg(btrim(base_body, chr(10)) || ' | ' || coalesce(btrim(source_body, chr(10)), 'decided'), ''), 'none')
                 from topic_sources";
    site.test.text(query).await.replace("\n\n", " ")
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_site_and_source_are_merged() {
    let site = TestSite::new().await;
    course(START).import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assert!(
        meera
            .get(PAGE)
            .await
            .body
            .contains("There is nothing to decide")
    );
    write(
        &mut meera,
        &site,
        "One, on the site.\n\nTwo.\n\nThree.\n",
        "publish",
    )
    .await;
    assert_eq!(sources(&site).await, "One. Two. Three. | decided");
    // The same source again is nothing to decide.
    course(START).import(&site).await;
    assert_eq!(sources(&site).await, "One. Two. Three. | decided");
    assert!(
        !meera
            .get("/teach/small/outline")
            .await
            .body
            .contains("Changed here and in the source")
    );
    course("One.\n\nTwo.\n\nThree, in the source.")
        .import(&site)
        .await;
    assert_eq!(
        sources(&site).await,
        "One. Two. Three. | One. Two. Three, in the source."
    );
    let outline = meera.get("/teach/small/outline").await.body;
    assert!(outline.contains("Changed here and in the source") && outline.contains(PAGE));
    let page = meera.get(PAGE).await;
    page.assert_ok();
    for words in [
        "One, on the site.\n\nTwo.\n\nThree, in the source.",
        "changed different paragraphs",
        "Added: ",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let seen = hidden(&page.body, "seen");
    assert_eq!(
        decide(&mut meera, &site, "0-0", "site", "").await,
        StatusCode::CONFLICT
    );
    assert_eq!(
        decide(&mut meera, &site, &seen, "none", "").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let merged = "One, on the site.\n\nTwo.\n\nThree, in the source.\n";
    assert_eq!(
        decide(&mut meera, &site, &seen, "merged", merged).await,
        StatusCode::OK
    );
    assert_eq!(
        sources(&site).await,
        "One. Two. Three, in the source. | decided"
    );
    let draft = "select body || is_published from topic_drafts";
    assert_eq!(site.test.text(draft).await, format!("{merged}false"));
    assert_eq!(
        decide(&mut meera, &site, &seen, "site", "").await,
        StatusCode::CONFLICT
    );
    // A later import that brings nothing new does not ask again.
    course("One.\n\nTwo.\n\nThree, in the source.")
        .import(&site)
        .await;
    assert!(
        meera
            .get(PAGE)
            .await
            .body
            .contains("There is nothing to decide")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_paragraph_and_a_chosen_side() {
    let site = TestSite::new().await;
    course(START).import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    write(
        &mut meera,
        &site,
        "One.\n\nTwo, on the site.\n\nThree.\n",
        "publish",
    )
    .await;
    course("One.\n\nTwo, in the source.\n\nThree.")
        .import(&site)
        .await;
    let page = meera.get(PAGE).await.body;
    for words in [
        "changed the same paragraphs",
        "Two, on the site.",
        "Two, in the source.",
        "Before",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let seen = hidden(&page, "seen");
    // Another change on the site makes the page stale.
    write(
        &mut meera,
        &site,
        "One.\n\nTwo, on the site again.\n\nThree.\n",
        "save",
    )
    .await;
    assert_eq!(
        decide(&mut meera, &site, &seen, "source", "").await,
        StatusCode::CONFLICT
    );
    let seen = hidden(&meera.get(PAGE).await.body, "seen");
    assert_eq!(
        decide(&mut meera, &site, &seen, "source", "").await,
        StatusCode::OK
    );
    let page = meera.get(&format!("{EDIT}?done=merged")).await.body;
    assert!(
        page.contains("Decided.") && page.contains("Two, in the source."),
        "{page}"
    );
    let shown = site
        .test
        .text("select text_content from topics where slug = 'a'")
        .await;
    assert!(
        shown.contains("Two, on the site."),
        "learners see the published text"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_compared_with_a_new_source_too() {
    let site = TestSite::new().await;
    course(START).import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    write(
        &mut meera,
        &site,
        "One, in the draft.\n\nTwo.\n\nThree.\n",
        "save",
    )
    .await;
    assert_eq!(sources(&site).await, "none");
    course("One.\n\nTwo.\n\nThree, in the source.")
        .import(&site)
        .await;
    let shown = site
        .test
        .text("select text_content from topics where slug = 'a'")
        .await;
    assert!(
        shown.contains("Three, in the source."),
        "nothing was published on the site"
    );
    let page = meera.get(PAGE).await.body;
    let seen = hidden(&page, "seen");
    assert!(
        page.contains("One, in the draft.\n\nTwo.\n\nThree, in the source."),
        "{page}"
    );
    assert_eq!(
        decide(&mut meera, &site, &seen, "site", "").await,
        StatusCode::OK
    );
    assert_eq!(
        sources(&site).await,
        "One. Two. Three, in the source. | decided"
    );
    // Without a draft there is nothing to keep.
    site.test.sql("delete from topic_drafts").await;
    course("Anew.").import(&site).await;
    assert_eq!(sources(&site).await, "none");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_keeps_what_an_import_brings() {
    let site = TestSite::new().await;
    course(START).import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let source = "One.\n\nTwo.\n\nThree, in the source.";
    course(source).import(&site).await;
    assert_eq!(hidden(&meera.get(EDIT).await.body, "page[base]"), "1");
    // This page was opened before the import, when nothing had been saved.
    let old = "One, on the site.\n\nTwo.\n\nThree.\n";
    write_from(&mut meera, &site, ("0", old), "save").await;
    let draft = site.test.text("select body from topic_drafts").await;
    assert!(
        draft.contains("One, on the site.") && draft.contains("Three, in the source."),
        "{draft}"
    );
    // The same source again leaves the draft as it is.
    course(source).import(&site).await;
    let state = "select is_published::text || ' ' || revision from topic_drafts";
    assert_eq!(site.test.text(state).await, "false 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_without_changes_follows_an_import() {
    let site = TestSite::new().await;
    course(START).import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let start = site
        .test
        .text("select text_content from topics where slug = 'a'")
        .await;
    let changed = "One, for a while.\n\nTwo.\n\nThree.\n";
    write_from(&mut meera, &site, ("0", changed), "save").await;
    write_from(&mut meera, &site, ("1", &start), "save").await;
    course("One.\n\nTwo.\n\nThree, in the source.")
        .import(&site)
        .await;
    assert_eq!(sources(&site).await, "none");
    let state = "select is_published::text || ' ' || revision from topic_drafts";
    assert_eq!(site.test.text(state).await, "true 3");
    let page = meera.get(EDIT).await.body;
    assert!(page.contains("Learners see this text."), "{page}");
    // This page was opened before the import.
    let old = "One, on the site.\n\nTwo.\n\nThree.\n";
    write_from(&mut meera, &site, ("2", old), "save").await;
    let draft = site.test.text("select body from topic_drafts").await;
    assert!(
        draft.contains("One, on the site.") && draft.contains("Three, in the source."),
        "{draft}"
    );
}
