//! Words of mails that admins can change, with a preview. `platform/mail/texts.rs` has the
//! registry of these mails.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::platform::address;
use crate::platform::ui::Html;

pub const MAIL_TEXTS: &str = "/admin/site/mails";

/// Maximum lengths, in characters.
pub const SUBJECT_LIMIT: u32 = 150;
pub const TEXT_LIMIT: u32 = 3_000;

pub fn mail_text_path(key: &str) -> String {
    address::with_query(MAIL_TEXTS, &[("mail", key)])
}

/// Page with the mails, and the form of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailTextsPage {
    /// Key and name of each mail, and whether its words were changed.
    pub mails: Vec<(String, String, bool)>,
    pub key: String,
    pub name: String,
    /// Says when it is sent.
    pub sent: String,
    pub subject: String,
    pub text: String,
    /// The placeholders with what they stand for, as HTML.
    pub placeholders: Html,
    pub is_changed: bool,
    /// True if the form shows words that are not saved.
    pub is_draft: bool,
    /// The mail with examples put in.
    pub preview_subject: String,
    pub preview: Html,
    pub preview_text: String,
}
