//! Tests of files that nobody should send. Each is refused with a sentence, and leaves nothing
//! behind.

use std::io::{Cursor, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{StatusCode, header};
use bytes::Bytes;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::authoring::editor::{PICTURE_BYTES, PICTURE_UPLOAD};
use crate::authoring::imports::{COURSE_UPLOAD, ZIP_BYTES};
use crate::cohort::teach::{LIST_BYTES, LIST_UPLOAD};
use crate::exercise::hand_in::{FILE_BYTES, WORK_UPLOAD};
use crate::ingest::{DOCUMENT_UPLOAD, UPLOAD_BYTES};
use crate::people::invite::INVITATION_UPLOAD;
use crate::people::site::{LOGO_BYTES, LOGO_UPLOAD};
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite, function_path};
use crate::question_bank::limits::{MAX_BYTES, MAX_FILE_BYTES};
use crate::testing::{CohortBuilder, learner, pelican_course, topic_id};

const FIVE_GB: u64 = 5 * 1024 * 1024 * 1024;
const PIECE: usize = 1024 * 1024;
/// Pieces that may be on their way while the request is refused.
const ON_THE_WAY: u64 = 4;

const EXERCISE: &str = "/learn/small/begin/exercise/salary-talk";
const QUESTIONS: (&str, &str) = ("/uploads/questions", "/teach/small/questions/import");

/// Counts the rows that uploads make.
const ROWS: &str = "select (select count(*) from stored_files) + (select count(*) from work_files)
    + (select count(*) from course_import_previews) + (select count(*) from question_import_previews)
    + (select count(*) from cohort_lists) + (select count(*) from invitation_lists)
    + (select count(*) from ingestion_jobs)
    + (select count(*) from system_settings where name = 'logo')";

