//! Merge of two accounts of one person: a preview of what changes hands, and the merge itself.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::platform::ids::UserId;
use crate::platform::ui::Html;

/// Longest address or username that is looked for, in characters.
pub const OTHER_CHARACTERS: u32 = 254;

/// Page on which another account is merged into the one of the person.
pub fn merge_path(person: UserId) -> String {
    format!("{}/merge", super::person_path(person))
}

/// Page on which two accounts are merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergePage {
    /// The account that is kept.
    pub person: UserId,
    pub name: String,
    /// The search for the other account that found nothing fitting, and why.
    pub problem: Option<String>,
    pub preview: Option<MergePreview>,
}

/// All that the merge will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergePreview {
    /// The account that is closed.
    pub other: UserId,
    pub other_name: String,
    /// Both accounts and the rows that change hands, as HTML.
    pub said: Html,
    /// Warning that the admin must agree to. Empty if there is none.
    pub warning: String,
    /// Identifies what the page showed of the account that is closed.
    pub seen: String,
}
