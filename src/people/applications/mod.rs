//! Applications of people who want to teach: a public form, and the admins who decide.

pub mod api;
pub mod form;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::admission::review::DecisionMail;
use crate::platform::address;
use crate::platform::auth::UserRole;
use crate::platform::ids::{TutorApplicationId, UserId};

/// Longest answer about courses or subjects, in characters.
pub const SUBJECTS_CHARACTERS: u32 = 500;
/// Longest answers about experience and motivation, in characters.
pub const STORY_CHARACTERS: u32 = 4_000;
/// Longest link, in characters.
pub const LINK_CHARACTERS: u32 = 500;
/// Applications on one page of the list.
pub const TUTOR_APPLICATIONS_ON_PAGE: i64 = 50;

/// The public form.
pub const TEACH_WITH_US: &str = "/teach-with-us";
/// The list for admins.
pub const TUTOR_APPLICATIONS: &str = "/admin/tutor-applications";

pub fn tutor_application_path(application: TutorApplicationId) -> String {
    format!("{TUTOR_APPLICATIONS}/{application}")
}

/// Address of a page of the list. Pages count from 0.
pub fn tutor_applications_path(status: TutorApplicationStatus, page: i64) -> String {
    let show = match status {
        TutorApplicationStatus::New => "",
        other => other.name(),
    };
    let number = match page {
        0 => String::new(),
        page => (page + 1).to_string(),
    };
    address::with_query(TUTOR_APPLICATIONS, &[("show", show), ("page", &number)])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TutorApplicationStatus {
    #[default]
    New,
    Approved,
    Rejected,
}

impl TutorApplicationStatus {
    pub const ALL: [Self; 3] = [Self::New, Self::Approved, Self::Rejected];

    /// The name in the database and in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
        }
    }

    /// Reads a name. An unknown one stands for new applications.
    pub fn parse(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|status| status.name() == name).unwrap_or_default()
    }
}

/// Fields of the form as the browser sends them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TutorFields {
    pub name: String,
    pub email: String,
    /// Courses or subjects that the person wants to teach.
    pub subjects: String,
    pub experience: String,
    pub motivation: String,
    pub link: String,
}

/// An application in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TutorApplicationLine {
    pub application: TutorApplicationId,
    pub name: String,
    pub email: String,
    pub subjects: String,
    pub status: TutorApplicationStatus,
    /// Time of its arrival, in words and as RFC 3339.
    pub arrived: (String, String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TutorApplicationList {
    /// Each status with its number of applications.
    pub counts: Vec<(TutorApplicationStatus, i64)>,
    pub lines: Vec<TutorApplicationLine>,
    pub page: i64,
    pub has_more: bool,
}

/// Effect of approving an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApprovalEffect {
    /// The account becomes one of a tutor.
    Promotes(UserId),
    /// The account has this role, which is not changed.
    Keeps(UserId, UserRole),
    /// There is no account: the person gets an invitation.
    Invites,
    /// The application can't be approved, for this reason.
    Impossible(String),
}

/// One application with all that was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TutorApplicationPage {
    pub line: TutorApplicationLine,
    pub experience: String,
    pub motivation: String,
    pub link: Option<String>,
    /// For example "Approved by Jonas Berg on 12 January 2026, 14:05."
    pub decided: Option<String>,
    /// None once it was decided.
    pub approval: Option<ApprovalEffect>,
    /// The mail of a rejection: the usual words, or those that were sent.
    pub mail: DecisionMail,
}
