//! Reads reports of browsers. Nothing in them is trusted: the course follows from the topic, and
//! each event is judged alone.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Int4, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::record::{ActivityEvent, record};
use crate::activity::{ActivityKind, ActivityReceipt, MOST_EVENTS, RefusedEvent};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, TopicId, UserId};

/// Difference by which a clock may be fast.
const FAST: TimeDelta = TimeDelta::minutes(2);

/// Time for which a browser without a connection keeps events.
const WAITED: TimeDelta = TimeDelta::days(7);

/// Most events of a learner in one course on one day. An eager reader causes some hundreds.
const DAY_EVENTS: i32 = 20_000;

/// Most active seconds that one event may add.
const ACTIVE_SECONDS: i32 = 120;

/// Largest position in a video, in seconds.
const VIDEO_SECONDS: i32 = 360_000;

/// An event as the browser sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SentEvent {
    id: Uuid,
    occurred_at: DateTime<Utc>,
    topic: TopicId,
    kind: ActivityKind,
    amount: i32,
}

/// Stores the events of a report. They are `id:kind:topic:amount`, separated by spaces. The id is a
/// UUIDv7, which contains the time.
///
/// # Errors
///
/// `Invalid` if there are more than [`MOST_EVENTS`].
pub async fn take(
    conn: &mut Conn,
    user: UserId,
    sent: &str,
    now: DateTime<Utc>,
) -> AppResult<ActivityReceipt> {
    if sent.split_whitespace().count() > MOST_EVENTS {
        let why = format!("A report has at most {MOST_EVENTS} events. Nothing was stored.");
        return Err(AppError::field("events", why));
    }
    let mut refused = Vec::new();
    let mut read = Vec::new();
    for (text, number) in sent.split_whitespace().zip(1..) {
        match parse(text, now) {
            Ok(event) => read.push((number, event)),
            Err(why) => refused.push(RefusedEvent {
                number,
                why: why.to_owned(),
            }),
        }
    }
    let places = places(conn, user, &read, now).await?;
    let mut events = Vec::new();
    for (number, sent) in read {
        match accepted(&sent, &places) {
            Ok(course) => events.push(ActivityEvent {
                id: sent.id,
                occurred_at: sent.occurred_at,
                course,
                topic: Some(sent.topic),
                kind: sent.kind,
                amount: sent.amount,
                detail: String::new(),
            }),
            Err(why) => refused.push(RefusedEvent {
                number,
                why: why.to_owned(),
            }),
        }
    }
    let stored = record(conn, user, &events, now).await?;
    refused.sort_by_key(|event| event.number);
    Ok(ActivityReceipt {
        stored: usize::try_from(stored).unwrap_or_default(),
        refused,
    })
}

/// Reads one event. Otherwise returns the sentence that says why not.
fn parse(text: &str, now: DateTime<Utc>) -> Result<SentEvent, &'static str> {
    const MALFORMED: &str = "This event is incomplete or malformed.";
    let mut parts = text.split(':');
    let mut part = || parts.next().ok_or(MALFORMED);
    let (id, kind, topic, amount) = (part()?, part()?, part()?, part()?);
    let id: Uuid = id.parse().map_err(|_| MALFORMED)?;
    let topic = TopicId(topic.parse().map_err(|_| MALFORMED)?);
    let amount: i32 = amount.parse().map_err(|_| MALFORMED)?;
    let kind = ActivityKind::parse(kind).ok_or("There is no event of this kind.")?;
    if !kind.is_reported() {
        return Err("The server records events of this kind itself.");
    }
    let occurred_at = time_of(id).ok_or("The id of this event is no UUID of version 7.")?;
    if occurred_at > now + FAST {
        return Err("This event is in the future. The clock of the device seems to be wrong.");
    }
    if occurred_at < now - WAITED {
        return Err("This event is more than seven days old.");
    }
    let most = match kind {
        ActivityKind::Read | ActivityKind::Completed => 100,
        ActivityKind::Active => ACTIVE_SECONDS,
        ActivityKind::Video | ActivityKind::Rewatched => VIDEO_SECONDS,
        _ => 0,
    };
    if !(0..=most).contains(&amount) {
        return Err("The number of this event is too large or too small.");
    }
    Ok(SentEvent {
        id,
        occurred_at,
        topic,
        kind,
        amount,
    })
}

