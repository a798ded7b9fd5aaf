//! Courses from uploaded files, and copies of courses.

use std::io::{Cursor, Write};
use std::path::Path;

use axum::body::Body;
use axum::http::StatusCode;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{
    CourseBuilder, CourseFolder, Question, hidden, learner, pelican_course, topic_id, tutor,
};

/// Zips a folder, within a folder of its own as systems do.
fn zip(folder: &CourseFolder) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    add(&mut zip, folder.path(), folder.path());
    zip.finish().unwrap().into_inner()
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, root: &Path, folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add(zip, root, &path);
            continue;
        }
        let name = path.strip_prefix(root).unwrap().display().to_string();
        zip.start_file(format!("course/{name}"), SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&std::fs::read(path).unwrap()).unwrap();
    }
}

async fn upload(browser: &mut Browser<'_>, slug: &str, content: &[u8]) -> TestAnswer {
    let mut body = format!(
        "--frontier\r\nContent-Disposition: form-data; name=\"slug\"\r\n\r\n{slug}\r\n\
         --frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"course.zip\"\r\n\
         Content-Type: application/zip\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--frontier--\r\n");
    let request = browser
        .request("POST", "/uploads/courses")
        .header("accept", "text/html")
        .header("content-type", "multipart/form-data; boundary=frontier")
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await
}

/// Uploads a course and returns its preview: the page, the id and the effect that is seen.
async fn preview(browser: &mut Browser<'_>, content: &[u8]) -> (String, String, String) {
    let sent = upload(browser, "", content).await;
    let path = sent.header("location").to_owned();
    let page = browser.get(&path).await;
    page.assert_ok();
    assert!(path.contains("?preview="), "{path} {}", page.body);
    let (id, seen) = (hidden(&page.body, "preview"), hidden(&page.body, "seen"));
    (page.body, id, seen)
}

async fn confirm(browser: &mut Browser<'_>, id: &str, seen: &str) -> TestAnswer {
    let fields = [("preview", id), ("seen", seen)];
    browser
        .post("imports/api/confirm_course_import", &fields)
        .await
}

