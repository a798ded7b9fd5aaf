//! Tests of the tutor's actions for one learner, and of their effects.

use axum::http::StatusCode;

use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{
    act, allow_attempts, attempt, attempts_end, finish_topics, gated_course, give, learner,
    mark_done, start, take, topic_id, tutor, user_id,
};

const QUIZ: [(&str, &str); 2] = [("module_no", "1"), ("pair", "1")];

#[tokio::test(flavor = "multi_thread")]
async fn after_a_reset_one_starts_over_and_nothing_closes() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    allow_attempts(&site, 1, 0).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let id = user_id(&site, "asha@example.org").await;
    let early = act(&mut meera, "reset_quiz", &id, &QUIZ).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "nothing to reset");

    take(&site, &mut asha, "1", false).await;
    assert_eq!(start(&mut asha, "1").await.status, StatusCode::FORBIDDEN);
    let done = act(&mut meera, "reset_quiz", &id, &QUIZ).await;
    done.assert_ok();
    assert_eq!(
        done.header("x-redirect"),
        "/teach/small/learners/asha?done=reset"
    );
    let terms = asha.get("/learn/small/quiz/1/1").await.body;
    assert!(terms.contains("This is your last attempt."), "{terms}");
    assert!(terms.contains("before a reset"));
    take(&site, &mut asha, "1", true).await;
    assert_eq!(asha.get("/learn/small/late").await.status, StatusCode::OK);

    // A reset of a passed quiz requires it again, and locks nothing. The running attempt is ended.
    act(&mut meera, "reset_quiz", &id, &QUIZ).await.assert_ok();
    assert_eq!(asha.get("/learn/small/late").await.status, StatusCode::OK);
    start(&mut asha, "1").await.assert_ok();
    act(&mut meera, "reset_quiz", &id, &QUIZ).await.assert_ok();
    assert_eq!(
        site.test
            .count("select count(*) from quiz_attempts where status = 'in_progress'")
            .await,
        0
    );
    let page = meera.get("/teach/small/learners/asha").await.body;
    assert!(page.contains("before a reset") && page.contains("not attempted"));
    assert!(page.contains("Quiz 1.1 reset") && page.contains("A power cut."));
    let mails = site.mails().await;
    let mail = mails
        .iter()
        .find(|mail| mail.contains("has reset quiz 1.1 of “A small course”"));
    assert!(mail.unwrap().contains("Reason: A power cut."));
    assert_eq!(
        site.test
            .count("select count(*) from audit_logs where action = 'quiz.reset' and new_values ->> 'reason' = 'A power cut.'")
            .await,
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_excuse_counts_as_a_pass_until_it_ends() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let id = user_id(&site, "asha@example.org").await;
    assert_eq!(
        asha.get("/learn/small/late").await.status,
        StatusCode::FORBIDDEN
    );
    act(&mut meera, "excuse_quiz", &id, &QUIZ).await.assert_ok();
    let twice = act(&mut meera, "excuse_quiz", &id, &QUIZ).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert_eq!(asha.get("/learn/small/late").await.status, StatusCode::OK);
    assert!(
        asha.get("/learn/small/quiz/1/1")
            .await
            .body
            .contains("excused you from this quiz")
    );
    act(
        &mut meera,
        "excuse_quiz",
        &id,
        &[("module_no", "1"), ("pair", "2")],
    )
    .await
    .assert_ok();
    assert_eq!(asha.get("/learn/small/end").await.status, StatusCode::OK);
    let unknown = act(
        &mut meera,
        "excuse_quiz",
        &id,
        &[("module_no", "7"), ("pair", "1")],
    )
    .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    // With all topics done, the course is completed. It is no longer completed once the excuse
    // ends.
    finish_topics(&site, &["end"]).await;
    let topic = topic_id(&site, "end").await;
    mark_done(&mut asha, &topic, true).await;
    let completed = "select count(*) from enrollments where status = 'completed'";
    assert_eq!(site.test.count(completed).await, 1);
    act(&mut meera, "end_excuse", &id, &QUIZ).await.assert_ok();
    assert_eq!(site.test.count(completed).await, 0);
    let twice = act(&mut meera, "end_excuse", &id, &QUIZ).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert_eq!(
        asha.get("/learn/small/late").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        asha.get("/learn/small/end").await.status,
        StatusCode::OK,
        "an open module stays open"
    );
    let mails = site.mails().await;
    assert!(
        mails
            .iter()
            .any(|mail| mail.contains("excused you from quiz 1.1"))
    );
    assert!(
        mails
            .iter()
            .any(|mail| mail.contains("has ended your excuse from"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_is_opened_for_one_learner() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    let id = user_id(&site, "asha@example.org").await;
    act(&mut meera, "unlock_module", &id, &[("module_no", "2")])
        .await
        .assert_ok();
    assert_eq!(asha.get("/learn/small/end").await.status, StatusCode::OK);
    assert_eq!(
        asha.get("/learn/small/late").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        ravi.get("/learn/small/end").await.status,
        StatusCode::FORBIDDEN
    );
    for fields in [&[("module_no", "2")][..], &[("module_no", "9")], &[]] {
        let again = act(&mut meera, "unlock_module", &id, fields).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{fields:?}");
    }
    let ravi_id = user_id(&site, "ravi@example.org").await;
    act(&mut meera, "unlock_module", &ravi_id, &[])
        .await
        .assert_ok();
    assert_eq!(ravi.get("/learn/small/end").await.status, StatusCode::OK);
    let mails = site.mails().await;
    assert!(
        mails
            .iter()
            .any(|mail| mail.contains("has unlocked module 2 of"))
    );
    assert!(
        mails
            .iter()
            .any(|mail| mail.contains("has unlocked all modules of"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn more_time_and_attempts_are_given() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    allow_attempts(&site, 1, 0).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let id = user_id(&site, "asha@example.org").await;
    start(&mut asha, "1").await;
    let seconds = "select extract(epoch from expires_at - started_at)::bigint from quiz_attempts";
    for (percent, attempts, field) in [
        ("-5", "0", "extra_time_percent"),
        ("x", "0", "extra_time_percent"),
        ("50", "101", "extra_attempts"),
    ] {
        let fields = [
            ("extra_time_percent", percent),
            ("extra_attempts", attempts),
        ];
        let refused = act(&mut meera, "allow_more", &id, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(field), "{}", refused.body);
    }
    let silent = [
        ("extra_time_percent", "50"),
        ("extra_attempts", "1"),
        ("reason", "  "),
    ];
    let refused = act(&mut meera, "allow_more", &id, &silent).await;
    assert!(refused.body.contains("Enter a reason."), "{}", refused.body);

    let wrong = [
        ("extra_time_percent", "x"),
        ("extra_attempts", "-1"),
        ("reason", " "),
    ];
    let refused = act(&mut meera, "allow_more", &id, &wrong).await;
    for (field, _) in wrong {
        assert!(
            refused.body.contains(&format!("\"{field}\"")),
            "{field}: {}",
            refused.body
        );
    }
    let later = [("extra_time_percent", "50"), ("extra_attempts", "1")];
    act(&mut meera, "allow_more", &id, &later).await.assert_ok();
    assert_eq!(
        site.test.count(seconds).await,
        60,
        "what runs keeps its time"
    );
    let now = [
        ("extra_time_percent", "100"),
        ("extra_attempts", "1"),
        ("running", "true"),
    ];
    act(&mut meera, "allow_more", &id, &now).await.assert_ok();
    assert_eq!(site.test.count(seconds).await, 120);
    assert_eq!(
        site.test
            .count("select count(*) from background_jobs where kind = 'end_attempt'")
            .await,
        2,
        "and it will be ended at its new end"
    );
    // More time does not reopen an attempt whose time is over.
    let (attempt, questions) = attempt(&site).await;
    attempts_end(&site, "-1 minute").await;
    let late = [
        ("extra_time_percent", "1000"),
        ("extra_attempts", "1"),
        ("running", "true"),
    ];
    act(&mut meera, "allow_more", &id, &late).await.assert_ok();
    let gone = give(&mut asha, &attempt, 0, &questions[0], true).await;
    assert!(gone.header("x-redirect").ends_with(&attempt));
    let terms = asha.get("/learn/small/quiz/1/1").await.body;
    assert!(
        terms.contains("This is your last attempt."),
        "one more than the course allows"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_work_without_javascript_and_learners_are_of_the_course() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", false).await;
    let id = user_id(&site, "asha@example.org").await;
    let form = "/teach/small/learners/asha?do=reset&module=1&pair=1";
    let page = meera.get(form).await;
    page.assert_ok();
    assert!(page.body.contains("Reset quiz 1.1") && page.body.contains("The learner starts over."));
    let fields = |reason| {
        [
            ("course", "small"),
            ("learner", id.as_str()),
            ("module_no", "1"),
            ("pair", "1"),
            ("reason", reason),
        ]
    };
    let long = "x".repeat(501);
    let back = meera
        .submit(form, "gradebook/api/reset_quiz", &fields(&long))
        .await;
    assert_eq!(back.header("location"), form);
    let page = meera.get(form).await.body;
    assert!(page.contains("Use at most 500 characters.") && page.contains(&long));
    let done = meera
        .submit(form, "gradebook/api/reset_quiz", &fields("Ill"))
        .await;
    assert_eq!(
        done.header("location"),
        "/teach/small/learners/asha?done=reset"
    );
    assert!(
        meera
            .get(done.header("location"))
            .await
            .body
            .contains("The quiz is reset.")
    );

    // Tutors of the course can see the attempt, but only on the page of its own learner.
    let (attempt, _) = attempt(&site).await;
    let shown = meera
        .get(&format!("/teach/small/learners/asha?attempt={attempt}"))
        .await;
    shown.assert_ok();
    assert!(shown.body.contains("Learner’s answer") && shown.body.contains("They do."));
    learner(&site, "ravi@example.org").await;
    for path in [
        format!("/teach/small/learners/ravi?attempt={attempt}"),
        "/teach/small/learners/asha?attempt=nonsense".to_owned(),
        "/teach/small/learners/nobody".to_owned(),
        "/teach/small/learners/meera".to_owned(),
    ] {
        assert_eq!(
            meera.get(&path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let stranger = user_id(&site, "meera@example.org").await;
    let refused = act(&mut meera, "excuse_quiz", &stranger, &QUIZ).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}

/// Completes all topics and passes quiz 1.1. A right answer to quiz 1.2 is saved but not
/// submitted.
async fn about_to_complete(site: &TestSite, asha: &mut Browser<'_>) {
    take(site, asha, "1", true).await;
    finish_topics(site, &[]).await;
    start(asha, "2").await.assert_ok();
    let (id, questions) = attempt(site).await;
    give(asha, &id, 0, &questions[0], true).await.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_a_reset_ends_completes_nothing() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    about_to_complete(&site, &mut asha).await;
    let id = user_id(&site, "asha@example.org").await;
    let last = [("module_no", "1"), ("pair", "2")];
    act(&mut meera, "reset_quiz", &id, &last).await.assert_ok();
    for none in [
        "select count(*) from course_certificates",
        "select count(*) from enrollments where status = 'completed'",
        "select count(*) from quiz_attempts where status = 'in_progress'",
    ] {
        assert_eq!(site.test.count(none).await, 0, "{none}");
    }
    // The learner can earn the certificate again.
    take(&site, &mut asha, "2", true).await;
    assert_eq!(
        site.test
            .count("select count(*) from course_certificates")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_twice_is_done_once() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", false).await;
    let id = user_id(&site, "asha@example.org").await;
    let more = [("extra_time_percent", "50"), ("extra_attempts", "1")];
    for (endpoint, fields, action) in [
        ("reset_quiz", &QUIZ[..], "quiz.reset"),
        ("allow_more", &more[..], "quiz.allowed"),
        (
            "unlock_module",
            &[("module_no", "2")][..],
            "module.unlocked",
        ),
        ("excuse_quiz", &QUIZ[..], "quiz.excused"),
        ("end_excuse", &QUIZ[..], "quiz.excuse_ended"),
    ] {
        let clicks = (0..4).map(|_| {
            let mut tab = meera.tab();
            let id = id.clone();
            async move { act(&mut tab, endpoint, &id, fields).await }
        });
        let answers = futures::future::join_all(clicks).await;
        let done = format!(
            "?done={}",
            match endpoint {
                "reset_quiz" => "reset",
                "allow_more" => "allow",
                "unlock_module" => "unlock",
                "excuse_quiz" => "excuse",
                _ => "end-excuse",
            }
        );
        let count =
            |matches: &dyn Fn(&TestAnswer) -> bool| answers.iter().filter(|a| matches(a)).count();
        assert_eq!(
            count(&|a| a.header("x-redirect").ends_with(&done)),
            1,
            "{endpoint}"
        );
        let calm = [StatusCode::OK, StatusCode::CONFLICT];
        assert_eq!(count(&|a| calm.contains(&a.status)), 4, "{endpoint}");
        let audits = format!("select count(*) from audit_logs where action = '{action}'");
        assert_eq!(site.test.count(&audits).await, 1, "{endpoint}");
    }
    assert_eq!(site.test.count("select count(*) from quiz_resets").await, 1);
    assert_eq!(
        site.test
            .count("select count(*) from background_jobs where kind = 'quiz_mail'")
            .await,
        5
    );
}

#[test]
fn the_page_of_an_exam_posts_to_the_gradebook() {
    use leptos::server_fn::ServerFn;
    let path = crate::gradebook::api::AllowExam::PATH;
    assert_eq!(path, crate::paths::ALLOW_EXAM);
}
