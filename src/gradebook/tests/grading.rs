//! Tests of grades over HTTP.

use axum::http::StatusCode;

use crate::platform::http::testing::{Browser, TestSite};
use crate::testing::{gated_course, learner, take, tutor, user_id};

async fn weigh(
    tutor: &mut Browser<'_>,
    weights: [&str; 4],
    dropped: &str,
) -> crate::platform::http::testing::TestAnswer {
    let fields = [
        ("course", "small"),
        ("quiz_weight", weights[0]),
        ("exam_weight", weights[1]),
        ("work_weight", weights[2]),
        ("column_weight", weights[3]),
        ("drop_lowest", dropped),
    ];
    tutor.post("grading/api/save_grading", &fields).await
}

/// Adds a column of 20 points and returns its id.
async fn column(site: &TestSite, tutor: &mut Browser<'_>) -> String {
    let fields = [("course", "small"), ("title", "Talk"), ("max_points", "20")];
    tutor
        .post("grading/api/add_grade_column", &fields)
        .await
        .assert_ok();
    site.test.text("select column_id from grade_columns").await
}

#[tokio::test(flavor = "multi_thread")]
async fn results_and_points_make_a_grade_that_the_learner_sees() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", true).await;
    assert!(!meera.get("/teach/small").await.body.contains(">Grade<"));
    weigh(&mut meera, ["60", "0", "0", "40"], "0")
        .await
        .assert_ok();
    let talk = column(&site, &mut meera).await;
    let id = user_id(&site, "asha@example.org").await;
    let field = format!("points[u{id}]");
    let mine = "/learn/small/grade/mine";
    assert!(
        asha.get(mine)
            .await
            .body
            .contains("Your grade so far: 100%")
    );
    for (typed, status) in [
        ("21", StatusCode::UNPROCESSABLE_ENTITY),
        ("x", StatusCode::UNPROCESSABLE_ENTITY),
        ("7,5", StatusCode::OK),
    ] {
        let fields = [("course", "small"), ("column", &talk), (&field, typed)];
        let answer = meera.post("grading/api/save_grade_entries", &fields).await;
        assert_eq!(answer.status, status, "{typed}: {}", answer.body);
    }
    let page = meera.get(&format!("/teach/small/grading/{talk}")).await;
    assert!(page.body.contains("value=\"7.5\""));
    // 100 · 0.6 + 37.5, rounded to 38, · 0.4 = 75.2.
    assert!(asha.get(mine).await.body.contains("Your grade so far: 75%"));
    assert!(meera.get("/teach/small").await.body.contains("75%"));
    let file = meera.get("/teach/small/gradebook.csv").await.body;
    assert!(
        file.contains("\"Grade (%)\"") && file.contains("\"75\"") && file.contains("\"Talk (%)\"")
    );
    // A supposed result changes what is shown, and nothing else.
    let supposed = asha.get(&format!("{mine}?quiz-1.2=0")).await.body;
    assert!(supposed.contains("With the results that you suppose: 45%"));
    assert!(supposed.contains("Your grade so far: 75%"));

    let fields = [("course", "small"), ("column", talk.as_str())];
    meera
        .post("grading/api/delete_grade_column", &fields)
        .await
        .assert_ok();
    assert!(
        asha.get(mine)
            .await
            .body
            .contains("Your grade so far: 100%")
    );
    let audit = "select count(*) from audit_logs where action like 'course.grad%'";
    assert_eq!(site.test.count(audit).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_and_columns_that_cannot_be_are_refused() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    for (weights, dropped) in [
        (["101", "0", "0", "0"], "0"),
        (["1", "x", "0", "0"], "0"),
        (["1", "0", "0", "0"], "-1"),
    ] {
        let answer = weigh(&mut meera, weights, dropped).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(
        site.test.count("select count(*) from course_grading").await,
        0
    );
    weigh(&mut meera, ["0", "0", "0", "0"], "0")
        .await
        .assert_ok();
    assert_eq!(
        site.test.count("select count(*) from course_grading").await,
        0
    );
    column(&site, &mut meera).await;
    for (title, points) in [
        ("Talk", "20"),
        (" ", "20"),
        ("Other", "0"),
        ("Other", "1001"),
    ] {
        let fields = [
            ("course", "small"),
            ("title", title),
            ("max_points", points),
        ];
        let answer = meera.post("grading/api/add_grade_column", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{title}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn points_are_noted_for_learners_of_the_course_only() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let talk = column(&site, &mut meera).await;
    let stranger = user_id(&site, "meera@example.org").await;
    let field = format!("points[u{stranger}]");
    let fields = [
        ("course", "small"),
        ("column", talk.as_str()),
        (&field, "5"),
    ];
    meera
        .post("grading/api/save_grade_entries", &fields)
        .await
        .assert_ok();
    assert_eq!(
        site.test.count("select count(*) from grade_entries").await,
        0
    );
}
