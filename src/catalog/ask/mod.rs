//! Questions about the catalog, which visitors may ask. They are answered with sentences of the
//! published courses' pages, and with nothing else.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::platform::ui::Html;

/// The page that asks.
pub const ASK: &str = "/ask";

/// Questions of a visitor, and of a person who is signed in, in one conversation.
pub const VISITOR_TURNS: usize = 5;
pub const MEMBER_TURNS: usize = 10;

/// Page of a conversation about the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogTalkPage {
    /// Questions with their answers. Empty before the first question.
    pub turns: Html,
    /// Questions that are left, and all of them.
    pub left: usize,
    pub all: usize,
}
