//! Tests of regrading over HTTP. A regrade does what the forecast showed, once, and mails the
//! learners whose result changed.

use std::sync::Arc;

use axum::http::StatusCode;

use crate::testing::site::TestSite;
use crate::testing::{
    attempt, forecast, gated_course, give, learner, regrade_question, start, take, tutor,
};

/// Returns the id of the question of quiz 1.2.
async fn three(site: &TestSite) -> String {
    let query = "select question_id from quiz_questions where topic_pair_index = 2";
    site.test.text(query).await
}

/// Creates a course in which asha failed quiz 1.2 and ravi passed it.
async fn begun(site: &TestSite) {
    gated_course().import(site).await;
    for (email, right) in [("asha@example.org", false), ("ravi@example.org", true)] {
        let mut browser = learner(site, email).await;
        take(site, &mut browser, "1", true).await;
        take(site, &mut browser, "2", right).await;
    }
}

const SCORES: &str = "select string_agg(u.username || ' ' || a.score || ' ' || a.status, ', ' order by u.username, a.started_at) as text
    from quiz_attempts a join users u using (user_id) where a.topic_pair_index = 2";

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_the_point_of_a_question_that_was_wrong() {
    let site = TestSite::new().await;
    begun(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = site.sign_in("asha@example.org").await;
    site.mails().await;
    let question = three(&site).await;
    let path = format!("/teach/small/questions/{question}/regrade");
    let page = meera.get(&format!("{path}?ruling=everybody")).await.body;
    assert!(
        page.contains(
            "2 attempts include this question. 1 result changes, of which 1 becomes a pass."
        ),
        "{page}"
    );
    assert_eq!(
        asha.get("/learn/small/end").await.status,
        StatusCode::FORBIDDEN
    );
    let mark = forecast(&mut meera, &question, "everybody").await;
    regrade_question(&mut meera, &question, "everybody", &mark)
        .await
        .assert_ok();
    assert!(meera.get(&path).await.body.contains("0 of 2 attempts"));
    let again = regrade_question(&mut meera, &question, "everybody", &mark).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "what was shown is old");

    let mails = site.mails().await;
    let told: Vec<&String> = mails
        .iter()
        .filter(|mail| mail.contains("graded again"))
        .collect();
    assert_eq!(told.len(), 1, "only whose result changed: {mails:?}");
    assert!(
        told[0].contains("asha@example.org")
            && told[0].contains("Quiz 1.2: from 0% to 100%, passed")
    );
    assert!(told[0].contains("What was wrong: The key was wrong."));
    assert_eq!(
        site.test.text(SCORES).await,
        "asha 100 passed, ravi 100 passed"
    );
    assert_eq!(asha.get("/learn/small/end").await.status, StatusCode::OK);
    let id = "select attempt_id from quiz_attempts join users using (user_id) where email = 'asha@example.org' and topic_pair_index = 2";
    let id = site.test.text(id).await;
    let result = asha
        .get(&format!("/learn/small/quiz/1/2?show={id}"))
        .await
        .body;
    assert!(
        result.contains("Regraded on")
            && result.contains("Score changed from 0% to 100%. Reason: The key was wrong.")
    );
    assert!(meera.get(&path).await.body.contains("1 result changed"));
    // A second regrade changes nothing.
    let mark = forecast(&mut meera, &question, "everybody").await;
    regrade_question(&mut meera, &question, "everybody", &mark)
        .await
        .assert_ok();
    site.mails().await;
    assert_eq!(
        site.test
            .count("select count(*) from quiz_regrades where old_score <> new_score")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_present_key_gives_and_takes_but_no_pass_is_lost() {
    let site = TestSite::new().await;
    begun(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let question = three(&site).await;
    let path = format!("/teach/small/questions/{question}/regrade");
    let mark = forecast(&mut meera, &question, "key").await;
    let change = "update quiz_questions set payload = jsonb_set(payload, '{accepted}', '[\"nothing of the kind\"]') where topic_pair_index = 2";
    site.test.sql(change).await;
    let stale = regrade_question(&mut meera, &question, "key", &mark).await;
    assert_eq!(
        stale.status,
        StatusCode::CONFLICT,
        "the key is another than was shown"
    );
    let page = meera.get(&format!("{path}?ruling=key")).await.body;
    assert!(
        page.contains("2 results change, of which 1 becomes a pass."),
        "{page}"
    );
    let mark = forecast(&mut meera, &question, "key").await;
    regrade_question(&mut meera, &question, "key", &mark)
        .await
        .assert_ok();
    site.mails().await;
    assert_eq!(
        site.test.text(SCORES).await,
        "asha 100 passed, ravi 0 passed"
    );
    for forbidden in [
        "update quiz_attempts set score = 50",
        "update quiz_regrades set new_score = 50",
        "delete from quiz_regrades",
        "insert into quiz_regrades (organization_id, regrading_id, attempt_id, question_index, new_score, new_status, new_points)
         select organization_id, regrading_id, (select attempt_id from quiz_attempts where topic_pair_index = 1 limit 1), 0, 0, 'failed', '[]' from quiz_regradings",
    ] {
        assert!(site.test.refuses(forbidden).await, "{forbidden}");
    }
    assert_eq!(
        site.test
            .count("select count(*) from audit_logs where action = 'quiz.regraded'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tutors_at_once_regrade_once() {
    let site = Arc::new(TestSite::new().await);
    begun(&site).await;
    let question = three(&site).await;
    let mut tabs = Vec::new();
    for email in ["meera@example.org", "jonas@example.org"] {
        let mut browser = tutor(&site, email).await;
        let mark = forecast(&mut browser, &question, "everybody").await;
        tabs.push((browser.cookies.clone(), mark));
    }
    let sent = tabs.into_iter().map(|(cookies, mark)| {
        let (site, question) = (site.clone(), question.clone());
        tokio::spawn(async move {
            let mut tab = site.visitor();
            tab.cookies = cookies;
            regrade_question(&mut tab, &question, "everybody", &mark)
                .await
                .status
        })
    });
    let mut answers: Vec<StatusCode> = futures::future::join_all(sent)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    answers.sort();
    assert_eq!(answers, [StatusCode::OK, StatusCode::CONFLICT]);
    let mails = site.mails().await;
    let told = mails
        .iter()
        .filter(|mail| mail.contains("graded again"))
        .count();
    assert_eq!(told, 1);
    assert_eq!(
        site.test
            .count("select count(*) from quiz_regradings where finished_at is not null")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_meanwhile_catches_up_and_work_that_was_cut_off_goes_on() {
    let site = TestSite::new().await;
    begun(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut zoe = learner(&site, "zoe@example.org").await;
    take(&site, &mut zoe, "1", true).await;
    start(&mut zoe, "2").await.assert_ok();
    let (id, questions) = attempt(&site).await;
    give(&mut zoe, &id, 0, &questions[0], false).await;
    let question = three(&site).await;
    let path = format!("/teach/small/questions/{question}/regrade");
    let page = meera.get(&format!("{path}?ruling=everybody")).await.body;
    assert!(page.contains("1 attempt is in progress"), "{page}");
    let mark = forecast(&mut meera, &question, "everybody").await;
    regrade_question(&mut meera, &question, "everybody", &mark)
        .await
        .assert_ok();
    site.mails().await;
    // Simulates a worker that died before it recorded the end of its work.
    let change = "update quiz_regradings set finished_at = null, last_attempt_id = null, attempts_done = 0;
        update background_jobs set status = 'PENDING', finished_at = null where kind = 'quiz_regrade'";
    site.test.sql(change).await;
    site.mails().await;
    assert_eq!(
        site.test.count("select count(*) from quiz_regradings where finished_at is not null and attempts_done = 3").await,
        1
    );
    assert_eq!(
        site.test
            .count("select count(*) from quiz_regrades where old_score <> new_score")
            .await,
        1
    );
    let ended = zoe.post("quiz/api/submit_quiz", &[("attempt", &id)]).await;
    let result = zoe.get(ended.header("x-redirect")).await.body;
    assert!(result.contains("Everyone gets full points.") || result.contains("100%"));
    assert!(site.test.text(SCORES).await.ends_with("zoe 100 passed"));
    assert_eq!(zoe.get("/learn/small/end").await.status, StatusCode::OK);
}
