//! Tests of searches in languages other than English, over HTTP.

use axum::http::StatusCode;

use crate::import;
use crate::platform::address::with_query;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{CourseFolder, learner, pelican_course, statements};

fn bible() -> CourseFolder {
    let course = pelican_course()
        .title("《Rust语言圣经》")
        .summary("所有权。 ภาษาไทย, 日本語のテキスト, Łódź")
        .language("zh-CN")
        .authors(&["Baltasar Gracián"]);
    let folder = course.folder();
    folder.write(
        "one/02-middle.md",
        "+++\ntitle = \"所有权\"\n+++\n\n每个值都有一个**所有**者。神圣\n\nGracián şiir İstanbul. فارسی می\u{200c}خواهم كِتَاب\n",
    );
    folder
}

async fn is_in_catalog(browser: &mut Browser<'_>, query: &str) -> bool {
    let page = browser.get(&with_query("/courses", &[("q", query)])).await;
    assert_eq!(page.status, StatusCode::OK, "{query}");
    page.body.contains("href=\"/courses/small\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_without_spaces_and_without_accents() {
    let site = TestSite::new().await;
    bible().import(&site).await;
    let mut visitor = site.visitor();
    for query in [
        "圣经",
        "语言圣经",
        "圣",
        "经",
        "rust 圣经",
        "Ｒｕｓｔ语言",
        "ไทย",
        "テキスト",
        "ﾃｷｽﾄ",
        "gracian",
        "Gracián",
        "GRACIA\u{301}N",
        "gracain",
        "lodz",
        "所有权",
    ] {
        assert!(is_in_catalog(&mut visitor, query).await, "{query}");
    }
    for query in ["经圣", "圣语", "语言书", "İSTANBUL", "デキスト"] {
        assert!(!is_in_catalog(&mut visitor, query).await, "{query}");
    }
    let corrected = visitor.get("/courses?q=gracain").await;
    assert!(corrected.body.contains("Showing courses for “gracián”"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_is_found_and_shown_as_it_is_written() {
    let site = TestSite::new().await;
    bible().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    for (query, marked) in [
        ("所有者", "每个值都有一个<mark>所有者</mark>"),
        ("圣", "神<mark>圣</mark>"),
        ("gracian", "<mark>Gracián</mark>"),
        ("siir", "<mark>şiir</mark>"),
        ("ISTANBUL", "<mark>İstanbul</mark>"),
        ("فارسي", "<mark>فارسی</mark>"),
        ("کتاب", "<mark>كِتَاب</mark>"),
    ] {
        let page = asha
            .get(&with_query("/learn/small/begin", &[("q", query)]))
            .await;
        let hits = page.body.split("class=\"hits\"").nth(1).unwrap_or_default();
        let hits = hits.split("</ol>").next().unwrap_or_default();
        let plain = hits.replace("<!>", "");
        assert!(plain.contains(marked), "{query}: {plain}");
    }
    let nothing = asha.get("/learn/small/begin?q=zebra").await;
    assert!(nothing.body.contains("No results for"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_asks_as_often_in_every_script() {
    let site = TestSite::new().await;
    bible().import(&site).await;
    let mut visitor = site.visitor();
    let path = |query| with_query("/courses", &[("q", query)]);
    let one_word = statements(&site, &mut visitor, &path("rust")).await;
    let long = statements(&site, &mut visitor, &path("每个值都有一个所有者神圣语言")).await;
    assert!(long <= one_word, "{long} statements, {one_word} for a word");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_version_indexed_is_indexed_anew() {
    let site = TestSite::new().await;
    bible().import(&site).await;
    let db = &site.state.db;
    assert_eq!(import::reindex(db).await.unwrap(), 0);
    let outdated = "update courses set search_version = 0, search = to_tsvector('simple', title);
                    update topics set search = to_tsvector('simple', title);
                    update search_terms set written = null";
    site.test.sql(outdated).await;
    let mut asha = learner(&site, "asha@example.org").await;
    assert!(!is_in_catalog(&mut asha, "圣经").await);
    assert_eq!(import::reindex(db).await.unwrap(), 1);
    assert_eq!(import::reindex(db).await.unwrap(), 0);
    assert!(is_in_catalog(&mut asha, "圣经").await);
    assert!(is_in_catalog(&mut asha, "gracain").await);
    let topic = asha.get("/learn/small/begin?q=pelicns").await;
    assert!(topic.body.contains("Showing results for “pelicans”."));
}
