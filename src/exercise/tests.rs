//! Tests of working on exercises, over HTTP.

use axum::http::{StatusCode, header};

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{enroll, hidden, import_draft, learner, pelican_course};

const HERE: &str = "/learn/small/begin/exercise/salary-talk";

const RUBRIC: &[&str] = &["Asks which average.", "Asks how many."];

async fn site_with_exercise() -> TestSite {
    let site = TestSite::new().await;
    let course = pelican_course().at("begin");
    let course = course.exercise("salary-talk", "The salary talk", RUBRIC);
    let report = course.import(&site).await;
    assert_eq!(report.exercises.added, ["The salary talk"]);
    site
}

/// A loaded page of the exercise, with the hidden values of its form.
struct Tab {
    exercise: String,
    writer: String,
    revision: String,
}

async fn open(browser: &mut Browser<'_>) -> Tab {
    let page = browser.get(HERE).await;
    page.assert_ok();
    let field = |name| hidden(&page.body, name);
    Tab {
        exercise: field("exercise"),
        writer: field("writer"),
        revision: field("revision"),
    }
}

impl Tab {
    fn fields<'a>(&'a self, change: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("exercise", &self.exercise),
            ("writer", &self.writer),
            ("revision", &self.revision),
            ("change", change),
            ("text", text),
        ]
    }

    async fn save(&self, browser: &mut Browser<'_>, change: &str, text: &str) -> StatusCode {
        let fields = self.fields(change, text);
        browser.post("exercise/api/save_work", &fields).await.status
    }

    async fn done(&self, browser: &mut Browser<'_>, change: &str, text: &str) -> TestAnswer {
        let mut fields = self.fields(change, text);
        fields.push(("done", HERE));
        fields.push(("ticked[]", "Asks how many."));
        fields.push(("ticked[]", "No line of this rubric."));
        browser.post("exercise/api/save_work", &fields).await
    }
}

