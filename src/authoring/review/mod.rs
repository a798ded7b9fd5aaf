//! Review of a topic before it is published: comments on passages of its draft, and whether it is
//! ready. The editor shows both beside the text.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

/// Longest passage that a comment is about, and longest comment, in characters.
pub const QUOTE_CHARACTERS: u32 = 1_000;
pub const COMMENT_CHARACTERS: u32 = 2_000;

/// Id of the part of the editor's page with the review, and of the field for a passage.
pub const REVIEW: &str = "ly-review";
pub const QUOTE: &str = "ly-review-quote";

/// State of a draft between writing and publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewState {
    Ready,
    Approved,
    ChangesWanted,
}

impl ReviewState {
    const ALL: [Self; 3] = [Self::Ready, Self::Approved, Self::ChangesWanted];

    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Approved => "approved",
            Self::ChangesWanted => "changes_wanted",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Ready => "Ready for review",
            Self::Approved => "Approved",
            Self::ChangesWanted => "Changes wanted",
        }
    }
}

/// A step of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewStep {
    Request,
    Withdraw,
    Approve,
    WantChanges,
}

impl ReviewStep {
    const ALL: [Self; 4] = [
        Self::Request,
        Self::Withdraw,
        Self::Approve,
        Self::WantChanges,
    ];

    /// The name in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Withdraw => "withdraw",
            Self::Approve => "approve",
            Self::WantChanges => "want_changes",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}
