//! The forms of offerings and of questions say all that is wrong at once.

use axum::http::StatusCode;

use super::site_with_course;
use crate::platform::auth::UserRole;
use crate::testing::OfferingBuilder;

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_of_an_offering_is_told_at_once() {
    let site = site_with_course().await;
    let mut admin = site.signed_in("root@example.org", UserRole::Admin).await;
    let fields = [
        ("course", "small"),
        ("offering[title]", " "),
        ("offering[program]", "party"),
        ("offering[price]", "-3"),
        ("offering[currency]", "euros"),
        ("offering[starts_on]", "2026-05-02"),
        ("offering[ends_on]", "2026-05-01"),
        ("offering[opens_at]", "2026-05-02T10:00"),
        ("offering[closes_at]", "2026-05-01T10:00"),
        ("offering[capacity]", "0"),
        ("offering[offer_hours]", "1000"),
        ("offering[joins_by]", "?!"),
    ];
    let refused = admin.post("manage/api/save_offering", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in [
        "title",
        "program",
        "price",
        "currency",
        "ends_on",
        "closes_at",
        "capacity",
        "offer_hours",
        "joins_by",
    ] {
        assert!(
            refused.body.contains(&format!("\"{field}\"")),
            "{field}: {}",
            refused.body
        );
    }
    assert_eq!(
        site.test
            .count("select count(*) from course_offerings")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offering_is_unique_and_has_a_code_of_its_own() {
    let site = site_with_course().await;
    OfferingBuilder::new("small")
        .field("joins_by", "spring")
        .create(&site)
        .await;
    let mut admin = site.sign_in("office@example.org").await;
    let fields = [
        ("course", "small"),
        ("offering[title]", "Spring"),
        ("offering[program]", "self_paced"),
        ("offering[currency]", "EUR"),
        ("offering[offer_hours]", "48"),
        ("offering[joins_by]", "SPRING"),
    ];
    let refused = admin.post("manage/api/save_offering", &fields).await.body;
    assert!(refused.contains("such an offering already") && refused.contains("has this code"));
    let code = "select enrollment_code from course_offerings";
    assert_eq!(site.test.text(code).await, "SPRING");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_has_no_choice_or_several() {
    let site = site_with_course().await;
    let mut admin = site.signed_in("root@example.org", UserRole::Admin).await;
    for (options, is_fine) in [("", true), ("a", false), ("a\nb", true), ("a\n a", false)] {
        let fields = [
            ("course", "small"),
            ("question[prompt]", "Which?"),
            ("question[options]", options),
        ];
        let answer = admin
            .post("manage/api/add_assessment_question", &fields)
            .await;
        assert_eq!(answer.status == StatusCode::OK, is_fine, "{options:?}");
    }
    let id = site
        .test
        .text("select min(question_id::text) from assessment_questions")
        .await;
    let fields = [("course", "small"), ("question", id.as_str())];
    admin
        .post("manage/api/remove_assessment_question", &fields)
        .await
        .assert_ok();
    assert_eq!(
        site.test
            .count("select count(*) from assessment_questions")
            .await,
        1
    );
}
