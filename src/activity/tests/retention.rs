//! Tests of retention with a moved clock: old months are dropped, and reports go on.

use chrono::{Duration, Utc};

use super::{event, receipt};
use crate::activity::server::retention::retire;
use crate::testing::site::TestSite;
use crate::testing::{learner, pelican_course, topic_id};

const PARTITIONS: &str = "select count(*) from pg_inherits i join pg_class p on p.oid = i.inhparent
    where p.relname = 'learner_activity_events'";

const EVENTS: &str = "select count(*) from learner_activity_events";

#[tokio::test(flavor = "multi_thread")]
async fn old_events_are_retired_and_their_sums_stay() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let topic = topic_id(&site, "begin").await;
    receipt(&mut asha, &[event(1, "active", &topic, 50, 1)]).await;
    // An event of a month that has no partition.
    site.test
        .sql(
            "insert into learner_activity_events (user_id, occurred_at, event_id, course_id, kind, received_on)
             select user_id, now() - interval '2 years', gen_random_uuid(), course_id, 'opened', current_date
             from enrollments",
        )
        .await;
    let (partitions, events) = (
        site.test.count(PARTITIONS).await,
        site.test.count(EVENTS).await,
    );
    assert!(partitions >= 4, "{partitions}");

    let mut system = site.test.db.system().await.unwrap();
    retire(&mut system, Utc::now()).await.unwrap();
    assert_eq!(site.test.count(PARTITIONS).await, partitions);
    assert_eq!(site.test.count(EVENTS).await, events - 1);

    // The present month is the last of the months that are kept, then no more.
    retire(&mut system, Utc::now() + Duration::days(360))
        .await
        .unwrap();
    assert_eq!(site.test.count(EVENTS).await, events - 1);
    retire(&mut system, Utc::now() + Duration::days(460))
        .await
        .unwrap();
    assert!(site.test.count(PARTITIONS).await < partitions);
    assert_eq!(site.test.count(EVENTS).await, 0);
    let seconds = "select sum(seconds_active) from learner_activity_days";
    assert_eq!(site.test.count(seconds).await, 50);
    // Reports go on, even without a partition of their month.
    let late = [event(2, "active", &topic, 10, 1)];
    assert_eq!(receipt(&mut asha, &late).await.stored, 1);
    assert_eq!(site.test.count(seconds).await, 60);
}
