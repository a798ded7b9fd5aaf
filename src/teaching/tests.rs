//! Tests of the list of courses to teach.

use axum::http::StatusCode;
use diesel_async::SimpleAsyncConnection;

use crate::platform::auth::UserRole;
use crate::platform::http::testing::TestSite;

#[tokio::test(flavor = "multi_thread")]
async fn tutors_see_their_courses_and_admins_all() {
    let site = TestSite::new().await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let mut learner = site.signed_in("asha@example.org", UserRole::Learner).await;
    site.test
        .owner()
        .await
        .batch_execute(
            "select set_config('app.organization_id', (select organization_id::text from organizations where slug = 'lyceum'), false);
             insert into courses (slug, title) values ('mine', 'Mine of gold'), ('theirs', 'Theirs of tin');
             insert into tutors (user_id) select user_id from users where email = 'tutor@example.org';
             insert into course_tutors (course_id, tutor_id) select course_id, tutor_id from courses, tutors where slug = 'mine'",
        )
        .await
        .unwrap();
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