async fn courses(site: &TestSite) -> i64 {
    site.test.count("select count(*) from courses").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_what_a_zip_changes_before_it_does() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    admin.get("/teach/courses/import").await.assert_ok();
    let folder = pelican_course().folder();
    let (page, id, seen) = preview(&mut admin, &zip(&folder)).await;
    for text in [
        "A small course",
        "A new course",
        "Beginning",
        "native format",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(courses(&site).await, 0, "a preview stores nothing");
    let files = "select count(*) from stored_files";
    assert_eq!(site.test.count(files).await, 0);
    for _ in 0..2 {
        let done = confirm(&mut admin, &id, &seen).await;
        done.assert_ok();
        assert_eq!(done.header("x-redirect"), "/teach/small/outline");
    }
    let drafts = "select count(*) from courses where not is_published and published_at is null";
    assert_eq!(site.test.count(drafts).await, 1);
    let logged = "select count(*) from audit_logs where action = 'course.imported'";
    assert_eq!(site.test.count(logged).await, 1);

    // A second import changes the course and names each change.
    let folder = pelican_course()
        .at("end")
        .topic_title("New ending")
        .folder();
    let (page, id, seen) = preview(&mut admin, &zip(&folder)).await;
    assert!(page.contains("Changes the course at") && page.contains("New ending"));
    confirm(&mut admin, &id, &seen).await.assert_ok();
    let title = "select title from topics where slug = 'end'";
    assert_eq!(site.test.text(title).await, "New ending");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_does_only_what_was_seen() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    pelican_course().import(&site).await;
    let folder = pelican_course()
        .at("end")
        .topic_title("New ending")
        .folder();
    let (_, id, seen) = preview(&mut admin, &zip(&folder)).await;
    let part = format!("t{}", topic_id(&site, "end").await);
    let fields = [
        ("course", "small"),
        ("part", &part),
        ("title", "Renamed here"),
    ];
    let renamed = admin.post("authoring/api/rename_part", &fields).await;
    renamed.assert_ok();
    let texts = "select string_agg(title || text_content, '' order by slug) from topics";
    let before = site.test.text(texts).await;
    let refused = confirm(&mut admin, &id, &seen).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert_eq!(
        site.test.text(texts).await,
        before,
        "nothing is half-written"
    );
    // The page shows the present effect, which can be confirmed.
    let page = admin
        .get(&format!("/teach/courses/import?preview={id}"))
        .await
        .body;
    let renewed = hidden(&page, "seen");
    assert_ne!(renewed, seen);
    confirm(&mut admin, &id, &renewed).await.assert_ok();
    // An upload is its admin's own, and goes when it is discarded.
    let (_, id, seen) = preview(&mut admin, &zip(&folder)).await;
    let mut other = site.signed_in("other@example.org", UserRole::Admin).await;
    assert_eq!(
        confirm(&mut other, &id, &seen).await.status,
        StatusCode::NOT_FOUND
    );
    let fields = [("preview", id.as_str())];
    other
        .post("imports/api/discard_course_import", &fields)
        .await
        .assert_ok();
    let waiting = "select count(*) from course_import_previews where content is not null";
    assert_eq!(site.test.count(waiting).await, 1);
    admin
        .post("imports/api/discard_course_import", &fields)
        .await
        .assert_ok();
    assert_eq!(site.test.count(waiting).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_zip_is_refused_with_its_problems() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let wrong = pelican_course()
        .text("![A](gone.svg) <script>x</script>")
        .folder();
    let empty = CourseFolder::of(&[("notes.txt", "x")]);
    let reserved = CourseBuilder::new("courses")
        .module("One")
        .topic("a")
        .folder();
    for (content, said) in [
        (
            zip(&wrong),
            "two/01-end.md:5: the file &#x27;gone.svg&#x27; does not exist",
        ),
        (zip(&empty), "The zip is no course."),
        (zip(&reserved), "This name is reserved."),
        (b"GIF89a".to_vec(), "The file is no zip."),
        (Vec::new(), "Choose a file."),
    ] {
        let sent = upload(&mut admin, "", &content).await;
        assert_eq!(sent.header("location"), "/teach/courses/import");
        let page = admin.get("/teach/courses/import").await.body;
        let page = page.replace("&#39;", "&#x27;").replace('\'', "&#x27;");
        assert!(page.contains(said), "{said}: {page}");
        assert!(!page.contains("/tmp/"), "{page}");
    }
    assert_eq!(courses(&site).await, 0);
    // Only admins may send files at all.
    let mut meera = site.signed_in("meera@example.org", UserRole::Tutor).await;
    let content = zip(&pelican_course().folder());
    let refused = upload(&mut meera, "", &content).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let refused = meera.get("/teach/courses/import").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let visitor = upload(&mut site.visitor(), "", &content).await;
    assert!(visitor.header("location").starts_with("/sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_comes_with_notes_about_what_is_left_out() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let book = CourseFolder::of(&[
        ("book.toml", "[book]\ntitle = \"A book\"\n"),
        ("src/SUMMARY.md", "# Summary\n\n- [One](one.md)\n"),
        ("src/one.md", "# One\n\n{{#include gone.rs}}\n"),
    ]);
    let (page, id, seen) = preview(&mut admin, &zip(&book)).await;
    assert!(page.contains("mdBook") && page.contains("Left out") && page.contains("gone.rs"));
    confirm(&mut admin, &id, &seen).await.assert_ok();
    admin.get("/teach/a-book/outline").await.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_for_tutors_and_can_be_imported() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let page = meera.get("/teach/small/outline").await.body;
    assert!(page.contains("href=\"/teach/small/course.zip\""));
    assert!(!page.contains("Copy this course"), "only admins copy");
    let sent = meera.get("/teach/small/course.zip").await;
    sent.assert_ok();
    assert_eq!(sent.header("content-type"), "application/zip");
    assert!(sent.header("content-disposition").contains("small.zip"));
    let logged = "select count(*) from audit_logs where action = 'course.exported'";
    assert_eq!(site.test.count(logged).await, 1);
    let refused = asha.get("/teach/small/course.zip").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let missing = meera.get("/teach/none/course.zip").await;
    assert_eq!(missing.status, StatusCode::FORBIDDEN);
    let visitor = site.visitor().get("/teach/small/course.zip").await;
    assert!(visitor.header("location").starts_with("/sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_starts_as_a_copy_of_another() {
    let site = TestSite::new().await;
    let asked = Question::short_answer("qa", "Q", &["x"]);
    let course = CourseBuilder::new("small").module("One").topic("a");
    let course = course.question(asked).with_practice().topic("b");
    course.text("See [a](topic:a).").import(&site).await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let page = admin.get("/teach/small/outline").await.body;
    assert!(page.contains("Copy this course"));
    let copy = [("course", "small"), ("title", "Größer"), ("slug", "")];
    let made = admin.post("imports/api/copy_course", &copy).await;
    made.assert_ok();
    assert_eq!(made.header("x-redirect"), "/teach/grosser/outline");
    let same = "select count(*) from topics a join topics b on b.slug = a.slug and b.topic_id <> a.topic_id
                join courses ca on ca.course_id = a.course_id join courses cb on cb.course_id = b.course_id
                where ca.slug = 'small' and cb.slug = 'grosser' and a.text_content = b.text_content";
    assert_eq!(site.test.count(same).await, 2);
    let draft = "select title from courses where slug = 'grosser' and not is_published";
    assert_eq!(site.test.text(draft).await, "Größer");
    let links = "select count(*) from topic_blocks where html like '%/learn/grosser/a%'";
    assert!(site.test.count(links).await >= 1);
    // The same name again, and a copy without a title, change nothing.
    for fields in [
        copy,
        [("course", "small"), ("title", " "), ("slug", "other")],
    ] {
        let refused = admin.post("imports/api/copy_course", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(courses(&site).await, 2);
    let mut meera = tutor(&site, "meera@example.org").await;
    let refused = meera.post("imports/api/copy_course", &copy).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
