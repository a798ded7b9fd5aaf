//! Queries of the events of sittings.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::exam::server::timeline::{Event, EventKind};
use crate::platform::db::schema::exam_sitting_events;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::SittingId;

/// Maximum number of events stored for one sitting.
const EVENTS: i64 = 2000;

pub async fn note(conn: &mut Conn, sitting: SittingId, events: &[Event]) -> QueryResult<()> {
    let kept: i64 = exam_sitting_events::table
        .filter(exam_sitting_events::sitting_id.eq(sitting))
        .count()
        .get_result(conn)
        .await?;
    if kept >= EVENTS {
        return Ok(());
    }
    let question = |event: &Event| i32::try_from(event.question?).ok();
    statement(
        "insert into exam_sitting_events (sitting_id, event_id, kind, question_no, at)
         select $1, * from unnest($2, $3, $4, $5)",
    )
    .bind::<SqlUuid, _>(sitting)
    .bind::<Array<SqlUuid>, _>(events.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(
        events
            .iter()
            .map(|event| event.kind.name())
            .collect::<Vec<_>>(),
    )
    .bind::<Array<Nullable<Int4>>, _>(events.iter().map(question).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(events.iter().map(|event| event.at).collect::<Vec<_>>())
    .execute(conn)
    .await
    .map(drop)
}

/// Returns the events of a sitting in order of time.
pub async fn events(conn: &mut Conn, sitting: SittingId) -> QueryResult<Vec<Event>> {
    let rows: Vec<(String, Option<i32>, DateTime<Utc>)> = exam_sitting_events::table
        .filter(exam_sitting_events::sitting_id.eq(sitting))
        .order((exam_sitting_events::at, exam_sitting_events::event_id))
        .select((
            exam_sitting_events::kind,
            exam_sitting_events::question_no,
            exam_sitting_events::at,
        ))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(kind, question, at)| {
            Some(Event {
                kind: EventKind::named(&kind)?,
                question: question.and_then(|number| usize::try_from(number).ok()),
                at,
            })
        })
        .collect())
}
