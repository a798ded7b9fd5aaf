//! Paths: nuggets joined by choices, which a learner walks in a conversation. The next nugget
//! follows from the learner's knowledge.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::paths::PATHS;
use crate::platform::address;
use crate::platform::ids::{NodeId, PathId};
use crate::platform::ui::Html;

/// Longest title of a path, in characters.
pub const PATH_TITLE_CHARACTERS: u32 = 200;

/// Longest description of a path, in characters.
pub const PATH_DESCRIPTION_CHARACTERS: u32 = 1_000;

/// Longest text of a choice, in characters.
pub const CHOICE_CHARACTERS: u32 = 200;

/// Longest answer to a check question, and longest search, in characters.
pub const ANSWER_CHARACTERS: u32 = 500;

/// Address of a path for learners.
pub fn path_path(path: PathId) -> String {
    format!("{PATHS}/{path}")
}

/// Address of the page on which a path is edited. With a node, that of its form.
pub fn path_editor_path(path: PathId, node: Option<NodeId>) -> String {
    let node = node.map(|node| node.to_string()).unwrap_or_default();
    address::with_query(&format!("{PATHS}/{path}/edit"), &[("node", &node)])
}

/// How a session speaks to its learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionMode {
    Text,
    Voice,
}

impl SessionMode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Voice => "voice",
        }
    }

    pub fn parse(name: &str) -> Self {
        match name {
            "voice" => Self::Voice,
            _ => Self::Text,
        }
    }
}

/// The list of paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathListPage {
    pub list: Html,
}

/// A path, for a learner or for its editors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NarrativePage {
    pub title: String,
    /// BCP 47 tag of the path's course. Empty without one.
    pub language: String,
    pub path: PathId,
    pub body: Html,
}

/// The fields of a choice as they are typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChoiceForm {
    pub text: String,
    /// Id of a node, or "end".
    pub target: String,
    /// Keys of concepts. Empty for none.
    pub reveals: String,
    pub confirms: String,
}
