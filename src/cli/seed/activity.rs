//! Gives the learners of the demo course some weeks of study, so that the roster has a learner of
//! each status.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::class::COURSE;
use crate::activity::ActivityKind;
use crate::activity::server::record::{ActivityEvent, record};
use crate::enrollment::server::store as studying;
use crate::platform::auth::store as accounts;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TopicId, UserId};

/// A learner, the days before today on which they studied, and the minutes of such a day.
const STUDY: [(&str, &[i64], i64); 5] = [
    (
        "learner@demo.example",
        &[1, 2, 4, 7, 9, 12, 15, 16, 20, 23, 29, 33, 37],
        26,
    ),
    ("nikhil@demo.example", &[1, 3, 5, 8, 11, 14, 15], 41),
    ("sofia@demo.example", &[9, 10, 12, 17], 18),
    ("tomas@demo.example", &[4, 6, 13, 20], 22),
    ("kwame@demo.example", &[2, 3, 6, 9, 10, 16], 35),
];

/// Topics that are opened on a day.
const OPENED: usize = 2;

/// Adds the weeks, unless somebody has studied the course already.
pub async fn study(conn: &mut Conn) -> AppResult<()> {
    let Some(course) = studying::course_id(conn, COURSE).await? else {
        return Ok(());
    };
    let topics = topics(conn, course).await?;
    if topics.is_empty() || has_study(conn, course).await? {
        return Ok(());
    }
    let now = Utc::now();
    for (email, days, minutes) in STUDY {
        let Some(learner) = accounts::by_email(conn, email).await? else {
            continue;
        };
        for (&day, number) in days.iter().zip(0_usize..) {
            let starts = now - TimeDelta::days(day) - TimeDelta::hours(1);
            study_day(
                conn,
                learner.user_id,
                course,
                &topics,
                (starts, number),
                minutes,
            )
            .await?;
        }
    }
    Ok(())
}

async fn study_day(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    topics: &[TopicId],
    (starts, number): (DateTime<Utc>, usize),
    minutes: i64,
) -> AppResult<()> {
    let opened: Vec<TopicId> = topics
        .iter()
        .cycle()
        .skip(number * OPENED)
        .take(OPENED)
        .copied()
        .collect();
    let Some(&first) = <[_]>::first(&opened) else {
        return Ok(());
    };
    // Days differ a little.
    let minutes = minutes + i64::try_from(number % 4).unwrap_or_default() * 7;
    let event = |kind: ActivityKind, topic: TopicId, amount: i32, minute: i64| ActivityEvent {
        id: Uuid::now_v7(),
        occurred_at: starts + TimeDelta::minutes(minute),
        course,
        topic: Some(topic),
        kind,
        amount,
        detail: String::new(),
    };
    let mut events: Vec<ActivityEvent> = opened
        .iter()
        .zip(0..)
        .flat_map(|(&topic, minute)| {
            [
                event(ActivityKind::Opened, topic, 0, minute),
                event(ActivityKind::Read, topic, 75, minute),
            ]
        })
        .collect();
    events.extend((0..minutes).map(|minute| event(ActivityKind::Active, first, 60, minute)));
    let ends = starts + TimeDelta::minutes(minutes);
    record(conn, user, &events, ends).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct SeededTopic {
    #[diesel(sql_type = SqlUuid)]
    topic_id: TopicId,
}

async fn topics(conn: &mut Conn, course: CourseId) -> AppResult<Vec<TopicId>> {
    let rows: Vec<SeededTopic> = statement(
        "select topic_id from topics where course_id = $1 and retired_at is null order by module_no, topic_number",
    )
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.topic_id).collect())
}

#[derive(QueryableByName)]
struct SeededStudy {
    #[diesel(sql_type = BigInt)]
    days: i64,
}

async fn has_study(conn: &mut Conn, course: CourseId) -> AppResult<bool> {
    let row: SeededStudy = statement(
        "select count(*) as days from learner_activity_days d join users u on u.user_id = d.user_id
         where d.course_id = $1 and d.seconds_active > 0 and u.email like $2",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<Text, _>("%@demo.example")
    .get_result(conn)
    .await?;
    Ok(row.days > 0)
}
