//! Live events: tells open browsers that something changed, through any replica.
//!
//! An event holds only a topic, such as "coldcall/PROMPT/COHORT". It is stored and announced in the
//! transaction of the change. Each process has one connection that listens, and each browser one
//! stream. A browser that gets an event loads the data again, with the rights that it has then.

#[cfg(feature = "hydrate")]
pub mod browser;
#[cfg(feature = "ssr")]
mod listen;
#[cfg(feature = "ssr")]
mod stream;

#[cfg(feature = "ssr")]
pub use self::{
    listen::{Live, MaySee, publish},
    stream::routes,
};

use serde::{Deserialize, Serialize};

/// Address of the stream.
pub const LIVE_PATH: &str = "/live";

/// Topic of all events at once: the browser was away for too long to be told of each.
pub const EVERYTHING: &str = "*";

/// Topic that a page follows, from the moment at which its data was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveTopic {
    pub topic: String,
    /// UUIDv7 of the moment, as text.
    pub since: String,
}

#[cfg(feature = "ssr")]
impl LiveTopic {
    /// Follows the topic from now on. Call this before the data is read.
    pub fn from_now(topic: String) -> Self {
        Self {
            topic,
            since: uuid::Uuid::now_v7().to_string(),
        }
    }
}
