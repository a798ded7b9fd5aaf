//! Reviewing: the queue of an offering's applications, one application beside its answers, and
//! decisions.

pub mod api;
pub mod pages;

use serde::{Deserialize, Serialize};

use super::manage::offering_path;
use super::orders::UndoableMoney;
use super::{AskedQuestion, OfferingFacts, RegistrationStatus};
use crate::course::CourseTitle;
use crate::platform::address;
use crate::platform::ids::{DecisionAct, OfferingId, RegistrationId};

/// Longest subject of a mail about a decision, in characters.
pub const SUBJECT_CHARACTERS: u32 = 200;
/// Longest text of a mail about a decision, in characters.
pub const MAIL_CHARACTERS: u32 = 5_000;
/// Applications on one page of the queue.
pub const QUEUE_PAGE: i64 = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewDecision {
    Accept,
    Waitlist,
    Reject,
    /// Marks the application as being read. Nobody is told.
    Review,
    /// Frees the seat of an accepted person.
    Release,
}

impl ReviewDecision {
    /// Decisions about an application that are told to the applicant.
    pub const TOLD: [Self; 3] = [Self::Accept, Self::Waitlist, Self::Reject];
    /// Decisions that have a mail.
    pub const MAILED: [Self; 4] = [Self::Accept, Self::Waitlist, Self::Reject, Self::Release];

    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Waitlist => "waitlist",
            Self::Reject => "reject",
            Self::Review => "review",
            Self::Release => "release",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Accept => "Accept",
            Self::Waitlist => "Waitlist",
            Self::Reject => "Reject",
            Self::Review => "Mark as in review",
            Self::Release => "Free the seat",
        }
    }

    /// Returns the status that follows.
    pub fn status(self) -> RegistrationStatus {
        match self {
            Self::Accept => RegistrationStatus::Accepted,
            Self::Waitlist => RegistrationStatus::Waitlisted,
            Self::Reject => RegistrationStatus::Rejected,
            Self::Review => RegistrationStatus::InReview,
            Self::Release => RegistrationStatus::Withdrawn,
        }
    }

    /// Returns the words for what was done to applications, after their number.
    pub fn done(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Waitlist => "waitlisted",
            Self::Reject => "rejected",
            Self::Review => "in review",
            Self::Release => "without a seat",
        }
    }
}

/// Subject and text of a mail about a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionMail {
    pub subject: String,
    pub text: String,
}

/// Part of the applications that a queue shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueFilter {
    /// New ones and those in review.
    #[default]
    ToDecide,
    Accepted,
    Waitlisted,
    Rejected,
    Withdrawn,
    All,
}

impl QueueFilter {
    pub const ALL: [Self; 6] = [
        Self::ToDecide,
        Self::Accepted,
        Self::Waitlisted,
        Self::Rejected,
        Self::Withdrawn,
        Self::All,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::ToDecide => "",
            Self::Accepted => "accepted",
            Self::Waitlisted => "waitlisted",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::All => "all",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::ToDecide => "To decide",
            Self::Accepted => "Accepted",
            Self::Waitlisted => "Waitlist",
            Self::Rejected => "Rejected",
            Self::Withdrawn => "Withdrawn",
            Self::All => "All",
        }
    }

    pub fn parse(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|filter| filter.name() == name).unwrap_or_default()
    }

    pub fn statuses(self) -> &'static [RegistrationStatus] {
        use RegistrationStatus::{
            Accepted, InReview, Offered, Rejected, Submitted, Waitlisted, Withdrawn,
        };
        match self {
            Self::ToDecide => &[Submitted, InReview],
            Self::Accepted => &[Accepted, Offered],
            Self::Waitlisted => &[Waitlisted],
            Self::Rejected => &[Rejected],
            Self::Withdrawn => &[Withdrawn],
            Self::All => &[
                Submitted, InReview, Accepted, Offered, Waitlisted, Rejected, Withdrawn,
            ],
        }
    }
}

/// Address of the page of an application.
pub fn application_path(
    course: &str,
    offering: OfferingId,
    registration: RegistrationId,
    filter: QueueFilter,
) -> String {
    let path = format!("{}/{registration}", offering_path(course, offering));
    address::with_query(&path, &[("show", filter.name())])
}

/// Address of the queue, or of the offering for tutors.
pub fn queue_path(course: &str, offering: OfferingId, filter: QueueFilter, page: i64) -> String {
    let number = match page {
        0 => String::new(),
        page => (page + 1).to_string(),
    };
    let path = offering_path(course, offering);
    address::with_query(&path, &[("show", filter.name()), ("page", &number)])
}

/// Address of the queue after a decision about several applications.
pub fn act_path(
    course: &str,
    offering: OfferingId,
    filter: QueueFilter,
    act: DecisionAct,
) -> String {
    let path = offering_path(course, offering);
    let act = act.to_string();
    address::with_query(&path, &[("show", filter.name()), ("act", &act)])
}

