//! The stream of one browser, as server-sent events.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::{Extension, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::stream;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use uuid::Uuid;

use super::listen::Delivery;
use super::{EVERYTHING, LIVE_PATH};
use crate::db::statement;
use crate::error::AppResult;
use crate::http::layers::plain;
use crate::http::{AppState, Cx};
use crate::ids::UserId;

/// Time after which a stream ends, and the browser opens the next one with the session of then.
const LASTS: Duration = Duration::from_secs(300);

/// A transaction may commit this much later than its event was made. Resuming repeats the events
/// of this time, and browsers drop those that they know.
const OVERLAP_MS: u64 = 10_000;

/// Age from which events may have been deleted.
const KEPT_MS: u64 = 55 * 60 * 1_000;

/// Topics that a browser is told of when it resumes. With more, it loads everything again.
const MOST_TOPICS: i64 = 200;

pub fn routes() -> Router<AppState> {
    Router::new().route(LIVE_PATH, get(open))
}

#[derive(Deserialize)]
struct Start {
    /// UUIDv7 of the last event that the browser knows, or of the moment it read its page.
    after: Option<String>,
}

async fn open(
    Extension(cx): Extension<Cx>,
    Query(start): Query<Start>,
    headers: HeaderMap,
) -> Response {
    let Some(viewer) = &cx.viewer else {
        return plain(StatusCode::UNAUTHORIZED, "Please sign in first.");
    };
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .filter(|id| !id.is_empty());
    let after = last.or(start.after.as_deref());
    let after = after.and_then(|id| id.parse().ok());
    let mut tail = Tail {
        user: viewer.user_id,
        receiver: cx.app.live.receive(),
        ends: Instant::now() + LASTS,
        cursor: after.unwrap_or_else(Uuid::now_v7),
        known: VecDeque::new(),
        waiting: VecDeque::new(),
        cx,
    };
    // Events from before the receiver was there.
    tail.catch_up().await;
    let begin = Event::default()
        .id(tail.cursor.to_string())
        .retry(Duration::from_secs(2))
        .comment("live");
    tail.waiting.push_front(begin);
    let events = stream::unfold(tail, |mut tail| async move {
        let event = tail.next().await?;
        Some((Ok::<_, Infallible>(event), tail))
    });
    let response = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)));
    // Proxies would wait for more to send.
    ([("x-accel-buffering", "no")], response).into_response()
}

/// The events of one stream from a moment on.
struct Tail {
    cx: Cx,
    user: UserId,
    receiver: Receiver<Delivery>,
    ends: Instant,
    /// Last event that the browser knows.
    cursor: Uuid,
    /// Last events that were sent, so that reading from the database repeats none.
    known: VecDeque<Uuid>,
    waiting: VecDeque<Event>,
}

impl Tail {
    async fn next(&mut self) -> Option<Event> {
        let mut stopped = self.cx.app.live.stopped();
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            let received = tokio::select! {
                received = self.receiver.recv() => received,
                _ = stopped.wait_for(|stop| *stop) => return None,
                () = tokio::time::sleep_until(self.ends) => return None,
            };
            match received {
                Ok(Delivery::Event(event)) => {
                    if event.organization == self.cx.organization.organization_id
                        && event.audience.contains(&self.user)
                    {
                        self.push(event.event_id, &event.topic);
                    }
                }
                Ok(Delivery::Resync) | Err(RecvError::Lagged(_)) => self.catch_up().await,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn push(&mut self, event_id: Uuid, topic: &str) {
        if self.known.contains(&event_id) {
            return;
        }
        self.known.push_back(event_id);
        if self.known.len() > 500 {
            self.known.pop_front();
        }
        self.cursor = self.cursor.max(event_id);
        // The id stands in the data too, for the browser's other tabs.
        let event = Event::default()
            .id(event_id.to_string())
            .data(format!("{event_id} {topic}"));
        self.waiting.push_back(event);
    }

    /// Reads the events since the cursor from the database.
    async fn catch_up(&mut self) {
        let since = millis(self.cursor);
        if since + KEPT_MS < millis(Uuid::now_v7()) {
            self.push(Uuid::now_v7(), EVERYTHING);
            return;
        }
        match self.missed(at(since.saturating_sub(OVERLAP_MS))).await {
            Ok(missed) => {
                for (event_id, topic) in missed {
                    self.push(event_id, &topic);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "missed live events can't be read");
                self.push(Uuid::now_v7(), EVERYTHING);
            }
        }
    }

    /// Returns the last event of each topic since `from` that this person may know of.
    async fn missed(&self, from: Uuid) -> AppResult<Vec<(Uuid, String)>> {
        let (live, user) = (self.cx.app.live.clone(), self.user);
        self.cx
            .within(async move |conn| {
                let rows: Vec<EventRow> = statement(
                    "select distinct on (topic) event_id, topic from live_events
                     where event_id >= $1 order by topic, event_id desc limit $2",
                )
                .bind::<SqlUuid, _>(from)
                .bind::<diesel::sql_types::BigInt, _>(MOST_TOPICS)
                .load(conn)
                .await?;
                if rows.len() as i64 == MOST_TOPICS {
                    return Ok(vec![(Uuid::now_v7(), EVERYTHING.to_owned())]);
                }
                let mut seen = HashMap::new();
                for row in rows {
                    let audience = live.audience(conn, &row.topic).await?;
                    if audience.contains(&user) {
                        seen.insert(row.event_id, row.topic);
                    }
                }
                let mut seen: Vec<_> = seen.into_iter().collect();
                seen.sort();
                Ok(seen)
            })
            .await
    }
}

#[derive(QueryableByName)]
struct EventRow {
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
    #[diesel(sql_type = Text)]
    topic: String,
}

/// Milliseconds since 1970 in a UUIDv7.
fn millis(id: Uuid) -> u64 {
    (id.as_u128() >> 80) as u64
}

/// The lowest UUID of a millisecond.
fn at(millis: u64) -> Uuid {
    Uuid::from_u128(u128::from(millis) << 80)
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn a_moment_is_before_its_events_and_after_earlier_ones() {
        let earlier = Uuid::now_v7();
        let moment = at(millis(earlier) + 1);
        assert!(at(millis(earlier)) <= earlier && earlier < moment);
        assert_eq!(millis(moment), millis(earlier) + 1);
    }
}
