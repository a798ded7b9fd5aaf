//! From an upload to nuggets.

use axum::http::StatusCode;

use super::{AVERAGES, document_id, nugget_ids, upload, zipped};
use crate::platform::auth::UserRole;
use crate::platform::documents::testing::{at, pdf};
use crate::testing::site::TestSite;

#[tokio::test(flavor = "multi_thread")]
async fn files_become_documents_with_nuggets() {
    let site = TestSite::new().await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    tutor.get("/documents").await.assert_ok();
    let mut first = at(20, 60, 700, "Birds");
    for line in 0..8 {
        first += &at(
            11,
            60,
            660 - line * 14,
            "Pelicans are large water birds that catch fishes together in groups.",
        );
    }
    let page = upload(
        &mut tutor,
        &[
            ("averages.md", AVERAGES.as_bytes()),
            ("birds.pdf", &pdf(&[first, String::new()])),
        ],
    )
    .await;
    page.assert_ok();
    for said in ["2 files are being read.", "Waiting", "averages.md"] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    site.mails().await;
    let page = tutor.get("/documents").await;
    for said in [
        "Averages",
        "Birds",
        "Not all could be read",
        "Nuggets: 3 new.",
    ] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    let id = document_id(&site, "Averages").await;
    let page = tutor.get(&format!("/documents/{id}")).await;
    page.assert_ok();
    for said in [
        "The mean",
        "The median",
        "The range",
        "Text of part 1 of 1",
        "<strong>mean</strong>",
    ] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    let id = document_id(&site, "Birds").await;
    let page = tutor.get(&format!("/documents/{id}?page=1")).await;
    assert!(page.body.contains("Page 2 has no text"), "{}", page.body);
    assert!(page.body.contains("large water birds"), "{}", page.body);
    let described =
        "select metadata -> 'prerequisites' ->> 0 from nuggets where title = 'The median'";
    assert_eq!(site.test.text(described).await, "Mean");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_content_makes_nothing_new_and_a_change_only_what_changed() {
    let site = TestSite::new().await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    upload(&mut tutor, &[("averages.md", AVERAGES.as_bytes())])
        .await
        .assert_ok();
    site.mails().await;
    let before = nugget_ids(&site).await;
    assert_eq!(before.len(), 3);
    let page = upload(&mut tutor, &[("other name.md", AVERAGES.as_bytes())]).await;
    assert!(page.body.contains("has the same content"), "{}", page.body);
    site.mails().await;
    assert_eq!(
        site.test.count("select count(*) from ingestion_jobs").await,
        1
    );
    let changed = AVERAGES.replace("in the middle of a sorted list", "in the middle of a list");
    upload(&mut tutor, &[("averages.md", changed.as_bytes())])
        .await
        .assert_ok();
    site.mails().await;
    let after = nugget_ids(&site).await;
    assert_eq!(site.test.count("select count(*) from documents").await, 1);
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    assert!(after[1].starts_with("The median=") && after[1] != before[1]);
    assert_eq!(
        site.test
            .count("select count(*) from nuggets where retired_at is not null")
            .await,
        1
    );
    // The text comes back, and with it the nugget.
    upload(&mut tutor, &[("averages.md", AVERAGES.as_bytes())])
        .await
        .assert_ok();
    site.mails().await;
    assert_eq!(nugget_ids(&site).await, before);
    // Only the last version is kept.
    assert_eq!(
        site.test.count("select count(*) from stored_files").await,
        1
    );
    // The file of somebody else with the same name is another document, and with the same content
    // it makes nothing new.
    let mut other = site.signed_in("other@example.org", UserRole::Tutor).await;
    let page = upload(&mut other, &[("averages.md", AVERAGES.as_bytes())]).await;
    assert!(page.body.contains("has the same content"), "{}", page.body);
    let means = AVERAGES.replace("Averages", "Means");
    upload(&mut other, &[("averages.md", means.as_bytes())])
        .await
        .assert_ok();
    site.mails().await;
    assert_eq!(site.test.count("select count(*) from documents").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_is_a_sentence_and_holds_up_no_other() {
    let site = TestSite::new().await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    let page = upload(
        &mut tutor,
        &[
            ("report.docx", b"MZ\x90\0 a program"),
            ("a/b\\c.pdf", b"%PDF-1.4 damaged"),
            ("averages.md", AVERAGES.as_bytes()),
        ],
    )
    .await;
    assert!(
        page.body
            .contains("report.docx: The file is named as Word but its content is"),
        "{}",
        page.body
    );
    site.mails().await;
    let page = tutor.get("/documents").await;
    assert!(
        page.body.contains("The PDF is damaged or incomplete."),
        "{}",
        page.body
    );
    assert!(
        page.body.contains("Try again") && page.body.contains("c.pdf"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("a/b"), "{}", page.body);
    assert_eq!(site.test.count("select count(*) from documents").await, 1);
    let page = upload(&mut tutor, &[("", b"")]).await;
    assert!(page.body.contains("Choose a file."), "{}", page.body);
    // A retry runs, and fails with the same sentence.
    let job = site
        .test
        .text("select ingestion_job_id from ingestion_jobs where status = 'failed'")
        .await;
    tutor
        .post("ingest/api/retry_ingestion", &[("job", &job)])
        .await
        .assert_ok();
    site.mails().await;
    let failed = "select count(*) from ingestion_jobs where status = 'failed' and run = 2";
    assert_eq!(site.test.count(failed).await, 1);
    let again = tutor
        .post("ingest/api/cancel_ingestion", &[("job", &job)])
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_is_unpacked_and_a_canceled_job_stores_nothing() {
    let site = TestSite::new().await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    let other = AVERAGES.replace("Averages", "Means");
    let content = zipped(&[
        ("one/averages.md", AVERAGES.as_bytes()),
        ("two.md", other.as_bytes()),
        ("three.exe", b"MZ\x90\0"),
    ]);
    upload(&mut tutor, &[("all.zip", &content)])
        .await
        .assert_ok();
    site.mails().await;
    assert_eq!(site.test.count("select count(*) from documents").await, 2);
    let page = tutor.get("/documents").await;
    assert!(
        page.body
            .contains("Unpacked 2 files. three.exe: The file is a program"),
        "{}",
        page.body
    );
    let text = [
        ("title", "Pasted"),
        ("text", "A pasted text about pelicans."),
    ];
    tutor
        .post("ingest/api/add_document_text", &text)
        .await
        .assert_ok();
    let waiting = "select ingestion_job_id from ingestion_jobs where status = 'pending'";
    let job = site.test.text(waiting).await;
    tutor
        .post("ingest/api/cancel_ingestion", &[("job", &job)])
        .await
        .assert_ok();
    site.mails().await;
    assert_eq!(site.test.count("select count(*) from documents").await, 2);
    tutor
        .post("ingest/api/retry_ingestion", &[("job", &job)])
        .await
        .assert_ok();
    site.mails().await;
    assert_eq!(document_id(&site, "Pasted").await.len(), 36);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_deleted_with_its_nuggets_and_its_file() {
    let site = TestSite::new().await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    upload(&mut tutor, &[("averages.md", AVERAGES.as_bytes())])
        .await
        .assert_ok();
    site.mails().await;
    let id = document_id(&site, "Averages").await;
    tutor
        .post("ingest/api/delete_document", &[("document", &id)])
        .await
        .assert_ok();
    site.mails().await;
    for table in [
        "documents",
        "document_pages",
        "nuggets",
        "nugget_sources",
        "stored_files",
    ] {
        let count = format!("select count(*) from {table}");
        assert_eq!(site.test.count(&count).await, 0, "{table}");
    }
    assert_eq!(
        tutor.get(&format!("/documents/{id}")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_runs_twice_stores_once() {
    let site = TestSite::new().await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    upload(&mut tutor, &[("averages.md", AVERAGES.as_bytes())])
        .await
        .assert_ok();
    // As after a crash: the row says that it runs, and another worker takes the job.
    let twice = "update ingestion_jobs set status = 'processing', started_at = now();
        insert into background_jobs (kind, payload) select kind, payload from background_jobs where kind = 'read_document'";
    site.test.sql(twice).await;
    site.mails().await;
    assert_eq!(nugget_ids(&site).await.len(), 3);
    assert_eq!(
        site.test.count("select count(*) from nugget_sources").await,
        3
    );
    // A job that its worker gave up is said to have failed.
    let lost = "update ingestion_jobs set status = 'processing';
        update background_jobs set status = 'FAILED' where kind = 'read_document';
        insert into background_jobs (kind) values ('look_at_sources')";
    site.test.sql(lost).await;
    site.mails().await;
    assert_eq!(
        site.test
            .count("select count(*) from ingestion_jobs where status = 'failed'")
            .await,
        1
    );
}
