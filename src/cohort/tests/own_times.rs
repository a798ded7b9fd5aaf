//! Tests of times of exams and cold calls that a batch or a member has for itself.

use axum::http::StatusCode;

use crate::testing::site::{Browser, TestSite};
use crate::testing::{
    ExamBuilder, Group, cold_call_course, exam_bank, prompt_id, running_sitting, start_exam, tutor,
};

/// Sends the form of the schedule with the times of one exam or cold call.
async fn save(
    meera: &mut Browser<'_>,
    (cohort, whom): (&str, &str),
    (list, id): (&str, &str),
    (opens, closes): (&str, &str),
) -> u16 {
    let name = |field: &str| format!("{list}[0][{field}]");
    let names = ["id", "opens_at", "closes_at"].map(name);
    let fields = [
        ("course", "small"),
        ("cohort", cohort),
        ("whom", whom),
        (names[0].as_str(), id),
        (names[1].as_str(), opens),
        (names[2].as_str(), closes),
    ];
    let saved = meera.post("schedule/api/save_schedule", &fields).await;
    saved.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exam_has_other_times_for_a_batch_and_for_a_member() {
    let site = TestSite::new().await;
    exam_bank().import(&site).await;
    let mut meera = tutor(&site, "tutor@example.org").await;
    let exam = ExamBuilder::new().with("exam[closes_at]", "2098-05-01T10:00");
    let exam = exam.publish(&site).await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut bo = group.member(&site, "bo@example.org").await;
    let mut cy = group.member(&site, "cy@example.org").await;
    site.test
        .sql("update cohort_members set batch_no = 2 where email not like 'asha%'")
        .await;
    let of_exam = ("exams", exam.as_str());
    let later = ("2098-04-01T10:00", "2098-06-01T10:00");
    let saved = save(&mut meera, (&group.id, "batch-2"), of_exam, later).await;
    assert_eq!(saved, 200);
    let calendar = async |name: &str| {
        let key =
            format!("select calendar_key from cohort_members where email = '{name}@example.org'");
        let key = site.test.text(&key).await;
        let path = format!("/calendars/{key}/cohort.ics");
        site.visitor().get(&path).await.body
    };
    assert!(calendar("asha").await.contains("20980501T100000Z"));
    let of_batch = calendar("bo").await;
    assert!(of_batch.contains("20980401T100000Z") && of_batch.contains("20980601T100000Z"));
    let path = format!("/learn/small/exam/{exam}");
    assert!(bo.get(&path).await.body.contains("1 April 2098"));
    let early = start_exam(&mut bo, "small", &exam).await;
    assert_eq!(early.status, StatusCode::FORBIDDEN, "{}", early.body);
    start_exam(&mut asha, "small", &exam).await.assert_ok();

    // The member's opening counts, the close is that of the batch.
    let now = ("2001-01-01T10:00", "");
    let whom = (group.id.as_str(), "cy@example.org");
    assert_eq!(save(&mut meera, whom, of_exam, now).await, 200);
    assert!(calendar("cy").await.contains("20980601T100000Z"));
    start_exam(&mut cy, "small", &exam).await.assert_ok();
    let page = format!("/teach/small/cohorts/{}/schedule", group.id);
    let of_member = meera.get(&format!("{page}?for=cy@example.org")).await.body;
    for shown in ["Exams (1 with other times)", "2001-01-01T10:00"] {
        assert!(of_member.contains(shown), "{shown}");
    }
    let whole = meera.get(&page).await.body;
    assert!(!whole.contains("exams[0]"));

    // Without times, those of the others count again.
    let empty = save(&mut meera, (&group.id, "batch-2"), of_exam, ("", "")).await;
    assert_eq!(empty, 200);
    start_exam(&mut bo, "small", &exam).await.assert_ok();
    for wrong in [("soon", ""), ("2098-06-01T10:00", "2098-04-01T10:00")] {
        assert_eq!(save(&mut meera, whom, of_exam, wrong).await, 422);
    }
    let stored = "select count(*) from cohort_date_overrides";
    assert_eq!(site.test.count(stored).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cold_call_has_other_times_for_a_batch_and_for_a_member() {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let mut meera = tutor(&site, "tutor@example.org").await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut bo = group.member(&site, "bo@example.org").await;
    site.test
        .sql("update cohort_members set batch_no = 2 where email like 'bo%'")
        .await;
    let prompt = prompt_id(&site, "Why do").await;
    let of_prompt = ("cold_calls", prompt.as_str());
    let past = ("", "2001-01-01T10:00");
    let saved = save(&mut meera, (&group.id, "batch-2"), of_prompt, past).await;
    assert_eq!(saved, 200);
    let refused = bo.answer(&prompt, "Fish").await;
    assert!(
        refused.body.contains("This cold call closed on"),
        "{}",
        refused.body
    );
    let home = "/learn/small/cohort";
    let words = "Why do pelicans swim?";
    assert!(!bo.get(home).await.body.contains(words));
    assert!(asha.get(home).await.body.contains(words));
    asha.answer(&prompt, "Fish").await.assert_ok();
    // The member may answer longer than the batch, and sees nothing of others before.
    let whom = (group.id.as_str(), "bo@example.org");
    let longer = ("", "2098-01-01T10:00");
    assert_eq!(save(&mut meera, whom, of_prompt, longer).await, 200);
    let thread = "/learn/small/begin/cold-call/1";
    assert!(!bo.get(thread).await.body.contains("Fish"));
    bo.answer(&prompt, "Fun").await.assert_ok();
    assert!(bo.get(thread).await.body.contains("Fish"));
    let later = ("2098-01-01T10:00", "");
    assert_eq!(save(&mut meera, whom, of_prompt, later).await, 200);
    assert_eq!(bo.get(thread).await.status, StatusCode::NOT_FOUND);
    assert_eq!(asha.get(thread).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn own_times_are_for_the_exams_of_the_course_alone() {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let mut meera = tutor(&site, "tutor@example.org").await;
    let group = Group::new(&site, "Spring").await;
    let prompt = prompt_id(&site, "Why do").await;
    let nobody = "00000000-0000-0000-0000-000000000000";
    let times = ("2098-01-01T10:00", "");
    for (list, id) in [
        ("exams", nobody),
        ("exams", prompt.as_str()),
        ("exams", "x"),
        ("cold_calls", nobody),
    ] {
        let saved = save(&mut meera, (&group.id, "batch-1"), (list, id), times).await;
        assert_eq!(saved, 200);
    }
    // The whole cohort has the times of the exam or the cold call itself.
    let of_prompt = ("cold_calls", prompt.as_str());
    let saved = save(&mut meera, (&group.id, ""), of_prompt, times).await;
    assert_eq!(saved, 200);
    let stored = "select count(*) from cohort_date_overrides";
    assert_eq!(site.test.count(stored).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_that_wait_for_the_close_wait_for_the_latest_one() {
    let site = TestSite::new().await;
    exam_bank().import(&site).await;
    tutor(&site, "tutor@example.org").await;
    let exam = ExamBuilder::new()
        .with("exam[closes_at]", "2098-05-01T10:00")
        .with("exam[review_after_close]", "true");
    let exam = exam.publish(&site).await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    start_exam(&mut asha, "small", &exam).await.assert_ok();
    let sitting = running_sitting(&site).await;
    let fields = [("sitting", sitting.as_str())];
    let submitted = asha.post("exam/api/submit_exam", &fields).await;
    submitted.assert_ok();
    let path = format!("/learn/small/exam/{exam}?show={sitting}");
    assert!(
        asha.get(&path)
            .await
            .body
            .contains("available from 1 May 2098")
    );
    // Somebody of the cohort takes the exam later.
    let later = "insert into cohort_members (cohort_id, email) select cohort_id, 'bo@example.org' from cohorts;
         insert into cohort_date_overrides (cohort_id, member_id, exam_id, closes_at)
         select cohort_id, member_id, exam_id, '2098-07-01 10:00Z' from cohort_members, exams where email like 'bo%'";
    site.test.sql(later).await;
    assert!(
        asha.get(&path)
            .await
            .body
            .contains("available from 1 July 2098")
    );
}
