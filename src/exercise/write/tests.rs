//! Tests of exercises that are written in the browser, over HTTP.

use axum::http::StatusCode;

use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{hidden, learner, pelican_course, topic_id, tutor, tutor_of};

const PAGE: &str = "/teach/small/topics/begin/exercises";

async fn site() -> TestSite {
    let site = TestSite::new().await;
    let course = pelican_course().at("begin");
    let course = course.exercise("salary-talk", "The salary talk", &["Asks which average."]);
    course.import(&site).await;
    site
}

/// The exercises of the course: key, title, place, and a sign for those that are retired.
async fn exercises(site: &TestSite) -> String {
    site.test
        .text(
            "select coalesce(string_agg(concat_ws(' ', exercise_key, position, case when retired_at is not null then 'retired' end), ', '
                                        order by position, exercise_key), '')
             from simulation_exercises",
        )
        .await
}

async fn id_of(site: &TestSite, key: &str) -> String {
    let sql = format!("select exercise_id from simulation_exercises where exercise_key = '{key}'");
    site.test.text(&sql).await
}

async fn save(
    tutor: &mut Browser<'_>,
    site: &TestSite,
    id: &str,
    changed: &[(&str, &str)],
) -> TestAnswer {
    let topic = topic_id(site, "begin").await;
    let mut fields = vec![
        ("course", "small"),
        ("topic", topic.as_str()),
        ("form[title]", "Count the birds"),
        ("form[difficulty]", "beginner"),
        ("form[task]", "Count **all** birds of the pond."),
        ("form[expectations]", "Says when\nSays how many"),
    ];
    for (name, value) in changed {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    if !id.is_empty() {
        fields.push(("id", id));
    }
    tutor.post("write/api/save_exercise", &fields).await
}

async fn change(tutor: &mut Browser<'_>, which: &str) -> TestAnswer {
    let fields = [("course", "small"), ("which", which)];
    tutor.post("write/api/change_exercise", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exercise_is_written_and_its_work_is_handed_in() {
    let site = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let due = [
        ("form[handed_in]", "true"),
        ("form[due_at]", "2099-01-01T10:00"),
    ];
    let added = save(&mut meera, &site, "", &due).await;
    added.assert_ok();
    assert_eq!(added.header("x-redirect"), format!("{PAGE}?done=added"));
    let page = meera.get(&format!("{PAGE}?done=added")).await.body;
    assert!(page.contains("<strong>all</strong>") && page.contains("1 January 2099"));
    assert_eq!(exercises(&site).await, "salary-talk 0, count-the-birds 1");

    let mut asha = learner(&site, "asha@example.org").await;
    let topic = asha.get("/learn/small/begin").await.body;
    assert!(topic.contains("/learn/small/begin/exercise/count-the-birds"));
    let here = "/learn/small/begin/exercise/count-the-birds";
    let form = asha.get(here).await.body;
    let (exercise, writer, revision) = (
        hidden(&form, "exercise"),
        hidden(&form, "writer"),
        hidden(&form, "revision"),
    );
    let fields = [
        ("exercise", exercise.as_str()),
        ("writer", &writer),
        ("revision", &revision),
        ("change", "1"),
        ("text", "Forty at noon."),
        ("links", ""),
        ("done", here),
    ];
    let handed_in = asha.post("exercise/api/save_work", &fields).await;
    handed_in.assert_ok();
    assert!(asha.get(here).await.body.contains("Waiting for marks"));

    // The rubric is made of the expectations, also after a change of them.
    let changed = [("form[expectations]", "Says when\nSays where\nSays how many")];
    save(&mut meera, &site, &exercise, &changed)
        .await
        .assert_ok();
    let criteria =
        "select jsonb_array_length(rubric -> 'criteria') from assignments where is_active";
    assert_eq!(site.test.count(criteria).await, 3);
    // Retired and restored, the work is there.
    change(&mut meera, &format!("retire-{exercise}"))
        .await
        .assert_ok();
    assert_eq!(asha.get(here).await.status, StatusCode::NOT_FOUND);
    assert!(meera.get(PAGE).await.body.contains("1 learner has begun."));
    change(&mut meera, &format!("restore-{exercise}"))
        .await
        .assert_ok();
    assert!(asha.get(here).await.body.contains("Forty at noon."));
    let audited = "select count(*) from audit_logs where action like 'exercise.%'";
    assert_eq!(site.test.count(audited).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn exercises_are_put_in_order_and_an_import_keeps_what_the_site_changed() {
    let site = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    save(&mut meera, &site, "", &[]).await.assert_ok();
    save(&mut meera, &site, "", &[]).await.assert_ok();
    let second = id_of(&site, "count-the-birds-2").await;
    change(&mut meera, &format!("up-{second}"))
        .await
        .assert_ok();
    change(&mut meera, &format!("up-{second}"))
        .await
        .assert_ok();
    let order = "count-the-birds-2 0, salary-talk 1, count-the-birds 2";
    assert_eq!(exercises(&site).await, order);
    change(&mut meera, &format!("up-{second}"))
        .await
        .assert_ok();
    assert_eq!(exercises(&site).await, order, "the first stays the first");
    change(&mut meera, &format!("retire-{second}"))
        .await
        .assert_ok();
    let imported = id_of(&site, "salary-talk").await;
    let title = [("form[title]", "The talk about salaries")];
    save(&mut meera, &site, &imported, &title).await.assert_ok();

    let course = pelican_course().at("begin");
    let course = course.exercise("salary-talk", "A new title", &["Other."]);
    let course = course.exercise("one-more", "One more", &["Anything."]);
    let report = course.import(&site).await.exercises;
    assert_eq!(report.added, ["One more"]);
    assert_eq!(report.kept, ["The talk about salaries"]);
    assert!(report.retired.is_empty() && report.updated.is_empty());
    let now = "count-the-birds-2 0 retired, one-more 1, salary-talk 1, count-the-birds 2";
    assert_eq!(exercises(&site).await, now);
    // A retired one does not come back, and a folder without exercises takes none away.
    let report = pelican_course().import(&site).await.exercises;
    assert_eq!(report.retired, ["One more (one-more)"]);
    let kept = "select string_agg(title, ', ' order by position) from simulation_exercises where retired_at is null";
    assert_eq!(
        site.test.text(kept).await,
        "The talk about salaries, Count the birds"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_problems_are_said_and_exercises_of_other_courses_are_out_of_reach() {
    let site = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let wrong = [
        ("form[title]", " "),
        ("form[task]", "<!-- nothing -->"),
        ("form[expectations]", "\n \n"),
        ("form[due_at]", "tomorrow"),
        ("form[difficulty]", "impossible"),
    ];
    let refused = save(&mut meera, &site, "", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for sentence in [
        "Enter a title.",
        "Enter the task.",
        "Enter at least one line.",
        "Enter a date and a time",
        "Choose a level.",
    ] {
        assert!(refused.body.contains(sentence), "{sentence}");
    }
    let due = [("form[due_at]", "2099-01-01T10:00")];
    let refused = save(&mut meera, &site, "", &due).await;
    assert!(refused.body.contains("Only work that is handed in"));
    assert_eq!(exercises(&site).await, "salary-talk 0");

    crate::testing::CourseBuilder::new("other")
        .module("One")
        .topic("x")
        .import(&site)
        .await;
    let role = crate::platform::auth::UserRole::Tutor;
    site.account("ravi@example.org", role).await;
    tutor_of(&site, "ravi@example.org", "other").await;
    let mut ravi = site.sign_in("ravi@example.org").await;
    let (topic, exercise) = (
        topic_id(&site, "begin").await,
        id_of(&site, "salary-talk").await,
    );
    let which = format!("retire-{exercise}");
    let fields = [("course", "other"), ("which", which.as_str())];
    let refused = ravi.post("write/api/change_exercise", &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let fields = [
        ("course", "other"),
        ("topic", topic.as_str()),
        ("id", &exercise),
        ("form[title]", "Taken"),
        ("form[task]", "x"),
        ("form[expectations]", "x"),
    ];
    let refused = ravi.post("write/api/save_exercise", &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(exercises(&site).await, "salary-talk 0");
}
