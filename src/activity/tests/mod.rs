//! Tests of activity: reports of browsers, sums by day, the roster, timelines, and a learner's own
//! record.

mod facts;
mod mine;
mod reports;
mod retention;
mod roster;
mod timeline;

use axum::http::StatusCode;
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::ActivityReceipt;
use crate::testing::site::{Browser, TestAnswer};

/// An event as a browser sends it, so many seconds ago. `number` makes its id unique.
fn event(number: u128, kind: &str, topic: &str, amount: i32, seconds_ago: i64) -> String {
    let at: DateTime<Utc> = Utc::now() - Duration::seconds(seconds_ago);
    let millis = u128::try_from(at.timestamp_millis()).unwrap();
    let id = Uuid::from_u128((millis << 80) | (7 << 76) | (2 << 62) | number);
    format!("{id}:{kind}:{topic}:{amount}")
}

async fn report(browser: &mut Browser<'_>, events: &[String]) -> TestAnswer {
    let fields = [("events", events.join(" "))];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    browser.post("activity/api/report_activity", &fields).await
}

/// Reports events that the server takes, and returns its receipt.
async fn receipt(browser: &mut Browser<'_>, events: &[String]) -> ActivityReceipt {
    let answer = report(browser, events).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}
