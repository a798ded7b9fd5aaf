//! Tests of who may find, join and read a course, and whose progress is kept.

use axum::http::{StatusCode, header};

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{learner, mark_done, pelican_course, topic_id};

#[tokio::test(flavor = "multi_thread")]
async fn places_and_progress_belong_to_the_enrolled_alone() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let begin = topic_id(&site, "begin").await;
    let mut asha = learner(&site, "asha@example.org").await;
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
        mark_done(&mut asha, &id, true).await;
    }
    assert_eq!(
        site.test
            .count("select count(*) from enrollments where status = 'completed'")
            .await,
        1
    );
    mark_done(&mut asha, &begin, false).await;
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
    pelican_course().import(&site).await;
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
    pelican_course().unpublished().import(&site).await;
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
    pelican_course().price(48, "EUR").import(&site).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn files_are_sent_in_parts_to_those_who_may_read_the_course() {
    let site = TestSite::new().await;
    let folder = pelican_course().text("[The table](figures.csv)").folder();
    folder.write("two/figures.csv", "year,count\n1990,7\n");
    folder.import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
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
