//! Tests of taking quizzes, mostly over HTTP.

mod answers;
mod onward;
mod time;

use std::sync::Arc;

use axum::http::StatusCode;
use chrono::{TimeDelta, Utc};
use diesel_async::SimpleAsyncConnection;
use serde_json::Value;

use crate::import;
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};

/// Imports a gated course of two modules. The first has two quizzes, the second has none.
pub(crate) async fn course(site: &TestSite, settings: &str) {
    course_of(site, settings, ["one", "two"]).await;
}

/// Imports the same course with its modules in this order.
async fn course_of(site: &TestSite, settings: &str, order: [&str; 2]) -> import::ImportSummary {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("description.md", "Little to say.\n");
    write(
        "course.toml",
        &format!(
            "slug = \"small\"\ntitle = \"A small course\"\nsummary = \"Two modules.\"\nlanguage = \"en\"\nlevel = \"beginner\"\n\n[settings]\n{settings}\n\n[[module]]\ntitle = \"First\"\nfolder = \"{}\"\n\n[[module]]\ntitle = \"Second\"\nfolder = \"{}\"\n",
            order[0], order[1]
        ),
    );
    for (n, slug) in [(1, "begin"), (2, "middle"), (3, "late")] {
        write(
            &format!("one/{n:02}-{slug}.md"),
            &format!("+++\ntitle = \"{slug}\"\n+++\n\nHello.\n"),
        );
    }
    write(
        "two/01-end.md",
        "+++\ntitle = \"Ending\"\n+++\n\nGoodbye.\n",
    );
    write(
        "one/01-begin.quiz.toml",
        "[[question]]\nkey = \"one\"\ntype = \"choice\"\nprompt = \"What swims?\"\noptions = [\n  { text = \"Pelicans\", correct = true },\n  { text = \"Stones\" },\n]\nexplanation = \"They do.\"\n\n\
         [[question]]\nkey = \"two\"\ntype = \"short-answer\"\nprompt = \"Two and two?\"\nanswers = [\"4\", \"four\"]\nexplanation = \"Count.\"\n",
    );
    write(
        "one/03-late.quiz.toml",
        "[[question]]\nkey = \"three\"\ntype = \"short-answer\"\nprompt = \"Three?\"\nanswers = [\"3\"]\nexplanation = \"Yes.\"\n",
    );
    let (draft, _) =
        import::read(folder.path(), false).unwrap_or_else(|errors| panic!("{errors:#?}"));
    import::import(
        &site.state.db,
        &site.state.files,
        site.test.organization,
        draft,
    )
    .await
    .unwrap()
}

pub(crate) const GATED: &str = "gated = true\ncooldown_days = 0";

pub(crate) async fn learner<'a>(site: &'a TestSite, email: &str) -> Browser<'a> {
    let mut browser = site.signed_in(email, UserRole::Learner).await;
    let answer = browser
        .post("enrollment/api/enroll", &[("course", "small")])
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    browser
}

pub(crate) async fn start(browser: &mut Browser<'_>, pair: &str) -> TestAnswer {
    let fields = [("course", "small"), ("module_no", "1"), ("pair", pair)];
    browser.post("quiz/api/start_quiz", &fields).await
}

/// Id and questions of the attempt that was started last.
pub(crate) async fn attempt(site: &TestSite) -> (String, Vec<Value>) {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        id: String,
        #[diesel(sql_type = diesel::sql_types::Jsonb)]
        set: Value,
    }
    let mut conn = site.test.owner().await;
    let query = diesel::sql_query(
        "select attempt_id::text as id, question_set as set from quiz_attempts order by started_at desc limit 1",
    );
    let row: Row = diesel_async::RunQueryDsl::get_result(query, &mut conn)
        .await
        .unwrap();
    (row.id, row.set["questions"].as_array().unwrap().clone())
}

/// Saves the right answer to the question, or a wrong one.
pub(crate) async fn give(
    browser: &mut Browser<'_>,
    attempt: &str,
    at: usize,
    question: &Value,
    right: bool,
) -> TestAnswer {
    let at = at.to_string();
    let mut fields = vec![("attempt", attempt), ("question", at.as_str())];
    let kind = &question["kind"];
    let option = kind["options"].as_array().map(|options| {
        let option = options.iter().find(|option| option["is_correct"] == right);
        option.unwrap()["id"].as_str().unwrap().to_owned()
    });
    match &option {
        Some(option) => fields.push(("given[options][]", option)),
        None if right => fields.push(("given[text]", kind["accepted"][0].as_str().unwrap())),
        None => fields.push(("given[text]", "nothing of the kind")),
    }
    browser.post("quiz/api/save_answer", &fields).await
}

