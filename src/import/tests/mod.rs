//! Tests of importing and studying courses, over HTTP like a person.

mod former_keys;
mod language;
mod search;

use std::path::{Path, PathBuf};

use axum::http::{StatusCode, header};

use crate::course::server::draft::FileDraft;
use crate::import;
use crate::import::ImportSummary;
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};

/// A small course of two modules. Each test gets a new copy that it may change.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("description.md", "Little to say.\n");
        folder.write(
            "course.toml",
            "slug = \"small\"\ntitle = \"A small course\"\nsummary = \"Two modules about nothing much.\"\nlanguage = \"en\"\nlevel = \"beginner\"\n\n[settings]\ngated = false\n\n[[module]]\ntitle = \"First\"\nfolder = \"one\"\n\n[[module]]\ntitle = \"Second\"\nfolder = \"two\"\n",
        );
        folder.write("one/01-begin.md", "+++\ntitle = \"Beginning\"\n+++\n\nHello.\n\n## A heading\n\nPelicans swim.\n\n{{question pelican}}\n");
        folder.write("one/01-begin.sports.md", "A goal is scored by pelicans.\n");
        folder.write(
            "one/01-begin.quiz.toml",
            "[[question]]\nkey = \"pelican\"\ntype = \"choice\"\nprompt = \"What swims?\"\noptions = [\n  { text = \"Pelicans\", correct = true },\n  { text = \"Stones\" },\n]\nexplanation = \"They do.\"\n",
        );
        folder.write(
            "one/02-middle.md",
            "+++\ntitle = \"Middle\"\n+++\n\nSee [the heading](topic:begin#a-heading).\n",
        );
        folder.write(
            "two/01-end.md",
            "+++\ntitle = \"Ending\"\n+++\n\nGoodbye.\n",
        );
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) async fn import(&self, site: &TestSite) -> ImportSummary {
        let (draft, _) =
            import::read(self.path(), false).unwrap_or_else(|errors| panic!("{errors:#?}"));
        import::import(
            &site.state.db,
            &site.state.files,
            site.test.organization,
            draft,
        )
        .await
        .unwrap()
    }
}

pub(crate) async fn learner<'a>(site: &'a TestSite, course: &str) -> Browser<'a> {
    let mut browser = site.signed_in("asha@example.org", UserRole::Learner).await;
    let answer = browser
        .post("enrollment/api/enroll", &[("course", course)])
        .await;
    assert_eq!(
        (answer.status, answer.header("x-redirect")),
        (StatusCode::OK, format!("/learn/{course}").as_str())
    );
    browser
}

/// Returns the content of a topic, without the page's scripts, which repeat the content as data.
fn content(page: &TestAnswer) -> &str {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let start = page.body.find("id=\"ly-content\"").expect("a topic");
    &page.body[start..page.body[start..].find("id=\"ly-finish\"").unwrap() + start]
}

