//! The preview of an uploaded file, before anything is imported.

use super::*;

const CONFIRM: &str = "authoring/api/confirm_import";
const SUMS: &str = "::Sum:: Two and three? {#5}\n\n::Town:: Which town is it? {=Rome ~Oslo}\n\n::Color:: What color is it? {=red ~blue}\n";

async fn questions(site: &TestSite) -> i64 {
    let all = "select count(*) from quiz_questions where external_key like 'file:%'";
    site.test.count(all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_tells_what_a_file_changes_and_stores_no_question() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("place", place.as_str()),
        ("purpose", "file"),
    ];
    let file = format!("{SUMS}\n::Essay:: Write. {{}}\n");
    let first = preview(&mut tutor, "sums.gift", &fields, file.as_bytes()).await;
    assert!(
        first
            .body
            .contains("3 new, 0 changed, 0 unchanged, 0 kept as edited here, 1 left out.")
    );
    assert!(first.body.contains("sums.gift (GIFT)") && first.body.contains("Two and three?"));
    assert!(first.body.contains("Question 4 &#x27;Essay&#x27;") || first.body.contains("Essay"));
    assert!(first.body.contains("Import 3 questions"));
    assert_eq!(questions(&site).await, 0);
    assert_eq!(
        site.test
            .count("select count(*) from question_imports")
            .await,
        0
    );
    confirm_questions(&mut tutor, first).await;
    assert_eq!(questions(&site).await, 3);
    let kept = "select count(*) from question_import_previews";
    assert_eq!(site.test.count(kept).await, 0);

    let better = SUMS
        .replace("{#5}", "{#5:1}")
        .replace("~blue}", "~green #### Look.}");
    let second = preview(&mut tutor, "sums.gift", &fields, better.as_bytes()).await;
    assert!(
        second.body.contains("0 new, 2 changed, 1 unchanged"),
        "{}",
        second.body
    );
    assert!(
        second.body.contains("answers, explanation"),
        "{}",
        second.body
    );
    assert!(
        second
            .body
            .contains("A file with this name was imported before")
    );
    assert!(second.body.contains("Import 2 questions"));
    let discard = [
        ("course", "small"),
        ("preview", &hidden(&second.body, "preview")),
    ];
    tutor
        .post("authoring/api/discard_import", &discard)
        .await
        .assert_ok();
    assert_eq!(site.test.count(kept).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_that_is_out_of_date_is_judged_again() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("place", place.as_str()),
        ("purpose", "file"),
    ];
    outcome(&mut tutor, "sums.gift", &fields, SUMS.as_bytes()).await;
    let better = SUMS.replace("{#5}", "{#5:1}");
    let seen = preview(&mut tutor, "sums.gift", &fields, better.as_bytes()).await;
    assert!(
        seen.body.contains("0 new, 1 changed, 2 unchanged"),
        "{}",
        seen.body
    );
    // Somebody edits the question that the file changes.
    let edit = "update quiz_questions set edited_at = now() where prompt = 'Two and three?'";
    site.test.sql(edit).await;
    let value = |name: &str| hidden(&seen.body, name);
    let (id, mark) = (value("preview"), value("seen"));
    let confirm = [("course", "small"), ("preview", &id), ("seen", &mark)];
    let page = format!("{LIST}/import?preview={id}");
    let sent = tutor.submit(&page, CONFIRM, &confirm).await;
    assert_eq!(sent.header("location"), page);
    let again = tutor.get(&page).await;
    assert!(
        again
            .body
            .contains("The question bank has changed since you saw this preview.")
    );
    assert!(
        again.body.contains("0 new, 0 changed, 2 unchanged, 1 kept"),
        "{}",
        again.body
    );
    assert_eq!(
        site.test
            .count("select count(*) from question_imports")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_counts_once_and_only_its_tutors() {
    let site = site().await;
    let mut ann = tutor(&site, "ann@example.org").await;
    let mut ben = tutor(&site, "ben@example.org").await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("place", place.as_str()),
        ("purpose", "file"),
    ];
    let seen = preview(&mut ann, "sums.gift", &fields, SUMS.as_bytes()).await;
    let value = |name: &str| hidden(&seen.body, name);
    let (id, mark) = (value("preview"), value("seen"));
    let confirm = [
        ("course", "small"),
        ("preview", id.as_str()),
        ("seen", mark.as_str()),
    ];
    let page = format!("{LIST}/import?preview={id}");
    let theirs = ben.get(&page).await.body;
    assert!(theirs.contains("This upload is no longer here") && !theirs.contains("Two and three?"));
    assert_eq!(
        ben.post(CONFIRM, &confirm).await.status,
        StatusCode::NOT_FOUND
    );
    let discard = [("course", "small"), ("preview", id.as_str())];
    ben.post("authoring/api/discard_import", &discard)
        .await
        .assert_ok();
    let tabs = (0..3).map(|_| {
        let mut tab = ann.tab();
        async move { tab.post(CONFIRM, &confirm).await.status }
    });
    for status in futures::future::join_all(tabs).await {
        assert_eq!(status, StatusCode::OK);
    }
    assert_eq!(questions(&site).await, 3);
    assert_eq!(
        site.test
            .count("select count(*) from question_imports")
            .await,
        1
    );
    // The address of the preview shows the report now.
    assert!(ann.get(&page).await.body.contains("3 added, 0 updated"));

    // An upload that nobody confirms is kept for a day, and five of them at most.
    for number in 0..7 {
        let name = format!("{number}.gift");
        preview(&mut ann, &name, &fields, SUMS.as_bytes()).await;
    }
    let names =
        "select string_agg(file_name, ' ' order by created_at) from question_import_previews";
    assert_eq!(
        site.test.text(names).await,
        "2.gift 3.gift 4.gift 5.gift 6.gift"
    );
    let last = preview(&mut ann, "late.gift", &fields, SUMS.as_bytes()).await;
    let change = "update question_import_previews set created_at = now() - interval '25 hours'";
    site.test.sql(change).await;
    let id = hidden(&last.body, "preview");
    let page = ann.get(&format!("{LIST}/import?preview={id}")).await.body;
    assert!(page.contains("This upload is no longer here"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pasted_questions_are_a_file_and_all_problems_are_told_at_once() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("place", place.as_str()),
        ("purpose", "quiz"),
        ("pasted", SUMS),
    ];
    let page = preview(&mut tutor, "", &fields, b"").await;
    assert!(page.body.contains("pasted.txt (GIFT)") && page.body.contains("3 new"));
    let wrong = [
        ("course", "small"),
        ("place", ""),
        ("purpose", "fun"),
        ("pasted", ""),
    ];
    let page = preview(&mut tutor, "", &wrong, b"").await.body;
    for sentence in [
        "Nothing was imported",
        "Choose a topic.",
        "Choose where the questions are used.",
        "Choose a file, or paste questions.",
    ] {
        assert!(page.contains(sentence), "{sentence}");
    }
    let both = with(fields.to_vec(), &[]);
    let page = preview(&mut tutor, "sums.gift", &both, SUMS.as_bytes())
        .await
        .body;
    assert!(page.contains("Choose a file or paste questions, not both."));
    assert!(page.contains("::Town::"), "the pasted text comes back");
    let sample = tutor.get("/samples/questions.gift").await;
    assert!(sample.header("content-disposition").contains("attachment"));
    assert_eq!(
        tutor.get("/samples/none.gift").await.status,
        StatusCode::NOT_FOUND
    );
}
