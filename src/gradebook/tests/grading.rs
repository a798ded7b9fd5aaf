//! Tests of grades over HTTP.

use axum::http::StatusCode;

use crate::testing::site::{Browser, TestSite};
use crate::testing::{
    Group, gated_course, learner, pelican_course, take, tutor, user_id, work_waits,
};

async fn weigh(
    tutor: &mut Browser<'_>,
    weights: [&str; 4],
    dropped: &str,
) -> crate::testing::site::TestAnswer {
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
async fn work_that_was_not_handed_in_in_time_counts_as_nothing() {
    let site = TestSite::new().await;
    let course = pelican_course().at("begin");
    let course = course.exercise("salary-talk", "The salary talk", &["Asks which average."]);
    course.import(&site).await;
    let exercise = "select exercise_id from simulation_exercises";
    let exercise = site.test.text(exercise).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut bo = group.member(&site, "bo@example.org").await;
    weigh(&mut meera, ["0", "0", "100", "0"], "0")
        .await
        .assert_ok();
    // Asha's own due date has not come.
    let due = "update enrollments set enrolled_at = now() - interval '9 days';
         insert into assignments (exercise_id, is_active, due_at, late_days, late_percent, rubric)
         select exercise_id, true, now() - interval '3 days', 4, 10, '{\"criteria\": [], \"checks\": []}'
         from simulation_exercises;
         insert into cohort_date_overrides (cohort_id, member_id, exercise_id, closes_at)
         select cohort_id, member_id, exercise_id, now() + interval '5 hours'
         from cohort_members, simulation_exercises where email like 'asha%'";
    site.test.sql(due).await;
    let mine = "/learn/small/grade/mine";
    let none = "There are no results that count yet.";
    assert!(bo.get(mine).await.body.contains(none), "late work is taken");
    site.test.sql("update assignments set late_days = 2").await;
    let page = bo.get(mine).await.body;
    assert!(page.contains("Your grade so far: 0%") && page.contains("0%, missing"));
    assert!(asha.get(mine).await.body.contains(none));
    let supposed = bo.get(&format!("{mine}?work-{exercise}=80")).await.body;
    assert!(supposed.contains("With the results that you suppose: 80%"));
    let list = meera.get("/teach/small").await.body;
    assert_eq!(list.matches("title=\"missing\"").count(), 1, "{list}");
    let file = meera.get("/teach/small/gradebook.csv").await.body;
    let line = file.lines().find(|line| line.contains("bo@example.org"));
    assert!(line.expect("a line").contains("\"0\""), "{file}");
    let of_bo = meera.get("/teach/small/learners/bo").await.body;
    assert!(of_bo.contains("0%, missing"));
    // Work that waits for marks does not count yet, and what was due before somebody came never
    // does.
    work_waits(&site, "bo@example.org", 0).await;
    assert!(bo.get(mine).await.body.contains(none));
    site.test
        .sql("delete from submissions; update enrollments set enrolled_at = now()")
        .await;
    assert!(bo.get(mine).await.body.contains(none));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_has_the_points_before_and_after() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    learner(&site, "asha@example.org").await;
    let talk = column(&site, &mut meera).await;
    let id = user_id(&site, "asha@example.org").await;
    let field = format!("points[u{id}]");
    for typed in ["7", "8", "8", ""] {
        let fields = [("course", "small"), ("column", &talk), (&field, typed)];
        let answer = meera.post("grading/api/save_grade_entries", &fields).await;
        answer.assert_ok();
    }
    let logged = format!(
        "select string_agg(concat_ws(' to ', coalesce(old_values #>> '{{points,{id}}}', '-'),
                                     coalesce(new_values #>> '{{points,{id}}}', '-')), ', ' order by occurred_at, audit_id)
         from audit_logs where action = 'course.grades_noted'"
    );
    let logged = site.test.text(&logged).await;
    assert_eq!(logged, "- to 7.0, 7.0 to 8.0, 8.0 to -");
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
