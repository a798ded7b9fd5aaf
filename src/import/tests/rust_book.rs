//! Imports a real book, if it is available.

use std::path::Path;

use crate::import;
use crate::testing::site::TestSite;
use crate::testing::{import_draft, shared};

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_book_arrives_whole() {
    let Some(book) = shared("courses/rust-book") else {
        return;
    };
    let site = TestSite::new().await;
    let (draft, _) = import::read(&book, true).unwrap();
    let report = import_draft(&site, draft).await;
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
    let report = import_draft(&site, again).await;
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
