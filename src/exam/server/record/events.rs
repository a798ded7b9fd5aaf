//! Queries of the events of sittings.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::exam::server::timeline::{Event, EventKind};
use crate::platform::db::Conn;
use crate::platform::db::schema::exam_sitting_events;
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
    let rows: Vec<_> = events
        .iter()
        .map(|event| {
            (
                exam_sitting_events::event_id.eq(Uuid::now_v7()),
                exam_sitting_events::sitting_id.eq(sitting),
                exam_sitting_events::kind.eq(event.kind.name()),
                exam_sitting_events::question_no
                    .eq(event.question.and_then(|number| i32::try_from(number).ok())),
                exam_sitting_events::at.eq(event.at),
            )
        })
        .collect();
    diesel::insert_into(exam_sitting_events::table)
        .values(rows)
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
