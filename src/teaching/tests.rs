//! Tests of the list of courses to teach.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::platform::http::testing::TestSite;
use crate::testing::{CourseBuilder, tutor_of};

#[tokio::test(flavor = "multi_thread")]
async fn tutors_see_their_courses_and_admins_all() {
    let site = TestSite::new().await;
    for (slug, title) in [("mine", "Mine of gold"), ("theirs", "Theirs of tin")] {
        let course = CourseBuilder::new(slug).title(title).unpublished();
        course.module("M").topic(slug).import(&site).await;
    }
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    tutor_of(&site, "tutor@example.org", "mine").await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let mut learner = site.signed_in("asha@example.org", UserRole::Learner).await;
    let page = tutor.get("/teach").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Mine of gold") && !page.body.contains("Theirs of tin"));
    let page = admin.get("/teach").await.body;
    assert!(page.contains("Mine of gold") && page.contains("Theirs of tin"));
    let page = learner.get("/teach").await.body;
    assert!(page.contains("No courses yet") && !page.contains("Mine of gold"));
    let out = site.visitor().get("/teach").await;
    assert_eq!(out.status, StatusCode::FOUND);
}
