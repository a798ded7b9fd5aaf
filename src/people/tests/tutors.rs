//! Tutors of a course.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{pelican_course, user_id};

async fn add(root: &mut Browser<'_>, email: &str) -> TestAnswer {
    let fields = [("course", "small"), ("email", email)];
    root.post("tutors/api/add_course_tutor", &fields).await
}

async fn set(root: &mut Browser<'_>, person: &str, teaches: &str) -> TestAnswer {
    let fields = [
        ("course", "small"),
        ("person", person),
        ("teaches", teaches),
    ];
    root.post("tutors/api/set_course_tutor", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tutor_is_added_and_their_work_ends_and_resumes() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut meera = site.signed_in("meera@example.org", UserRole::Learner).await;
    let id = user_id(&site, "meera@example.org").await;
    add(&mut root, " Meera@Example.org ").await.assert_ok();
    meera.get("/teach/small").await.assert_ok();
    let again = add(&mut root, "meera@example.org").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("already"));
    for _ in 0..2 {
        set(&mut root, &id, "false").await.assert_ok();
    }
    let refused = meera.get("/teach/small").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let page = root.get("/teach/small/tutors").await;
    assert!(page.body.contains("Resume work"), "{}", page.body);
    set(&mut root, &id, "true").await.assert_ok();
    meera.get("/teach/small").await.assert_ok();
    // Her page has no tab that leads to a refusal.
    let own = meera.get("/teach/small").await;
    assert!(!own.body.contains("/teach/small/tutors"));
    let entries = "select string_agg(action, ' ' order by audit_id) from audit_logs
        where action like 'course_tutor.%' or action = 'user.role_changed'";
    assert_eq!(
        site.test.text(entries).await,
        "course_tutor.added user.role_changed course_tutor.removed course_tutor.added"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_teach_is_refused_with_a_sentence() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    site.account("gone@example.org", UserRole::Tutor).await;
    let gone = "update users set is_active = false where email = 'gone@example.org'";
    site.test.sql(gone).await;
    for (email, why) in [
        ("no", "Enter a valid email address"),
        ("nobody@example.org", "Invite them"),
        ("gone@example.org", "deactivated"),
    ] {
        let answer = add(&mut root, email).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(why), "{}", answer.body);
    }
    let own = user_id(&site, "root@example.org").await;
    let never = set(&mut root, &own, "true").await;
    assert_eq!(never.status, StatusCode::NOT_FOUND);
    let tutors = "select count(*) from course_tutors";
    assert_eq!(site.test.count(tutors).await, 0);
}
