//! Tests of creating, following and regrading exams.

use super::*;
use crate::testing::set_exam_status;

#[tokio::test(flavor = "multi_thread")]
async fn an_exam_that_the_bank_cannot_fill_is_not_published() {
    let site = site_with_bank().await;
    let mut tutor = site.sign_in(TUTOR).await;
    let greedy = ExamBuilder::new().questions([2, 5]);
    let made = greedy.save(&mut tutor).await;
    assert_eq!(
        made.status,
        StatusCode::OK,
        "a draft may ask what is not there yet: {}",
        made.body
    );
    let path = made.header("x-redirect").to_owned();
    let id = path.rsplit('/').next().unwrap().to_owned();
    let page = tutor.get(&path).await.body;
    assert!(page.contains("Section 2 needs 5 questions. The bank has 4 that match"));
    let refused = set_exam_status(&mut tutor, "small", &id, "published").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Section 2 needs 5 questions."));
    assert_eq!(
        site.test
            .count("select count(*) from exams where is_published")
            .await,
        0
    );
    let mended = ExamBuilder::new()
        .with("id", &id)
        .with("exam[revision]", "1");
    let saved = mended.save(&mut tutor).await;
    saved.assert_ok();
    assert_eq!(
        set_exam_status(&mut tutor, "small", &id, "published")
            .await
            .status,
        StatusCode::OK
    );
    // A published exam must stay fillable. An edit based on an older revision is rejected.
    let greedy = greedy.with("id", &id).with("exam[revision]", "2");
    let refused = greedy.save(&mut tutor).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let stale = mended.save(&mut tutor).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
    let actions = "select string_agg(action, ' ' order by occurred_at) from audit_logs where action like 'exam.%'";
    assert_eq!(
        site.test.text(actions).await,
        "exam.created exam.changed exam.published"
    );
    let form = tutor.get(&format!("{path}/edit")).await.body;
    assert!(form.contains("value=\"Final exam\"") && form.contains("value=\"First part\""));
    set_exam_status(&mut tutor, "small", &id, "retired")
        .await
        .assert_ok();
    assert!(
        tutor
            .get("/teach/small/exams")
            .await
            .body
            .contains("Retired")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_refused_keeps_what_was_typed() {
    let site = site_with_bank().await;
    let mut tutor = site.sign_in(TUTOR).await;
    let wrong = ExamBuilder::new()
        .with("exam[minutes]", "none")
        .with("exam[title]", "My exam");
    let page = "/teach/small/exams/new";
    tutor
        .submit(page, "teach/api/save_exam", &wrong.fields())
        .await;
    let form = tutor.get(page).await.body;
    assert!(form.contains("Enter a number from 1 to 1440."));
    assert!(form.contains("value=\"My exam\"") && form.contains("value=\"First part\""));
    assert_eq!(site.test.count("select count(*) from exams").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_a_button_adds_a_section_and_keeps_what_was_typed() {
    let site = site_with_bank().await;
    let mut tutor = site.sign_in(TUTOR).await;
    let page = "/teach/small/exams/new";
    let form = tutor.get(page).await.body;
    assert!(form.contains("Section 1") && !form.contains("Section 2"));
    assert!(form.contains("10 available") && !form.contains("autofocus"));
    let more = ExamBuilder::new()
        .with("exam[title]", "My exam")
        .with("exam[sections][1][easiest]", "2")
        .with("go", "more");
    tutor
        .submit(page, "teach/api/save_exam", &more.fields())
        .await;
    let form = tutor.get(page).await.body;
    assert!(form.contains("value=\"My exam\"") && form.contains("value=\"First part\""));
    assert!(form.contains("Section 3") && !form.contains("Section 4"));
    assert!(form.contains("6 available") && form.contains("0 available"));
    assert_eq!(form.matches("autofocus").count(), 1);
    assert_eq!(site.test.count("select count(*) from exams").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_entered_in_the_zone_of_the_form_and_stored_in_utc() {
    let site = site_with_bank().await;
    let mut tutor = site.sign_in(TUTOR).await;
    let page = tutor.get("/teach/small/exams/new").await.body;
    assert!(page.contains("Times are in the time zone ") && page.contains("UTC"));
    let exam = ExamBuilder::new()
        .with("exam[zone]", "Asia/Kolkata")
        .with("exam[opens_at]", "2026-03-01T10:00");
    let made = exam.save(&mut tutor).await;
    made.assert_ok();
    let opens = "select to_char(opens_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from exams";
    assert_eq!(site.test.text(opens).await, "2026-03-01 04:30");
    // A tutor without a zone now has the one of the form.
    let path = format!("{}/edit", made.header("x-redirect"));
    let form = tutor.get(&path).await.body;
    assert!(form.contains("Times are in your time zone, ") && form.contains("Asia/Kolkata"));
    assert!(form.contains("value=\"2026-03-01T10:00\""));
    // A form that was opened before the tutor moved keeps its zone, and the profile its own.
    let exam = exam
        .with("id", path.split('/').nth(4).unwrap())
        .with("exam[revision]", "1")
        .with("exam[zone]", "Europe/Berlin");
    exam.save(&mut tutor).await.assert_ok();
    assert_eq!(site.test.text(opens).await, "2026-03-01 09:00");
    let zone = format!("select time_zone from users where email = '{TUTOR}'");
    assert_eq!(site.test.text(&zone).await, "Asia/Kolkata");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tutor_sees_facts_of_a_sitting() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    let mut tutor = site.sign_in(TUTOR).await;
    let overview = tutor.get(&format!("/teach/small/exams/{exam}")).await.body;
    assert!(overview.contains("asha@example.org") && overview.contains("In progress until"));
    let report = [
        ("sitting", sitting.as_str()),
        ("events", "question_shown:1:0 left::0 returned::0"),
    ];
    asha.post("exam/api/report_exam_events", &report).await;
    save(&mut asha, &sitting, 1, "mine", &[]).await;
    submit(&mut asha, &sitting).await;
    let page = tutor
        .get(&format!("/teach/small/exams/{exam}/{sitting}"))
        .await
        .body;
    for fact in [
        "Viewed question 2",
        "Page hidden",
        "Submitted",
        "Page not in view",
        "once",
        "on the screen",
        "answered at",
        "mine",
    ] {
        assert!(page.contains(fact), "{fact}");
    }
    let list = tutor.get("/teach/small/exams").await.body;
    assert!(list.contains("Final exam") && list.contains("Published"));
}

fn regrading<'a>(
    exam: &'a str,
    sitting: &'a str,
    question: &'a str,
    ruling: &'a str,
) -> [(&'a str, &'a str); 7] {
    [
        ("course", "small"),
        ("exam", exam),
        ("sitting", sitting),
        ("regrade[question]", question),
        ("regrade[ruling]", ruling),
        ("regrade[scope]", "exam"),
        ("regrade[reason]", "The key was wrong."),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_regrade_is_a_new_row_that_points_to_the_old() {
    let site = site_with_bank().await;
    // The exam asks every question for exams.
    let exam = ExamBuilder::new().questions([6, 4]).publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (sitting, result) = sit(&site, &mut asha, &exam, 0).await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    sit(&site, &mut ravi, &exam, 10).await;
    let mut tutor = site.sign_in(TUTOR).await;
    let question = site
        .test
        .text("select question_id from quiz_questions where prompt = 'Question 1'")
        .await;
    let key = regrading(&exam, &sitting, &question, "key");
    let same = tutor.post("teach/api/regrade_exam", &key).await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(same.body.contains("It is already graded this way."));

    let change = "update quiz_questions set payload = payload || '{\"accepted\": [\"wrong\"]}' where prompt = 'Question 1'";
    site.test.sql(change).await;
    let (one, two) = {
        let mut other = site.sign_in(TUTOR).await;
        tokio::join!(
            tutor.post("teach/api/regrade_exam", &key),
            other.post("teach/api/regrade_exam", &key)
        )
    };
    let done = [one.status, two.status]
        .iter()
        .filter(|status| **status == StatusCode::OK)
        .count();
    assert_eq!(done, 1, "{} {}", one.body, two.body);
    let scores =
        "select string_agg(u.username || ' ' || a.score, ', ' order by u.username, a.created_at)
                  from exam_attempts a join users u using (user_id)";
    assert_eq!(
        site.test.text(scores).await,
        "asha 0, asha 10, ravi 100, ravi 90"
    );
    assert_eq!(
        site.test
            .count("select count(*) from exam_attempts new join exam_attempts old on old.attempt_id = new.regrade_of and old.sitting_id = new.sitting_id")
            .await,
        2
    );
    let page = asha.get(&result).await.body;
    assert!(page.contains("10%") && page.contains("The key was wrong."));
    // The newest grading is among the first answers of the bank, with the rest of the sheet.
    let answers = "select string_agg(u.username || ' ' || t.points || ' ' || t.rest, ', ' order by u.username)
        from first_answers t join users u using (user_id) join quiz_questions q using (question_id)
        where q.prompt = 'Question 1'";
    tutor.get("/teach/small/questions").await;
    assert_eq!(site.test.text(answers).await, "asha 1 0, ravi 0 1");

    let all = regrading(&exam, &sitting, &question, "everybody");
    let everybody = tutor.post("teach/api/regrade_exam", &all).await;
    everybody.assert_ok();
    assert_eq!(
        site.test.text(scores).await,
        "asha 0, asha 10, asha 10, ravi 100, ravi 90, ravi 100"
    );
    tutor.get("/teach/small/questions").await;
    assert_eq!(
        site.test.count("select count(*) from first_answers").await,
        18,
        "of ten questions for two, all but the one for everybody"
    );
    let page = tutor
        .get(&format!("/teach/small/exams/{exam}/{sitting}"))
        .await
        .body;
    assert!(page.contains("Grading history") && page.contains("full points for everyone"));
    let mut silent = all;
    silent[6].1 = "  ";
    let refused = tutor.post("teach/api/regrade_exam", &silent).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Only learners whose result changed get a mail.
    let mails = site.mails().await;
    let told = |address: &str| {
        let is_told = |mail: &&String| {
            mail.contains(address) && mail.contains("A question of the exam “Final exam”")
        };
        mails.iter().filter(is_told).count()
    };
    assert_eq!((told("asha@example.org"), told("ravi@example.org")), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_regrade_reaches_the_sittings_that_run() {
    let site = site_with_bank().await;
    let all = ExamBuilder::new().questions([6, 4]);
    let exam = all.publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (ended, _) = sit(&site, &mut asha, &exam, 0).await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    let running = begin(&site, &mut ravi, &exam).await;
    let mut tutor = site.sign_in(TUTOR).await;
    let question = site
        .test
        .text("select question_id from quiz_questions where prompt = 'Question 1'")
        .await;
    let everybody = regrading(&exam, &ended, &question, "everybody");
    let done = tutor.post("teach/api/regrade_exam", &everybody).await;
    done.assert_ok();
    // Ended sittings do not change any more, but the running one may.
    let again = tutor.post("teach/api/regrade_exam", &everybody).await;
    again.assert_ok();
    let handed_in = submit(&mut ravi, &running).await;
    handed_in.assert_ok();
    let gradings =
        "select string_agg(u.username || ' ' || a.score, ', ' order by u.username, a.score)
                    from exam_attempts a join users u using (user_id)";
    assert_eq!(
        site.test.text(gradings).await,
        "asha 0, asha 10, ravi 0, ravi 10"
    );
    let result = ravi.get(handed_in.header("x-redirect")).await.body;
    assert!(result.contains("10%") && result.contains("The key was wrong."));
    // A sitting that begins later is drawn from the bank as it is then.
    let (_, result) = sit(
        &site,
        &mut learner(&site, "zoe@example.org").await,
        &exam,
        0,
    )
    .await;
    assert!(result.contains(&exam));
    assert_eq!(
        site.test.text(gradings).await,
        "asha 0, asha 10, ravi 0, ravi 10, zoe 0"
    );
    let again = tutor.post("teach/api/regrade_exam", &everybody).await;
    assert_eq!(again.status, StatusCode::OK, "zoe is graded by it too");
    let again = tutor.post("teach/api/regrade_exam", &everybody).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        site.test
            .count("select count(*) from exam_regradings")
            .await,
        3,
        "what is refused is not decided"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sitting_that_ends_while_a_regrade_runs_is_graded_by_it() {
    let site = site_with_bank().await;
    let all = ExamBuilder::new().questions([6, 4]);
    let exam = all.publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (ended, _) = sit(&site, &mut asha, &exam, 0).await;
    let question = site
        .test
        .text("select question_id from quiz_questions where prompt = 'Question 1'")
        .await;
    let mut people = Vec::new();
    for n in 0..6 {
        let mut person = learner(&site, &format!("learner{n}@example.org")).await;
        let sitting = begin(&site, &mut person, &exam).await;
        people.push((person, sitting));
    }
    let mut tutor = site.sign_in(TUTOR).await;
    let everybody = regrading(&exam, &ended, &question, "everybody");
    let ends = people
        .iter_mut()
        .map(|(person, sitting)| submit(person, sitting));
    let (_, regraded) = tokio::join!(
        futures::future::join_all(ends),
        tutor.post("teach/api/regrade_exam", &everybody)
    );
    regraded.assert_ok();
    let newest = "select count(*) from exam_attempts a where score = 10
                  and not exists (select from exam_attempts r where r.regrade_of = a.attempt_id)";
    assert_eq!(site.test.count(newest).await, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gradebook_tells_of_exams() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (sitting, _) = sit(&site, &mut asha, &exam, 1).await;
    let mut tutor = site.sign_in(TUTOR).await;
    let list = tutor.get("/teach/small").await.body;
    assert!(list.contains("Exam 1: Final exam") && list.contains("33%"));
    assert!(list.contains("not passed"));
    begin(&site, &mut asha, &exam).await;
    assert!(tutor.get("/teach/small").await.body.contains("in progress"));
    let file = tutor.get("/teach/small/gradebook.csv").await.body;
    assert!(file.contains("Exam 1: Final exam") && file.contains(r#""33","in progress""#));
    let one = tutor.get("/teach/small/learners/asha").await.body;
    assert!(one.contains(&format!("/teach/small/exams/{exam}/{sitting}")));
    assert!(one.contains("View current sitting"));
}
