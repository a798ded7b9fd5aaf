//! The audit log for admins: who did what to what, with old and new values.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::platform::address;
use crate::platform::ids::UserId;

/// Entries on one page.
pub const ENTRIES_ON_PAGE: i64 = 50;
/// Most entries of one file.
pub const ENTRIES_IN_FILE: i64 = 50_000;

/// Months for which entries can be kept, in words. Zero is for all time.
pub const RETENTIONS: [(u32, &str); 6] = [
    (0, "For all time"),
    (12, "1 year"),
    (24, "2 years"),
    (36, "3 years"),
    (60, "5 years"),
    (120, "10 years"),
];

pub const AUDIT_LOG: &str = "/admin/audit";
pub const AUDIT_FILE: &str = "/admin/audit.csv";

/// Filters and place in the log, as its address has them. Empty fields filter nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Email address or id of the person who acted.
    pub by: String,
    /// Kind of action, such as "user.role_changed".
    pub action: String,
    /// Kind of thing, such as "user".
    pub kind: String,
    /// Id of the thing; of a person also the email address.
    pub subject: String,
    /// A day, as "2026-01-31", in the reader's time zone.
    pub day: String,
    /// Place of the last entry of the page before, as [`AuditLine::place`] has it.
    pub after: String,
}

impl AuditQuery {
    fn values(&self) -> [(&'static str, &str); 6] {
        [
            ("by", &self.by),
            ("action", &self.action),
            ("kind", &self.kind),
            ("subject", &self.subject),
            ("day", &self.day),
            ("after", &self.after),
        ]
    }

    pub fn path(&self) -> String {
        address::with_query(AUDIT_LOG, &self.values())
    }

    /// Address of a file with all entries that the filters leave.
    pub fn file_path(&self) -> String {
        address::with_query(AUDIT_FILE, &self.from_start().values())
    }

    pub fn from_start(&self) -> Self {
        Self {
            after: String::new(),
            ..self.clone()
        }
    }

    pub fn is_filtered(&self) -> bool {
        *self != Self::default()
    }
}

/// Address of all entries about a person.
pub fn about_path(person: UserId) -> String {
    AuditQuery {
        kind: "user".to_owned(),
        subject: person.to_string(),
        ..AuditQuery::default()
    }
    .path()
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    pub lines: Vec<AuditLine>,
    /// Place of the last line if there are older entries.
    pub next: Option<String>,
    /// Kinds of actions and of things that the log may hold, for the filters.
    pub actions: Vec<String>,
    pub kinds: Vec<String>,
    /// Says why a filter finds nothing.
    pub problem: Option<String>,
    /// Months for which entries are kept. Zero for all time.
    pub kept_months: u32,
}

/// An entry in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    pub place: String,
    /// Time in words and as ISO 8601.
    pub at: (String, String),
    /// Name and id of the person who acted. None for the system and for strangers.
    pub by: Option<(String, UserId)>,
    pub action: String,
    /// `done`, `denied` or `failed`.
    pub outcome: String,
    /// Kind and id of the thing.
    pub subject: Option<(String, String)>,
    /// Name of the person, if the thing is an account.
    pub person: Option<(String, UserId)>,
    /// Name, old value and new value of each property that the entry has.
    pub changes: Vec<ChangedValue>,
    pub address: String,
}

/// A property before and after an action. None if the entry says nothing about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedValue {
    pub name: String,
    pub old: Option<String>,
    pub new: Option<String>,
}
