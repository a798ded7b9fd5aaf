//! Several people write one topic: their paragraphs are merged, and no word that was acknowledged
//! as saved is missing, whatever happens to requests.

use std::collections::{BTreeSet, VecDeque};

use axum::http::StatusCode;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;

use crate::authoring::editor::{SavedText, TextConflict, TextEdit, WritersHere};
use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{CourseBuilder, hidden, topic_id, tutor, tutor_of};

const ONE: &str = "11111111-1111-1111-1111-111111111111";
const TWO: &str = "22222222-2222-2222-2222-222222222222";
const START: &str = "First words.\n\nSecond words.\n\n- a point\n- another point\n\nLast words.\n";

fn small() -> CourseBuilder {
    let course = CourseBuilder::new("small")
        .module("One")
        .topic("a")
        .topic_title("First");
    course.text(START)
}

/// The text as the import has stored it.
async fn start(site: &TestSite) -> String {
    site.test
        .text("select text_content from topics where slug = 'a'")
        .await
}

/// A page of the editor, as the browser works it.
struct EditorPage {
    writer: &'static str,
    topic: String,
    base: i32,
    change: i32,
    text: String,
}

type Fields = Vec<(&'static str, String)>;

impl EditorPage {
    async fn open(site: &TestSite, writer: &'static str) -> Self {
        Self {
            writer,
            topic: topic_id(site, "a").await,
            base: 0,
            change: 0,
            text: start(site).await,
        }
    }

    fn write(&mut self, text: &str) {
        self.change += 1;
        self.text = text.to_owned();
    }

    fn fields(&self, keep: &str, seen: i32) -> Fields {
        vec![
            ("course", "small".to_owned()),
            ("topic", self.topic.clone()),
            ("page[base]", self.base.to_string()),
            ("page[writer]", self.writer.to_owned()),
            ("page[change]", self.change.to_string()),
            ("page[keep]", keep.to_owned()),
            ("page[seen]", seen.to_string()),
            ("title", "First".to_owned()),
            ("text", self.text.replace('\n', "\r\n")),
        ]
    }

    /// Takes an answer in, unless something was typed since the text was sent.
    fn take_in(&mut self, saved: &SavedText, sent: &str) {
        let is_merged = !saved.edits.is_empty();
        if is_merged && self.text != sent {
            return;
        }
        self.base = saved.revision;
        self.text = applied(&self.text, &saved.edits);
    }

    async fn save(&mut self, browser: &mut Browser<'_>) -> SavedText {
        let saved = post(browser, "save_topic", &self.fields("", 0)).await;
        saved.assert_ok();
        let saved: SavedText = serde_json::from_str(&saved.body).unwrap();
        let sent = self.text.clone();
        self.take_in(&saved, &sent);
        saved
    }
}

fn applied(text: &str, edits: &[TextEdit]) -> String {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    for edit in edits {
        let new: Vec<u16> = edit.text.encode_utf16().collect();
        units.splice(edit.start as usize..edit.end as usize, new);
    }
    String::from_utf16(&units).unwrap()
}

async fn post(browser: &mut Browser<'_>, function: &str, fields: &Fields) -> TestAnswer {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    browser
        .post(&format!("editor/api/{function}"), &fields)
        .await
}

async fn draft(site: &TestSite) -> String {
    site.test
        .text("select coalesce(max(body), '') from topic_drafts")
        .await
}

/// Tutors of the course with the names meera and ravi.
async fn two_tutors(site: &TestSite) -> (Browser<'_>, Browser<'_>) {
    let meera = tutor(site, "meera@example.org").await;
    let ravi = site.signed_in("ravi@example.org", UserRole::Tutor).await;
    tutor_of(site, "ravi@example.org", "small").await;
    (meera, ravi)
}

#[tokio::test(flavor = "multi_thread")]
async fn paragraphs_of_two_people_are_merged() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let start = start(&site).await;
    let (mut meera, mut ravi) = two_tutors(&site).await;
    let mut one = EditorPage::open(&site, ONE).await;
    let mut two = EditorPage::open(&site, TWO).await;
    one.write(&start.replace("First", "Meera’s 😀 first"));
    assert_eq!(one.save(&mut meera).await.edits, []);
    two.write(&start.replace("Last", "Ravi’s last"));
    let saved = two.save(&mut ravi).await;
    assert_eq!(saved.by, "meera");
    assert_eq!(
        two.text,
        start
            .replace("First", "Meera’s 😀 first")
            .replace("Last", "Ravi’s last")
    );
    assert_eq!(draft(&site).await, two.text);
    // A page that has written nothing takes the other’s words in.
    let saved = one.save(&mut meera).await;
    assert_eq!((saved.by.as_str(), saved.revision), ("ravi", 2));
    assert_eq!(one.text, two.text);
    // Words that were typed while the answer came stay, and the next save merges them.
    one.write(&one.text.replace("a point", "Meera’s point"));
    one.save(&mut meera).await;
    two.write(&two.text.replace("another point", "Ravi’s point"));
    let sent = two.text.clone();
    let saved = post(&mut ravi, "save_topic", &two.fields("", 0)).await;
    let saved: SavedText = serde_json::from_str(&saved.body).unwrap();
    two.write(&two.text.replace("Second", "Ravi’s second"));
    two.take_in(&saved, &sent);
    assert!(!two.text.contains("Meera’s point"));
    two.save(&mut ravi).await;
    for words in ["Meera’s point", "Ravi’s point", "Ravi’s second"] {
        assert!(two.text.contains(words), "{words}: {}", two.text);
    }
    assert_eq!(draft(&site).await, two.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_paragraph_waits_for_a_person() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let start = start(&site).await;
    let (mut meera, mut ravi) = two_tutors(&site).await;
    let mut one = EditorPage::open(&site, ONE).await;
    let mut two = EditorPage::open(&site, TWO).await;
    one.write(
        &start
            .replace("Second", "Meera’s")
            .replace("First", "Meera’s first"),
    );
    one.save(&mut meera).await;
    two.write(
        &start
            .replace("Second", "Ravi’s")
            .replace("Last", "Ravi’s last"),
    );
    let refused = post(&mut ravi, "save_topic", &two.fields("", 0)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.body.contains("Meera changed the same paragraphs"),
        "{}",
        refused.body
    );
    let compared = post(&mut ravi, "compare_topic", &two.fields("", 0)).await;
    let conflict: Option<TextConflict> = serde_json::from_str(&compared.body).unwrap();
    let conflict = conflict.expect("a conflict");
    assert_eq!(
        (conflict.by.as_str(), conflict.revision, conflict.title),
        ("Meera", 1, None)
    );
    let [place] = conflict.places.as_slice() else {
        panic!("{:?}", conflict.places);
    };
    assert_eq!(
        (place.mine.as_str(), place.theirs.as_str()),
        ("Ravi’s words.", "Meera’s words.")
    );
    // A choice counts only for the text that was seen.
    let stale = post(&mut ravi, "save_topic", &two.fields("mine", 9)).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let kept = post(&mut ravi, "save_topic", &two.fields("both", 1)).await;
    kept.assert_ok();
    let text = draft(&site).await;
    for words in [
        "Meera’s words.\n\nRavi’s words.",
        "Meera’s first",
        "Ravi’s last",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // Without JavaScript the page shows the sides and the buttons.
    let page = "/teach/small/topics/a/edit";
    let mut fields = one.fields("", 0);
    fields.retain(|(name, _)| *name != "text");
    fields.push(("text", start.replace("Second", "Third")));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let mut other = meera.tab();
    let fields: Vec<(&str, &str)> = fields
        .into_iter()
        .map(|(name, value)| match name {
            "page[writer]" => (name, TWO),
            "page[base]" => (name, "0"),
            _ => (name, value),
        })
        .collect();
    other.submit(page, "editor/api/save_topic", &fields).await;
    let shown = other.get(page).await.body;
    for words in [
        "Two versions of the same paragraphs",
        "Third words.",
        "Meera’s words.",
        "Keep both",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert_eq!(hidden(&shown, "page[seen]"), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_that_one_changes_and_a_rename_are_kept() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let start = start(&site).await;
    let (mut meera, _) = two_tutors(&site).await;
    let topic = topic_id(&site, "a").await;
    let mut page = EditorPage::open(&site, ONE).await;
    let part = format!("t{topic}");
    let rename = [
        ("course", "small"),
        ("part", part.as_str()),
        ("title", "Renamed"),
    ];
    meera
        .post("authoring/api/rename_part", &rename)
        .await
        .assert_ok();
    page.write(&start.replace("First", "New"));
    let saved = page.save(&mut meera).await;
    assert_eq!(saved.title.as_deref(), Some("Renamed"));
    let stored = site
        .test
        .text("select title || body from topic_drafts")
        .await;
    assert!(stored.starts_with("Renamed\nNew words."), "{stored}");
}

async fn here(browser: &mut Browser<'_>, writer: &str, leaving: bool, topic: &str) -> WritersHere {
    let leaving = leaving.to_string();
    let fields = [
        ("course", "small"),
        ("topic", topic),
        ("writer", writer),
        ("leaving", &leaving),
    ];
    let answer = browser.post("editor/api/write_here", &fields).await;
    answer.assert_ok();
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_who_else_writes() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let (mut meera, mut ravi) = two_tutors(&site).await;
    let topic = topic_id(&site, "a").await;
    assert_eq!(here(&mut meera, ONE, false, &topic).await.words, "");
    assert_eq!(
        here(&mut ravi, TWO, false, &topic).await.words,
        "meera is writing here, too."
    );
    assert_eq!(
        here(&mut meera, ONE, false, &topic).await.words,
        "ravi is writing here, too."
    );
    let events = "select count(*) from live_events where topic like 'authoring/%'";
    assert_eq!(site.test.count(events).await, 2, "staying is no news");
    let page = meera.get("/teach/small/topics/a/edit").await.body;
    assert!(page.contains("ravi is writing here, too."));
    // A save is news for those who are there.
    let mut one = EditorPage::open(&site, ONE).await;
    one.write("Other words.");
    one.save(&mut meera).await;
    assert_eq!(site.test.count(events).await, 3);
    assert_eq!(here(&mut ravi, TWO, false, &topic).await.revision, 1);
    here(&mut ravi, TWO, true, &topic).await;
    assert_eq!(here(&mut meera, ONE, false, &topic).await.words, "");
    // Nobody can speak for the page of somebody else, and silence ends by itself.
    here(&mut ravi, ONE, true, &topic).await;
    assert_eq!(
        site.test.count("select count(*) from topic_writers").await,
        1
    );
    here(&mut ravi, TWO, false, &topic).await;
    site.test
        .sql("update topic_writers set seen_at = now() - interval '2 minutes'")
        .await;
    let page = meera.get("/teach/small/topics/a/edit").await.body;
    assert!(!page.contains("is writing here"));
}

/// Words of a text that writers of the random test have typed.
fn typed_words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| word.starts_with('w') && word[1..].parse::<u32>().is_ok())
        .map(str::to_owned)
        .collect()
}

/// Everything that the random test knows of words.
#[derive(Default)]
struct Words {
    next: u32,
    /// Words of texts that the server has acknowledged.
    saved: BTreeSet<String>,
    /// Words that a writer has removed on purpose.
    removed: BTreeSet<String>,
}

/// Types a new word into a paragraph, adds a paragraph, or removes one.
fn edit(page: &mut EditorPage, words: &mut Words, rng: &mut StdRng) {
    let mut paragraphs: Vec<String> = page.text.split("\n\n").map(str::to_owned).collect();
    let at = rng.random_range(0..paragraphs.len());
    words.next += 1;
    let word = format!("w{}", words.next);
    match rng.random_range(0..10) {
        0..=5 => {
            let paragraph = &mut paragraphs[at];
            let trimmed = paragraph.trim_end().len();
            paragraph.insert_str(trimmed, &format!(" {word}"));
        }
        6..=8 => paragraphs.insert(at, format!("Paragraph {word}")),
        _ if paragraphs.len() > 4 => {
            let gone = paragraphs.remove(at);
            words.removed.extend(typed_words(&gone));
        }
        _ => {}
    }
    page.write(&paragraphs.join("\n\n"));
}

/// Sends the text, and loses the request, the answer, or nothing.
async fn send(
    page: &mut EditorPage,
    browser: &mut Browser<'_>,
    (words, rng): (&mut Words, &mut StdRng),
    late: &mut VecDeque<Fields>,
    is_reliable: bool,
) {
    let fate = if is_reliable {
        9
    } else {
        rng.random_range(0..10)
    };
    let mut fields = page.fields("", 0);
    if fate < 2 {
        // The request is lost, or arrives much later.
        late.push_back(fields);
        return;
    }
    if rng.random_ratio(1, 12) {
        fields.push(("go", "publish".to_owned()));
    }
    let sent = page.text.clone();
    let mut answer = post(browser, "save_topic", &fields).await;
    if fate < 4 {
        late.push_back(fields);
        return;
    }
    if answer.status == StatusCode::CONFLICT {
        let compared = post(browser, "compare_topic", &page.fields("", 0)).await;
        let conflict: Option<TextConflict> = serde_json::from_str(&compared.body).unwrap();
        let conflict = conflict.expect("a conflict");
        let side = ["both", "both", "mine", "theirs"][rng.random_range(0..4)];
        for place in &conflict.places {
            let (mine, theirs) = (typed_words(&place.mine), typed_words(&place.theirs));
            match side {
                "mine" => words.removed.extend(theirs.difference(&mine).cloned()),
                "theirs" => words.removed.extend(mine.difference(&theirs).cloned()),
                _ => {}
            }
        }
        answer = post(browser, "save_topic", &page.fields(side, conflict.revision)).await;
    }
    answer.assert_ok();
    words.saved.extend(typed_words(&sent));
    if rng.random_ratio(1, 4) {
        edit(page, words, rng);
    }
    // After publishing the page is loaded anew, which is not simulated.
    if let Ok(saved) = serde_json::from_str::<SavedText>(&answer.body) {
        page.take_in(&saved, &sent);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_word_is_ever_lost() {
    let site = TestSite::new().await;
    small().import(&site).await;
    two_tutors(&site).await;
    let mut pages = [
        EditorPage::open(&site, ONE).await,
        EditorPage::open(&site, TWO).await,
    ];
    let mut words = Words::default();
    let mut rng = StdRng::seed_from_u64(20_261_130);
    let mut late = VecDeque::new();
    let mut test = site.test;
    for _ in 0..4 {
        // The server is started again; the pages and their lost requests stay.
        let site = TestSite::on(test).await;
        let mut browsers = [
            site.sign_in("meera@example.org").await,
            site.sign_in("ravi@example.org").await,
        ];
        for _ in 0..60 {
            let who = rng.random_range(0..2);
            for _ in 0..rng.random_range(0..3) {
                edit(&mut pages[who], &mut words, &mut rng);
            }
            let random = (&mut words, &mut rng);
            send(
                &mut pages[who],
                &mut browsers[who],
                random,
                &mut late,
                false,
            )
            .await;
            if late.len() > 3 || rng.random_ratio(1, 8) {
                deliver(&mut late, &mut browsers).await;
            }
        }
        test = site.test;
    }
    let site = TestSite::on(test).await;
    let mut browsers = [
        site.sign_in("meera@example.org").await,
        site.sign_in("ravi@example.org").await,
    ];
    while !late.is_empty() {
        deliver(&mut late, &mut browsers).await;
    }
    for who in [0, 1, 0, 1, 0, 1] {
        let random = (&mut words, &mut rng);
        send(&mut pages[who], &mut browsers[who], random, &mut late, true).await;
    }
    let kept = site
        .test
        .text(
            "select (select string_agg(body, ' ') from topic_drafts) || coalesce((select string_agg(body, ' ') from topic_versions), '')",
        )
        .await;
    let kept = typed_words(&kept);
    let missing: Vec<_> = words
        .saved
        .iter()
        .filter(|word| !kept.contains(*word) && !words.removed.contains(*word))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(
        words.saved.len() > 100,
        "{} words were saved",
        words.saved.len()
    );
}

/// Delivers a request that was lost, or whose answer was lost. Its answer reaches nobody.
async fn deliver(late: &mut VecDeque<Fields>, browsers: &mut [Browser<'_>; 2]) {
    let Some(fields) = late.pop_front() else {
        return;
    };
    let is_first = fields.iter().any(|(_, value)| value == ONE);
    let browser = &mut browsers[usize::from(!is_first)];
    let answer = post(browser, "save_topic", &fields).await;
    assert!(
        matches!(answer.status, StatusCode::OK | StatusCode::CONFLICT),
        "{}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_tokens_are_answered_with_a_sentence() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let (mut meera, _) = two_tutors(&site).await;
    let page = EditorPage::open(&site, ONE).await;
    for (name, value) in [
        ("page[base]", "-7"),
        ("page[base]", "2147483647"),
        ("page[keep]", "all"),
        ("page[change]", "-1"),
    ] {
        let mut fields = page.fields("", 0);
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value.to_owned()));
        let answer = post(&mut meera, "save_topic", &fields).await;
        assert!(
            !answer.status.is_server_error(),
            "{name}={value}: {}",
            answer.body
        );
    }
    let no: Value = Value::Null;
    let mut fields = page.fields("", 0);
    fields.retain(|(known, _)| *known != "page[base]");
    fields.push(("page[base]", no.to_string()));
    assert!(
        !post(&mut meera, "save_topic", &fields)
            .await
            .status
            .is_server_error()
    );
}
