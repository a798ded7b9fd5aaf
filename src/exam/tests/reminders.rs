//! Tests of reminders before an exam closes.

use super::*;
use crate::testing::{Group, set_exam_status};

const UNREAD: &str =
    "select coalesce(string_agg(split_part(email, '@', 1) || ' ' || title, ', ' order by email), '')
     from notifications join users using (user_id) where read_at is null";

#[tokio::test(flavor = "multi_thread")]
async fn learners_who_have_not_begun_are_reminded_once_of_the_close_that_still_holds() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().with("exam[closes_at]", "2099-05-01T10:00");
    let exam = exam.publish(&site).await;
    let due = "select count(*) from background_jobs where kind = 'remind_of_exam' and run_at = '2099-04-30 10:00Z'";
    assert_eq!(
        site.test.count(due).await,
        1,
        "once for saving and publishing"
    );
    let mut asha = learner(&site, "asha@example.org").await;
    let mut bo = learner(&site, "bo@example.org").await;
    learner(&site, "cy@example.org").await;
    site.test
        .sql("update enrollments set status = 'withdrawn' where user_id = (select user_id from users where email like 'cy%')")
        .await;
    begin(&site, &mut bo, &exam).await;
    let run = async || {
        site.test
            .sql("update background_jobs set run_at = now() where kind = 'remind_of_exam' and finished_at is null")
            .await;
        site.mails().await;
        site.test.text(UNREAD).await
    };
    // The exam closes at another time than the job was made for.
    site.test
        .sql("update exams set closes_at = now() + interval '5 hours'")
        .await;
    assert_eq!(run().await, "");
    let again = "insert into background_jobs (kind, payload, max_attempts)
         select 'remind_of_exam', jsonb_build_object('exam', exam_id, 'closes_at', closes_at), 3 from exams";
    for _ in 0..2 {
        site.test.sql(again).await;
        assert_eq!(run().await, "asha The exam “Final exam” closes soon");
    }
    let events = "select events from notifications";
    assert_eq!(site.test.count(events).await, 1);
    begin(&site, &mut asha, &exam).await;
    assert_eq!(site.test.text(UNREAD).await, "", "she has begun");

    // Nobody is sent to an exam that is a draft again.
    site.test
        .sql("update notifications set read_at = null")
        .await;
    let mut tutor = site.sign_in(TUTOR).await;
    set_exam_status(&mut tutor, "small", &exam, "draft")
        .await
        .assert_ok();
    assert_eq!(site.test.text(UNREAD).await, "");
    let change = "update exams set closes_at = now() + interval '6 hours'";
    site.test.sql(change).await;
    site.test.sql(again).await;
    assert_eq!(run().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_by_a_cohorts_start_holds_for_its_members_alone() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new()
        .with("exam[opens_after]", "2")
        .with("exam[closes_after]", "7");
    let exam = exam.publish(&site).await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let young = Group::of(&site, "Later", "current_date - 1", "null").await;
    let mut bo = young.member(&site, "bo@example.org").await;
    let mut cy = learner(&site, "cy@example.org").await;
    site.test.sql("delete from notifications").await;
    let plan = "insert into background_jobs (organization_id, kind, payload)
         select organization_id, 'plan_exam_reminders', '{}' from organizations limit 1";
    for _ in 0..2 {
        site.test.sql(plan).await;
        site.mails().await;
        let told = site.test.text(UNREAD).await;
        assert_eq!(told, "asha The exam “Final exam” closes soon");
    }
    let path = format!("/learn/small/exam/{exam}");
    assert!(asha.get(&path).await.body.contains("open from"));
    let early = start(&mut bo, &exam).await;
    assert_eq!(early.status, StatusCode::FORBIDDEN, "{}", early.body);
    // Nobody outside cohorts is bound by the days.
    start(&mut cy, &exam).await.assert_ok();
    start(&mut asha, &exam).await.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_with_an_own_close_is_reminded_of_that_one() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().with("exam[closes_at]", "2099-05-01T10:00");
    exam.publish(&site).await;
    let group = Group::new(&site, "Spring").await;
    group.member(&site, "asha@example.org").await;
    group.member(&site, "bo@example.org").await;
    let own = "delete from notifications;
         insert into cohort_date_overrides (cohort_id, member_id, exam_id, closes_at)
         select cohort_id, member_id, exam_id, now() + interval '5 hours'
         from cohort_members, exams where email like 'bo%'";
    site.test.sql(own).await;
    let plan = "insert into background_jobs (organization_id, kind, payload)
         select organization_id, 'plan_exam_reminders', '{}' from organizations limit 1";
    for _ in 0..2 {
        site.test.sql(plan).await;
        site.mails().await;
        let told = site.test.text(UNREAD).await;
        assert_eq!(told, "bo The exam “Final exam” closes soon");
    }
    // The close of the others is not the member's.
    let change = "update notifications set read_at = now();
         update exams set closes_at = now() + interval '6 hours';
         insert into background_jobs (kind, payload, max_attempts)
         select 'remind_of_exam', jsonb_build_object('exam', exam_id, 'closes_at', closes_at), 3 from exams";
    site.test.sql(change).await;
    site.mails().await;
    let told = site.test.text(UNREAD).await;
    assert_eq!(told, "asha The exam “Final exam” closes soon");
}
