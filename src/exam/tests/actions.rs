//! Tests of the actions that tutors carry out for one learner's exam.

use super::*;
use crate::testing::{act, user_id};

fn of(exam: &str) -> [(&str, &str); 2] {
    [("exam", exam), ("reason", "A fire alarm.")]
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_reset_an_exam_is_sat_afresh_and_the_record_stays() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().attempts_allowed(1).publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    let mut tutor = site.sign_in(TUTOR).await;
    let id = user_id(&site, "asha@example.org").await;
    let early = act(&mut tutor, "reset_exam", &id, &of(&exam)).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "nothing to reset");

    sit(&site, &mut ravi, &exam, 3).await;
    let (_, result) = sit(&site, &mut asha, &exam, 0).await;
    assert_eq!(start(&mut asha, &exam).await.status, StatusCode::FORBIDDEN);
    let done = act(&mut tutor, "reset_exam", &id, &of(&exam)).await;
    done.assert_ok();
    assert_eq!(
        done.header("x-redirect"),
        "/teach/small/learners/asha?done=reset-exam"
    );
    let list = asha.get("/learn/small/exam/all").await.body;
    assert!(list.contains("Open") && !list.contains("Not passed"));
    let sheet = asha.get(&format!("/learn/small/exam/{exam}")).await.body;
    assert!(sheet.contains("One sitting") && sheet.contains("before a reset"));
    assert_eq!(asha.get(&result).await.status, StatusCode::OK);

    // A reset ends the running sitting. A second reset changes nothing, and other learners are
    // unaffected.
    begin(&site, &mut asha, &exam).await;
    act(&mut tutor, "reset_exam", &id, &of(&exam))
        .await
        .assert_ok();
    act(&mut tutor, "reset_exam", &id, &of(&exam))
        .await
        .assert_ok();
    let count = async |sql: &str| site.test.count(sql).await;
    assert_eq!(
        count("select count(*) from exam_sittings where ended_at is null").await,
        0
    );
    assert_eq!(count("select count(*) from exam_attempts").await, 3);
    assert_eq!(count("select count(*) from exam_resets").await, 2);
    assert_eq!(
        count("select count(*) from audit_logs where action = 'exam.reset' and new_values ->> 'reason' = 'A fire alarm.'").await,
        2,
        "the last had nothing left to do"
    );
    for change in [
        "update exam_resets set reason = 'x'",
        "delete from exam_resets",
    ] {
        assert!(site.test.refuses(change).await, "{change}");
    }
    let exams = tutor.get("/teach/small/exams").await.body;
    assert!(
        exams.contains("100%") && !exams.contains("33%"),
        "the mean is of what counts"
    );
    let page = tutor.get("/teach/small/learners/asha").await.body;
    assert!(page.contains("before a reset") && page.contains("not attempted"));
    assert!(page.contains("Exam “Final exam” reset") && page.contains("A fire alarm."));
    let overview = tutor.get(&format!("/teach/small/exams/{exam}")).await.body;
    assert_eq!(overview.matches("before a reset").count(), 2);
    let mails = site.mails().await;
    let mail = mails
        .iter()
        .find(|mail| mail.contains("has reset the exam “Final exam” of “A small course”"));
    assert!(mail.unwrap().contains("Reason: A fire alarm."));

    site.test.sql("update exams set retired_at = now()").await;
    let list = asha.get("/learn/small/exam/all").await.body;
    assert!(list.contains("Closed"), "what was withdrawn is not open");
    site.test.sql("update exams set retired_at = null").await;
    sit(&site, &mut asha, &exam, 3).await;
    let list = asha.get("/learn/small/exam/all").await.body;
    assert!(list.contains("Passed, 100%"));
    assert_eq!(start(&mut asha, &exam).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_excused_need_not_sit_an_exam() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut tutor = site.sign_in(TUTOR).await;
    let id = user_id(&site, "asha@example.org").await;
    act(&mut tutor, "excuse_exam", &id, &of(&exam))
        .await
        .assert_ok();
    let twice = act(&mut tutor, "excuse_exam", &id, &of(&exam)).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let list = asha.get("/learn/small/exam/all").await.body;
    assert!(list.contains("Excused"));
    let sheet = asha.get(&format!("/learn/small/exam/{exam}")).await.body;
    assert!(
        sheet.contains("Your tutor excused you from this exam") && sheet.contains("Start exam")
    );
    let file = tutor.get("/teach/small/gradebook.csv").await.body;
    assert!(file.contains("excused"), "{file}");

    // A result obtained in spite of the excuse is shown beside it.
    sit(&site, &mut asha, &exam, 3).await;
    let page = tutor.get("/teach/small/learners/asha").await.body;
    assert!(page.contains("excused") && page.contains("100%"));
    assert!(page.contains("Excused from the exam “Final exam”"));

    act(&mut tutor, "end_exam_excuse", &id, &of(&exam))
        .await
        .assert_ok();
    let twice = act(&mut tutor, "end_exam_excuse", &id, &of(&exam)).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let list = asha.get("/learn/small/exam/all").await.body;
    assert!(list.contains("Passed, 100%") && !list.contains("Excused"));
    let mails = site.mails().await;
    assert!(
        mails
            .iter()
            .any(|mail| mail.contains("You don't need to take it"))
    );
    assert!(
        mails
            .iter()
            .any(|mail| mail.contains("has ended your excuse from"))
    );

    let nowhere = "99999999-9999-9999-9999-999999999999";
    for endpoint in ["reset_exam", "excuse_exam", "end_exam_excuse"] {
        let unknown = act(&mut tutor, endpoint, &id, &of(nowhere)).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{endpoint}");
    }
}
