//! Pages of the site that admins write, such as the imprint: their drafts, their published versions
//! and their place in the navigation.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::authoring::editor::{PublishedVersion, VersionChanges};
use crate::platform::address;
use crate::platform::ui::Html;

pub const SITE_PAGES: &str = "/admin/site/pages";

/// Most pages of a site.
pub const MOST_PAGES: i64 = 200;
pub const CMS_TITLE_CHARACTERS: u32 = 200;
pub const CMS_SLUG_CHARACTERS: u32 = 80;
pub const CMS_TEXT_CHARACTERS: u32 = 100_000;

pub fn cms_edit_path(slug: &str) -> String {
    format!("{SITE_PAGES}/{slug}")
}

/// The published versions of a page; with the differences of one of them if `version` is given.
pub fn cms_history_path(slug: &str, version: Option<i32>) -> String {
    let version = version.map(|number| number.to_string()).unwrap_or_default();
    address::with_query(
        &format!("{SITE_PAGES}/{slug}/history"),
        &[("version", &version)],
    )
}

/// A page in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CmsLine {
    pub slug: String,
    pub title: String,
    pub is_published: bool,
    /// True if it has a text that is not published.
    pub has_draft: bool,
    pub in_header: bool,
    pub in_footer: bool,
    /// Time of its last change in words and as ISO 8601.
    pub changed: (String, String),
}

/// A page in its editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CmsEditor {
    pub slug: String,
    /// Title of the draft, or the published one.
    pub title: String,
    pub text: String,
    pub revision: i32,
    pub is_published: bool,
    pub has_draft: bool,
    pub in_header: bool,
    pub in_footer: bool,
    pub nav_order: i32,
    /// True if everybody must accept the page.
    pub is_terms: bool,
    pub terms_version: i32,
    /// Number of people who have accepted this version.
    pub accepted_by: i64,
    pub preview: Html,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CmsHistory {
    pub title: String,
    /// Newest first.
    pub versions: Vec<PublishedVersion>,
    pub shown: Option<VersionChanges>,
}

/// The fields of the editor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CmsForm {
    /// Revision that the page started from.
    pub revision: i32,
    pub title: String,
    pub text: String,
    /// `publish` to show the text to everybody. Otherwise it is kept as a draft.
    pub go: String,
    /// Set if everybody must accept the published text again.
    pub ask_again: Option<String>,
}

/// The fields of a page's place in the navigation. Browsers send nothing for an empty box.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CmsPlaceForm {
    pub in_header: Option<String>,
    pub in_footer: Option<String>,
    pub nav_order: String,
}
