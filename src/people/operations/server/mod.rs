//! Queries of operations.

pub mod health;
pub mod jobs;
pub mod mails;
pub mod model_choices;
pub mod model_usage;
pub mod sessions;
pub mod storage;

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

/// The place of a line in its list, for an address.
fn place(at: DateTime<Utc>, id: impl std::fmt::Display) -> String {
    format!("{}_{id}", at.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// Reads a place. Nonsense is the place before the first line.
fn read_place(text: &str) -> (DateTime<Utc>, Uuid) {
    let read = text
        .split_once('_')
        .and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    // PostgreSQL knows no year as late as the last one of chrono.
    read.unwrap_or_else(|| (Utc::now() + chrono::Duration::days(36_500), Uuid::max()))
}