/// The form up to the content of its file, which is the last part.
fn head(fields: &[(&str, &str)], file: &str) -> String {
    let fields = fields.iter().map(|(name, value)| {
        format!("--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    let fields: String = fields.collect();
    format!(
        "{fields}--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
}

/// A body of 5 GB that is made while it is read. `taken` counts its pieces.
fn endless(head: String, taken: Arc<AtomicU64>) -> Body {
    let piece = Bytes::from(vec![b'x'; PIECE]);
    let pieces = (0..FIVE_GB / PIECE as u64).map(move |_| {
        taken.fetch_add(1, Ordering::Relaxed);
        piece.clone()
    });
    let parts = std::iter::once(Bytes::from(head)).chain(pieces);
    Body::from_stream(futures::stream::iter(parts.map(Ok::<_, std::io::Error>)))
}

async fn send(browser: &mut Browser<'_>, path: &str, page: &str, body: Body) -> TestAnswer {
    let request = browser
        .request("POST", path)
        .header(header::ACCEPT, "text/html")
        .header(header::REFERER, format!("http://{}{page}", browser.host))
        .header(
            header::CONTENT_TYPE,
            "multipart/form-data; boundary=frontier",
        )
        .body(body)
        .unwrap();
    browser.send(request).await
}

/// Sends a whole file from a page, and returns the page that says why it was refused.
async fn refused(
    browser: &mut Browser<'_>,
    (path, page): (&str, &str),
    fields: &[(&str, &str)],
    (name, content): (&str, &[u8]),
) -> String {
    let mut body = head(fields, name).into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--frontier--\r\n");
    let sent = send(browser, path, page, Body::from(body)).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{path}: {}", sent.body);
    assert_eq!(sent.header("location").split('#').next(), Some(page));
    browser.get(page).await.body
}

/// A site with a course whose exercise is handed in. Returns the exercise, too.
async fn site() -> (TestSite, String) {
    let site = TestSite::new().await;
    let course = pelican_course().at("begin");
    let course = course.exercise("salary-talk", "The salary talk", &["Asks which average."]);
    course.import(&site).await;
    let assign = "insert into assignments (exercise_id, rubric)
         select exercise_id, '{\"version\": 1, \"criteria\": [], \"checks\": []}' from simulation_exercises";
    site.test.sql(assign).await;
    let exercise = "select exercise_id from simulation_exercises";
    let exercise = site.test.text(exercise).await;
    (site, exercise)
}

#[tokio::test(flavor = "multi_thread")]
async fn five_gigabytes_are_refused_once_the_limit_has_arrived() {
    let (site, exercise) = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").make(&site).await;
    let topic = topic_id(&site, "begin").await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let rows = site.test.count(ROWS).await;
    let list = format!("/teach/small/cohorts/{cohort}/list");
    for ((path, page), fields, limit, why) in [
        (
            (WORK_UPLOAD, EXERCISE),
            vec![("exercise", exercise.as_str())],
            FILE_BYTES,
            "The file is too large.",
        ),
        (
            (LIST_UPLOAD, &*list),
            vec![("course", "small"), ("cohort", &cohort)],
            LIST_BYTES,
            "A list may have 1 MB at most.",
        ),
        (
            (PICTURE_UPLOAD, "/teach/small/topics/begin/edit"),
            vec![("course", "small"), ("topic", &topic), ("alt", "A map")],
            PICTURE_BYTES,
            "The picture is too large.",
        ),
        (
            (COURSE_UPLOAD, "/teach/courses/import"),
            vec![("slug", "")],
            ZIP_BYTES,
            "The file is too large.",
        ),
        (
            (DOCUMENT_UPLOAD, "/documents"),
            vec![],
            UPLOAD_BYTES,
            "These files are too large.",
        ),
        (
            QUESTIONS,
            vec![("course", "small"), ("place", ""), ("purpose", "quiz")],
            // Pasted questions fit beside the file.
            MAX_FILE_BYTES + MAX_BYTES,
            "A file may have 20 MB at most.",
        ),
        (
            (LOGO_UPLOAD, "/admin/site"),
            vec![],
            LOGO_BYTES,
            "The picture is too large.",
        ),
        (
            (INVITATION_UPLOAD, "/admin/invitations"),
            vec![("role", "learner"), ("course", "")],
            LIST_BYTES,
            "A list may have 1 MB at most.",
        ),
    ] {
        let taken = Arc::new(AtomicU64::new(0));
        let browser = match path == WORK_UPLOAD {
            true => &mut asha,
            false => &mut root,
        };
        let body = endless(head(&fields, "large.bin"), taken.clone());
        let sent = send(browser, path, page, body).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{path}: {}", sent.body);
        assert_eq!(sent.header("location"), page, "{path}");
        let shown = browser.get(page).await;
        assert!(shown.body.contains(why), "{path}: {}", shown.body);
        let most = (limit / PIECE) as u64 + ON_THE_WAY;
        let taken = taken.load(Ordering::Relaxed);
        assert!(taken <= most, "{path}: {taken} pieces");
    }
    assert_eq!(site.test.count(ROWS).await, rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_five_gigabytes_is_refused_at_its_limit() {
    let site = TestSite::new().await;
    let taken = Arc::new(AtomicU64::new(0));
    let mut visitor = site.visitor();
    let request = visitor
        .request("POST", &function_path("auth/api/sign_in"))
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(endless("email=".to_owned(), taken.clone()))
        .unwrap();
    let refused = visitor.send(request).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(!refused.body.is_empty());
    assert!(taken.load(Ordering::Relaxed) <= ON_THE_WAY);
}

/// A zip whose files have so many pieces each, all of zeros.
fn bomb(files: &[&str], pieces: usize) -> Vec<u8> {
    let zeros = vec![0; PIECE];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        for _ in 0..pieces {
            zip.write_all(&zeros).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn zips_that_unpack_to_much_more_are_refused_wherever_zips_are_taken() {
    let (site, _) = site().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let large = bomb(&["course.toml", "a.md", "b.md"], 100);
    assert!(large.len() < PIECE, "{}", large.len());
    let import = (COURSE_UPLOAD, "/teach/courses/import");
    let page = refused(&mut root, import, &[("slug", "")], ("bomb.zip", &large)).await;
    assert!(page.contains("Nothing was imported"), "{page}");
    let courses = "select count(*) from courses";
    assert_eq!(site.test.count(courses).await, 1);
    let fields = [("course", "small"), ("place", ""), ("purpose", "quiz")];
    let page = refused(&mut root, QUESTIONS, &fields, ("bomb.zip", &large)).await;
    assert!(page.contains("Nothing was imported"), "{page}");
    let waiting = "select count(*) from question_import_previews";
    assert_eq!(site.test.count(waiting).await, 0);

    // A zip of documents is unpacked by a job. So is a document that is a zip itself.
    let word = bomb(&["[Content_Types].xml", "word/document.xml"], 300);
    for (name, content) in [("all.zip", &large), ("report.docx", &word)] {
        let documents = (DOCUMENT_UPLOAD, "/documents");
        refused(&mut root, documents, &[], (name, content)).await;
    }
    site.mails().await;
    let failed =
        "select count(*) from ingestion_jobs where status = 'failed' and error_message <> ''";
    assert_eq!(site.test.count(failed).await, 2);
    let page = root.get("/documents").await.body;
    assert!(page.contains("when it is unpacked"), "{page}");
    assert_eq!(site.test.count("select count(*) from documents").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_two_things_at_once_are_refused_wherever_files_are_kept() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06";
    let (site, exercise) = site().await;
    let topic = topic_id(&site, "begin").await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let rows = site.test.count(ROWS).await;
    let archive = bomb(&["a.txt"], 1);
    for (name, second) in [
        ("a page", &b"<html><script>alert(1)</script>"[..]),
        ("an archive", &archive),
        ("a document", b"%PDF-1.7 "),
        ("a program", b"<?php echo 1;"),
    ] {
        let both = [PNG, second].concat();
        let work = (WORK_UPLOAD, EXERCISE);
        let fields = [("exercise", exercise.as_str())];
        let page = refused(&mut asha, work, &fields, ("chart.png", &both)).await;
        assert!(page.contains("hides something else"), "{name}: {page}");
        let logo = (LOGO_UPLOAD, "/admin/site");
        let page = refused(&mut root, logo, &[], ("logo.png", &both)).await;
        assert!(page.contains("can’t be the logo"), "{name}: {page}");
        let picture = (PICTURE_UPLOAD, "/teach/small/topics/begin/edit");
        let fields = [("course", "small"), ("topic", &topic), ("alt", "A map")];
        let page = refused(&mut root, picture, &fields, ("map.png", &both)).await;
        assert!(page.contains("hides something else"), "{name}: {page}");
        assert_eq!(site.test.count(ROWS).await, rows, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_200_000_lines_are_refused_before_anybody_is_written_down() {
    let (site, _) = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").make(&site).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let rows = site.test.count(ROWS).await;
    let long = "email\n".to_owned() + &"person@example.org\n".repeat(200_000);
    // Lines so short that the file has no more bytes than it may.
    let short = "email\n".to_owned() + &"a@b\n".repeat(200_000);
    assert!(short.len() < LIST_BYTES);
    let invite = (INVITATION_UPLOAD, "/admin/invitations");
    let of_invite = [("role", "learner"), ("course", "")];
    let list = format!("/teach/small/cohorts/{cohort}/list");
    let members = (LIST_UPLOAD, list.as_str());
    let of_members = [("course", "small"), ("cohort", cohort.as_str())];
    for (content, why) in [
        (&long, "A list may have 1 MB at most."),
        (&short, "more than 5,000 lines"),
    ] {
        let file = ("people.csv", content.as_bytes());
        let page = refused(&mut root, invite, &of_invite, file).await;
        assert!(page.contains(why), "{why}: {page}");
        let page = refused(&mut root, members, &of_members, file).await;
        assert!(page.contains(why), "{why}: {page}");
    }
    let fields = [("course", "small"), ("place", ""), ("purpose", "quiz")];
    let asked = "type,prompt,answer\n".to_owned() + &"short,Why?,Because\n".repeat(200_000);
    let page = refused(&mut root, QUESTIONS, &fields, ("all.csv", asked.as_bytes())).await;
    assert!(page.contains("Nothing was imported"), "{page}");
    assert_eq!(site.test.count(ROWS).await, rows);
    let people =
        "select (select count(*) from invitations) + (select count(*) from cohort_members)";
    assert_eq!(site.test.count(people).await, 0);
}
