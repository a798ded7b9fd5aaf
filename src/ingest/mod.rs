//! Documents of an organization and the nuggets that are made of them. Tutors and admins add files,
//! texts and web addresses; admins watch folders; and a course can be made of a document.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::platform::address;
use crate::platform::ids::{DocumentId, IngestionJobId, NuggetId};
use crate::platform::ui::Html;

pub use crate::paths::DOCUMENTS;

/// The store of all nuggets.
pub const NUGGETS: &str = "/nuggets";

/// Address of uploads. The flash message for the page has the same name.
pub const DOCUMENT_UPLOAD: &str = "/uploads/documents";

/// Largest upload in bytes, with all its files.
pub const UPLOAD_BYTES: usize = 200 * 1024 * 1024;

pub const TITLE_CHARACTERS: u32 = 300;
/// Longest pasted text, in characters.
pub const PASTED_CHARACTERS: u32 = 100_000;
/// Longest nugget after an edit, in characters.
pub const NUGGET_CHARACTERS: u32 = 8_000;
pub const URL_CHARACTERS: u32 = 2_000;
/// Longest list of concepts in a form, in characters.
pub const CONCEPTS_CHARACTERS: u32 = 1_000;

/// Lines of a page of a list.
pub const PAGE: i64 = 50;

pub fn document_path(document: DocumentId) -> String {
    format!("{DOCUMENTS}/{document}")
}

/// A page of a document, beside its nuggets.
pub fn document_page_path(document: DocumentId, page: i32) -> String {
    format!(
        "{}#page",
        address::with_query(&document_path(document), &[("page", &page.to_string())])
    )
}

pub fn nugget_path(nugget: NuggetId) -> String {
    format!("{NUGGETS}/{nugget}")
}

/// The subject of a nugget, as its column `metadata` holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NuggetMetadata {
    pub version: u8,
    pub topics: Vec<String>,
    /// Concepts that the nugget explains, as they are shown.
    pub concepts: Vec<String>,
    /// Concepts that the nugget uses and an earlier nugget explains.
    pub prerequisites: Vec<String>,
    /// Concepts that the nugget mentions and a later nugget explains.
    pub related: Vec<String>,
    /// From 1 to 10.
    pub difficulty: u8,
    pub minutes: u16,
}

impl Default for NuggetMetadata {
    fn default() -> Self {
        Self {
            version: 1,
            topics: Vec::new(),
            concepts: Vec::new(),
            prerequisites: Vec::new(),
            related: Vec::new(),
            difficulty: 5,
            minutes: 1,
        }
    }
}

/// A slide of a nugget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NuggetSlide {
    pub title: String,
    pub lines: Vec<String>,
}

#[cfg(feature = "ssr")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, diesel_derive_enum::DbEnum)]
#[db_enum(existing_type_path = "crate::platform::db::schema::sql_types::NuggetStatus")]
pub enum NuggetStatus {
    Processing,
    Ready,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IngestionStatus {
    Pending,
    Processing,
    Completed,
    Failed,
    Cancelled,
}

impl IngestionStatus {
    pub fn parse(name: &str) -> Self {
        match name {
            "processing" => Self::Processing,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            "cancelled" => Self::Cancelled,
            _ => Self::Pending,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "Waiting",
            Self::Processing => "Reading",
            Self::Completed => "Done",
            Self::Failed => "Failed",
            Self::Cancelled => "Canceled",
        }
    }

    pub fn is_running(self) -> bool {
        matches!(self, Self::Pending | Self::Processing)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentsPage {
    pub documents: Vec<DocumentLine>,
    pub has_more: bool,
    pub jobs: Vec<IngestionLine>,
    pub sources: Vec<WatchedSource>,
    pub is_admin: bool,
    /// Folders below which folders can be watched.
    pub roots: Vec<String>,
    /// Sentences about the upload before.
    pub said: Vec<String>,
    pub problems: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentLine {
    pub id: DocumentId,
    pub title: String,
    pub source: String,
    pub format: String,
    /// “12 pages”.
    pub pages: String,
    pub nuggets: i64,
    pub notes: i64,
    /// When it was read last.
    pub read: String,
}

/// A job that takes in a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestionLine {
    pub id: IngestionJobId,
    pub source: String,
    pub status: IngestionStatus,
    pub done: i32,
    pub total: Option<i32>,
    /// The reason of a failure, or what was made.
    pub said: String,
    pub document: Option<DocumentId>,
    pub at: String,
}

/// A watched folder or a monitored address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedSource {
    pub id: String,
    pub is_folder: bool,
    pub place: String,
    /// “every 60 minutes”, or the types of files.
    pub how: String,
    pub is_enabled: bool,
    pub checked: String,
    pub problem: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentPage {
    pub id: DocumentId,
    pub title: String,
    pub source: String,
    pub source_url: Option<String>,
    pub format: String,
    pub page_kind: String,
    pub pages: i32,
    pub notes: Vec<String>,
    pub read: String,
    pub nuggets: Vec<NuggetLine>,
    pub shown: Option<ShownPage>,
    pub is_admin: bool,
    /// Name in addresses of the course that was made of it last.
    pub course: Option<String>,
    /// Name in addresses for a new course.
    pub slug: String,
    pub job: Option<IngestionLine>,
}

/// The text of one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownPage {
    pub number: i32,
    pub label: String,
    pub html: Html,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NuggetLine {
    pub id: NuggetId,
    pub title: String,
    /// Headings above, joined.
    pub under: String,
    pub concepts: Vec<String>,
    pub difficulty: u8,
    pub minutes: u16,
    pub page_from: Option<i32>,
    /// “page 3” or “pages 3 to 4”.
    pub place: String,
    pub document: Option<(DocumentId, String)>,
    pub is_edited: bool,
    pub is_retired: bool,
}

/// Search and filters of the store, as they are in its address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NuggetQuery {
    pub q: String,
    pub concept: String,
    pub document: String,
    /// Empty for nuggets in use, else `retired` or `all`.
    pub show: String,
    pub page: u32,
}

impl NuggetQuery {
    pub fn path(&self) -> String {
        let page = match self.page {
            0 => String::new(),
            page => page.to_string(),
        };
        let parts = [
            ("q", self.q.as_str()),
            ("concept", &self.concept),
            ("document", &self.document),
            ("show", &self.show),
            ("page", &page),
        ];
        address::with_query(NUGGETS, &parts)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NuggetsPage {
    pub nuggets: Vec<NuggetLine>,
    pub has_more: bool,
    /// Ids and titles of all documents, for the filter.
    pub documents: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NuggetPage {
    pub line: NuggetLine,
    pub content: String,
    pub html: Html,
    pub metadata: NuggetMetadata,
    pub slides: Vec<NuggetSlide>,
    pub language: String,
    pub shown: Option<ShownPage>,
    pub page_kind: String,
    pub versions: Vec<NuggetVersion>,
    /// Nuggets that explain or use the same concepts.
    pub similar: Vec<NuggetLine>,
    /// Identifies the text that the form shows.
    pub seen: String,
}

/// A text that a nugget had before an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NuggetVersion {
    pub title: String,
    pub content: String,
    pub replaced: String,
}
