//! Reviews of drafts: comments on passages, requests, decisions, and who is told.

use axum::http::StatusCode;

use crate::platform::http::testing::{Browser, TestSite};
use crate::testing::{CourseBuilder, begin_view, end_view, hidden, topic_id, tutor, user_id};

const EDIT: &str = "/teach/small/topics/a/edit";

fn small() -> CourseBuilder {
    let course = CourseBuilder::new("small")
        .module("One")
        .topic("a")
        .topic_title("First");
    course
        .text("A passage to read.\n\nAnother one.\n")
        .topic("b")
}

/// Imports the course, and returns two tutors of it and the id of its first topic.
async fn two_tutors(site: &TestSite) -> (Browser<'_>, Browser<'_>, String) {
    small().import(site).await;
    let meera = tutor(site, "meera@example.org").await;
    let ravi = tutor(site, "ravi@example.org").await;
    (meera, ravi, topic_id(site, "a").await)
}

async fn save(browser: &mut Browser<'_>, topic: &str, base: &str, text: &str, go: &str) {
    let fields = [
        ("course", "small"),
        ("topic", topic),
        ("page[base]", base),
        ("page[change]", base),
        ("page[writer]", "11111111-1111-1111-1111-111111111111"),
        ("title", "First"),
        ("text", text),
        ("go", go),
    ];
    browser
        .post("editor/api/save_topic", &fields)
        .await
        .assert_ok();
}

async fn step(
    browser: &mut Browser<'_>,
    topic: &str,
    step: &str,
    more: &[(&str, &str)],
) -> StatusCode {
    let mut fields = vec![("course", "small"), ("topic", topic), ("step", step)];
    fields.extend(more);
    browser
        .post("review/api/review_topic", &fields)
        .await
        .status
}

