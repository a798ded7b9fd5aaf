//! The commands of an operator, seen from the site.

use axum::http::StatusCode;

use super::accounts::{UserCommand, user};
use super::pages::{PageCommand, page};
use super::teaching::{TutorCommand, tutor};
use super::{ReadOptions, import_course, seed};
use crate::platform::auth::UserRole;
use crate::platform::http::testing::TestSite;
use crate::testing::{CourseFolder, pelican_course};

const FIRST: &str = crate::platform::db::organizations::FIRST;

#[test]
fn the_command_line_is_sound() {
    use clap::{CommandFactory, Parser};
    super::Cli::command().debug_assert();
    for line in [
        "lyceum tutor add small asha@example.org --organization theirs",
        "lyceum tutor remove small asha@example.org",
        "lyceum sum-activity small --organization theirs",
        "lyceum page set about about.md --title About",
        "lyceum export small folder --organization theirs",
        "lyceum import --mdbook book --strict --root .. --slug book --check",
    ] {
        assert!(
            super::Cli::try_parse_from(line.split(' ')).is_ok(),
            "{line}"
        );
    }
}

fn add(course: &str, email: &str) -> TutorCommand {
    TutorCommand::Add {
        course: course.to_owned(),
        email: email.to_owned(),
    }
}

fn remove(course: &str, email: &str) -> TutorCommand {
    TutorCommand::Remove {
        course: course.to_owned(),
        email: email.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_keeps_its_last_admin() {
    let site = TestSite::new().await;
    site.test.sql("update users set role = 'learner'").await;
    for name in ["asha", "bo"] {
        let email = format!("{name}@example.org");
        site.account(&email, UserRole::Admin).await;
    }
    let learner = |name: &str| UserCommand::Role {
        email: format!("{name}@example.org"),
        role: UserRole::Learner,
    };
    user(&site.test.config, learner("asha"), FIRST)
        .await
        .unwrap();
    let refused = user(&site.test.config, learner("bo"), FIRST)
        .await
        .unwrap_err();
    assert!(refused.contains("the last active admin"), "{refused}");
    let admins = "select string_agg(email, ' ') from users where role = 'admin'";
    assert_eq!(site.test.text(admins).await, "bo@example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tutor_is_added_to_a_course_and_removed() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    site.test
        .other_organization("theirs", "theirs.example")
        .await;
    let mut meera = site.signed_in("meera@example.org", UserRole::Learner).await;
    assert_eq!(
        meera.get("/teach/small").await.status,
        StatusCode::FORBIDDEN
    );

    for _ in 0..2 {
        tutor(&site.test.config, add("small", " Meera@Example.org"), FIRST)
            .await
            .unwrap();
        assert_eq!(meera.get("/teach/small").await.status, StatusCode::OK);
    }
    assert!(meera.get("/teach").await.body.contains("A small course"));
    assert!(
        site.visitor()
            .get("/courses/small")
            .await
            .body
            .contains("meera")
    );
    let logged = "select count(*) from audit_logs where action like 'course_tutor.%'";
    assert_eq!(site.test.count(logged).await, 1);

    for (command, organization, wrong) in [
        (
            add("none", "meera@example.org"),
            FIRST,
            "There is no course “none”.",
        ),
        (
            add("small", "nobody@example.org"),
            FIRST,
            "Nobody has an account as nobody@example.org.",
        ),
        // The course and the account are another organization's.
        (
            remove("small", "meera@example.org"),
            "theirs",
            "There is no course “small”.",
        ),
    ] {
        let said = tutor(&site.test.config, command, organization).await;
        assert_eq!(said.unwrap_err(), wrong);
    }
    assert!(
        tutor(&site.test.config, add("small", "meera"), FIRST)
            .await
            .is_err()
    );

    tutor(
        &site.test.config,
        remove("small", "meera@example.org"),
        FIRST,
    )
    .await
    .unwrap();
    assert_eq!(
        meera.get("/teach/small").await.status,
        StatusCode::FORBIDDEN
    );
    assert!(
        !site
            .visitor()
            .get("/courses/small")
            .await
            .body
            .contains("meera")
    );
    tutor(&site.test.config, add("small", "meera@example.org"), FIRST)
        .await
        .unwrap();
    assert_eq!(meera.get("/teach/small").await.status, StatusCode::OK);
}

async fn set(site: &TestSite, slug: &str, text: &[u8], title: Option<&str>) -> Result<(), String> {
    set_for(site, slug, text, title, FIRST).await
}

async fn set_for(
    site: &TestSite,
    slug: &str,
    text: &[u8],
    title: Option<&str>,
    organization: &str,
) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.md");
    std::fs::write(&file, text).unwrap();
    let command = PageCommand::Set {
        slug: slug.to_owned(),
        file,
        title: title.map(str::to_owned),
    };
    page(&site.test.config, command, organization).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_written_from_a_file() {
    let site = TestSite::new().await;
    site.test
        .other_organization("theirs", "theirs.example")
        .await;
    let text = b"\n# Who *we* are\n\nWe teach [courses](/courses).\n\n<script>alert(1)</script>\n\n## Where\r\n";
    set(&site, "about", text, None).await.unwrap();
    let mut visitor = site.visitor();
    let shown = visitor.get("/pages/about").await.body;
    assert!(shown.contains("<h1>Who we are</h1>"), "{shown}");
    assert!(shown.contains("href=\"/courses\">courses</a>") && shown.contains("id=\"where\""));
    assert!(!shown.contains("alert(1)") && !shown.contains("*we*"));

    // Another organization has pages of its own.
    let mut theirs = site.visitor();
    theirs.host = "theirs.example".to_owned();
    assert_eq!(
        theirs.get("/pages/about").await.status,
        StatusCode::NOT_FOUND
    );
    set_for(&site, "about", b"Theirs.", Some("They"), "theirs")
        .await
        .unwrap();
    assert!(theirs.get("/pages/about").await.body.contains("Theirs."));
    assert!(visitor.get("/pages/about").await.body.contains("We teach"));

    // A title is kept where the file has none, and asked for where there is none yet.
    set(&site, "about", "Neues.".as_bytes(), None)
        .await
        .unwrap();
    let shown = visitor.get("/pages/about").await.body;
    assert!(shown.contains("<h1>Who we are</h1>") && shown.contains("Neues."));
    assert!(!shown.contains("We teach"));
    for (slug, text, title, wrong) in [
        ("imprint", &b"No title."[..], None, "needs a title"),
        ("imprint", b"Text.", Some("  "), "1 to 200 characters"),
        ("Imprint/", b"# T\n", None, "can't be in an address"),
        ("imprint", b"# T\n\xff", None, "is not UTF-8 text"),
        ("imprint", &[b'x'; 300_000], Some("T"), "is larger than"),
    ] {
        let said = set(&site, slug, text, title).await.unwrap_err();
        assert!(said.contains(wrong), "{said}");
    }
    assert_eq!(
        visitor.get("/pages/imprint").await.status,
        StatusCode::NOT_FOUND
    );
    let missing = PageCommand::Set {
        slug: "imprint".to_owned(),
        file: "no-such-file.md".into(),
        title: None,
    };
    assert!(page(&site.test.config, missing, FIRST).await.is_err());
}

/// A book that lacks some of what it speaks of.
fn book_with_gaps() -> CourseFolder {
    CourseFolder::of(&[
        (
            "book.toml",
            "[book]\ntitle = \"Rust语言圣经\"\nlanguage = \"zh-CN\"\n",
        ),
        ("src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n"),
        ("src/a.md", "# A\n\nPelicans.\n\n{{#include gone.md}}\n"),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_with_gaps_is_imported_unless_that_is_strict() {
    let site = TestSite::new().await;
    let book = book_with_gaps();
    let import = async |options: ReadOptions| {
        import_course(&site.test.config, book.path(), options, FIRST, false).await
    };
    let strict = ReadOptions {
        strict: true,
        ..ReadOptions::default()
    };
    let said = import(strict).await.unwrap_err();
    assert!(said.starts_with("2 problems in "), "{said}");
    assert!(said.contains("src/a.md:5: the include 'gone.md' does not exist"));
    assert_eq!(site.test.count("select count(*) from courses").await, 0);

    import(ReadOptions::default()).await.unwrap();
    let mut visitor = site.visitor();
    let course = visitor.get("/courses/rust-yu-yan-sheng-jing").await;
    assert_eq!(course.status, StatusCode::OK);
    assert!(course.body.contains("Pelicans."));

    let named = |slug: &str| ReadOptions {
        slug: Some(slug.to_owned()),
        ..ReadOptions::default()
    };
    import(named("bible")).await.unwrap();
    assert_eq!(visitor.get("/courses/bible").await.status, StatusCode::OK);
    for slug in ["Bible", "", "a--b", &"a".repeat(81)] {
        assert!(import(named(slug)).await.is_err(), "{slug}");
    }
    assert_eq!(site.test.count("select count(*) from courses").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_native_course_can_be_named_and_has_no_wider_root() {
    let site = TestSite::new().await;
    let folder = pelican_course().folder();
    let named = ReadOptions {
        slug: Some("other".to_owned()),
        ..ReadOptions::default()
    };
    import_course(&site.test.config, folder.path(), named, FIRST, false)
        .await
        .unwrap();
    assert_eq!(
        site.visitor().get("/courses/other").await.status,
        StatusCode::OK
    );
    let widened = ReadOptions {
        root: Some("/".into()),
        ..ReadOptions::default()
    };
    let said = import_course(&site.test.config, folder.path(), widened, FIRST, true).await;
    assert!(said.unwrap_err().contains("--root is for mdBooks"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demos_learner_starts_in_the_middle_of_the_course() {
    let site = TestSite::new().await;
    let seeded = async || seed::seed(&site.test.config).await.unwrap();
    seeded().await;
    let mut asha = site.visitor();
    let fields = [
        ("email", "learner@demo.example"),
        ("password", "demo lyceum demo"),
    ];
    let answer = asha.post("auth/api/sign_in", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let home = asha.get("/learn").await.body;
    assert!(
        home.contains("/learn/how-to-trust-a-number/regression-to-the-mean#how-far-back-to-expect"),
        "{home}"
    );
    let course = "select count(*) from topic_progress join users using (user_id)
                  where email = 'learner@demo.example' and is_completed";
    assert_eq!(site.test.count(course).await, 5);
    let open = asha.get("/learn/how-to-trust-a-number/base-rates").await;
    assert_eq!(
        open.status,
        StatusCode::FORBIDDEN,
        "the next section is behind a quiz"
    );

    // She reviews others' work, and has got one of two reviews of hers.
    let chart =
        "/learn/how-to-trust-a-number/regression-to-the-mean/exercise/the-consultants-chart";
    let chart = asha.get(chart).await.body;
    assert!(
        chart.contains("1 of 2 reviews of your work are in"),
        "{chart}"
    );
    assert_eq!(chart.matches("href=\"/peer-review/").count(), 2);

    // Seeding again changes nothing that somebody has changed.
    let progress = "select count(*) from topic_progress";
    let before = site.test.count(progress).await;
    asha.post(
        "enrollment/api/withdraw",
        &[("course", "how-to-trust-a-number")],
    )
    .await;
    seeded().await;
    assert_eq!(site.test.count(progress).await, before);
    let enrolled = "select count(*) from enrollments join users using (user_id)
                    where email = 'learner@demo.example' and status = 'active'";
    assert_eq!(site.test.count(enrolled).await, 0);
}