#[test]
fn a_script_in_a_topic_is_refused() {
    let folder = Folder::new();
    assert!(import::read(folder.path(), false).is_ok());
    folder.write(
        "two/01-end.md",
        "+++\ntitle = \"Ending\"\n+++\n\nGoodbye <script>alert(1)</script>.\n",
    );
    assert!(import::read(folder.path(), false).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_is_found_joined_and_read() {
    let site = TestSite::new().await;
    let folder = Folder::new();
    let report = folder.import(&site).await;
    assert_eq!(
        (report.topics.added.len(), report.questions.added.len()),
        (3, 1)
    );
    let mut visitor = site.visitor();
    for path in [
        "/courses",
        "/courses?q=smal",
        "/courses?q=samll",
        "/courses?q=begining",
        "/courses?filter=free&sort=title",
    ] {
        assert!(
            visitor.get(path).await.body.contains("A small course"),
            "{path}"
        );
    }
    assert!(
        !visitor
            .get("/courses?q=zebra")
            .await
            .body
            .contains("/courses/small")
    );
    assert_eq!(
        visitor.get("/learn/small/begin").await.status,
        StatusCode::FOUND
    );
    let mut asha = learner(&site, "small").await;
    let page = asha.get("/learn/small/begin").await;
    assert!(content(&page).contains("Pelicans swim."));
    assert!(
        content(&page).contains("What swims?"),
        "the practice question stands in its place"
    );
    assert!(
        !page.body.contains("correct"),
        "which option is right goes nowhere"
    );
    assert!(
        page.body.matches("Pelicans swim.").count() == 1,
        "content is sent once"
    );
    assert!(
        content(&asha.get("/learn/small/middle").await)
            .contains("href=\"/learn/small/begin#a-heading\"")
    );
    // The learner continues at the topic that was opened last.
    let resumed = asha.get("/learn/small").await;
    assert_eq!(
        (resumed.status, resumed.header(header::LOCATION)),
        (StatusCode::FOUND, "/learn/small/middle")
    );
    assert!(
        asha.get("/learn/small/middle?q=pelicns")
            .await
            .body
            .contains("Showing results for “pelicans”.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_narration_follows_the_choice_and_falls_back() {
    let site = TestSite::new().await;
    let folder = Folder::new();
    folder.import(&site).await;
    let mut asha = learner(&site, "small").await;
    asha.post(
        "player/api/choose_persona",
        &[("course", "small"), ("persona", "sports")],
    )
    .await;
    assert!(content(&asha.get("/learn/small/begin").await).contains("A goal is scored"));
    assert!(
        content(&asha.get("/learn/small/middle").await).contains("See "),
        "no sports here: the normal one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_again_keeps_ids_and_progress_and_retires_what_is_gone() {
    let site = TestSite::new().await;
    let folder = Folder::new();
    folder.import(&site).await;
    let mut asha = learner(&site, "small").await;
    let ids =
        "select count(distinct topic_id) from topics where slug in ('begin', 'middle', 'end')";
    let begin = topic_id(&site, "begin").await;
    asha.post(
        "player/api/mark_done",
        &[("topic", &begin), ("done", "true")],
    )
    .await;
    let again = folder.import(&site).await;
    assert_eq!(
        (
            again.topics.unchanged,
            again.questions.unchanged,
            again.is_new
        ),
        (3, 1, false)
    );

    // The topics swap places, one is removed, and one is new.
    std::fs::remove_file(folder.path().join("two/01-end.md")).unwrap();
    folder.write("two/01-other.md", "+++\ntitle = \"Other\"\n+++\n\nNew.\n");
    for (from, to) in [
        ("01-begin", "03-begin"),
        ("02-middle", "01-middle"),
        ("03-begin", "02-begin"),
    ] {
        for ending in ["md", "sports.md", "quiz.toml"] {
            let _ = std::fs::rename(
                folder.path().join(format!("one/{from}.{ending}")),
                folder.path().join(format!("one/{to}.{ending}")),
            );
        }
    }
    let moved = folder.import(&site).await;
    assert_eq!(moved.topics.added, ["Other"]);
    assert_eq!(moved.topics.updated.len(), 2, "{moved:?}");
    assert_eq!(moved.topics.retired, ["Ending (end)"]);
    assert_eq!(topic_id(&site, "begin").await, begin);
    assert_eq!(
        site.test
            .count("select count(*) from topic_progress where is_completed")
            .await,
        1
    );
    assert_eq!(site.test.count(ids).await, 3, "retired, not deleted");
    assert_eq!(
        asha.get("/learn/small/end").await.status,
        StatusCode::NOT_FOUND
    );
    // The retired topic returns under its old id.
    std::fs::remove_file(folder.path().join("two/01-other.md")).unwrap();
    folder.write(
        "two/01-end.md",
        "+++\ntitle = \"Ending\"\n+++\n\nGoodbye.\n",
    );
    assert_eq!(folder.import(&site).await.topics.updated, ["Ending"]);
    assert_eq!(site.test.count("select count(*) from topics").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_can_not_have_the_folder_of_imported_pictures() {
    let site = TestSite::new().await;
    let folder = Folder::new();
    let (mut draft, _) = import::read(folder.path(), false).unwrap();
    draft.files.push(FileDraft {
        key: "from-files/a.png".to_owned(),
        path: folder.path().join("description.md"),
        media_type: "image/png".to_owned(),
    });
    let (db, files) = (&site.state.db, &site.state.files);
    let refused = import::import(db, files, site.test.organization, draft).await;
    assert!(refused.unwrap_err().to_string().contains("reserved"));
    assert_eq!(site.test.count("select count(*) from courses").await, 0);

    std::fs::create_dir(folder.path().join("from-files")).unwrap();
    let picture = folder.path().join("from-files/a.png");
    std::fs::write(picture, b"\x89PNG\r\n\x1a\n").unwrap();
    let manifest = std::fs::read_to_string(folder.path().join("course.toml")).unwrap();
    let pictured = format!("thumbnail = \"from-files/a.png\"\n{manifest}");
    folder.write("course.toml", &pictured);
    let errors = import::read(folder.path(), false).unwrap_err();
    assert!(
        errors[0].message.contains("rename the folder"),
        "{errors:?}"
    );
}

pub(crate) async fn topic_id(site: &TestSite, slug: &str) -> String {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        id: String,
    }
    let mut conn = site.test.owner().await;
    let query = diesel::sql_query(format!(
        "select topic_id::text as id from topics where slug = '{slug}'"
    ));
    diesel_async::RunQueryDsl::get_result::<Row>(query, &mut conn)
        .await
        .unwrap()
        .id
}

#[tokio::test(flavor = "multi_thread")]
async fn places_and_progress_belong_to_the_enrolled_alone() {
    let site = TestSite::new().await;
    let folder = Folder::new();
    folder.import(&site).await;
    let begin = topic_id(&site, "begin").await;
    let mut asha = learner(&site, "small").await;
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Learner).await;
    let place = [
        ("topic", begin.as_str()),
        ("anchor", "a-heading"),
        ("read_percent", "40"),
    ];
    assert_eq!(
        site.visitor()
            .post("player/api/save_place", &place)
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        ravi.post("player/api/save_place", &place).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        ravi.post(
            "player/api/mark_done",
            &[("topic", &begin), ("done", "true")]
        )
        .await
        .status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        ravi.get("/learn/small/begin").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        asha.post("player/api/save_place", &place).await.status,
        StatusCode::OK
    );
    let far = [("topic", begin.as_str()), ("read_percent", "4000")];
    assert_eq!(
        asha.post("player/api/save_place", &far).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    asha.get("/learn/small/begin").await;
    assert!(
        asha.get("/learn")
            .await
            .body
            .contains("you left off at “<bdi lang=\"en\" dir=\"ltr\">A heading</bdi>”")
    );
    for topic in ["begin", "middle", "end"] {
        let id = topic_id(&site, topic).await;
        asha.post("player/api/mark_done", &[("topic", &id), ("done", "true")])
            .await;
    }
    assert_eq!(
        site.test
            .count("select count(*) from enrollments where status = 'completed'")
            .await,
        1
    );
    asha.post(
        "player/api/mark_done",
        &[("topic", &begin), ("done", "false")],
    )
    .await;
    assert_eq!(
        site.test
            .count("select count(*) from enrollments where status = 'completed'")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unpublished_and_foreign_courses_do_not_exist_for_learners() {
    let site = TestSite::new().await;
    let folder = Folder::new();
    folder.import(&site).await;
    let theirs = site
        .test
        .other_organization("theirs", "theirs.example")
        .await;
    let mut other = site.visitor();
    other.host = "theirs.example".to_owned();
    assert_eq!(
        other.get("/courses/small").await.status,
        StatusCode::NOT_FOUND,
        "{theirs}"
    );
    assert!(
        !other
            .get("/courses?q=small")
            .await
            .body
            .contains("/courses/small")
    );
    let mut conn = site.test.owner().await;
    diesel_async::SimpleAsyncConnection::batch_execute(
        &mut conn,
        "update courses set is_published = false",
    )
    .await
    .unwrap();
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    assert!(!asha.get("/courses").await.body.contains("/courses/small"));
    assert_eq!(
        asha.get("/courses/small").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        asha.post("enrollment/api/enroll", &[("course", "small")])
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let shown = admin.get("/courses/small").await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.body.contains("This course is not published."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_priced_course_is_not_joined_directly() {
    let site = TestSite::new().await;
    let folder = Folder::new();
    folder.import(&site).await;
    let mut conn = site.test.owner().await;
    diesel_async::SimpleAsyncConnection::batch_execute(
        &mut conn,
        "update courses set price_cents = 4800, currency = 'EUR'",
    )
    .await
    .unwrap();
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let page = asha.get("/courses/small").await.body;
    assert!(
        page.contains("€48") && page.contains("register for one of its offerings"),
        "{page}"
    );
    assert_eq!(
        asha.post("enrollment/api/enroll", &[("course", "small")])
            .await
            .status,
        StatusCode::FORBIDDEN
    );
}

/// Imports a real book, if it is available.
#[tokio::test(flavor = "multi_thread")]
async fn the_rust_book_arrives_whole() {
    let Some(book) = shared("courses/rust-book") else {
        return;
    };
    let site = TestSite::new().await;
    let (draft, _) = import::read(&book, true).unwrap();
    let report = import::import(
        &site.state.db,
        &site.state.files,
        site.test.organization,
        draft,
    )
    .await
    .unwrap();
    assert_eq!(report.questions.added.len(), 222);
    assert_eq!(
        site.test
            .count("select count(*) from quiz_questions where topic_id is not null")
            .await,
        222
    );
    assert_eq!(site.test.count("select count(*) from course_modules where not gates and title in ('Front matter', 'Appendix')").await, 2);
    assert_eq!(
        site.test
            .count(
                "select count(*) from courses where not is_gated and seconds_per_question is null"
            )
            .await,
        1
    );
    for left in ["{{#", "<Listing", "aquascope,", "@Perm", "ANCHOR", "`[]`"] {
        let sql = format!(
            "select count(*) from topic_blocks where position(convert_from('\\x{}'::bytea, 'UTF8') in html) > 0",
            hex(left)
        );
        assert_eq!(site.test.count(&sql).await, 0, "{left} is left visible");
    }
    assert_eq!(
        site.test
            .count(
                "select count(*) from topic_blocks where html like '%<section class=\"practice\"%'"
            )
            .await,
        93 - twice_in_a_page(&book)
    );
    let (again, _) = import::read(&book, true).unwrap();
    let report = import::import(
        &site.state.db,
        &site.state.files,
        site.test.organization,
        again,
    )
    .await
    .unwrap();
    assert_eq!(
        (
            report.questions.unchanged,
            report.topics.added.len() + report.topics.updated.len()
        ),
        (222, 0)
    );
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the number of quizzes that follow another quiz on the same page. The expected count is
/// of quizzes, but the query counts pages.
fn twice_in_a_page(book: &Path) -> i64 {
    let mut extra = 0;
    for page in std::fs::read_dir(book.join("src")).unwrap().flatten() {
        let text = std::fs::read_to_string(page.path()).unwrap_or_default();
        extra += (text.matches("{{#quiz").count() as i64 - 1).max(0);
    }
    extra
}

/// Returns the path of test data beside the checkout. None if it is missing, which fails in CI.
pub fn shared(name: &str) -> Option<PathBuf> {
    use std::io::Write;
    let root = std::env::var_os("LYCEUM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{} is missing",
        path.display()
    );
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: {name} is not beside this checkout, so no real book was imported"
    );
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_that_was_watched_counts_once() {
    let site = TestSite::new().await;
    let folder = Folder::new();
    folder.write(
        "two/01-end.md",
        "+++\ntitle = \"Ending\"\nvideo = \"https://example.org/end.mp4\"\n+++\n\nGoodbye.\n",
    );
    folder.import(&site).await;
    let (end, begin) = (topic_id(&site, "end").await, topic_id(&site, "begin").await);
    let mut asha = learner(&site, "small").await;
    let counted = "select coalesce(sum(videos_completed), 0)::bigint from module_progress";
    let mut seen = async |topic: &str, position: &str, duration: &str| {
        let fields = [
            ("topic", topic),
            ("position_s", position),
            ("duration_s", duration),
        ];
        asha.post("player/api/save_place", &fields).await.status
    };
    assert_eq!(seen(&end, "80", "100").await, StatusCode::OK);
    // Other topics have no video, whatever the browser sends, and a video can't end before its
    // beginning.
    assert_eq!(seen(&begin, "95", "100").await, StatusCode::OK);
    assert_eq!(seen(&end, "500", "100").await, StatusCode::OK);
    for wrong in ["-1", "NaN", "inf", "1e9"] {
        let refused = seen(&end, "95", wrong).await;
        assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    assert_eq!(site.test.count(counted).await, 0);
    for _ in 0..3 {
        assert_eq!(seen(&end, "95.2", "100").await, StatusCode::OK);
    }
    assert_eq!(site.test.count(counted).await, 1);
    let by_module =
        "select count(*) from module_progress where module_no = 2 and videos_completed = 1";
    assert_eq!(site.test.count(by_module).await, 1);
    assert!(
        asha.get("/learn/small/end")
            .await
            .body
            .contains("Video watched")
    );
    assert!(
        !asha
            .get("/learn/small/begin")
            .await
            .body
            .contains("Video watched")
    );
}

/// Returns the number of statements that a page sends, including those for session and
/// organization.
async fn statements(site: &TestSite, browser: &mut Browser<'_>, path: &str) -> u64 {
    // The first request fills caches, so it is not counted.
    assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    let before = site.state.db.statements();
    browser.get(path).await;
    site.state.db.statements() - before
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_ask_as_often_for_many_as_for_few() {
    let site = TestSite::new().await;
    let folder = Folder::new();
    folder.import(&site).await;
    let mut asha = learner(&site, "small").await;
    let pages = ["/courses", "/courses/small", "/learn", "/learn/small/begin"];
    let mut few = Vec::new();
    for path in pages {
        few.push(statements(&site, &mut asha, path).await);
    }
    for n in 2..12 {
        folder.write(
            &format!("two/{n:02}-more-{n}.md"),
            &format!("+++\ntitle = \"More {n}\"\n+++\n\nMore.\n"),
        );
    }
    folder.import(&site).await;
    let manifest = std::fs::read_to_string(folder.path().join("course.toml")).unwrap();
    for n in 1..4 {
        folder.write(
            "course.toml",
            &manifest.replace("\"small\"", &format!("\"small-{n}\"")),
        );
        folder.import(&site).await;
        let slug = format!("small-{n}");
        asha.post("enrollment/api/enroll", &[("course", &slug)])
            .await;
    }
    for (path, few) in pages.into_iter().zip(few) {
        let many = statements(&site, &mut asha, path).await;
        assert!(
            many <= few && many <= 16,
            "{path}: {many} statements, {few} before"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_sent_in_parts_to_those_who_may_read_the_course() {
    let site = TestSite::new().await;
    let folder = Folder::new();
    folder.write(
        "two/01-end.md",
        "+++\ntitle = \"Ending\"\n+++\n\n[The table](figures.csv)\n",
    );
    folder.write("two/figures.csv", "year,count\n1990,7\n");
    folder.import(&site).await;
    let mut asha = learner(&site, "small").await;
    let page = asha.get("/learn/small/end").await.body;
    let start = page.find("/files/").expect("a link to the file");
    let path = page[start..].split('"').next().unwrap().to_owned();
    let ask = |browser: &Browser, range: Option<&str>| {
        let mut request = browser.request("GET", &path);
        if let Some(range) = range {
            request = request.header(header::RANGE, range);
        }
        request.body(axum::body::Body::empty()).unwrap()
    };

    let mut visitor = site.visitor();
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Learner).await;
    for stranger in [&mut visitor, &mut ravi] {
        let request = ask(stranger, None);
        assert_eq!(stranger.send(request).await.status, StatusCode::NOT_FOUND);
    }
    let request = ask(&asha, None);
    let whole = asha.send(request).await;
    assert_eq!(
        (whole.status, whole.body.as_str()),
        (StatusCode::OK, "year,count\n1990,7\n")
    );
    assert_eq!(whole.header(header::CONTENT_DISPOSITION), "attachment");
    let request = ask(&asha, Some("bytes=5-9"));
    let part = asha.send(request).await;
    assert_eq!(
        (part.status, part.body.as_str()),
        (StatusCode::PARTIAL_CONTENT, "count")
    );
    assert_eq!(part.header(header::CONTENT_RANGE), "bytes 5-9/18");
    let request = ask(&asha, Some("bytes=90-"));
    assert_eq!(
        asha.send(request).await.status,
        StatusCode::RANGE_NOT_SATISFIABLE
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_it_is_called_stops_the_whole_import() {
    let site = TestSite::new().await;
    let folder = Folder::new();
    folder.write(
        "two/01-end.md",
        "+++\ntitle = \"Ending\"\n+++\n\n![A picture](picture.png)\n",
    );
    folder.write("two/picture.png", "<script>alert(1)</script>");
    let (draft, _) = import::read(folder.path(), false).unwrap();
    let refused = import::import(
        &site.state.db,
        &site.state.files,
        site.test.organization,
        draft,
    )
    .await
    .unwrap_err();
    assert!(
        refused.to_string().contains("is something else"),
        "{refused}"
    );
    assert_eq!(site.test.count("select count(*) from courses").await, 0);
}
