//! Tests that books stored under the names of earlier versions keep their topics and progress.

use axum::http::StatusCode;

use crate::course::server::draft::CourseDraft;
use crate::import;
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{CourseFolder, enroll, import_draft, mark_done, topic_id};

/// A book whose pages have Chinese names.
fn book(pages: &[(&str, &str)]) -> CourseDraft {
    let folder = CourseFolder::of(&[("book.toml", "[book]\ntitle = \"Rust语言\"\n")]);
    let mut summary = String::new();
    for (name, title) in pages {
        summary.push_str(&format!("- [{title}]({name}.md)\n"));
        folder.write(&format!("src/{name}.md"), &format!("# {title}\n\nText.\n"));
    }
    folder.write("src/SUMMARY.md", &summary);
    import::read(folder.path(), true).unwrap().0
}

/// Gives the topics and the course the names that an earlier version gave to them.
fn as_before(mut draft: CourseDraft, version: usize) -> CourseDraft {
    draft.slug = draft.former_slug.take().unwrap();
    for topic in draft
        .modules
        .iter_mut()
        .flat_map(|module| &mut module.topics)
    {
        let mut former = std::mem::take(&mut topic.former_keys);
        if !former.is_empty() {
            topic.key = former.remove(version);
        }
    }
    draft
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_are_renamed_and_keep_ids_and_progress() {
    for version in [0, 1] {
        let site = TestSite::new().await;
        let pages = [("是", "To be"), ("plain", "Plain")];
        let former = as_before(book(&pages), version);
        let former_slug = former.slug.clone();
        let former_key = former.modules[0].topics[0].key.clone();
        import_draft(&site, former).await;
        let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
        enroll(&mut asha, &former_slug).await;
        let id = topic_id(&site, &former_key).await;
        mark_done(&mut asha, &id, true).await;

        // The new page has the same transliteration and comes first.
        let now = book(&[("事", "A matter"), ("是", "To be"), ("plain", "Plain")]);
        let slug = now.slug.clone();
        assert_eq!(slug, "rust-yu-yan");
        let keys: Vec<String> = (now.modules.iter().flat_map(|module| &module.topics))
            .map(|topic| topic.key.clone())
            .collect();
        let report = import_draft(&site, now).await;
        assert!(!report.is_new);
        assert_eq!(report.topics.added, ["A matter"]);
        assert!(report.topics.retired.is_empty(), "{report:?}");
        assert_eq!(topic_id(&site, &keys[1]).await, id);
        assert_ne!(topic_id(&site, &keys[0]).await, id);
        let done =
            format!("select count(*) from topic_progress where is_completed and topic_id = '{id}'");
        assert_eq!(site.test.count(&done).await, 1);
        let page = asha.get(&format!("/learn/{slug}/{}", keys[1])).await;
        assert_eq!(page.status, StatusCode::OK);

        // Once a page has gone, another of the same transliteration does not take its place.
        let report = import_draft(&site, book(&[("事", "To be"), ("plain", "Plain")])).await;
        assert_eq!(report.topics.retired, [format!("To be ({})", keys[1])]);
        assert_eq!(report.topics.updated.len(), 2, "{report:?}");
    }
}
