//! Tests of importing a course again, and of what stops an import.

use axum::http::StatusCode;

use crate::course::server::draft::FileDraft;
use crate::import;
use crate::testing::site::TestSite;
use crate::testing::{learner, mark_done, pelican_course, topic_id};

#[test]
fn a_script_in_a_topic_is_refused() {
    let folder = pelican_course().folder();
    assert!(import::read(folder.path(), false).is_ok());
    let folder = pelican_course()
        .text("Goodbye <script>alert(1)</script>.")
        .folder();
    assert!(import::read(folder.path(), false).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_again_keeps_ids_and_progress_and_retires_what_is_gone() {
    let site = TestSite::new().await;
    let folder = pelican_course().folder();
    folder.import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let ids =
        "select count(distinct topic_id) from topics where slug in ('begin', 'middle', 'end')";
    let begin = topic_id(&site, "begin").await;
    mark_done(&mut asha, &begin, true).await;
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
    folder.remove("two/01-end.md");
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
    folder.remove("two/01-other.md");
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
    let folder = pelican_course().folder();
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

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_it_is_called_stops_the_whole_import() {
    let site = TestSite::new().await;
    let folder = pelican_course().text("![A picture](picture.png)").folder();
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
