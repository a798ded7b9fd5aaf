//! Tests of a learner's timeline: all that happened in one list, page after page.

use axum::http::StatusCode;

use super::{event, receipt};
use crate::testing::site::{Browser, TestSite};
use crate::testing::{
    Group, cold_call_course, learner, mark_done, pelican_course, prompt_id, question_waits, take,
    topic_id, tutor,
};

const TIMELINE: &str = "/teach/small/learners/asha/timeline";

/// Returns the sentences of the entries, without links.
async fn entries(browser: &mut Browser<'_>, path: &str) -> Vec<String> {
    let page = browser.get(path).await;
    page.assert_ok();
    let (_, lists) = page.body.split_once("activity-day").expect("entries");
    let lines = lists.split("<li><span class=\"label\">").skip(1);
    lines
        .map(|line| {
            let (_, said) = line.split_once("<span>").expect("a sentence");
            let said = match said.strip_prefix("<a ") {
                Some(link) => link.split_once('>').expect("a link").1,
                None => said,
            };
            said.split('<').next().unwrap().to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn study_attempts_and_questions_are_in_one_list() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    assert_eq!(
        entries(&mut meera, TIMELINE).await,
        ["Enrolled in the course"]
    );
    take(&site, &mut asha, "1", false).await.assert_ok();
    question_waits(&site, "asha@example.org", "begin", 0).await;
    let topic = topic_id(&site, "begin").await;
    let study = [
        event(1, "opened", &topic, 0, 5),
        event(2, "active", &topic, 120, 4),
    ];
    receipt(&mut asha, &study).await;
    mark_done(&mut asha, &topic, true).await;
    let all = entries(&mut meera, TIMELINE).await;
    assert_eq!(
        all,
        [
            "Studied 2 min, opened 1 topic, marked 1 as done",
            "Asked a person about a topic",
            "Failed quiz 1.1 with 0%",
            "Enrolled in the course",
        ]
    );
    let page = meera.get(TIMELINE).await.body;
    // The text of the question is not part of it.
    assert!(page.contains("Beginning") && !page.contains("Why?"));
    assert!(page.contains("href=\"/teach/small/questions/all\""));
    let learner = meera.get("/teach/small/learners/asha").await.body;
    assert!(learner.contains(&format!("href=\"{TIMELINE}\"")));
}

#[tokio::test(flavor = "multi_thread")]
async fn cold_calls_and_messages_are_in_the_list() {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let prompt = prompt_id(&site, "Why do pelicans").await;
    asha.answer(&prompt, "They are birds.").await.assert_ok();
    site.test
        .sql(
            "insert into cohort_messages (message_id, cohort_id, title, body, sent_at)
             select gen_random_uuid(), cohort_id, 'Well done', 'x', now() + interval '1 second' from cohorts;
             insert into cohort_message_receivers (message_id, member_id)
             select message_id, member_id from cohort_messages join cohort_members using (cohort_id)",
        )
        .await;
    let all = entries(&mut meera, TIMELINE).await;
    assert_eq!(
        all[..2],
        ["Got a message from a tutor", "Answered a cold call"]
    );
    let page = meera.get(TIMELINE).await.body;
    assert!(page.contains("Well done") && page.contains("Why do pelicans swim?"));
    assert!(page.contains(&format!("/teach/small/cold-calls/{prompt}/answers")));
}

#[tokio::test(flavor = "multi_thread")]
async fn older_entries_follow_page_after_page() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    learner(&site, "asha@example.org").await;
    // Some days end at the same moment.
    site.test
        .sql(
            "insert into learner_activity_days (user_id, course_id, day, seconds_active, opened, last_at)
             select user_id, course_id, current_date - n, 60 * n, 1, now() - make_interval(days => n / 2)
             from enrollments, generate_series(1, 89) n",
        )
        .await;
    let mut path = TIMELINE.to_owned();
    let mut all = Vec::new();
    for expected in [40, 40, 10] {
        let found = entries(&mut meera, &path).await;
        assert_eq!(found.len(), expected, "{path}");
        all.extend(found);
        let page = meera.get(&path).await.body;
        let older = page
            .split("href=\"")
            .find(|rest| rest.starts_with(&format!("{TIMELINE}?before=")));
        path = match older {
            Some(rest) => rest.split('"').next().unwrap().replace("&amp;", "&"),
            None => String::new(),
        };
    }
    assert!(path.is_empty(), "{path}");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 90);
    for wrong in ["x", "1.x.y", "99999999999999999999.x"] {
        let answer = meera.get(&format!("{TIMELINE}?before={wrong}")).await;
        assert!(
            answer.status.is_success() || answer.status == StatusCode::NOT_FOUND,
            "{wrong}"
        );
    }
}
