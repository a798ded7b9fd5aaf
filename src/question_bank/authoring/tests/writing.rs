//! Tutors write, edit, preview and retire questions.

use super::*;
use crate::testing::{attempt, start, take};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tutor_writes_is_asked() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let page = tutor.get(&format!("{LIST}/new")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Write a question") && page.body.contains("1.1 begin"));
    // As a browser without JavaScript sends the form.
    let prompt = "Does *it* swim?<script>alert(1)</script>";
    let saved = tutor
        .submit(
            &format!("{LIST}/new"),
            "authoring/api/save_question",
            &choice(&place, prompt),
        )
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert!(
        saved
            .header("location")
            .starts_with(&format!("{LIST}?saved="))
    );
    let html = site
        .test
        .text("select prompt_html from quiz_questions where prompt like 'Does%'")
        .await;
    assert!(
        html.contains("<em>it</em>") && !html.contains("<script"),
        "{html}"
    );
    let list = tutor.get(LIST).await.body;
    assert!(list.contains("Does it swim?") && list.contains("Select all of 1.1 begin"));

    let mut asha = learner(&site, "asha@example.org").await;
    start(&mut asha, "1").await;
    let (_, questions) = attempt(&site).await;
    assert_eq!(questions.len(), 3);
    let written = questions
        .iter()
        .find(|question| {
            question["prompt_html"]
                .as_str()
                .unwrap()
                .contains("<em>it</em>")
        })
        .unwrap();
    let options = written["kind"]["options"].as_array().unwrap();
    assert_eq!(options.len(), 2, "the empty line is none");
    assert_eq!(
        site.test
            .count("select count(*) from audit_logs where action = 'question.written'")
            .await,
        1
    );
    assert_eq!(
        site.test
            .count("select question_count from courses where slug = 'small'")
            .await,
        4
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_and_what_was_typed_stays() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let new = format!("{LIST}/new");
    let wrong = with(
        choice(&place, "Is <b>this</b> kept?"),
        &[
            ("question[right][]", "7"),
            ("question[difficulty]", "often"),
        ],
    );
    let sent = tutor
        .submit(&new, "authoring/api/save_question", &wrong)
        .await;
    assert_eq!(sent.header("location"), new);
    let page = tutor.get(&new).await.body;
    assert!(page.contains("Select at least one correct option."));
    assert!(page.contains("Enter a percentage from 0 to 100."));
    assert!(page.contains("Is &lt;b>this&lt;/b> kept?") && page.contains("value=\"often\""));
    assert!(page.contains("Yes, `always`"));

    let other = uuid::Uuid::new_v4();
    let unknown = format!("topic:{other}");
    for (fields, status) in [
        (
            with(choice(&place, "Q"), &[("question[place]", &unknown)]),
            422,
        ),
        (
            with(
                choice(&place, "Q"),
                &[("question[place]", "topic:'; drop table users")],
            ),
            422,
        ),
        (
            with(
                choice(&place, "Q"),
                &[
                    ("question[place]", "module:99"),
                    ("question[purpose]", "exam"),
                ],
            ),
            422,
        ),
        (
            with(choice(&place, "Q"), &[("question[place]", "module:1")]),
            422,
        ),
        (
            with(choice(&place, "Q"), &[("question[kind]", "riddle")]),
            422,
        ),
        (with(choice(&place, "\0 \r\n"), &[]), 422),
        (with(choice(&place, "Q"), &[("id", "not-an-id")]), 404),
        (
            with(
                choice(&place, "Q"),
                &[("id", "11111111-1111-1111-1111-111111111111")],
            ),
            404,
        ),
    ] {
        let answer = save(&mut tutor, &fields).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{fields:?}: {}",
            answer.body
        );
    }
    let huge = "x".repeat(700_000);
    let answer = save(&mut tutor, &choice(&place, &huge)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        site.test.count("select count(*) from quiz_questions").await,
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_is_previewed_and_tried_before_it_is_saved() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let new = format!("{LIST}/new");
    let of = |kind, others: &[(&'static str, &'static str)]| {
        let place: &str = Box::leak(place.clone().into_boxed_str());
        let fields = vec![
            ("course", "small"),
            ("id", ""),
            ("mark", ""),
            ("go", "try"),
            ("question[kind]", kind),
            ("question[place]", place),
            ("question[purpose]", "quiz"),
            ("question[prompt]", "Tried?"),
            ("question[explanation]", "So it is."),
        ];
        [fields, others.to_vec()].concat()
    };
    let right = "00000000-0000-0000-0000-000000000001";
    for (fields, outcome) in [
        (
            with(
                choice(&place, "Tried?"),
                &[
                    ("go", "try"),
                    ("given[options][]", right),
                    ("question[explanation]", "So it is."),
                ],
            ),
            "Correct",
        ),
        (
            of(
                "short_answer",
                &[("question[accepted]", "4\r\nfour"), ("given[text]", "FOUR")],
            ),
            "Correct",
        ),
        (
            of(
                "short_answer",
                &[("question[accepted]", "4"), ("given[text]", "5")],
            ),
            "Incorrect",
        ),
        (
            of(
                "tracing",
                &[
                    ("question[language]", "rust"),
                    ("question[program]", "fn main() { print!(\"a\") }"),
                    ("question[outcome]", "prints"),
                    ("question[prints]", "a"),
                    ("given[compiles]", "yes"),
                    ("given[text]", "a"),
                ],
            ),
            "Correct",
        ),
        (
            of(
                "ordering",
                &[
                    ("question[texts][]", "first"),
                    ("question[texts][]", "second"),
                ],
            ),
            "Not answered",
        ),
        (
            of(
                "matching",
                &[
                    ("question[texts][]", "a"),
                    ("question[texts][]", "b"),
                    ("question[partners][]", "1"),
                    ("question[partners][]", "2"),
                ],
            ),
            "Not answered",
        ),
    ] {
        tutor
            .submit(&new, "authoring/api/save_question", &fields)
            .await;
        let page = tutor.get(&new).await.body;
        assert!(page.contains("As learners see it"), "{fields:?}");
        assert!(
            page.contains(&format!(">{outcome}</span>")),
            "{outcome}: {fields:?}"
        );
        assert!(page.contains("So it is."), "{fields:?}");
    }
    // The preview of an invalid question tells the problem.
    let empty = of("short_answer", &[]);
    tutor
        .submit(&new, "authoring/api/save_question", &empty)
        .await;
    let page = tutor.get(&new).await.body;
    assert!(page.contains("at least one accepted answer") && !page.contains(">Correct</span>"));
    // Another type, and more rows.
    let change = with(
        choice(&place, "Kept?"),
        &[("go", "kind"), ("question[kind]", "matching")],
    );
    tutor
        .submit(&new, "authoring/api/save_question", &change)
        .await;
    let page = tutor.get(&new).await.body;
    assert!(page.contains("Right side of pair 4") && page.contains("Kept?"));
    let more = with(choice(&place, "Kept?"), &[("go", "more")]);
    tutor
        .submit(&new, "authoring/api/save_question", &more)
        .await;
    let page = tutor.get(&new).await.body;
    assert!(page.contains("Option 7") && !page.contains("Option 8"));
    assert_eq!(
        site.test.count("select count(*) from quiz_questions").await,
        3
    );

    let one = by_prompt(&site, "What swims?").await;
    let page = tutor.get(&format!("{LIST}/{one}")).await.body;
    assert!(page.contains("As learners see it") && page.contains("Pelicans"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_edit_at_once_do_not_overwrite_each_other() {
    let site = site().await;
    let (mut ann, mut ben) = (
        tutor(&site, "ann@example.org").await,
        tutor(&site, "ben@example.org").await,
    );
    let place = topic(&site, "begin").await;
    let id = by_prompt(&site, "What swims?").await;
    let seen = mark(&mut ann, &id).await;
    assert_eq!(seen, mark(&mut ben, &id).await);
    let edit = |prompt| with(choice(&place, prompt), &[("id", &id), ("mark", &seen)]);
    assert_eq!(
        save(&mut ann, &edit("Ann's words?")).await.status,
        StatusCode::OK
    );
    let late = save(&mut ben, &edit("Ben's words?")).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let page = format!("{LIST}/{id}");
    ben.submit(&page, "authoring/api/save_question", &edit("Ben's words?"))
        .await;
    let shown = ben.get(&page).await.body;
    assert!(shown.contains("Ben's words?") && shown.contains("Replace it with my version"));
    assert!(shown.contains("Someone else has changed this question"));
    assert_eq!(by_prompt(&site, "Ann''s words?").await, id);
    let over = with(edit("Ben's words?"), &[("overwrite", "true")]);
    assert_eq!(save(&mut ben, &over).await.status, StatusCode::OK);
    assert_eq!(by_prompt(&site, "Ben''s words?").await, id);
    assert_eq!(
        site.test
            .count("select count(*) from audit_logs where action = 'question.edited'")
            .await,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_question_stays_in_its_attempts_and_is_asked_no_more() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let id = by_prompt(&site, "What swims?").await;
    let mut asha = learner(&site, "asha@example.org").await;
    start(&mut asha, "1").await;
    let (running, before) = attempt(&site).await;
    let fields = [
        ("course", "small"),
        ("id", id.as_str()),
        ("retired", "true"),
    ];
    let retired = tutor.post("authoring/api/retire_question", &fields).await;
    assert_eq!(retired.status, StatusCode::OK);
    assert!(
        tutor
            .get(retired.header("x-redirect"))
            .await
            .body
            .contains("Restore")
    );
    assert!(!tutor.get(LIST).await.body.contains("What swims?"));
    assert!(
        tutor
            .get(&format!("{LIST}?show=retired"))
            .await
            .body
            .contains("What swims?")
    );
    // A running attempt goes on with the old question, and its result shows that question.
    assert_eq!(attempt(&site).await, (running.clone(), before));
    take(&site, &mut asha, "1", true).await;
    let result = asha
        .get(&format!("/learn/small/quiz/1/1?show={running}"))
        .await
        .body;
    assert!(result.contains("What swims?") && result.contains("100%"));
    take(&site, &mut asha, "1", false).await;
    assert_eq!(attempt(&site).await.1.len(), 1);
    // Importing the course again does not bring the question back, but a person can.
    gated_course().import(&site).await;
    assert!(!tutor.get(LIST).await.body.contains("What swims?"));
    let fields = [
        ("course", "small"),
        ("id", id.as_str()),
        ("retired", "false"),
    ];
    tutor.post("authoring/api/retire_question", &fields).await;
    assert!(tutor.get(LIST).await.body.contains("What swims?"));
}
