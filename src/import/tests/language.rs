//! Tests that content declares its language and direction wherever it is shown.

use axum::http::StatusCode;

use super::content;
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{CourseFolder, learner, pelican_course, start};

fn persian() -> CourseFolder {
    let course = pelican_course().title("زبان راست").language("fa");
    let folder = course.folder();
    folder.write(
        "one/01-begin.md",
        "+++\ntitle = \"آغاز\"\n+++\n\nسلام\n\n## A heading\n\n```rust\nfn main() {}\n```\n\n{{question pelican}}\n",
    );
    folder
}

/// Returns true if the nearest `lang` attribute before the text is Persian.
fn is_persian(page: &str, text: &str) -> bool {
    match page.find(text) {
        Some(at) => is_persian_at(page, at),
        None => panic!("no {text}: {page}"),
    }
}

fn is_persian_at(page: &str, at: usize) -> bool {
    let opened = page[..at].rfind("lang=\"").unwrap_or_default();
    page[opened..at].starts_with("lang=\"fa\" dir=\"rtl\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persian_course_is_persian_on_every_page() {
    let site = TestSite::new().await;
    persian().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    for path in ["/courses", "/courses/small", "/learn", "/learn/small/begin"] {
        let page = asha.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let title = page.body.rfind("زبان راست</").unwrap();
        assert!(is_persian_at(&page.body, title), "{path}");
        assert!(page.body.contains("<html lang=\"en\""), "{path}");
    }
    let topic = asha.get("/learn/small/begin").await;
    let content = content(&topic);
    assert!(
        content.starts_with("id=\"ly-content\" lang=\"fa\" dir=\"rtl\""),
        "{content}"
    );
    let practice = content.split("class=\"practice\"").nth(1).unwrap();
    assert!(
        practice.contains("lang=\"en\" dir=\"ltr\" data-part=")
            && practice.contains("><p class=\"label\">Practice"),
        "{practice}"
    );
    assert!(
        is_persian(practice, "What swims?") && is_persian(practice, "Stones"),
        "{practice}"
    );
    assert!(!content.contains(" lang=\"rust\""), "{content}");

    let practice = asha.get("/learn/small/begin/practice/pelican").await;
    assert!(
        is_persian(&practice.body, "<p>What swims?"),
        "{}",
        practice.body
    );
    start(&mut asha, "1").await.assert_ok();
    let quiz = asha.get("/learn/small/quiz/1/1").await;
    assert!(is_persian(&quiz.body, "<p>What swims?"), "{}", quiz.body);
    assert!(is_persian(&quiz.body, "Stones"), "{}", quiz.body);

    let mut admin = site.signed_in("root@example.org", UserRole::Admin).await;
    for path in [
        "/teach",
        "/teach/small",
        "/teach/small/questions",
        "/teach/small/exams",
    ] {
        let page = admin.get(path).await;
        assert!(page.body.contains("lang=\"fa\" dir=\"rtl\""), "{path}");
    }
}