/// Returns the time in a UUIDv7, to the millisecond. Source: RFC 9562, section 5.7.
fn time_of(id: Uuid) -> Option<DateTime<Utc>> {
    if id.get_version_num() != 7 {
        return None;
    }
    let millis = i64::try_from(id.as_u128() >> 80).ok()?;
    DateTime::from_timestamp_millis(millis)
}

#[derive(QueryableByName)]
struct EventPlace {
    #[diesel(sql_type = SqlUuid)]
    topic_id: TopicId,
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    /// Events of the learner in the course today.
    #[diesel(sql_type = Int4)]
    events: i32,
}

/// Returns those of the topics whose course the person studies.
async fn places(
    conn: &mut Conn,
    user: UserId,
    read: &[(usize, SentEvent)],
    now: DateTime<Utc>,
) -> QueryResult<HashMap<TopicId, EventPlace>> {
    if read.is_empty() {
        return Ok(HashMap::new());
    }
    let mut topics: Vec<Uuid> = read.iter().map(|(_, event)| event.topic.0).collect();
    topics.sort_unstable();
    topics.dedup();
    let rows: Vec<EventPlace> = statement(
        "select t.topic_id, t.course_id, coalesce(d.events, 0) as events
         from topics t
         join enrollments e on e.course_id = t.course_id and e.user_id = $1 and e.status in ('active', 'completed')
         left join learner_activity_days d
             on d.user_id = $1 and d.course_id = t.course_id and d.day = activity_day($3)
         where t.topic_id = any($2)",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Array<SqlUuid>, _>(topics)
    .bind::<Timestamptz, _>(now)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.topic_id, row)).collect())
}

/// Returns the course of the event. Otherwise returns the sentence that says why not.
fn accepted(
    sent: &SentEvent,
    places: &HashMap<TopicId, EventPlace>,
) -> Result<CourseId, &'static str> {
    let place = places
        .get(&sent.topic)
        .ok_or("You are not enrolled in a course with this topic.")?;
    match place.events < DAY_EVENTS {
        true => Ok(place.course_id),
        false => Err("There are too many events of this day already."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "11111111-1111-4111-8111-111111111111";

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_750_000_000_000).unwrap()
    }

    /// An id of this time, in milliseconds from now.
    fn id(from_now: i64) -> String {
        let millis = u128::try_from(now().timestamp_millis() + from_now).unwrap();
        Uuid::from_u128((millis << 80) | (7 << 76) | (2 << 62) | 5).to_string()
    }

    fn read(text: &str) -> Result<SentEvent, &'static str> {
        parse(text, now())
    }

    #[test]
    fn the_time_of_an_event_is_in_its_id() {
        let event = read(&format!("{}:read:{TOPIC}:50", id(-4_321))).unwrap();
        assert_eq!(event.occurred_at, now() - TimeDelta::milliseconds(4_321));
        assert_eq!((event.kind, event.amount), (ActivityKind::Read, 50));
    }

    #[test]
    fn wrong_events_are_refused_with_a_sentence() {
        let day = 86_400_000;
        for (text, why) in [
            ("x".to_owned(), "malformed"),
            (format!("{}:read:{TOPIC}", id(0)), "malformed"),
            (format!("{}:read:nowhere:1", id(0)), "malformed"),
            (format!("{}:read:{TOPIC}:x", id(0)), "malformed"),
            (
                format!("{}:danced:{TOPIC}:1", id(0)),
                "no event of this kind",
            ),
            (format!("{}:quiz_passed:{TOPIC}:100", id(0)), "itself"),
            (format!("{TOPIC}:read:{TOPIC}:1"), "version 7"),
            (format!("{}:read:{TOPIC}:101", id(0)), "too large"),
            (format!("{}:read:{TOPIC}:-1", id(0)), "too small"),
            (format!("{}:active:{TOPIC}:121", id(0)), "too large"),
            (format!("{}:opened:{TOPIC}:0", id(day)), "future"),
            (format!("{}:opened:{TOPIC}:0", id(121_000)), "future"),
            (format!("{}:opened:{TOPIC}:0", id(-8 * day)), "seven days"),
        ] {
            let refused = read(&text).unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
        assert!(read(&format!("{}:opened:{TOPIC}:0", id(-day))).is_ok());
        assert!(read(&format!("{}:opened:{TOPIC}:0", id(60_000))).is_ok());
    }
}