/// Returns true if exactly one learner's stored work has this text.
async fn stored(site: &TestSite, text: &str) -> bool {
    let sql = format!("select count(*) from simulation_work where work = '{text}'");
    site.test.count(&sql).await == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exercise_is_worked_at_done_and_taken_up_again() {
    let site = site_with_exercise().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let topic = asha.get("/learn/small/begin").await.body;
    assert!(topic.contains(&format!("href=\"{HERE}\"")) && topic.contains("The salary talk"));
    let tab = open(&mut asha).await;
    assert_eq!(tab.save(&mut asha, "1", "Which one?").await, StatusCode::OK);
    assert!(asha.get(HERE).await.body.contains("Which one?"));
    let empty = tab.done(&mut asha, "2", "  ").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);

    let done = tab.done(&mut asha, "2", "Which one? How many?").await;
    assert_eq!(
        (done.status, done.header("x-redirect")),
        (StatusCode::OK, HERE)
    );
    let shown = asha.get(HERE).await.body;
    assert!(shown.contains(">Done<") && shown.contains("Which one? How many?"));
    let ticked = "select jsonb_array_length(self_check -> 'lines')::bigint from simulation_work";
    assert_eq!(site.test.count(ticked).await, 1, "only lines of the rubric");
    assert!(asha.get("/learn/small/begin").await.body.contains(", done"));
    // Finishing again with the same text changes nothing. Anything else is refused.
    let again = tab.done(&mut asha, "2", "Which one? How many?").await;
    assert_eq!(again.status, StatusCode::OK);
    let other = tab.save(&mut asha, "3", "Something else").await;
    assert_eq!(other, StatusCode::CONFLICT);
    assert!(stored(&site, "Which one? How many?").await);

    let reopened = [("exercise", tab.exercise.as_str()), ("back", HERE)];
    let back = asha.post("exercise/api/reopen_work", &reopened).await;
    assert_eq!(back.header("x-redirect"), HERE);
    let tab = open(&mut asha).await;
    assert_eq!(tab.save(&mut asha, "1", "More").await, StatusCode::OK);
    assert!(stored(&site, "More").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_tab_never_takes_the_place_of_newer_words() {
    let site = site_with_exercise().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (first, second) = (open(&mut asha).await, open(&mut asha).await);
    assert_eq!(first.save(&mut asha, "1", "a").await, StatusCode::OK);
    assert_eq!(first.save(&mut asha, "3", "ab\0c").await, StatusCode::OK);
    // A save that was sent earlier and arrives later is ignored without an error.
    assert_eq!(first.save(&mut asha, "2", "ab").await, StatusCode::OK);
    assert!(stored(&site, "abc").await);
    assert_eq!(second.save(&mut asha, "1", "x").await, StatusCode::CONFLICT);
    let third = open(&mut asha).await;
    assert_eq!(first.save(&mut asha, "4", "abcd").await, StatusCode::OK);
    assert_eq!(
        third.save(&mut asha, "1", "y").await,
        StatusCode::CONFLICT,
        "it has not seen the last word"
    );
    let fourth = open(&mut asha).await;
    assert_eq!(fourth.save(&mut asha, "1", "z").await, StatusCode::OK);
    assert_eq!(
        first.save(&mut asha, "5", "abcde").await,
        StatusCode::CONFLICT
    );
    assert!(stored(&site, "z").await);

    // Without scripts, refused text is shown beside the saved work.
    let refused = asha
        .submit(
            HERE,
            "exercise/api/save_work",
            &first.fields("0", "My words"),
        )
        .await;
    assert_eq!(refused.header(header::LOCATION), HERE);
    let page = asha.get(HERE).await.body;
    assert!(page.contains("changed in another tab") && page.contains("My words"));
    assert!(page.contains("Saved version"));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tabs_at_once_keep_one_of_them() {
    let site = site_with_exercise().await;
    let site = std::sync::Arc::new(site);
    let mut asha = learner(&site, "asha@example.org").await;
    let mut tabs = Vec::new();
    for _ in 0..8 {
        tabs.push(open(&mut asha).await);
    }
    let cookies = asha.cookies.clone();
    let saves = tabs.into_iter().enumerate().map(|(at, tab)| {
        let (site, cookies) = (site.clone(), cookies.clone());
        tokio::spawn(async move {
            let mut browser = site.visitor();
            browser.cookies = cookies;
            tab.save(&mut browser, "1", &at.to_string()).await
        })
    });
    let kept = futures::future::join_all(saves)
        .await
        .into_iter()
        .filter(|status| *status.as_ref().unwrap() == StatusCode::OK)
        .count();
    assert_eq!(kept, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_or_of_others_is_refused() {
    let site = site_with_exercise().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let tab = open(&mut asha).await;
    // The maximum length, in a script whose letters take nine bytes each in a form.
    let longest = "क".repeat(50_000);
    assert_eq!(tab.save(&mut asha, "1", &longest).await, StatusCode::OK);
    let longer = format!("{longest}क");
    assert_eq!(
        tab.save(&mut asha, "2", &longer).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert!(stored(&site, &longest).await);
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Learner).await;
    assert_eq!(
        tab.save(&mut ravi, "2", "mine").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(ravi.get(HERE).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.visitor().get(HERE).await.status, StatusCode::FOUND);
    enroll(&mut ravi, "small").await;
    assert!(!ravi.get(HERE).await.body.contains("क"));
    let gone = asha.get("/learn/small/middle/exercise/salary-talk").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "it is another topic's");
    // Exercises of a locked topic are locked, too.
    let locked = "update courses set is_gated = true;
        insert into quiz_questions (course_id, module_no, topic_pair_index, question_type, prompt, prompt_html)
        select course_id, 1, 1, 'short_answer', 'Q', 'Q' from courses;
        update topics set module_no = 2, topic_number = 9 where slug = 'begin';";
    site.test.sql(locked).await;
    assert_eq!(asha.get(HERE).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        tab.save(&mut asha, "3", "late").await,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_again_keeps_what_was_written() {
    let site = TestSite::new().await;
    let course = pelican_course();
    let begin = course.clone().at("begin");
    let begin = begin.exercise("salary-talk", "The salary talk", RUBRIC);
    begin.import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let tab = open(&mut asha).await;
    tab.done(&mut asha, "1", "Words").await;
    assert_eq!(begin.import(&site).await.exercises.unchanged, 1);
    // The exercise moves to another topic and gets another line in its rubric.
    let rubric = ["Asks which average.", "Names an extreme."];
    let middle = course.clone().at("middle");
    let middle = middle.exercise("salary-talk", "The salary talk", &rubric);
    let moved = middle.import(&site).await;
    assert_eq!(moved.exercises.updated, ["The salary talk"]);
    let moved = asha.get("/learn/small/middle/exercise/salary-talk").await;
    assert!(moved.body.contains("Words") && moved.body.contains("Names an extreme."));
    let retired = course.import(&site).await;
    assert_eq!(retired.exercises.retired, ["The salary talk (salary-talk)"]);
    let gone = asha.get("/learn/small/middle/exercise/salary-talk").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert_eq!(
        site.test
            .count("select count(*) from simulation_work")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_brings_its_exercises() {
    let site = TestSite::new().await;
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content/how-to-trust-a-number");
    let (draft, _) = crate::import::read(&folder, false).unwrap();
    let drafted: usize = (draft.modules.iter())
        .flat_map(|module| &module.topics)
        .map(|topic| topic.simulations.len())
        .sum();
    let report = import_draft(&site, draft).await;
    assert!(drafted >= 6);
    assert_eq!(report.exercises.added.len(), drafted);
}
