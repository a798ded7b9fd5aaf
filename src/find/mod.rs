//! Finds courses, people, pages and actions: the page `/find`, and the command palette of
//! `public/palette.js`, which asks the same server function.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

/// The page that finds.
pub const FIND: &str = "/find";

/// Results of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundGroup {
    pub label: String,
    pub hits: Vec<FoundHit>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundHit {
    pub title: String,
    /// Tells results with the same title apart.
    pub hint: String,
    pub href: String,
}
