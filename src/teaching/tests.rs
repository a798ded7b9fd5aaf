//! Tests of the list of courses to teach.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
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

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_searched_by_course_and_tutor_and_filtered_by_status() {
    let site = TestSite::new().await;
    for (slug, title) in [("gold", "A café of gold"), ("tin", "Tin"), ("zinc", "Zinc")] {
        let course = CourseBuilder::new(slug).title(title);
        let course = if slug == "tin" {
            course.unpublished()
        } else {
            course
        };
        course.module("M").topic(slug).import(&site).await;
    }
    for name in ["meera", "ravi", "sofia", "tomas"] {
        let email = format!("{name}@example.org");
        site.account(&email, UserRole::Tutor).await;
        tutor_of(&site, &email, "gold").await;
    }
    tutor_of(&site, "ravi@example.org", "tin").await;
    let retire = "update courses set retired_at = now() where slug = 'zinc'";
    site.test.sql(retire).await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let page = admin.get("/teach").await.body;
    assert!(page.contains("3 courses") && page.contains("meera, ravi, sofia"));
    assert!(page.contains(" and 1 more") && page.contains("No tutor"));
    for (query, expected) in [
        ("", vec!["gold", "tin", "zinc"]),
        ("?q=CAFE", vec!["gold"]),
        ("?q=tomas", vec!["gold"]),
        ("?q=RAVI", vec!["gold", "tin"]),
        ("?q=%25", vec![]),
        ("?status=published", vec!["gold"]),
        ("?status=draft", vec!["tin"]),
        ("?status=retired", vec!["zinc"]),
        ("?status=draft&q=gold", vec![]),
        ("?page=9", vec!["gold", "tin", "zinc"]),
    ] {
        let page = admin.get(&format!("/teach{query}")).await.body;
        let listed: Vec<&str> = ["gold", "tin", "zinc"]
            .into_iter()
            .filter(|slug| page.contains(&format!("href=\"/teach/{slug}\"")))
            .collect();
        assert_eq!(listed, expected, "{query}");
    }
    let mut ravi = site.sign_in("ravi@example.org").await;
    let page = ravi.get("/teach").await.body;
    assert!(page.contains("2 courses") && !page.contains("Zinc"));
    let none = ravi.get("/teach?q=zinc").await.body;
    assert!(none.contains("No courses found"), "{none}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_has_pages() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("c-000").title("Course 000");
    course.module("M").topic("t").import(&site).await;
    let more = "insert into courses (slug, title, summary, language)
        select 'c-' || lpad(n::text, 3, '0'), 'Course ' || lpad(n::text, 3, '0'), '', 'en' from generate_series(1, 60) n";
    site.test.sql(more).await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let first = admin.get("/teach").await.body;
    assert!(first.contains("61 courses") && first.contains("Course 049"));
    assert!(!first.contains("Course 050") && first.contains("href=\"/teach?page=2\""));
    for path in ["/teach?page=2", "/teach?page=7"] {
        let rest = admin.get(path).await.body;
        assert!(rest.contains("Course 050") && rest.contains("Course 060"));
        assert!(rest.contains("href=\"/teach\"") && !rest.contains("Course 049"));
    }
}
