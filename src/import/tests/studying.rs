//! Tests of finding, joining and reading an imported course.

use axum::http::{StatusCode, header};

use super::content;
use crate::testing::site::TestSite;
use crate::testing::{enroll, learner, pelican_course, statements, topic_id};

#[tokio::test(flavor = "multi_thread")]
async fn a_course_is_found_joined_and_read() {
    let site = TestSite::new().await;
    let folder = pelican_course().folder();
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
    let mut asha = learner(&site, "asha@example.org").await;
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
    pelican_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
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
async fn a_video_that_was_watched_counts_once() {
    let site = TestSite::new().await;
    let course = pelican_course().video("https://example.org/end.mp4");
    course.import(&site).await;
    let (end, begin) = (topic_id(&site, "end").await, topic_id(&site, "begin").await);
    let mut asha = learner(&site, "asha@example.org").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn pages_ask_as_often_for_many_as_for_few() {
    let site = TestSite::new().await;
    let folder = pelican_course().folder();
    folder.import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let pages = ["/courses", "/courses/small", "/learn", "/learn/small/begin"];
    let mut few = Vec::new();
    for path in pages {
        few.push(statements(&site, &mut asha, path).await);
    }
    let mut course = pelican_course();
    for n in 2..12 {
        course = course.topic(&format!("more-{n}"));
    }
    course.import(&site).await;
    let folder = course.folder();
    let manifest = std::fs::read_to_string(folder.path().join("course.toml")).unwrap();
    for n in 1..4 {
        let slug = format!("small-{n}");
        let named = manifest.replace("slug = \"small\"", &format!("slug = \"{slug}\""));
        folder.write("course.toml", &named);
        folder.import(&site).await;
        enroll(&mut asha, &slug).await;
    }
    for (path, few) in pages.into_iter().zip(few) {
        let many = statements(&site, &mut asha, path).await;
        assert!(
            many <= few && many <= 16,
            "{path}: {many} statements, {few} before"
        );
    }
}
