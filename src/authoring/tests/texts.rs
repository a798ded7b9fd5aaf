//! Texts of topics: drafts that two people write, publishing, versions, and what learners see.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{CourseBuilder, Question, hidden, learner, topic_id, tutor, tutor_of};

pub const ONE: &str = "11111111-1111-1111-1111-111111111111";
const TWO: &str = "22222222-2222-2222-2222-222222222222";

/// A page of the editor: who it is, and the revision that it has.
pub struct Tab<'a, 'b> {
    browser: &'b mut Browser<'a>,
    writer: &'static str,
    base: i32,
    change: i32,
}

impl<'a, 'b> Tab<'a, 'b> {
    pub fn new(browser: &'b mut Browser<'a>, writer: &'static str, base: i32) -> Self {
        Self {
            browser,
            writer,
            base,
            change: 0,
        }
    }

    pub async fn send(&mut self, site: &TestSite, text: &str, go: &str) -> TestAnswer {
        self.change += 1;
        let topic = topic_id(site, "a").await;
        let (base, change) = (self.base.to_string(), self.change.to_string());
        let fields = [
            ("course", "small"),
            ("topic", topic.as_str()),
            ("page[base]", &base),
            ("page[writer]", self.writer),
            ("page[change]", &change),
            ("title", "First"),
            ("text", text),
            ("go", go),
        ];
        self.browser.post("editor/api/save_topic", &fields).await
    }

    async fn save(&mut self, site: &TestSite, text: &str) {
        let saved = self.send(site, text, "save").await;
        saved.assert_ok();
        let number = saved.body.split(|c: char| !c.is_ascii_digit());
        self.base = number.last_number();
    }
}

trait LastNumber {
    fn last_number(self) -> i32;
}

impl<'a, I: Iterator<Item = &'a str>> LastNumber for I {
    fn last_number(self) -> i32 {
        self.filter_map(|part| part.parse().ok())
            .last()
            .expect("a number")
    }
}

pub fn small() -> CourseBuilder {
    let asked = Question::short_answer("qa", "How many?", &["x"]);
    let course = CourseBuilder::new("small")
        .module("One")
        .topic("a")
        .topic_title("First");
    course
        .text("Imported words.")
        .question(asked)
        .with_practice()
        .topic("b")
}

async fn draft(site: &TestSite) -> String {
    site.test
        .text("select coalesce(max(revision || ' ' || body), 'none') from topic_drafts")
        .await
}