/// A decision about several applications that can still be undone as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoableAct {
    pub act: DecisionAct,
    /// For example "2 applications accepted. Mails leave in ten minutes."
    pub said: String,
    /// The words of its mails, with `{name}` and others for the names.
    pub mail: Option<DecisionMail>,
}

/// Page of an offering: facts and its link for everybody who teaches, the queue for admins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferingPage {
    pub course_title: CourseTitle,
    pub facts: OfferingFacts,
    pub is_open: bool,
    pub code: String,
    /// Address that puts people into this offering.
    pub link: String,
    pub qr: QrImage,
    pub taken: i64,
    pub capacity: Option<i32>,
    pub queue: Option<ApplicationQueue>,
}

/// A QR code as the path of an SVG.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrImage {
    /// Width and height in modules, with the quiet zone.
    pub size: usize,
    pub path: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationQueue {
    /// Each filter with its number of applications.
    pub counts: Vec<(QueueFilter, i64)>,
    pub lines: Vec<QueueLine>,
    /// The decision that led to this page.
    pub undoable: Option<UndoableAct>,
    pub page: i64,
    pub has_more: bool,
    /// Number of free seats that could be offered to the waitlist.
    pub may_offer: i64,
    /// Mail of each decision, with placeholders for names.
    pub mails: Vec<(ReviewDecision, DecisionMail)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueLine {
    pub registration_id: RegistrationId,
    pub name: String,
    pub email: String,
    pub status: RegistrationStatus,
    /// Time of submission in words, and as RFC 3339.
    pub submitted: (String, String),
    /// Time until which the decision can be undone.
    pub undo_until: Option<String>,
    pub is_unpaid: bool,
}

/// Page of one application, with its neighbors in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewPage {
    pub course_title: CourseTitle,
    pub offering_id: OfferingId,
    pub offering_title: String,
    pub filter: QueueFilter,
    pub line: QueueLine,
    pub phone: String,
    pub about: String,
    pub answers: Vec<AskedQuestion>,
    /// For example "Decided by Jonas Berg on 12 January 2026, 14:05".
    pub history: Vec<String>,
    /// Decisions that fit, in the order of their buttons.
    pub decisions: Vec<ReviewDecision>,
    /// Mail of a decision that can still be undone. A review has none.
    pub mail: Option<DecisionMail>,
    pub is_free: bool,
    /// The payment of the seat that was just recorded.
    pub undoable: Option<UndoableMoney>,
    /// True if the person has a seat that an admin can free.
    pub may_release: bool,
    pub others: Vec<QueueLine>,
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// Keys of the page of an application.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ReviewKey {
    Accept,
    Waitlist,
    Reject,
    Undo,
    Next,
    Previous,
    Help,
}

impl ReviewKey {
    /// Each key with its help, in the order of the help.
    pub const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Accept, "a", "Accept"),
        (Self::Waitlist, "w", "Put on the waitlist"),
        (Self::Reject, "r", "Reject"),
        (Self::Undo, "u", "Undo the decision"),
        (Self::Next, "j", "Next application"),
        (Self::Previous, "k", "Previous application"),
        (Self::Help, "?", "Show this list"),
    ];

    /// Returns the id of the button or link that the key presses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Accept => "ly-accept",
            Self::Waitlist => "ly-waitlist",
            Self::Reject => "ly-reject",
            Self::Undo => "ly-undo",
            Self::Next => "ly-next",
            Self::Previous => "ly-previous",
            Self::Help => "ly-review-keys",
        }
    }

    /// Returns the key as it is printed on keyboards.
    pub fn key(self) -> String {
        let line = Self::ALL.into_iter().find(|(known, ..)| *known == self);
        line.map_or_else(String::new, |(_, key, _)| key.to_uppercase())
    }

    /// Returns the meaning of a key as the browser names it.
    pub fn of(key: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(_, known, _)| *known == key)
            .map(|(meaning, ..)| meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_one_meaning() {
        for (meaning, key, _) in ReviewKey::ALL {
            assert!(ReviewKey::of(key) == Some(meaning));
            assert_eq!(meaning.key(), key.to_uppercase());
        }
        assert!(ReviewKey::of("x").is_none());
    }

    #[test]
    fn every_status_but_a_draft_is_in_one_filter_and_in_all() {
        let all = QueueFilter::All.statuses();
        for status in all {
            let filters = QueueFilter::ALL.into_iter();
            let holding = filters.filter(|filter| filter.statuses().contains(status));
            assert_eq!(holding.count(), 2, "{status:?}");
        }
        assert_eq!(all.len(), 7);
        assert_eq!(QueueFilter::parse("nonsense"), QueueFilter::ToDecide);
    }
}
