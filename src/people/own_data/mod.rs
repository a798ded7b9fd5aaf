//! A person's own data: a copy of everything that Lyceum holds about them, and the deletion of
//! their account. Admins do both on request, from the person's page.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

/// Days in which a copy can be downloaded.
pub const COPY_DAYS: i64 = 7;
/// Days between the wish to delete an account and its deletion.
pub const GRACE_DAYS: i64 = 14;

/// Address of a copy.
#[cfg(feature = "ssr")]
pub const COPY_FILE: &str = "/downloads/own-data/{export}";

/// The state of a person's own data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnData {
    /// The newest copy.
    pub copy: Option<DataCopy>,
    /// Date on which the account will be deleted.
    pub deletion: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataCopy {
    /// A job is making it.
    Waiting,
    /// Its address, and the time until which it can be downloaded.
    Ready { href: String, until: String },
}

/// An action on the settings page, whose outcome the page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnDataAction {
    RequestCopy,
    Delete,
    Keep,
}

impl OwnDataAction {
    /// Value of `done` in the address of the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::RequestCopy => "copy",
            Self::Delete => "delete",
            Self::Keep => "keep",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::RequestCopy, Self::Delete, Self::Keep]
            .into_iter()
            .find(|action| action.name() == name)
    }

    pub fn said(self) -> &'static str {
        match self {
            Self::RequestCopy => "Your copy is being made. You get an email when it is ready.",
            Self::Delete => "Your account will be deleted. All your other devices are signed out.",
            Self::Keep => "Your account is kept.",
        }
    }
}
