//! Tests of running sittings: late, foreign, malformed, repeated and reordered answers;
//! forward-only and adaptive exams.

use std::sync::Arc;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn time_that_ran_out_hands_in_what_was_saved() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    let asked = sitting_questions(&site, &sitting).await;
    let saved = save(&mut asha, &sitting, 0, right(&asked[0]), &[]).await;
    let left = told(&saved)["seconds_left"].as_i64().unwrap();
    assert!((3500..=3600).contains(&left), "{left}");
    // An answer within the grace period for the network still counts.
    sittings_end(&site, "-1 second").await;
    let kept = save(&mut asha, &sitting, 1, right(&asked[1]), &[]).await;
    assert_eq!(
        (
            kept.status,
            &told(&kept)["seconds_left"],
            kept.header("x-redirect")
        ),
        (StatusCode::OK, &Value::from(0), "")
    );
    sittings_end(&site, "-10 seconds").await;
    let late = save(&mut asha, &sitting, 2, right(&asked[2]), &[]).await;
    assert!(
        late.header("x-redirect")
            .ends_with(&format!("?show={sitting}"))
    );
    assert_eq!(
        site.test
            .count("select score::bigint from exam_attempts")
            .await,
        67
    );
    let page = asha
        .get(&format!("/learn/small/exam/{exam}?show=2"))
        .await
        .body;
    assert!(
        page.contains("67%"),
        "what came of it, in place of the question"
    );
    let later = asha
        .post(
            "exam/api/report_exam_events",
            &[("sitting", &sitting), ("events", "left::0")],
        )
        .await;
    assert!(later.header("x-redirect").ends_with(&sitting));
    assert_eq!(
        site.test
            .count("select count(*) from exam_sitting_events where kind = 'time_over'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sitting_that_nobody_looks_at_ends_too() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    save(&mut asha, &sitting, 0, "mine", &[]).await;
    jobs_are_due(&site, "end_sitting").await;
    site.mails().await;
    assert_eq!(
        site.test.count("select count(*) from exam_attempts").await,
        0,
        "its time is not over"
    );
    sittings_end(&site, "-10 seconds").await;
    jobs_are_due(&site, "end_sitting").await;
    site.mails().await;
    assert_eq!(
        site.test.count("select count(*) from exam_attempts").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_foreign_or_malformed_changes_nothing() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    save(&mut asha, &sitting, 0, "mine", &[]).await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    assert_eq!(
        save(&mut ravi, &sitting, 0, "theirs", &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        submit(&mut ravi, &sitting).await.status,
        StatusCode::NOT_FOUND
    );
    let report = [("sitting", sitting.as_str()), ("events", "left::0")];
    let reported = ravi.post("exam/api/report_exam_events", &report).await;
    assert_eq!(reported.status, StatusCode::NOT_FOUND);
    let long = "x".repeat(6000);
    for (question, given) in [(7, "mine"), (0, long.as_str())] {
        let refused = save(&mut asha, &sitting, question, given, &[]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let garbled = [("sitting", "none"), ("question", "0")];
    let refused = asha.post("exam/api/save_exam_answer", &garbled).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Unreadable parts of a report are skipped.
    let report = [
        ("sitting", sitting.as_str()),
        (
            "events",
            "left::5 nonsense handed_in::0 question_shown:1:0 returned:: left::99999999999 offline::4000000000",
        ),
    ];
    let reported = asha.post("exam/api/report_exam_events", &report).await;
    reported.assert_ok();
    let noted = "select string_agg(kind || coalesce(question_no::text, ''), ' ' order by kind) from exam_sitting_events where kind <> 'started'";
    assert_eq!(site.test.text(noted).await, "left offline question_shown1");
    assert_eq!(
        site.test
            .count("select count(*) from exam_sitting_events e join exam_sittings s using (sitting_id) where e.at < s.started_at")
            .await,
        0,
        "nothing happens before the start"
    );
    assert_eq!(
        site.test
            .text("select string_agg(answer ->> 'text', ' ') from exam_answers")
            .await,
        "mine"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sitting_is_graded_once() {
    let site = Arc::new(site_with_bank().await);
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    let cookies = asha.cookies.clone();
    let submits = (0..64).map(|n| {
        let (site, cookies, sitting) = (site.clone(), cookies.clone(), sitting.clone());
        tokio::spawn(async move {
            let mut tab = site.visitor();
            tab.cookies = cookies;
            // A concurrent answer is saved before or after the end, never halfway.
            if n % 8 == 0 {
                save(&mut tab, &sitting, 0, "last", &[]).await.status
            } else {
                submit(&mut tab, &sitting).await.status
            }
        })
    });
    for status in futures::future::join_all(submits).await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
    assert_eq!(
        site.test.count("select count(*) from exam_attempts").await,
        1
    );
    assert_eq!(
        site.test.count("select count(*) from exam_answers").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_never_overwrites_what_it_sent_later() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    let (one, two) = (
        uuid::Uuid::new_v4().to_string(),
        uuid::Uuid::new_v4().to_string(),
    );
    for (tab, change, given, expected) in [
        (&one, "2", "second", "second"),
        (&one, "1", "first, and late", "second"),
        (&one, "2", "the same once more", "second"),
        (&two, "1", "from the other tab", "from the other tab"),
        (&one, "1", "first, and later still", "from the other tab"),
        (&one, "3", "third", "third"),
    ] {
        let order = [("tab", tab.as_str()), ("change", change)];
        let saved = save(&mut asha, &sitting, 0, given, &order).await;
        saved.assert_ok();
        let kept = site
            .test
            .text("select answer ->> 'text' from exam_answers")
            .await;
        assert_eq!(kept, expected);
    }
    // Without scripts, the order of arrival decides.
    save(&mut asha, &sitting, 0, "plain", &[]).await;
    assert_eq!(
        site.test
            .text("select answer ->> 'text' from exam_answers")
            .await,
        "plain"
    );
}

/// Selects the saved answer and flag.
const KEPT: &str = "select coalesce(answer ->> 'text', 'nothing') || case when is_flagged then ', flagged' else '' end from exam_answers";

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_tab_changes_only_what_was_changed_in_it() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    let path = format!("/learn/small/exam/{exam}");
    let room = asha.get(&path).await.body;
    let (_, basis) = room.split_once("name=\"basis\" value=\"").unwrap();
    let empty = ("basis", &basis[..basis.find('"').unwrap()]);
    let saved = save(&mut asha, &sitting, 0, "first", &[empty]).await;
    let kept = told(&saved)["basis"].as_str().unwrap().to_owned();
    assert!(
        asha.get(&path).await.body.contains(&kept),
        "what is shown from now on"
    );
    let first = ("basis", kept.as_str());
    let flag = ("given[flagged]", "on");
    for (given, more, expected) in [
        // A tab opened before the answer: only the flag, or nothing, was changed in it.
        ("", vec![empty, flag], "first, flagged"),
        ("", vec![empty, ("go", "2")], "first, flagged"),
        // A tab that knows the answer but not the flag.
        ("first", vec![first], "first, flagged"),
        ("second", vec![first], "second, flagged"),
        ("", vec![first, flag], "nothing, flagged"),
        ("third", vec![empty], "third, flagged"),
        // Without a basis, all fields count as changed.
        ("plain", vec![], "plain"),
    ] {
        let saved = save(&mut asha, &sitting, 0, given, &more).await;
        saved.assert_ok();
        assert_eq!(site.test.text(KEPT).await, expected, "{given} {more:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_clock_has_run_down_takes_no_time_that_was_given() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    sittings_end(&site, "10 minutes").await;
    let by_clock = [("sitting", sitting.as_str()), ("time_over", "1")];
    let early = asha.post("exam/api/submit_exam", &by_clock).await;
    assert_eq!(
        (early.status, early.header("x-redirect")),
        (StatusCode::OK, "")
    );
    let left = told(&early)["seconds_left"].as_i64().unwrap();
    assert!((590..=600).contains(&left), "{left}");
    let until = "select to_char(expires_at at time zone o.time_zone, 'HH24:MI') from exam_sittings join organizations o using (organization_id)";
    let until = site.test.text(until).await;
    assert_eq!(told(&early)["ends"], until.as_str());
    let saved = save(&mut asha, &sitting, 0, "mine", &[]).await;
    assert_eq!(saved.header("x-redirect"), "", "it goes on");
    assert_eq!(told(&saved)["ends"], until.as_str());
    sittings_end(&site, "-1 seconds").await;
    let over = asha.post("exam/api/submit_exam", &by_clock).await;
    assert!(over.header("x-redirect").ends_with(&sitting));
    assert_eq!(
        site.test.count("select count(*) from exam_attempts").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_question_at_a_time_goes_forward_only() {
    let site = site_with_bank().await;
    let exam = ExamBuilder::new().one_at_a_time().publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    let path = format!("/learn/small/exam/{exam}");
    let asked = sitting_questions(&site, &sitting).await;
    let prompt = |n: usize| {
        asked[n]["question"]["prompt_html"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let room = asha.get(&format!("{path}?show=3")).await.body;
    assert!(room.contains(&prompt(0)) && !room.contains(&prompt(1)) && !room.contains(&prompt(2)));
    let ahead = save(&mut asha, &sitting, 1, "early", &[]).await;
    assert_eq!(ahead.status, StatusCode::CONFLICT);
    save(&mut asha, &sitting, 0, "wrong", &[]).await;
    let on = save(&mut asha, &sitting, 0, right(&asked[0]), &[("go", "next")]).await;
    assert_eq!(on.header("x-redirect"), path);
    let back = save(&mut asha, &sitting, 0, "changed", &[]).await;
    assert_eq!(back.status, StatusCode::CONFLICT);
    assert!(asha.get(&path).await.body.contains(&prompt(1)));
    save(&mut asha, &sitting, 1, "", &[("go", "next")]).await;
    save(&mut asha, &sitting, 2, right(&asked[2]), &[("go", "next")]).await;
    let end = asha.get(&path).await.body;
    assert!(end.contains("Ready to submit?") && !end.contains(&prompt(2)));
    submit(&mut asha, &sitting).await;
    assert_eq!(
        site.test
            .count("select score::bigint from exam_attempts")
            .await,
        67
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adaptive_exam_stops_when_it_knows_enough() {
    let site = site_with_bank().await;
    let adaptive = ExamBuilder::new().adaptive(2, 8, 0.75);
    let exam = adaptive.publish(&site).await;
    let path = format!("/learn/small/exam/{exam}");
    let mut scores = Vec::new();
    for (email, knows) in [("asha@example.org", true), ("ravi@example.org", false)] {
        let mut person = learner(&site, email).await;
        let sitting = begin(&site, &mut person, &exam).await;
        let mut result = String::new();
        for at in 0..9 {
            let asked = sitting_questions(&site, &sitting).await;
            assert_eq!(asked.len(), at + 1, "the next one is chosen only now");
            let room = person.get(&path).await.body;
            assert!(room.contains("of at most 8") && !room.contains("accepted"));
            let answer = if knows { right(&asked[at]) } else { "wrong" };
            let on = save(&mut person, &sitting, at, answer, &[("go", "next")]).await;
            on.assert_ok();
            if on.header("x-redirect") != path {
                result = on.header("x-redirect").to_owned();
                break;
            }
        }
        assert!(person.get(&result).await.body.contains("%"), "{email}");
        let count = |column: &str| {
            format!(
                "select {column} from exam_attempts a join users u using (user_id) where u.email = '{email}'"
            )
        };
        let asked = site
            .test
            .count(&count("jsonb_array_length(answer_sheet -> 'questions')"))
            .await;
        assert!((2..=8).contains(&asked), "{asked}");
        let precise = site
            .test
            .count(&count("(standard_error <= 0.75 or jsonb_array_length(answer_sheet -> 'questions') = 8)::int"))
            .await;
        assert_eq!(precise, 1);
        scores.push(site.test.count(&count("score")).await);
    }
    assert!(scores[0] > 60 && scores[1] < 40, "{scores:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adaptive_exam_that_is_ended_early_counts_the_rest_as_wrong() {
    let site = site_with_bank().await;
    let adaptive = ExamBuilder::new().adaptive(5, 8, 0.2);
    let exam = adaptive.publish(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let sitting = begin(&site, &mut asha, &exam).await;
    let asked = sitting_questions(&site, &sitting).await;
    save(&mut asha, &sitting, 0, right(&asked[0]), &[]).await;
    let handed_in = submit(&mut asha, &sitting).await;
    let result = asha.get(handed_in.header("x-redirect")).await.body;
    assert!(result.contains("7 questions that were not asked count as incorrect."));
    assert!(result.contains("Not passed") && result.contains("minimum number of questions"));
    let sheet = "from exam_attempts where not passed and score < 40";
    for (part, count) in [("questions", 1), ("missing", 7)] {
        let kept = format!("select jsonb_array_length(answer_sheet -> '{part}')::bigint {sheet}");
        assert_eq!(site.test.count(&kept).await, count, "{part}");
    }
    let mut tutor = site.sign_in(TUTOR).await;
    let page = tutor
        .get(&format!("/teach/small/exams/{exam}/{sitting}"))
        .await
        .body;
    assert!(page.contains("Ended early"));

    // An exam whose time runs out is scored in the same way.
    let mut ravi = learner(&site, "ravi@example.org").await;
    begin(&site, &mut ravi, &exam).await;
    sittings_end(&site, "-10 seconds").await;
    ravi.get(&format!("/learn/small/exam/{exam}")).await;
    assert_eq!(
        site.test
            .count("select count(*) from exam_attempts where not passed and jsonb_array_length(answer_sheet -> 'missing') = 7")
            .await,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn practice_is_closed_while_an_exam_may_ask_the_question() {
    let site = site_with_bank().await;
    let practice = "/learn/small/t1/practice/q1";
    let mut asha = learner(&site, "asha@example.org").await;
    assert_eq!(asha.get(practice).await.status, StatusCode::OK);
    let all = ExamBuilder::new().questions([6, 1]);
    let adaptive = ExamBuilder::new().adaptive(2, 8, 0.75);
    let mut earlier: Option<String> = None;
    for exam in [all, adaptive] {
        let exam = exam.publish(&site).await;
        let sitting = begin(&site, &mut asha, &exam).await;
        if let Some(earlier) = &earlier {
            let result = asha.get(earlier).await.body;
            assert!(result.contains(
                "This question is part of the exam “Final exam”, which you have started."
            ));
            assert!(!result.contains("Correct answer"), "{result}");
        }
        let closed = asha.get(practice).await;
        assert_eq!(closed.status, StatusCode::FORBIDDEN);
        assert!(closed.body.contains(
            "This question is part of the exam “Final exam”, which you have started. Submit"
        ));
        submit(&mut asha, &sitting).await;
        assert_eq!(asha.get(practice).await.status, StatusCode::OK);
        let result = format!("/learn/small/exam/{exam}?show={sitting}");
        assert!(asha.get(&result).await.body.contains("Correct answer"));
        earlier = Some(result);
    }
}
