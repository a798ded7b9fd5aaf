//! Tests of reports: each event counts once, and wrong ones are refused with a sentence.

use axum::http::StatusCode;

use super::{event, receipt, report};
use crate::activity::server::rebuild;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, UserId};
use crate::testing::site::TestSite;
use crate::testing::{CourseBuilder, learner, pelican_course, take, topic_id, user_id};

const STORED: &str =
    "select count(*) from learner_activity_events where kind in ('opened', 'active', 'read')";
const SECONDS: &str = "select coalesce(sum(seconds_active), 0) from learner_activity_days";

/// The sums by day as text.
const SUMS: &str = "select coalesce(string_agg((to_jsonb(d) - 'organization_id')::text, ' ' order by d.user_id, d.day), '')
    from learner_activity_days d";

#[tokio::test(flavor = "multi_thread")]
async fn an_event_counts_once_however_often_it_is_sent() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let topic = topic_id(&site, "begin").await;
    let batch = [
        event(1, "opened", &topic, 0, 60),
        event(2, "active", &topic, 45, 30),
        event(3, "read", &topic, 50, 20),
    ];
    let first = receipt(&mut asha, &batch).await;
    assert_eq!((first.stored, first.refused.len()), (3, 0));
    let mut tab = asha.tab();
    let again = receipt(&mut tab, &batch).await;
    assert_eq!((again.stored, again.refused.len()), (0, 0));
    // A part that was sent, and an event twice in one report.
    let fourth = event(4, "active", &topic, 30, 5);
    let more = [batch[1].clone(), fourth.clone(), fourth];
    assert_eq!(receipt(&mut asha, &more).await.stored, 1);
    assert_eq!(site.test.count(STORED).await, 4);
    assert_eq!(site.test.count(SECONDS).await, 75);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_events_are_refused_alone() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    CourseBuilder::new("other")
        .module("M")
        .topic("elsewhere")
        .import(&site)
        .await;
    let mut asha = learner(&site, "asha@example.org").await;
    let topic = topic_id(&site, "begin").await;
    let elsewhere = topic_id(&site, "elsewhere").await;
    let day = 86_400;
    let batch = [
        event(1, "opened", &topic, 0, 1),
        event(2, "opened", &elsewhere, 0, 1),
        event(3, "opened", &topic, 0, -day),
        event(4, "opened", &topic, 0, 8 * day),
        event(5, "danced", &topic, 0, 1),
        event(6, "quiz_passed", &topic, 100, 1),
        event(7, "active", &topic, 4_000, 1),
        "nonsense".to_owned(),
        // A device that was offline, or whose clock is a day late.
        event(8, "opened", &topic, 0, day),
    ];
    let answer = receipt(&mut asha, &batch).await;
    assert_eq!(answer.stored, 2);
    let refused: Vec<(usize, &str)> = answer
        .refused
        .iter()
        .map(|refused| (refused.number, refused.why.as_str()))
        .collect();
    assert_eq!(
        refused,
        [
            (2, "You are not enrolled in a course with this topic."),
            (
                3,
                "This event is in the future. The clock of the device seems to be wrong."
            ),
            (4, "This event is more than seven days old."),
            (5, "There is no event of this kind."),
            (6, "The server records events of this kind itself."),
            (7, "The number of this event is too large or too small."),
            (8, "This event is incomplete or malformed."),
        ]
    );
    assert_eq!(site.test.count(STORED).await, 2);
    // Sums go by the day of receipt.
    let days = "select count(*) from learner_activity_days where opened > 0";
    assert_eq!(site.test.count(days).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_has_at_most_fifty_events_and_a_person() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let topic = topic_id(&site, "begin").await;
    let many: Vec<String> = (0..51)
        .map(|number| event(number, "read", &topic, 25, 1))
        .collect();
    let answer = report(&mut asha, &many).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("at most 50 events"), "{}", answer.body);
    assert_eq!(site.test.count(STORED).await, 0);
    assert_eq!(receipt(&mut asha, &many[..50]).await.stored, 50);
    assert_eq!(receipt(&mut asha, &[]).await.stored, 0);
    let mut visitor = site.visitor();
    let answer = report(&mut visitor, &many[..1]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    // A person who has left the course reports nothing about it.
    site.test
        .sql("update enrollments set status = 'withdrawn'")
        .await;
    let late = [event(99, "read", &topic, 25, 1)];
    assert_eq!(receipt(&mut asha, &late).await.refused.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_that_are_made_anew_equal_those_that_were_kept() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let (begin, middle) = (
        topic_id(&site, "begin").await,
        topic_id(&site, "middle").await,
    );
    for round in 0..4 {
        let number = round * 10;
        let batch = [
            event(number + 1, "opened", &middle, 0, 50),
            event(number + 2, "opened", &begin, 0, 40),
            event(number + 3, "active", &begin, 60, 30),
            event(number + 4, "video", &begin, 90, 20),
            event(number + 5, "rewatched", &begin, 10, 10),
            event(number + 6, "idle", &begin, 0, 5),
        ];
        assert_eq!(receipt(&mut asha, &batch).await.stored, 6);
    }
    take(&site, &mut asha, "1", false).await.assert_ok();
    take(&site, &mut asha, "1", true).await.assert_ok();
    let kept = site.test.text(SUMS).await;
    assert!(kept.contains("\"quizzes_failed\": 1"), "{kept}");
    // Damaged: wrong sums, a day that never was, and a day that is missing.
    site.test
        .sql(
            "update learner_activity_days set seconds_active = 7, asked = 3, opened_topics = '{}';
             insert into learner_activity_days (user_id, course_id, day, opened)
             select user_id, course_id, day + 1, 5 from learner_activity_days",
        )
        .await;
    let user = UserId(user_id(&site, "asha@example.org").await.parse().unwrap());
    let course = site.test.text("select course_id from courses").await;
    let course = CourseId(course.parse().unwrap());
    let rebuilt: AppResult<()> = site
        .test
        .db
        .within(site.test.organization, async move |conn| {
            Ok(rebuild::rebuild(conn, course, user, chrono::Utc::now()).await?)
        })
        .await;
    rebuilt.unwrap();
    assert_eq!(site.test.text(SUMS).await, kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_never_changed_and_go_with_their_person() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let topic = topic_id(&site, "begin").await;
    receipt(&mut asha, &[event(1, "opened", &topic, 0, 1)]).await;
    for change in [
        "update learner_activity_events set amount = 5",
        "delete from learner_activity_events",
    ] {
        assert!(site.test.refuses(change).await, "{change}");
    }
    assert_eq!(site.test.count(STORED).await, 1);
    site.test.sql("delete from learner_activity_days").await;
    let all = "select count(*) from learner_activity_events";
    assert_eq!(site.test.count(all).await, 0);
}