async fn versions(site: &TestSite) -> String {
    site.test
        .text(
            "select coalesce(string_agg(number || (case when published_by is null then 'i' else 'p' end), ' ' order by number), '')
             from topic_versions",
        )
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_seen_by_learners_once_it_is_published() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut tab = Tab::new(&mut meera, ONE, 0);
    tab.save(
        &site,
        "New words with $a^2$.\r\n\r\n> [!NOTE]\n> Mind **this**.",
    )
    .await;
    assert!(
        draft(&site)
            .await
            .starts_with("1 New words with $a^2$.\n\n>")
    );
    let page = asha.get("/learn/small/a").await.body;
    assert!(page.contains("Imported words") && !page.contains("New words"));
    let editor = tab.browser.get("/teach/small/topics/a/edit").await;
    editor.assert_ok();
    for text in [
        "New words with",
        "<math",
        "Learners see the version before",
        "Published",
    ] {
        assert!(editor.body.contains(text), "{text}: {}", editor.body);
    }
    let published = tab
        .send(
            &site,
            "New words with $a^2$.\n\n> [!NOTE]\n> Mind **this**.",
            "publish",
        )
        .await;
    published.assert_ok();
    assert_eq!(
        published.header("x-redirect"),
        "/teach/small/topics/a/edit?done=published"
    );
    let page = asha.get("/learn/small/a").await.body;
    for text in [
        "New words with",
        "<math",
        "callout note",
        "<strong>this</strong>",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("Imported words"));
    let found = asha.get("/learn/small/b?q=mind").await.body;
    assert!(
        found.contains("/learn/small/a"),
        "the search knows the new text"
    );
    assert_eq!(versions(&site).await, "1i 2p");
    // Publishing again without a change adds nothing.
    tab.send(
        &site,
        "New words with $a^2$.\n\n> [!NOTE]\n> Mind **this**.",
        "publish",
    )
    .await
    .assert_ok();
    assert_eq!(versions(&site).await, "1i 2p");
    // An import leaves the text alone.
    let report = small().import(&site).await;
    assert_eq!(report.topics.kept, ["First"]);
    assert!(
        asha.get("/learn/small/a")
            .await
            .body
            .contains("New words with")
    );
    let editor = tab.browser.get("/teach/small/topics/a/edit").await.body;
    assert!(editor.contains("Learners see this text."));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_never_overwrite_each_other() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Tutor).await;
    tutor_of(&site, "ravi@example.org", "small").await;
    let mut first = Tab::new(&mut meera, ONE, 0);
    let mut second = Tab::new(&mut ravi, TWO, 0);
    first.save(&site, "Meera’s text").await;
    let stale = second.send(&site, "Ravi’s text", "save").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(
        stale.body.contains("Meera changed the same paragraphs"),
        "{}",
        stale.body
    );
    let stale = second.send(&site, "Ravi’s text", "publish").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(draft(&site).await, "1 Meera’s text");
    assert_eq!(versions(&site).await, "");
    // The same text is no conflict, and a retry counts once.
    second.send(&site, "Meera’s text", "save").await.assert_ok();
    first.save(&site, "Meera’s text").await;
    assert_eq!(draft(&site).await, "1 Meera’s text");
    // A page's own saves are never stale, but a late one changes nothing.
    first.base = 0;
    first.save(&site, "Meera’s second text").await;
    assert_eq!(draft(&site).await, "2 Meera’s second text");
    first.change -= 2;
    first.send(&site, "late", "save").await.assert_ok();
    assert_eq!(draft(&site).await, "2 Meera’s second text");
    second.base = 2;
    second.save(&site, "Ravi’s text").await;
    assert_eq!(draft(&site).await, "3 Ravi’s text");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_a_stale_save_shows_both_texts() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut other = meera.tab();
    Tab::new(&mut other, ONE, 0)
        .save(&site, "The saved text")
        .await;
    let topic = topic_id(&site, "a").await;
    let page = "/teach/small/topics/a/edit";
    let fields = [
        ("course", "small"),
        ("topic", topic.as_str()),
        ("page[base]", "0"),
        ("page[writer]", TWO),
        ("page[change]", "0"),
        ("title", "Typed title"),
        ("text", "The **typed** text"),
    ];
    let mut preview = fields.to_vec();
    preview.push(("go", "preview"));
    meera.submit(page, "editor/api/save_topic", &preview).await;
    let shown = meera.get(page).await.body;
    assert!(shown.contains("<strong>typed</strong>") && !shown.contains("Two versions"));
    assert_eq!(hidden(&shown, "page[base]"), "0");
    let mut save = fields.to_vec();
    save.push(("go", "save"));
    meera.submit(page, "editor/api/save_topic", &save).await;
    let shown = meera.get(page).await.body;
    for text in [
        "Two versions of the same paragraphs",
        "The saved text",
        "The **typed** text",
        "Typed title",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert_eq!(draft(&site).await, "1 The saved text");
    // Now the person has seen both sides, and a button decides.
    assert_eq!(hidden(&shown, "page[base]"), "0");
    assert_eq!(hidden(&shown, "page[seen]"), "1");
    let mut keep = fields.to_vec();
    keep.extend([("page[keep]", "mine"), ("page[seen]", "1")]);
    meera.submit(page, "editor/api/save_topic", &keep).await;
    assert_eq!(draft(&site).await, "2 The **typed** text");
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_compared_and_restored() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let empty = meera.get("/teach/small/topics/b/history").await;
    assert!(empty.body.contains("No versions yet"));
    let mut tab = Tab::new(&mut meera, ONE, 0);
    for text in ["One line\nSame", "Another line\nSame"] {
        tab.save(&site, text).await;
        tab.send(&site, text, "publish").await.assert_ok();
    }
    assert_eq!(versions(&site).await, "1i 2p 3p");
    let page = tab
        .browser
        .get("/teach/small/topics/a/history?version=3")
        .await;
    page.assert_ok();
    for text in [
        "Version 3 (newest)",
        "Removed: ",
        "One line",
        "Added: ",
        "Another line",
        "meera",
        "Import",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(!page.body.contains("Restore version 3"));
    let missing = tab
        .browser
        .get("/teach/small/topics/a/history?version=9")
        .await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    // A draft with changes outlives the restored text.
    tab.save(&site, "Unfinished").await;
    let topic = topic_id(&site, "a").await;
    let fields = [
        ("course", "small"),
        ("topic", topic.as_str()),
        ("version", "2"),
    ];
    let restored = tab
        .browser
        .post("editor/api/restore_version", &fields)
        .await;
    restored.assert_ok();
    assert_eq!(
        restored.header("x-redirect"),
        "/teach/small/topics/a/history?done=restored"
    );
    assert_eq!(versions(&site).await, "1i 2p 3p 4p");
    let shown = site
        .test
        .text("select text_content from topics where slug = 'a'")
        .await;
    assert_eq!(shown, "One line\nSame");
    assert!(draft(&site).await.ends_with("Unfinished"));
    let editor = tab.browser.get("/teach/small/topics/a/edit").await.body;
    assert!(editor.contains("Unfinished") && editor.contains("before your latest changes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_what_learners_would_see_and_scripts_are_not() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let topic = topic_id(&site, "a").await;
    let text = "<script>alert(1)</script>\n\n```rust\nfn main() {}\n```\n\n[x](topic:gone) ![p](file:no.png) [b](topic:b)\n\n\
                {{question qa}}\n\n{{question none}}\n";
    let fields = [
        ("course", "small"),
        ("topic", topic.as_str()),
        ("text", text),
    ];
    let shown = meera.post("editor/api/preview_topic", &fields).await;
    shown.assert_ok();
    for part in [
        "How many?",
        "/learn/small/b",
        "no topic “gone”",
        "no file “no.png”",
        "no question “none”",
    ] {
        assert!(shown.body.contains(part), "{part}: {}", shown.body);
    }
    assert!(!shown.body.contains("<script") && shown.body.contains("main"));
    // Another course's topic, and a text that is too long or without a title.
    CourseBuilder::new("other")
        .module("M")
        .topic("x")
        .import(&site)
        .await;
    let foreign = topic_id(&site, "x").await;
    let fields = [
        ("course", "small"),
        ("topic", foreign.as_str()),
        ("text", "x"),
    ];
    let missing = meera.post("editor/api/preview_topic", &fields).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let mut tab = Tab::new(&mut meera, ONE, 0);
    let long = tab.send(&site, &"x".repeat(200_001), "save").await;
    assert!(
        long.body.contains("Use at most 200,000 characters."),
        "{}",
        long.body
    );
    let empty = tab.send(&site, " \n", "publish").await;
    assert!(empty.body.contains("has no text yet"), "{}", empty.body);
    assert_eq!(
        draft(&site).await,
        "none",
        "nothing was kept of a refused request"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_editor_says_who_sees_another_text_and_can_give_all_the_same() {
    let site = TestSite::new().await;
    let told = small().at("a").narration("sports", "Of runners.");
    told.narration("cooking", "Of cooks.").import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let topic = topic_id(&site, "a").await;
    let chosen = [("course", "small"), ("persona", "sports")];
    asha.post("player/api/choose_persona", &chosen)
        .await
        .assert_ok();
    let mut tab = Tab::new(&mut meera, ONE, 0);
    tab.send(&site, "New words", "publish").await.assert_ok();
    let editor = "/teach/small/topics/a/edit";
    let page = tab.browser.get(&format!("{editor}?done=published")).await;
    for text in [
        "Learners see this text now, except those who chose Sports or Cooking.",
        "Learners who chose Sports or Cooking have another text",
        "Use the published text for all",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let here = "/learn/small/a";
    assert!(asha.get(here).await.body.contains("Of runners."));

    let fields = [("course", "small"), ("topic", topic.as_str())];
    for _ in 0..2 {
        let all = meera.post("editor/api/use_text_for_all", &fields).await;
        all.assert_ok();
        assert_eq!(all.header("x-redirect"), format!("{editor}?done=all"));
    }
    let page = asha.get(here).await.body;
    assert!(page.contains("New words") && !page.contains("Of runners."));
    let page = meera.get(editor).await.body;
    assert!(!page.contains("Use the published text for all"));
    let logged =
        "select string_agg(concat(old_values -> 'personas', new_values -> 'personas'), ' ')
         from audit_logs where action = 'topic.variants_removed'";
    assert_eq!(site.test.text(logged).await, "[\"sports\", \"cooking\"][]");
    // An import does not bring them back, and the history can.
    told_again(&site).await;
    assert!(asha.get(here).await.body.contains("New words"));
    let history = meera.get("/teach/small/topics/a/history").await.body;
    assert!(history.contains("First (Sports)") && history.contains("First (Cooking)"));
    for version in [3, 4] {
        let page = format!("/teach/small/topics/a/history?version={version}");
        let restore = format!("Restore version {version}");
        assert!(meera.get(&page).await.body.contains(&restore), "{version}");
    }
    let fields = [
        ("course", "small"),
        ("topic", topic.as_str()),
        ("version", "3"),
    ];
    meera
        .post("editor/api/restore_version", &fields)
        .await
        .assert_ok();
    assert!(asha.get(here).await.body.contains("Of runners."));
    let normal = "select text_content from topics where slug = 'a'";
    assert_eq!(site.test.text(normal).await, "New words");
}

async fn told_again(site: &TestSite) {
    let told = small().at("a").narration("sports", "Of runners.");
    assert_eq!(told.import(site).await.topics.kept, ["First"]);
}
