//! Tests of when an exam may be sat, and of its stored and shown results.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_exam_is_sat_and_goes_into_the_record() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let list = asha.get("/learn/small/exam/all").await.body;
    assert!(list.contains("Final exam") && list.contains("Open"));
    let path = format!("/learn/small/exam/{exam}");
    let sheet = asha.get(&path).await;
    assert_eq!(sheet.status, StatusCode::OK);
    for term in ["3 questions", "60 min", "60% to pass", "First part"] {
        assert!(sheet.body.contains(term), "{term}");
    }
    let hasty = [("course", "small"), ("exam", exam.as_str())];
    let refused = asha.post("exam/api/start_exam", &hasty).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

    let sitting = begin(&site, &mut asha, &exam).await;
    let asked = sitting_questions(&site, &sitting).await;
    let modules: Vec<&Value> = asked.iter().map(|question| &question["section"]).collect();
    assert_eq!(modules, [0, 0, 1]);
    assert!(!asked.iter().any(|question| {
        let prompt = question["question"]["prompt_html"].as_str().unwrap();
        prompt.contains("Question 11") || prompt.contains("Question 12")
    }));
    let room = asha.get(&path).await.body;
    assert!(room.contains("Question 1 of 3") && room.contains("Question 3 of 3"));
    for secret in ["accepted", "Because"] {
        assert!(!room.contains(secret), "the room tells {secret}");
    }
    save(&mut asha, &sitting, 0, right(&asked[0]), &[]).await;
    save(&mut asha, &sitting, 2, "wrong", &[("given[flagged]", "on")]).await;
    let again = start(&mut asha, &exam).await;
    assert_eq!(again.header("x-redirect"), path, "the same sitting goes on");
    let end = asha.get(&format!("{path}?show=end")).await.body;
    assert!(end.contains("One question is not answered yet."));
    assert!(end.contains("answered, flagged"));

    let handed_in = submit(&mut asha, &sitting).await;
    let result = asha.get(handed_in.header("x-redirect")).await.body;
    assert!(result.contains("33%") && result.contains("Not passed"));
    assert!(result.contains("Because"));
    let sheet: Value = serde_json::from_str(
        &site
            .test
            .text("select answer_sheet from exam_attempts where not passed and score = 33")
            .await,
    )
    .unwrap();
    let answers: Vec<&Value> = sheet["questions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|question| &question["answer"])
        .collect();
    assert_eq!(answers[0]["text"], right(&asked[0]));
    assert_eq!(
        (answers[1], &answers[2]["text"]),
        (&Value::Null, &Value::from("wrong"))
    );
    for (kept, asked) in sheet["questions"].as_array().unwrap().iter().zip(&asked) {
        assert_eq!(
            kept["question"], asked["question"],
            "the paper as it was shown"
        );
    }
    assert_eq!(
        site.test.count("select count(*) from exam_answers").await,
        0
    );
    assert_eq!(
        site.test
            .count(
                "select count(*) from exam_sittings where paper is null and ended_at is not null"
            )
            .await,
        1
    );
    for change in [
        "update exam_attempts set score = 100",
        "update exam_attempts set passed = true",
        "delete from exam_attempts",
    ] {
        assert!(site.test.refuses(change).await, "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exam_opens_and_closes_and_counts_sittings() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().attempts_allowed(1).publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let path = format!("/learn/small/exam/{exam}");
    site.test
        .sql("update exams set opens_at = now() + interval '1 hour'")
        .await;
    let early = start(&mut asha, &exam).await;
    assert_eq!(early.status, StatusCode::FORBIDDEN);
    assert!(early.body.contains("This exam opens on "));
    assert!(asha.get(&path).await.body.contains("This exam opens on "));
    let change = "update exams set opens_at = now() - interval '2 hours', closes_at = now() - interval '1 second'";
    site.test.sql(change).await;
    let late = start(&mut asha, &exam).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    assert!(late.body.contains("This exam closed on "));
    assert_eq!(
        site.test.count("select count(*) from exam_sittings").await,
        0
    );

    exams_close(&site, "20 minutes").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    assert_eq!(
        site.test
            .count("select count(*) from exam_sittings s join exams e using (exam_id) where s.expires_at = e.closes_at")
            .await,
        1,
        "no sitting goes on beyond the window"
    );
    submit(&mut asha, &sitting).await;
    let used = start(&mut asha, &exam).await;
    assert_eq!(used.status, StatusCode::FORBIDDEN);
    assert!(used.body.contains("You have used your only sitting."));

    let mut tutor = site.sign_in(TUTOR).await;
    let allow = |email: &'static str| {
        [
            ("course", "small"),
            ("exam", exam.as_str()),
            ("email", email),
            ("extra_time_percent", "50"),
            ("extra_attempts", "1"),
            ("reason", "A second language."),
        ]
    };
    for (at, typed) in [(3, ""), (3, "1.5"), (4, "many"), (5, "  ")] {
        let mut fields = allow("asha@example.org");
        fields[at].1 = typed;
        let refused = tutor.post("gradebook/api/allow_exam", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let of_field = format!("[\"{}\",", fields[at].0);
        assert!(refused.body.contains(&of_field), "{}", refused.body);
    }
    let nobody = tutor
        .post("gradebook/api/allow_exam", &allow("nobody@example.org"))
        .await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    let allowed = tutor
        .post("gradebook/api/allow_exam", &allow("asha@example.org"))
        .await;
    allowed.assert_ok();
    let record = tutor.get("/teach/small/learners/asha").await.body;
    assert!(
        record.contains("Time and sittings for the exam") && record.contains("A second language.")
    );
    let mails = site.mails().await;
    let mail = mails
        .iter()
        .find(|mail| mail.contains("changed your time and sittings for the exam"));
    assert!(mail.unwrap().contains("50% extra time and 1 extra sitting"));
    site.test.sql("update exams set closes_at = null").await;
    begin(&site, &mut asha, &exam).await;
    assert_eq!(
        site.test
            .count("select extract(epoch from expires_at - started_at)::bigint from exam_sittings where ended_at is null")
            .await,
        90 * 60
    );
    // More time reaches the running sitting; less time does not.
    for (percent, minutes) in [("100", 120), ("0", 120)] {
        let mut fields = allow("asha@example.org");
        fields[3].1 = percent;
        tutor.post("gradebook/api/allow_exam", &fields).await;
        assert_eq!(
            site.test
                .count("select extract(epoch from expires_at - started_at)::bigint from exam_sittings where ended_at is null")
                .await,
            minutes * 60
        );
    }

    let mut stranger = site.signed_in("ravi@example.org", UserRole::Learner).await;
    assert_eq!(
        start(&mut stranger, &exam).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(stranger.get(&path).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_published_is_not_there() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (_, result) = sit(&site, &mut asha, &exam, 3).await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    for change in [
        "update exams set is_published = false",
        "update exams set is_published = true, retired_at = now()",
    ] {
        site.test.sql(change).await;
        let path = format!("/learn/small/exam/{exam}");
        assert_eq!(ravi.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(start(&mut ravi, &exam).await.status, StatusCode::NOT_FOUND);
        assert!(
            !ravi
                .get("/learn/small/exam/all")
                .await
                .body
                .contains("Final exam")
        );
        assert!(
            asha.get(&result).await.body.contains("100%"),
            "who sat it still sees it"
        );
        let refused = start(&mut asha, &exam).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let sheet = asha.get(&path).await.body;
        for said in [&refused.body, &sheet] {
            assert!(said.contains("This exam is no longer offered."));
        }
        assert!(!sheet.contains("Start exam"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn extra_time_goes_beyond_the_window_and_a_late_start_is_told_what_is_left() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let path = format!("/learn/small/exam/{exam}");
    exams_close(&site, "20 minutes 30 seconds").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    let mut tutor = site.sign_in(TUTOR).await;
    let allow = |percent: &'static str| {
        [
            ("course", "small"),
            ("exam", exam.as_str()),
            ("email", "asha@example.org"),
            ("extra_time_percent", percent),
            ("extra_attempts", "0"),
            ("reason", "A sprained wrist"),
        ]
    };
    tutor.post("gradebook/api/allow_exam", &allow("50")).await;
    for (person, said) in [
        (&mut ravi, "20 min until the exam closes"),
        (
            &mut asha,
            "50 min until the exam closes, including your extra time",
        ),
    ] {
        assert!(person.get(&path).await.body.contains(said), "{said}");
    }
    begin(&site, &mut ravi, &exam).await;
    begin(&site, &mut asha, &exam).await;
    let beyond = "select extract(epoch from s.expires_at - e.closes_at)::bigint
                  from exam_sittings s join exams e using (exam_id) join users u using (user_id) where u.email = ";
    let beyond = |email: &str| format!("{beyond}'{email}@example.org'");
    assert_eq!(site.test.count(&beyond("ravi")).await, 0);
    assert_eq!(site.test.count(&beyond("asha")).await, 30 * 60);
    // The sitting keeps the time limit that it started with.
    site.test
        .sql("update exams set duration_seconds = 36000")
        .await;
    tutor.post("gradebook/api/allow_exam", &allow("100")).await;
    assert_eq!(site.test.count(&beyond("asha")).await, 60 * 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_wait_for_those_who_still_sit_the_exam() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let change = "update exams set closes_at = now() + interval '3 hours', config = config || '{\"review_after_close\": true}'";
    site.test.sql(change).await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    let still = begin(&site, &mut ravi, &exam).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    submit(&mut asha, &sitting).await;
    exams_close(&site, "-1 second").await;
    let result = format!("/learn/small/exam/{exam}?show={sitting}");
    let waiting = asha.get(&result).await.body;
    assert!(!waiting.contains("Because") && waiting.contains("Results will be available from"));
    let list = asha.get("/learn/small/exam/all").await.body;
    assert!(list.contains("Submitted") && !list.contains("assed,"));
    submit(&mut ravi, &still).await;
    assert!(asha.get(&result).await.body.contains("Because"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_review_policy_leaks_nothing() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (sitting, result) = sit(&site, &mut asha, &exam, 2).await;
    let pages = [
        result.clone(),
        format!("/learn/small/exam/{exam}"),
        "/learn/small/exam/all".to_owned(),
    ];
    for (review, after_close, shows_score, shows_answers) in [
        ("nothing", false, false, false),
        ("score", false, true, false),
        ("answers", false, true, true),
        ("answers", true, false, false),
        ("score", true, false, false),
    ] {
        site.test.sql(&format!(
                "update exams set closes_at = now() + interval '1 hour',
                 config = config || '{{\"review\": \"{review}\", \"review_after_close\": {after_close}}}'"
            ))
        .await;
        for page in &pages {
            let body = asha.get(page).await.body;
            if page != &result {
                assert!(!body.contains("Because"));
            }
            if !shows_score {
                assert!(
                    !body.contains("67%") && !body.contains("assed,"),
                    "{page}: {review}"
                );
            }
        }
        let body = asha.get(&result).await.body;
        assert_eq!(body.contains("67%"), shows_score, "{review}");
        assert_eq!(body.contains("Because"), shows_answers, "{review}");
        assert!(!body.contains("accepted"));
    }
    let change = "update exams set closes_at = now() - interval '1 second', config = config || '{\"review\": \"answers\"}'";
    site.test.sql(change).await;
    assert!(asha.get(&result).await.body.contains("Because"));
    let mut ravi = learner(&site, "ravi@example.org").await;
    let stolen = ravi
        .get(&format!("/learn/small/exam/{exam}?show={sitting}"))
        .await;
    assert_eq!(stolen.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_with_forms_alone() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let path = format!("/learn/small/exam/{exam}");
    let fields = [
        ("course", "small"),
        ("exam", exam.as_str()),
        ("ready", "true"),
    ];
    let started = asha.submit(&path, "exam/api/start_exam", &fields).await;
    assert_eq!(
        (started.status, started.header("location")),
        (StatusCode::SEE_OTHER, path.as_str())
    );
    let sitting = site.test.text("select sitting_id from exam_sittings").await;
    for (go, location) in [
        ("2", format!("{path}?show=2")),
        ("end", format!("{path}?show=end")),
    ] {
        let fields = [
            ("sitting", sitting.as_str()),
            ("question", "0"),
            ("given[text]", "mine"),
            ("go", go),
        ];
        let saved = asha
            .submit(&path, "exam/api/save_exam_answer", &fields)
            .await;
        assert_eq!(saved.header("location"), location);
    }
    assert!(asha.get(&path).await.body.contains("value=\"mine\""));
    let long = "x".repeat(6000);
    let fields = [
        ("sitting", sitting.as_str()),
        ("question", "0"),
        ("given[text]", long.as_str()),
        ("go", "2"),
    ];
    asha.submit(&path, "exam/api/save_exam_answer", &fields)
        .await;
    let refused = asha.get(&path).await.body;
    assert!(refused.contains("An answer can have at most 5,000 characters."));
    assert!(refused.contains(&long), "what was typed comes back");
    let kept = "select answer ->> 'text' from exam_answers";
    assert_eq!(site.test.text(kept).await, "mine", "what is kept stays");
    assert!(!asha.get(&path).await.body.contains("5,000 characters"));
    let handed_in = asha
        .submit(&path, "exam/api/submit_exam", &[("sitting", &sitting)])
        .await;
    assert_eq!(
        handed_in.header("location"),
        format!("{path}?show={sitting}")
    );
}
