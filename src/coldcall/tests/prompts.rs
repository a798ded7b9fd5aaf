//! Prompts: imported from course files, and written by tutors.

use axum::http::StatusCode;

use super::site_with_cohort;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{
    CourseBuilder, Group, cold_call_course, import_draft, prompt_id, topic_id, tutor,
};

/// The prompts of the topic `begin`, in order; retired ones in brackets.
async fn order(site: &TestSite) -> String {
    site.test
        .text(
            "select string_agg(case when retired_at is null then prompt else '[' || prompt || ']' end, ' | ' order by display_order)
             from cold_call_prompts where topic_id = (select topic_id from topics where slug = 'begin')",
        )
        .await
}

fn course(prompts: &[(Option<&str>, &str)]) -> CourseBuilder {
    let course = CourseBuilder::new("small").module("First").topic("begin");
    prompts
        .iter()
        .fold(course, |course, (key, prompt)| match key {
            Some(key) => course.keyed_cold_call(key, prompt),
            None => course.cold_call(prompt),
        })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_keeps_prompts_and_their_answers() {
    let site = TestSite::new().await;
    let first = course(&[(None, "One?"), (Some("two"), "Two?"), (None, "Three?")]);
    let report = first.import(&site).await;
    assert_eq!(report.cold_calls.added, ["One?", "Two?", "Three?"]);
    let [one, two, three] = [
        prompt_id(&site, "One").await,
        prompt_id(&site, "Two").await,
        prompt_id(&site, "Three").await,
    ];
    let changes = "select max(updated_at)::text from cold_call_prompts";
    let before = site.test.text(changes).await;
    let report = first.import(&site).await;
    assert_eq!(report.cold_calls.unchanged, 3);
    let after = site.test.text(changes).await;
    assert_eq!(after, before, "nothing has changed");
    let changed = course(&[
        (Some("two"), "Zwei?"),
        (None, "Three?"),
        (None, "Uno?"),
        (None, "New?"),
    ]);
    let report = changed.import(&site).await;
    assert_eq!(report.cold_calls.updated, ["Zwei?", "Uno?"]);
    assert_eq!(report.cold_calls.added, ["New?"]);
    assert_eq!(order(&site).await, "Zwei? | Three? | Uno? | New?");
    assert_eq!(prompt_id(&site, "Zwei").await, two);
    assert_eq!(prompt_id(&site, "Three").await, three);
    assert_eq!(prompt_id(&site, "Uno").await, one);
    let report = course(&[(None, "Three?")]).import(&site).await;
    assert_eq!(report.cold_calls.retired.len(), 3);
    assert_eq!(prompt_id(&site, "Three").await, three);
    assert!(order(&site).await.starts_with("Three? | ["));
    let report = changed.import(&site).await;
    assert_eq!(report.cold_calls.added, Vec::<String>::new());
    assert_eq!(order(&site).await, "Zwei? | Three? | Uno? | New?");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_brings_its_cold_calls() {
    let site = TestSite::new().await;
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content/how-to-trust-a-number");
    let (draft, _) = crate::import::read(&folder, false).unwrap();
    let report = import_draft(&site, draft).await;
    assert!(report.cold_calls.added.len() >= 15);
}

async fn save(tutor: &mut Browser<'_>, id: &str, fields: &[(&str, &str)]) -> TestAnswer {
    let named: Vec<(String, &str)> = fields
        .iter()
        .map(|(name, value)| (format!("form[{name}]"), *value))
        .collect();
    let mut all = vec![("course", "small"), ("id", id)];
    all.extend(named.iter().map(|(name, value)| (name.as_str(), *value)));
    tutor.post("teach/api/save_prompt", &all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tutor_writes_orders_and_retires_prompts() {
    let (site, group) = site_with_cohort().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let topic = topic_id(&site, "begin").await;
    let fields = [
        ("topic", topic.as_str()),
        ("prompt", "And ducks?"),
        ("helper_text", "Look at a pond."),
        ("visibility", "tutors_only"),
    ];
    let saved = save(&mut meera, "", &fields).await;
    saved.assert_ok();
    let ducks = prompt_id(&site, "And ducks").await;
    let form = format!("/teach/small/cold-calls/{ducks}");
    assert_eq!(saved.header("x-redirect"), format!("{form}?saved=1"));
    let page = meera.get(&format!("{form}?saved=1")).await;
    page.assert_ok();
    assert!(page.body.contains("Only tutors will read your answer"));
    let list = meera.get("/teach/small/cold-calls").await.body;
    assert!(list.contains("And ducks?") && list.contains("Why do pelicans swim?"));
    let up = format!("up-{ducks}");
    for _ in 0..3 {
        let fields = [("course", "small"), ("which", up.as_str())];
        meera
            .post("teach/api/move_prompt", &fields)
            .await
            .assert_ok();
    }
    let expected = "And ducks? | Why do pelicans swim? | Which bird would you count?";
    assert_eq!(order(&site).await, expected);
    // A drop moves it after another one. Nothing outside its topic takes it.
    let other = prompt_id(&site, "Which bird").await;
    let places = [
        (&other, "after", StatusCode::OK),
        (&topic, "after", StatusCode::NOT_FOUND),
        (&ducks, "before", StatusCode::NOT_FOUND),
    ];
    for (target, place, status) in places {
        let which = format!("{place}:{ducks}:{target}");
        let fields = [("course", "small"), ("which", which.as_str())];
        let answer = meera.post("teach/api/move_prompt", &fields).await;
        assert_eq!(answer.status, status);
        let last = "Why do pelicans swim? | Which bird would you count? | And ducks?";
        assert_eq!(order(&site).await, last);
    }
    let why = prompt_id(&site, "Why do").await;
    let which = format!("before:{ducks}:{why}");
    let fields = [("course", "small"), ("which", which.as_str())];
    meera
        .post("teach/api/move_prompt", &fields)
        .await
        .assert_ok();
    assert_eq!(order(&site).await, expected);
    // Members see it in its place.
    let mut asha = group.member(&site, "asha@example.org").await;
    let first = asha.get("/learn/small/begin/cold-call/1").await.body;
    assert!(first.contains("And ducks?") && first.contains("Look at a pond."));
    // An import neither moves nor retires it.
    let report = cold_call_course().import(&site).await;
    assert_eq!(report.cold_calls.retired, Vec::<String>::new());
    assert_eq!(order(&site).await, expected);
    let retire = [
        ("course", "small"),
        ("id", ducks.as_str()),
        ("retired", "true"),
    ];
    meera
        .post("teach/api/retire_prompt", &retire)
        .await
        .assert_ok();
    assert!(order(&site).await.ends_with("[And ducks?]"));
    assert!(
        !asha
            .get("/learn/small/begin")
            .await
            .body
            .contains("And ducks?")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_never_get_more_readers_than_was_promised() {
    let (site, group) = site_with_cohort().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let topic = topic_id(&site, "begin").await;
    let prompt = prompt_id(&site, "Why do").await;
    let with = |visibility: &'static str| {
        [
            ("topic", topic.clone()),
            ("prompt", "Why do they swim?".to_owned()),
            ("visibility", visibility.to_owned()),
        ]
    };
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut change = async |visibility: &'static str| {
        let fields = with(visibility);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        save(&mut meera, &prompt, &fields).await.status
    };
    assert_eq!(change("anonymous_to_peers").await, StatusCode::OK);
    asha.answer(&prompt, "Fish").await.assert_ok();
    assert_eq!(change("named").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change("tutors_only").await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_grows_only_for_members() {
    let (site, group) = site_with_cohort().await;
    let mut alone = crate::testing::learner(&site, "alone@example.org").await;
    let page = alone.get("/learn/small/begin").await.body;
    assert!(!page.contains("pelicans") && !page.contains("cold_calls"));
    let early = Group::of(&site, "Later", "current_date + 1", "null").await;
    early.add(&site, "alone@example.org").await;
    let page = alone.get("/learn/small/begin").await.body;
    assert!(!page.contains("pelicans"));
    group.add(&site, "alone@example.org").await;
    let page = alone.get("/learn/small/begin").await.body;
    assert!(page.contains("pelicans") && page.contains("cold_calls"));
}
