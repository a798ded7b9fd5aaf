//! Tests of leaving a course and coming back, over HTTP.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{CourseBuilder, enroll, mark_done, topic_id};

const COURSE: [(&str, &str); 1] = [("course", "open")];
const LEAVE: &str = "Leave this course";
const LEFT: &str = "You have left this course.";

#[tokio::test(flavor = "multi_thread")]
async fn a_course_is_left_on_its_page_and_keeps_the_progress() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("open").module("M").topic("t").topic("u");
    course.import(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    enroll(&mut asha, "open").await;
    mark_done(&mut asha, &topic_id(&site, "t").await, true).await;
    let page = asha.get("/courses/open").await.body;
    assert!(page.contains(LEAVE) && page.contains("Your progress is kept"));
    assert!(!page.contains(LEFT));

    let left = asha
        .submit("/courses/open", "enrollment/api/withdraw", &COURSE)
        .await;
    assert_eq!(left.header("location"), "/courses/open");
    let page = asha.get("/courses/open").await.body;
    assert!(page.contains(LEFT) && !page.contains(LEAVE));
    assert_eq!(
        asha.get("/learn/open/t").await.status,
        StatusCode::FORBIDDEN
    );

    asha.submit("/courses/open", "enrollment/api/enroll", &COURSE)
        .await;
    assert!(!asha.get("/courses/open").await.body.contains(LEFT));
    let topic = asha.get("/learn/open/t").await.body;
    assert!(topic.contains("Mark as not done"), "progress is back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_that_is_completed_or_has_no_way_back_is_not_left() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("open").module("M").topic("t");
    course.import(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    enroll(&mut asha, "open").await;
    let completed = "update enrollments set status = 'completed'";
    let priced = "update enrollments set status = 'active'; update courses set price_cents = 100";
    let cohort = "update courses set price_cents = 0, cohort_only = true";
    for (change, status) in [
        (completed, StatusCode::OK),
        (priced, StatusCode::FORBIDDEN),
        (cohort, StatusCode::FORBIDDEN),
    ] {
        site.test.sql(change).await;
        let page = asha.get("/courses/open").await.body;
        assert!(page.contains("You are enrolled.") && !page.contains(LEAVE));
        let answer = asha.post("enrollment/api/withdraw", &COURSE).await;
        assert_eq!(answer.status, status, "{change}");
        assert_eq!(asha.get("/learn/open/t").await.status, StatusCode::OK);
    }
}