/// Takes a quiz: starts it, answers all questions rightly or wrongly, and hands in.
pub(crate) async fn take(
    site: &TestSite,
    browser: &mut Browser<'_>,
    pair: &str,
    right: bool,
) -> TestAnswer {
    assert_eq!(start(browser, pair).await.status, StatusCode::OK);
    let (id, questions) = attempt(site).await;
    for (at, question) in questions.iter().enumerate() {
        let saved = give(browser, &id, at, question, right).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    }
    browser
        .post("quiz/api/submit_quiz", &[("attempt", &id)])
        .await
}

async fn topic_id(site: &TestSite, slug: &str) -> String {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        id: String,
    }
    let query = diesel::sql_query("select topic_id::text as id from topics where slug = $1")
        .bind::<diesel::sql_types::Text, _>(slug);
    let row: Row = diesel_async::RunQueryDsl::get_result(query, &mut site.test.owner().await)
        .await
        .unwrap();
    row.id
}

pub(crate) async fn sql(site: &TestSite, sql: &str) {
    site.test.owner().await.batch_execute(sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiz_opens_what_follows_it() {
    let site = TestSite::new().await;
    course(&site, GATED).await;
    let mut asha = learner(&site, "asha@example.org").await;
    assert_eq!(asha.get("/learn/small/begin").await.status, StatusCode::OK);
    let closed = asha.get("/learn/small/late").await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    assert!(
        closed
            .body
            .contains("This unlocks when quiz 1.1 is passed.")
    );
    assert_eq!(
        asha.get("/learn/small/end").await.status,
        StatusCode::FORBIDDEN
    );
    // Search, marking as done and starting the next quiz are locked too.
    let found = asha.get("/learn/small/begin?q=goodbye").await.body;
    assert!(found.contains("No results for “goodbye”."), "{found}");
    let late = topic_id(&site, "late").await;
    let marked = asha
        .post(
            "player/api/mark_done",
            &[("topic", late.as_str()), ("done", "true")],
        )
        .await;
    assert_eq!(marked.status, StatusCode::FORBIDDEN);
    let refused = start(&mut asha, "2").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);

    let terms = asha.get("/learn/small/quiz/1/1").await;
    assert_eq!(terms.status, StatusCode::OK);
    assert!(terms.body.contains("2 questions") && terms.body.contains("70% to pass"));

    let failed = take(&site, &mut asha, "1", false).await;
    assert!(failed.header("x-redirect").contains("?show="));
    let result = asha.get(failed.header("x-redirect")).await.body;
    assert!(result.contains("Not passed") && result.contains("They do."));
    assert!(result.contains("Review topic"));
    assert_eq!(
        asha.get("/learn/small/late").await.status,
        StatusCode::FORBIDDEN
    );

    let passed = take(&site, &mut asha, "1", true).await;
    let result = asha.get(passed.header("x-redirect")).await.body;
    assert!(result.contains("Passed") && result.contains("100%"));
    assert!(result.contains("Continue: <bdi lang=\"en\" dir=\"ltr\">late</bdi>"));
    assert_eq!(asha.get("/learn/small/late").await.status, StatusCode::OK);
    assert_eq!(
        asha.get("/learn/small/end").await.status,
        StatusCode::FORBIDDEN
    );
    take(&site, &mut asha, "2", true).await;
    assert_eq!(asha.get("/learn/small/end").await.status, StatusCode::OK);
    assert_eq!(
        site.test
            .count("select count(*) from module_progress where quiz_passed and module_no = 1")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_lies_between_modules() {
    let site = TestSite::new().await;
    course(&site, "gated = true\ncooldown_days = 7").await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", true).await;
    let passed = take(&site, &mut asha, "2", true).await;
    let result = asha.get(passed.header("x-redirect")).await.body;
    assert!(result.contains("Passed") && !result.contains("Continue:"));
    let closed = asha.get("/learn/small/end").await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    assert!(closed.body.contains("This unlocks on "), "{}", closed.body);
    sql(
        &site,
        "update module_progress set unlocked_at = unlocked_at - interval '8 days'",
    )
    .await;
    assert_eq!(asha.get("/learn/small/end").await.status, StatusCode::OK);
    let found = asha.get("/learn/small/begin?q=goodbye").await.body;
    assert!(found.contains("/learn/small/end"));
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_counted_and_wait_where_the_course_says_so() {
    let site = TestSite::new().await;
    course(&site, GATED).await;
    let mut asha = learner(&site, "asha@example.org").await;
    sql(
        &site,
        "insert into course_quiz_settings (organization_id, course_id, attempts_allowed, retry_wait_minutes)
         select organization_id, course_id, 2, 10 from courses;
         insert into quiz_allowances (organization_id, user_id, course_id, extra_time_percent)
         select organization_id, user_id, course_id, 50 from enrollments",
    )
    .await;
    start(&mut asha, "1").await;
    let page = asha.get("/learn/small/quiz/1/1").await.body;
    assert!(page.contains("role=\"timer\""));
    assert_eq!(
        site.test
            .count("select extract(epoch from expires_at - started_at)::bigint from quiz_attempts")
            .await,
        90,
        "half as much again as the 60 seconds of others"
    );
    // A job ends an attempt whose time runs out while the page is closed. The waiting time counts
    // from the end of that attempt.
    let out = "update quiz_attempts set expires_at = now() - interval '1 minute';
               update background_jobs set run_at = now() where kind = 'end_attempt'";
    sql(&site, out).await;
    site.mails().await;
    assert_eq!(
        site.test
            .count("select count(*) from quiz_attempts where status = 'expired' and score = 0")
            .await,
        1
    );
    let page = asha.get("/learn/small/quiz/1/1").await.body;
    assert!(
        page.contains("You can start the next attempt on "),
        "{page}"
    );
    assert_eq!(start(&mut asha, "1").await.status, StatusCode::FORBIDDEN);
    sql(
        &site,
        "update course_quiz_settings set retry_wait_minutes = 0",
    )
    .await;
    let page = asha.get("/learn/small/quiz/1/1").await.body;
    assert!(page.contains("This is your last attempt."), "{page}");
    take(&site, &mut asha, "1", false).await;
    let page = asha.get("/learn/small/quiz/1/1").await.body;
    assert!(page.contains("You have used all 2 attempts."), "{page}");
    assert_eq!(start(&mut asha, "1").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_right_is_not_told_before_it_is_graded() {
    let site = TestSite::new().await;
    course(&site, GATED).await;
    let mut asha = learner(&site, "asha@example.org").await;
    start(&mut asha, "1").await;
    let (id, questions) = attempt(&site).await;
    for path in [
        "/learn/small/quiz/1/1?show=1",
        "/learn/small/quiz/1/1?show=2",
        "/learn/small/quiz/1/1?show=end",
        "/learn/small/begin",
    ] {
        let page = asha.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for secret in ["is_correct", "accepted", "four", "They do.", "Count."] {
            assert!(!page.body.contains(secret), "{path} tells {secret}");
        }
    }
    // Others cannot use the attempt, and its id shows nothing before it has ended.
    let early = format!("/learn/small/quiz/1/1?show={id}");
    assert_eq!(asha.get(&early).await.status, StatusCode::NOT_FOUND);
    let mut ravi = learner(&site, "ravi@example.org").await;
    let stolen = give(&mut ravi, &id, 0, &questions[0], true).await;
    assert_eq!(stolen.status, StatusCode::NOT_FOUND);
    let handed_in = ravi.post("quiz/api/submit_quiz", &[("attempt", &id)]).await;
    assert_eq!(handed_in.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_attempt_does_not_offer_is_refused() {
    let site = TestSite::new().await;
    course(&site, GATED).await;
    let mut asha = learner(&site, "asha@example.org").await;
    start(&mut asha, "1").await;
    let (id, questions) = attempt(&site).await;
    let choice = questions
        .iter()
        .position(|question| question["kind"]["type"] == "choice")
        .unwrap()
        .to_string();
    let foreign = uuid::Uuid::new_v4().to_string();
    for (question, field, value) in [
        (choice.as_str(), "given[options][]", foreign.as_str()),
        (&choice, "given[options][]", "malformed"),
        ("7", "given[text]", "4"),
    ] {
        let fields = [
            ("attempt", id.as_str()),
            ("question", question),
            (field, value),
            ("go", "end"),
        ];
        let refused = asha.post("quiz/api/save_answer", &fields).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{field}={value}: {}",
            refused.body
        );
    }
    let long = "x".repeat(6000);
    let text = if choice == "0" { "1" } else { "0" };
    let fields = [
        ("attempt", id.as_str()),
        ("question", text),
        ("given[text]", &long),
        ("go", "end"),
    ];
    assert_eq!(
        asha.post("quiz/api/save_answer", &fields).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        site.test
            .count("select count(*) from quiz_attempts where answers = '{}'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn time_that_ran_out_grades_what_was_saved() {
    let site = TestSite::new().await;
    course(&site, GATED).await;
    let mut asha = learner(&site, "asha@example.org").await;
    start(&mut asha, "1").await;
    let (id, questions) = attempt(&site).await;
    assert_eq!(
        site.test
            .count("select extract(epoch from expires_at - started_at)::bigint from quiz_attempts")
            .await,
        60,
        "30 seconds for each of two questions"
    );
    give(&mut asha, &id, 0, &questions[0], true).await;
    // Within the grace period an answer still counts.
    let past = |seconds: i64| Utc::now() - TimeDelta::seconds(seconds);
    sql(
        &site,
        &format!("update quiz_attempts set expires_at = '{}'", past(1)),
    )
    .await;
    let kept = give(&mut asha, &id, 1, &questions[1], false).await;
    assert_eq!(
        (kept.status, kept.header("x-redirect")),
        (StatusCode::OK, "")
    );
    sql(
        &site,
        &format!("update quiz_attempts set expires_at = '{}'", past(60)),
    )
    .await;
    let late = give(&mut asha, &id, 1, &questions[1], true).await;
    assert!(late.header("x-redirect").ends_with(&format!("?show={id}")));
    assert_eq!(
        site.test
            .count("select score::bigint from quiz_attempts where status = 'expired'")
            .await,
        50
    );
    let refused = site
        .test
        .owner()
        .await
        .batch_execute("update quiz_attempts set score = 100, status = 'passed'")
        .await;
    assert!(refused.is_err(), "what is graded stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_attempt_runs_at_a_time_and_is_graded_once() {
    let site = Arc::new(TestSite::new().await);
    course(&site, GATED).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let first = start(&mut asha, "1").await;
    let second = start(&mut asha, "1").await;
    assert_eq!(first.header("x-redirect"), second.header("x-redirect"));
    let (id, questions) = attempt(&site).await;
    for (at, question) in questions.iter().enumerate() {
        give(&mut asha, &id, at, question, true).await;
    }
    let cookies = asha.cookies.clone();
    let submits = (0..64).map(|_| {
        let (site, cookies, id) = (site.clone(), cookies.clone(), id.clone());
        tokio::spawn(async move {
            let mut tab = site.visitor();
            tab.cookies = cookies;
            tab.post("quiz/api/submit_quiz", &[("attempt", &id)])
                .await
                .status
        })
    });
    for status in futures::future::join_all(submits).await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
    assert_eq!(
        site.test
            .count("select count(*) from quiz_attempts where status = 'passed' and score = 100")
            .await,
        1
    );
    assert_eq!(
        site.test.count("select count(*) from quiz_attempts").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_was_seen_comes_after_those_that_were_not() {
    let site = TestSite::new().await;
    course(&site, &format!("{GATED}\nquestions_per_attempt = 1")).await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", false).await;
    let (_, first) = attempt(&site).await;
    take(&site, &mut asha, "1", false).await;
    let (_, second) = attempt(&site).await;
    assert_ne!(first[0]["question_id"], second[0]["question_id"]);
}

/// The form fields of a right answer.
fn right_fields(kind: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match kind["type"].as_str().unwrap() {
        "choice" => kind["options"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|option| option["is_correct"] == true)
            .map(|option| ("given[options][]".to_owned(), text(&option["id"])))
            .collect(),
        "short_answer" => vec![("given[text]".to_owned(), text(&kind["accepted"][0]))],
        "tracing" => match kind["prints"].as_str() {
            Some(prints) => vec![
                ("given[compiles]".to_owned(), "yes".to_owned()),
                ("given[text]".to_owned(), prints.to_owned()),
            ],
            None => vec![
                ("given[compiles]".to_owned(), "no".to_owned()),
                (
                    "given[line]".to_owned(),
                    kind["fails_at_line"].to_string().replace("null", ""),
                ),
            ],
        },
        "ordering" => kind["items"]
            .as_array()
            .unwrap()
            .iter()
            .zip(1..)
            .map(|(item, place)| {
                (
                    format!("given[order][i{}]", text(&item[0])),
                    place.to_string(),
                )
            })
            .collect(),
        "matching" => kind["pairs"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(left, right)| (format!("given[matches][i{left}]"), text(right)))
            .collect(),
        other => panic!("an unknown type: {other}"),
    }
}

/// The form fields of a wrong answer.
fn wrong_fields(kind: &Value) -> Vec<(String, String)> {
    let mut fields = right_fields(kind);
    match kind["type"].as_str().unwrap() {
        "choice" => {
            let wrong = kind["options"]
                .as_array()
                .unwrap()
                .iter()
                .find(|option| option["is_correct"] == false);
            // If all options are right, there is no wrong one to choose.
            fields = wrong
                .map(|option| {
                    let id = option["id"].as_str().unwrap().to_owned();
                    vec![("given[options][]".to_owned(), id)]
                })
                .unwrap_or_default();
        }
        "short_answer" => fields[0].1 = "nothing of the kind".to_owned(),
        "tracing" => {
            fields = match kind["prints"].as_str() {
                Some(_) => vec![("given[compiles]".to_owned(), "no".to_owned())],
                None => vec![
                    ("given[compiles]".to_owned(), "yes".to_owned()),
                    ("given[text]".to_owned(), "1".to_owned()),
                ],
            }
        }
        // Each item gets the place or the match of the next.
        _ => {
            let values: Vec<String> = fields.iter().map(|(_, value)| value.clone()).collect();
            for (at, field) in fields.iter_mut().enumerate() {
                field.1.clone_from(&values[(at + 1) % values.len()]);
            }
        }
    }
    fields
}

/// Answers every question of a course, first wrongly and then rightly. Returns the number of right
/// answers.
async fn answer_everything(site: &TestSite, slug: &str) -> usize {
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    asha.post("enrollment/api/enroll", &[("course", slug)])
        .await;
    // Removes the cooldown and asks all questions in one attempt, because this test is only about
    // whether each question can be answered.
    sql(
        site,
        "update courses set questions_per_attempt = 20, cooldown_days = 0",
    )
    .await;
    #[derive(diesel::QueryableByName)]
    struct Quiz {
        #[diesel(sql_type = diesel::sql_types::Int4)]
        module_no: i32,
        #[diesel(sql_type = diesel::sql_types::Int4)]
        pair: i32,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        questions: i64,
    }
    let quizzes: Vec<Quiz> = diesel_async::RunQueryDsl::load(
        diesel::sql_query(
            "select module_no, topic_pair_index as pair, count(*) as questions from quiz_questions
             where topic_pair_index is not null and purpose <> 'exam' and retired_at is null group by 1, 2 order by 1, 2",
        ),
        &mut site.test.owner().await,
    )
    .await
    .unwrap();
    let mut answered = 0;
    for quiz in &quizzes {
        assert!(quiz.questions <= 20, "one attempt asks them all");
        let (module_no, pair) = (quiz.module_no.to_string(), quiz.pair.to_string());
        for right in [false, true] {
            let fields = [
                ("course", slug),
                ("module_no", module_no.as_str()),
                ("pair", pair.as_str()),
            ];
            let started = asha.post("quiz/api/start_quiz", &fields).await;
            assert_eq!(started.status, StatusCode::OK, "{}", started.body);
            let (id, questions) = attempt(site).await;
            assert_eq!(questions.len() as i64, quiz.questions);
            for (at, question) in questions.iter().enumerate() {
                let mut fields = vec![
                    ("attempt".to_owned(), id.clone()),
                    ("question".to_owned(), at.to_string()),
                ];
                if right {
                    fields.extend(right_fields(&question["kind"]));
                    answered += 1;
                } else {
                    fields.extend(wrong_fields(&question["kind"]));
                }
                let fields: Vec<(&str, &str)> = fields
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                let saved = asha.post("quiz/api/save_answer", &fields).await;
                assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
            }
            asha.post("quiz/api/submit_quiz", &[("attempt", &id)]).await;
            let score = site
                .test
                .count(&format!(
                    "select score::bigint from quiz_attempts where attempt_id = '{id}'"
                ))
                .await;
            assert_eq!(score, if right { 100 } else { 0 }, "{module_no}.{pair}");
        }
    }
    answered
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_demo_can_be_answered() {
    let site = TestSite::new().await;
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content/how-to-trust-a-number");
    let (draft, _) = import::read(&folder, false).unwrap();
    import_draft(&site, draft).await;
    assert_eq!(answer_everything(&site, "how-to-trust-a-number").await, 55);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_rust_book_can_be_answered() {
    let Some(folder) = crate::import::tests::shared("courses/rust-book") else {
        return;
    };
    let site = TestSite::new().await;
    let (draft, _) = import::read(&folder, true).unwrap();
    import_draft(&site, draft).await;
    assert_eq!(
        answer_everything(&site, "the-rust-programming-language").await,
        222
    );
}

async fn import_draft(site: &TestSite, draft: crate::course::server::draft::CourseDraft) {
    import::import(
        &site.state.db,
        &site.state.files,
        site.test.organization,
        draft,
    )
    .await
    .unwrap();
}
