//! Background jobs, mails, sessions and the health of the site for its admins.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
pub mod storage_page;

use serde::{Deserialize, Serialize};

use crate::platform::address;
use crate::platform::ids::{JobId, MailId, UserId};
use crate::platform::ui::Html;

/// Jobs or mails on one page.
pub const LINES_ON_PAGE: i64 = 50;

pub const OPERATIONS: &str = "/admin/operations";

/// Files and tables that the site stores.
pub const STORAGE: &str = "/admin/operations/storage";

/// Usage of the language model.
pub const MODEL_USAGE: &str = "/admin/operations/model";
/// Days that the page about the model shows.
pub const USAGE_DAYS: i64 = 30;

/// A list of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationsList {
    #[default]
    FailedJobs,
    RunningJobs,
    WaitingJobs,
    FailedMails,
    Mails,
    Sessions,
}

impl OperationsList {
    pub const ALL: [Self; 6] = [
        Self::FailedJobs,
        Self::RunningJobs,
        Self::WaitingJobs,
        Self::FailedMails,
        Self::Mails,
        Self::Sessions,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::FailedJobs => "",
            Self::RunningJobs => "running",
            Self::WaitingJobs => "waiting",
            Self::FailedMails => "failed-mails",
            Self::Mails => "mails",
            Self::Sessions => "sessions",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::FailedJobs => "Failed jobs",
            Self::RunningJobs => "Running jobs",
            Self::WaitingJobs => "Waiting jobs",
            Self::FailedMails => "Failed mails",
            Self::Mails => "All mails",
            Self::Sessions => "Signed-in devices",
        }
    }

    pub fn parse(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|list| list.name() == name).unwrap_or_default()
    }
}

/// Address of a list. `after` is the place of the last line of the page before.
pub fn operations_path(list: OperationsList, after: &str) -> String {
    address::with_query(OPERATIONS, &[("show", list.name()), ("after", after)])
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationsPage {
    pub health: Vec<HealthLine>,
    pub jobs: Vec<JobLine>,
    pub mails: Vec<MailLine>,
    pub sessions: Vec<SessionLine>,
    /// Place of the last line if there are more.
    pub next: Option<String>,
}

/// Files and tables that the site stores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoragePage {
    /// Tables with sizes, as HTML.
    pub said: Html,
    /// The largest files that nothing refers to.
    pub unused: Html,
    pub unused_count: i64,
    pub unused_size: String,
}

/// Requests to the language model of the last days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelUsagePage {
    /// Name of the model that is set up.
    pub model: Option<String>,
    /// Tokens of the last 24 hours and their limit, in words.
    pub last_day: String,
    pub lines: Vec<ModelUsageLine>,
    /// Models and limits of the organization and of courses with their form, and the prompts that
    /// are in use, as HTML.
    pub choices: Html,
}

/// Requests of one day about one course to one model. Figures are formatted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelUsageLine {
    pub day: String,
    pub course: String,
    pub model: String,
    pub requests: String,
    pub failed: String,
    /// Tokens that were read, and those that were written.
    pub tokens: String,
    /// None if no prices are set up.
    pub cost: Option<String>,
}

/// A fact about the state of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthLine {
    pub label: String,
    pub value: String,
    /// False if somebody should look after it.
    pub is_well: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobLine {
    pub job: JobId,
    pub kind: String,
    /// Time in words and as ISO 8601: of its end if it failed, of its turn if it waits, else of
    /// its start.
    pub at: (String, String),
    /// For example "2 of 8 attempts".
    pub attempts: String,
    /// Reason of its last failure.
    pub problem: Option<String>,
    pub may_run: bool,
    pub may_discard: bool,
}

/// A mail of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailLine {
    pub mail: MailId,
    pub to: String,
    pub subject: String,
    /// Time in words and as ISO 8601.
    pub at: (String, String),
    /// Reason of the failure; None if it was sent.
    pub problem: Option<String>,
    pub may_resend: bool,
}

/// A device that is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLine {
    pub session: uuid::Uuid,
    /// Name and id.
    pub person: (String, UserId),
    pub role: String,
    pub device: String,
    pub address: String,
    /// Day of the sign-in.
    pub since: String,
    /// Time of its last use, in words and as ISO 8601.
    pub seen: (String, String),
    /// True for the admin's own device.
    pub is_own: bool,
}
