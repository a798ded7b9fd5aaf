//! Adds events, and their sums by day in the same statement.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::live;
use crate::activity::ActivityKind;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, TopicId, UserId};

/// Columns of `learner_activity_days` that [`SUMS`] fills, in its order.
pub const COLUMNS: &str =
    "user_id, course_id, day, seconds_active, opened, read, watched, rewatched, done,
    quizzes_passed, quizzes_failed, exams, asked, answered, events, opened_topics, asked_topics,
    rewatched_topics, first_at, last_at";

/// The sums of events, to be grouped by person, course and `received_on`.
pub const SUMS: &str = "user_id, course_id, received_on,
    least(86400, coalesce(sum(amount) filter (where kind = 'active'), 0))::integer,
    (count(*) filter (where kind = 'opened'))::integer,
    (count(*) filter (where kind in ('read', 'completed')))::integer,
    (count(*) filter (where kind = 'video'))::integer,
    (count(*) filter (where kind = 'rewatched'))::integer,
    (count(*) filter (where kind = 'topic_done'))::integer,
    (count(*) filter (where kind = 'quiz_passed'))::integer,
    (count(*) filter (where kind = 'quiz_failed'))::integer,
    (count(*) filter (where kind = 'exam_ended'))::integer,
    (count(*) filter (where kind = 'tutor_asked'))::integer,
    (count(*) filter (where kind = 'cold_call_answered'))::integer,
    count(*)::integer,
    coalesce(array_agg(distinct topic_id) filter (where kind = 'opened' and topic_id is not null), '{}'),
    coalesce(array_agg(topic_id order by topic_id) filter (where kind = 'tutor_asked' and topic_id is not null), '{}'),
    coalesce(array_agg(topic_id order by topic_id) filter (where kind = 'rewatched' and topic_id is not null), '{}'),
    min(received_at) filter (where kind not in ('idle', 'enrolled')),
    max(received_at) filter (where kind not in ('idle', 'enrolled'))";

/// Adds to the sums of a day that are there already.
const ADD: &str = "
    seconds_active = least(86400, d.seconds_active + excluded.seconds_active),
    opened = d.opened + excluded.opened,
    read = d.read + excluded.read,
    watched = d.watched + excluded.watched,
    rewatched = d.rewatched + excluded.rewatched,
    done = d.done + excluded.done,
    quizzes_passed = d.quizzes_passed + excluded.quizzes_passed,
    quizzes_failed = d.quizzes_failed + excluded.quizzes_failed,
    exams = d.exams + excluded.exams,
    asked = d.asked + excluded.asked,
    answered = d.answered + excluded.answered,
    events = d.events + excluded.events,
    opened_topics = case when excluded.opened_topics <@ d.opened_topics then d.opened_topics
        else array(select distinct t from unnest(d.opened_topics || excluded.opened_topics) t order by t) end,
    asked_topics = case when excluded.asked_topics = '{}' then d.asked_topics
        else array(select t from unnest(d.asked_topics || excluded.asked_topics) t order by t) end,
    rewatched_topics = case when excluded.rewatched_topics = '{}' then d.rewatched_topics
        else array(select t from unnest(d.rewatched_topics || excluded.rewatched_topics) t order by t) end,
    first_at = least(d.first_at, excluded.first_at),
    last_at = greatest(d.last_at, excluded.last_at)";

/// An event of one learner.
#[derive(Debug, Clone)]
pub struct ActivityEvent {
    /// Key of the event. An event with a known key and time is not stored again.
    pub id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub course: CourseId,
    pub topic: Option<TopicId>,
    pub kind: ActivityKind,
    pub amount: i32,
    pub detail: String,
}

impl ActivityEvent {
    /// A fact that the server knows by itself.
    pub fn fact(course: CourseId, kind: ActivityKind, at: DateTime<Utc>) -> Self {
        Self {
            id: Uuid::now_v7(),
            occurred_at: at,
            course,
            topic: None,
            kind,
            amount: 0,
            detail: String::new(),
        }
    }

    pub fn in_topic(self, topic: TopicId) -> Self {
        Self {
            topic: Some(topic),
            ..self
        }
    }

    pub fn of_amount(self, amount: i32) -> Self {
        Self { amount, ..self }
    }

    pub fn about(self, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    /// Stores the event as received when it occurred.
    pub async fn record(self, conn: &mut Conn, user: UserId) -> QueryResult<()> {
        let at = self.occurred_at;
        record(conn, user, &[self], at).await.map(drop)
    }
}

#[derive(QueryableByName)]
struct StoredEvents {
    #[diesel(sql_type = BigInt)]
    stored: i64,
}

/// Stores those of the events that are not stored yet, and adds them to the sums of the day on
/// which they were received. Returns their number.
pub async fn record(
    conn: &mut Conn,
    user: UserId,
    events: &[ActivityEvent],
    received_at: DateTime<Utc>,
) -> QueryResult<i64> {
    if events.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Uuid> = events.iter().map(|event| event.id).collect();
    let times: Vec<DateTime<Utc>> = events.iter().map(|event| event.occurred_at).collect();
    let courses: Vec<Uuid> = events.iter().map(|event| event.course.0).collect();
    let topics: Vec<Option<Uuid>> = events
        .iter()
        .map(|event| event.topic.map(|topic| topic.0))
        .collect();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.name()).collect();
    let amounts: Vec<i32> = events.iter().map(|event| event.amount).collect();
    let details: Vec<&str> = events.iter().map(|event| event.detail.as_str()).collect();
    let row: StoredEvents = statement(format!(
        "with fresh as (
             insert into learner_activity_events
                 (user_id, occurred_at, event_id, course_id, topic_id, kind, amount, detail, received_at, received_on)
             select $1, s.occurred_at, s.event_id, s.course_id, s.topic_id, s.kind, s.amount, s.detail, $9, activity_day($9)
             from unnest($2, $3, $4, $5, $6, $7, $8)
                 as s (event_id, occurred_at, course_id, topic_id, kind, amount, detail)
             on conflict do nothing
             returning user_id, course_id, topic_id, kind, amount, received_at, received_on
         ), summed as (
             insert into learner_activity_days as d ({COLUMNS})
             select {SUMS} from fresh group by user_id, course_id, received_on order by course_id
             on conflict (user_id, course_id, day) do update set {ADD}
             returning 1
         )
         select count(*) as stored from fresh"
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Timestamptz>, _>(times)
    .bind::<Array<SqlUuid>, _>(courses)
    .bind::<Array<Nullable<SqlUuid>>, _>(topics)
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Int4>, _>(amounts)
    .bind::<Array<Text>, _>(details)
    .bind::<Timestamptz, _>(received_at)
    .get_result(conn)
    .await?;
    if row.stored > 0 {
        let courses: BTreeSet<Uuid> = events.iter().map(|event| event.course.0).collect();
        for course in courses {
            live::announce(conn, CourseId(course)).await?;
        }
    }
    Ok(row.stored)
}
