//! Tests of rights that the table of all server functions does not show: tutors who no longer
//! teach, and cohorts of other courses.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::platform::http::testing::TestSite;
use crate::testing::{CohortBuilder, CourseBuilder, tutor, tutor_of};

const NOBODY: &str = "99999999-9999-9999-9999-999999999999";

/// Functions of tutors with valid fields for the course `small` and the cohort COHORT.
const FUNCTIONS: [(&str, &[(&str, &str)]); 7] = [
    ("teach/api/add_cohort_member", &[("email", "x@example.org")]),
    (
        "teach/api/change_members",
        &[("members[]", NOBODY), ("change", "pause")],
    ),
    ("teach/api/confirm_member_list", &[("list", NOBODY)]),
    ("home/api/save_announcement", &[("title", "x")]),
    (
        "messages/api/send_message",
        &[("key", NOBODY), ("title", "x"), ("text", "x")],
    ),
    ("sessions/api/make_sessions", &[("key", NOBODY)]),
    ("sessions/api/record_attendance", &[("id", NOBODY)]),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_tutor_who_no_longer_teaches_the_course_manages_no_cohort() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("t");
    course.import(&site).await;
    let cohort = CohortBuilder::new("small", "Autumn").make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let pages = [
        "/teach/small/cohorts".to_owned(),
        "/teach/small/cohorts/new".to_owned(),
        format!("/teach/small/cohorts/{cohort}"),
        format!("/teach/small/cohorts/{cohort}/edit"),
        format!("/teach/small/cohorts/{cohort}/list"),
        format!("/teach/small/cohorts/{cohort}/announcements"),
        format!("/teach/small/cohorts/{cohort}/message"),
        format!("/teach/small/cohorts/{cohort}/sessions"),
    ];
    for page in &pages {
        meera.get(page).await.assert_ok();
    }
    site.test
        .sql("update course_tutors set is_active = false")
        .await;
    for page in &pages {
        assert_eq!(
            meera.get(page).await.status,
            StatusCode::FORBIDDEN,
            "{page}"
        );
    }
    for (function, fields) in FUNCTIONS {
        let mut all = vec![("course", "small"), ("cohort", cohort.as_str())];
        all.extend_from_slice(fields);
        let answer = meera.post(function, &all).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{function}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cohort_is_managed_through_its_own_course_only() {
    let site = TestSite::new().await;
    for slug in ["small", "other"] {
        let course = CourseBuilder::new(slug).module("M").topic(slug);
        course.import(&site).await;
    }
    let cohort = CohortBuilder::new("small", "Autumn").make(&site).await;
    let mut cem = site.signed_in("cem@example.org", UserRole::Tutor).await;
    tutor_of(&site, "cem@example.org", "other").await;
    for page in [
        "",
        "/edit",
        "/list",
        "/announcements",
        "/message",
        "/sessions",
    ] {
        let path = format!("/teach/other/cohorts/{cohort}{page}");
        assert_eq!(cem.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for (function, fields) in FUNCTIONS {
        let mut all = vec![("course", "other"), ("cohort", cohort.as_str())];
        all.extend_from_slice(fields);
        let answer = cem.post(function, &all).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{function}");
    }
    // Its tutors alone move members into it.
    let own = CohortBuilder::new("other", "Own").member("x@example.org");
    let own = own.make(&site).await;
    let member = site.test.text("select member_id from cohort_members").await;
    let fields = [
        ("course", "other"),
        ("cohort", own.as_str()),
        ("members[]", member.as_str()),
        ("change", "move"),
        ("to", cohort.as_str()),
    ];
    let refused = cem.post("teach/api/change_members", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}
