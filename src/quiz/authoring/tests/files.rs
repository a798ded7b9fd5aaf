//! Questions from files, and to files.

use axum::body::Body;
use axum::http::header;

use super::*;
use crate::platform::http::testing::Answer;

const GIFT: &str = "::Capital:: What is the capital of France? {=Paris ~Lyon ~Nice #### It has been for long.}\n\n\
    ::Essay:: Write about Paris. {}\n\n\
    ::Sum:: Two and three? {#5}\n";

async fn upload(
    browser: &mut Browser<'_>,
    name: &str,
    fields: &[(&str, &str)],
    content: &[u8],
) -> Answer {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend_from_slice(
            format!(
                "--frontier\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            )
            .as_bytes(),
        );
    }
    body.extend_from_slice(
        format!("--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n").as_bytes(),
    );
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--frontier--\r\n");
    let request = browser
        .request("POST", "/uploads/questions")
        .header(header::ACCEPT, "text/html")
        .header(
            header::CONTENT_TYPE,
            "multipart/form-data; boundary=frontier",
        )
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_imported_and_what_has_no_counterpart_is_listed() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("place", place.as_str()),
        ("purpose", "both"),
    ];
    let import = format!("{LIST}/import");
    let sent = upload(&mut tutor, "paris.gift", &fields, GIFT.as_bytes()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    assert_eq!(sent.header("location"), import);
    let page = tutor.get(&import).await.body;
    assert!(page.contains("2 added, 0 updated, 0 unchanged"), "{page}");
    assert!(page.contains("Essay"), "what is left out is named");
    let from_file = "select count(*) from quiz_questions where external_key like 'file:paris:%' and purpose = 'both'";
    assert_eq!(site.test.count(from_file).await, 2);

    // The same again adds nothing, and what changed is updated in its place.
    upload(&mut tutor, "paris (1).gift", &fields, GIFT.as_bytes()).await;
    assert!(
        tutor
            .get(&import)
            .await
            .body
            .contains("0 added, 0 updated, 2 unchanged")
    );
    let other = GIFT.replace("Two and three? {#5}", "Three and three? {#6}");
    upload(&mut tutor, "paris.gift", &fields, other.as_bytes()).await;
    assert!(
        tutor
            .get(&import)
            .await
            .body
            .contains("0 added, 1 updated, 1 unchanged")
    );
    assert_eq!(site.test.count(from_file).await, 2);

    // What was edited here stays; and importing the course doesn't retire what came from a file.
    let id = text(
        &site,
        "select question_id from quiz_questions where prompt like 'What is the capital%'",
    )
    .await;
    let seen = mark(&mut tutor, &id).await;
    let edit = with(
        choice(&place, "Which is the capital?"),
        &[("id", &id), ("mark", &seen)],
    );
    assert_eq!(save(&mut tutor, &edit).await.status, StatusCode::OK);
    upload(&mut tutor, "paris.gift", &fields, other.as_bytes()).await;
    assert!(
        tutor
            .get(&import)
            .await
            .body
            .contains("1 kept as edited here")
    );
    course(&site, GATED).await;
    assert_eq!(
        site.test
            .count("select count(*) from quiz_questions where external_key like 'file:paris:%' and retired_at is null")
            .await,
        2
    );
    assert_eq!(
        site.test
            .count("select count(*) from audit_logs where action = 'questions.imported'")
            .await,
        4
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_can_not_be_read_changes_nothing() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let mut other = site.signed_in("other@example.org", UserRole::Tutor).await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("place", place.as_str()),
        ("purpose", "quiz"),
    ];
    let refused = upload(&mut other, "paris.gift", &fields, GIFT.as_bytes()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let out = upload(&mut site.visitor(), "paris.gift", &fields, GIFT.as_bytes()).await;
    assert!(out.header("location").starts_with("/sign-in"));
    let bomb = b"<?xml version=\"1.0\"?><!DOCTYPE q [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><quiz>&b;</quiz>";
    let import = format!("{LIST}/import");
    let large = vec![b'x'; 6 * 1024 * 1024];
    for (name, content) in [
        ("empty.gift", &b""[..]),
        ("noise.bin", &b"\xff\xfe\x00\x01"[..]),
        ("bomb.xml", &bomb[..]),
        ("cut.xml", &b"<quiz><question type=\"multichoice\">"[..]),
        ("huge.gift", &large),
    ] {
        let sent = upload(&mut tutor, name, &fields, content).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{name}: {}", sent.body);
        let page = tutor.get(&import).await.body;
        assert!(page.contains("Nothing was imported"), "{name}");
    }
    for wrong in [
        ("place", "topic:none"),
        ("purpose", "fun"),
        ("place", "module:1"),
    ] {
        let fields = with(fields.to_vec(), &[wrong]);
        upload(&mut tutor, "paris.gift", &fields, GIFT.as_bytes()).await;
        let page = tutor.get(&import).await.body;
        assert!(page.contains("Nothing was imported"), "{wrong:?}");
    }
    assert_eq!(
        site.test.count("select count(*) from quiz_questions").await,
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_sent_out_as_they_are_listed() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let all = tutor.get(&format!("{LIST}/export?format=gift")).await;
    assert_eq!(
        all.header("content-disposition"),
        "attachment; filename=\"small.gift\""
    );
    assert!(all.body.contains("What swims?") && all.body.contains("Three?"));
    let some = tutor
        .get(&format!("{LIST}/export?format=gift&topic=late"))
        .await;
    assert!(!some.body.contains("What swims?") && some.body.contains("Three?"));
    let package = tutor.get(&format!("{LIST}/export?format=qti")).await;
    assert_eq!(package.header("content-type"), "application/zip");
    assert!(package.body.starts_with("PK"));
    let unknown = tutor.get(&format!("{LIST}/export?format=doc")).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}