async fn told(site: &TestSite, email: &str) -> String {
    let query = format!(
        "select coalesce(string_agg(title, '; ' order by happened_at, title), '')
         from notifications n join users u using (user_id)
         where u.email = '{email}' and n.kind = 'review' and n.read_at is null"
    );
    site.test.text(&query).await
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_are_about_passages_and_are_answered_and_resolved() {
    let site = TestSite::new().await;
    let (mut meera, mut ravi, topic) = two_tutors(&site).await;
    save(
        &mut meera,
        &topic,
        "0",
        "A passage\nto read.\n\nAnother one, written.\n",
        "save",
    )
    .await;
    let comment = |quote: &'static str, text: &'static str, parent: String| {
        let topic = topic.clone();
        vec![
            ("course", "small".to_owned()),
            ("topic", topic),
            ("quote", quote.to_owned()),
            ("text", text.to_owned()),
            ("parent", parent),
        ]
    };
    async fn send(
        browser: &mut Browser<'_>,
        fields: Vec<(&str, String)>,
    ) -> crate::platform::http::testing::TestAnswer {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        browser
            .submit(EDIT, "review/api/comment_on_draft", &fields)
            .await;
        browser.get(EDIT).await
    }
    let refused = send(&mut ravi, comment("no such words", "", String::new()))
        .await
        .body;
    for sentence in [
        "This passage is not in the saved text.",
        "Write a comment.",
        "no such words",
    ] {
        assert!(refused.contains(sentence), "{sentence}: {refused}");
    }
    let shown = send(
        &mut ravi,
        comment("passage to read", "Is this <b>clear</b>?", String::new()),
    )
    .await
    .body;
    for words in [
        "1 open comment.",
        "Is this &lt;b&gt;clear",
        "Show in the text",
        "ravi",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert_eq!(
        told(&site, "meera@example.org").await,
        "ravi commented on “First”"
    );
    let id = site
        .test
        .text("select comment_id::text from draft_comments")
        .await;
    let shown = send(&mut meera, comment("", "I will write it anew.", id.clone()))
        .await
        .body;
    assert!(shown.contains("I will write it anew."));
    assert_eq!(
        told(&site, "meera@example.org").await,
        "",
        "the page was seen"
    );
    assert_eq!(
        told(&site, "ravi@example.org").await,
        "meera answered a comment on “First”"
    );
    // The passage goes, the comment stays.
    save(
        &mut meera,
        &topic,
        "1",
        "Other words.\n\nAnother one, written.\n",
        "save",
    )
    .await;
    let shown = ravi.get(EDIT).await.body;
    assert!(shown.contains("About a passage that changed."), "{shown}");
    let outline = ravi.get("/teach/small/outline").await.body;
    assert!(outline.contains("1 open comment"));
    // Publishing stays possible, and says so.
    save(
        &mut meera,
        &topic,
        "2",
        "Other words.\n\nAnother one, written.\n",
        "publish",
    )
    .await;
    let published = meera.get(&format!("{EDIT}?done=published")).await.body;
    assert!(
        published.contains("It still has 1 open comment."),
        "{published}"
    );
    let resolve = |resolved: &'static str| {
        [
            ("course", "small"),
            ("comment", id.as_str()),
            ("resolved", resolved),
        ]
    };
    meera
        .post("review/api/resolve_comment", &resolve("true"))
        .await
        .assert_ok();
    meera
        .post("review/api/resolve_comment", &resolve("true"))
        .await
        .assert_ok();
    let shown = ravi.get(EDIT).await.body;
    for words in [
        "No open comments.",
        "Resolved comments (1)",
        "Resolved by meera.",
        "Open again",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    meera
        .post("review/api/resolve_comment", &resolve("false"))
        .await
        .assert_ok();
    assert!(ravi.get(EDIT).await.body.contains("1 open comment."));
    // An answer is no thread of its own, and comments of another topic are not found.
    let other = topic_id(&site, "b").await;
    let foreign = [
        ("course", "small"),
        ("topic", other.as_str()),
        ("parent", id.as_str()),
        ("text", "x"),
    ];
    let missing = meera.post("review/api/comment_on_draft", &foreign).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_reviewed_by_somebody_else() {
    let site = TestSite::new().await;
    let (mut meera, mut ravi, topic) = two_tutors(&site).await;
    tutor(&site, "asha@example.org").await;
    save(&mut meera, &topic, "0", "New words.", "save").await;
    assert_eq!(
        step(&mut ravi, &topic, "approve", &[]).await,
        StatusCode::CONFLICT
    );
    let nobody = [("reviewer", "00000000-0000-0000-0000-000000000000")];
    assert_eq!(
        step(&mut meera, &topic, "request", &nobody).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        step(&mut meera, &topic, "request", &[]).await,
        StatusCode::OK
    );
    let asked = "meera asks you to review “First”";
    assert_eq!(told(&site, "ravi@example.org").await, asked);
    assert_eq!(told(&site, "asha@example.org").await, asked);
    assert_eq!(told(&site, "meera@example.org").await, "");
    assert!(
        meera
            .get("/teach/small/outline")
            .await
            .body
            .contains("Ready for review")
    );
    // The writer does not decide.
    assert_eq!(
        step(&mut meera, &topic, "approve", &[]).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let stale = [("seen", "0")];
    assert_eq!(
        step(&mut ravi, &topic, "approve", &stale).await,
        StatusCode::CONFLICT,
        "the text has changed since"
    );
    assert_eq!(hidden(&ravi.get(EDIT).await.body, "seen"), "1");
    let note = [("note", "Say why."), ("seen", "1")];
    assert_eq!(
        step(&mut ravi, &topic, "want_changes", &note).await,
        StatusCode::OK
    );
    assert_eq!(
        told(&site, "meera@example.org").await,
        "ravi wants changes in “First”"
    );
    assert_eq!(
        told(&site, "asha@example.org").await,
        "",
        "there is nothing left to do"
    );
    let page = meera.get(EDIT).await.body;
    for words in ["ravi wants changes.", "Say why.", "Changes wanted"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let named = [("reviewer", user_id(&site, "ravi@example.org").await)];
    let named = [("reviewer", named[0].1.as_str())];
    assert_eq!(
        step(&mut meera, &topic, "request", &named).await,
        StatusCode::OK
    );
    assert_eq!(told(&site, "asha@example.org").await, "");
    assert_eq!(
        step(&mut ravi, &topic, "approve", &[("seen", "1")]).await,
        StatusCode::OK
    );
    assert_eq!(
        told(&site, "meera@example.org").await,
        "ravi approved “First”"
    );
    save(&mut meera, &topic, "1", "Newer words.", "save").await;
    let page = meera.get(EDIT).await.body;
    assert!(
        page.contains("ravi approved this draft. The text has changed since."),
        "{page}"
    );
    save(&mut meera, &topic, "2", "Newer words.", "publish").await;
    assert_eq!(
        site.test.count("select count(*) from draft_reviews").await,
        0
    );
    assert_eq!(
        step(&mut meera, &topic, "withdraw", &[]).await,
        StatusCode::OK
    );
    assert_eq!(
        step(&mut meera, &topic, "dance", &[]).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_counts_as_read_while_a_tutor_looks_at_the_course_as_somebody_else() {
    let site = TestSite::new().await;
    let (mut meera, mut ravi, topic) = two_tutors(&site).await;
    let requested = step(&mut ravi, &topic, "request", &[]).await;
    assert_eq!(requested, StatusCode::OK);
    begin_view(&mut meera, "study:normal", "").await.assert_ok();
    meera.get(EDIT).await.assert_ok();
    let asked = "ravi asks you to review “First”";
    assert_eq!(told(&site, "meera@example.org").await, asked);
    end_view(&mut meera).await;
    meera.get(EDIT).await.assert_ok();
    assert_eq!(told(&site, "meera@example.org").await, "");
}
