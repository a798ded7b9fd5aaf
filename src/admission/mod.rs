//! Admission: offerings of courses, applications for them, seats, and decisions about applicants.

pub mod apply;
pub mod manage;
pub mod orders;
mod parts;
pub mod review;
#[cfg(feature = "ssr")]
pub mod server;
mod standing;
#[cfg(all(test, feature = "ssr"))]
mod tests;

pub use parts::{offering_facts, status_badge, undo_money};
pub use standing::{
    ApplicationState, ApplicationWindow, HeldAccess, OfferingStanding, Studies, standing,
};

use serde::{Deserialize, Serialize};

use crate::certificate::ProgramType;
use crate::platform::ids::{AssessmentQuestionId, OfferingId};

/// Longest answer in words, in characters.
pub const ANSWER_CHARACTERS: u32 = 2_000;
/// Longest text in which applicants tell about themselves, in characters.
pub const ABOUT_CHARACTERS: u32 = 2_000;
/// Longest phone number, in characters.
pub const PHONE_CHARACTERS: u32 = 40;
/// Minutes in which a decision can be undone, and after which its mail leaves.
pub const UNDO_MINUTES: u32 = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::RegistrationStatus")
)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationStatus {
    Draft,
    Submitted,
    InReview,
    Accepted,
    Waitlisted,
    /// A freed seat is kept for a while until the person accepts it.
    Offered,
    Rejected,
    Withdrawn,
}

impl RegistrationStatus {
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Submitted => "New",
            Self::InReview => "In review",
            Self::Accepted => "Accepted",
            Self::Waitlisted => "Waitlisted",
            Self::Offered => "Seat offered",
            Self::Rejected => "Rejected",
            Self::Withdrawn => "Withdrawn",
        }
    }

    /// True if the person has a seat, or one is kept for them.
    pub fn has_seat(self) -> bool {
        matches!(self, Self::Accepted | Self::Offered)
    }
}

/// An offering as everybody may see it. Dates are in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferingFacts {
    pub offering_id: OfferingId,
    pub program: ProgramType,
    pub title: String,
    pub description: String,
    pub price: String,
    pub is_free: bool,
    /// For example "12 January – 30 March 2026".
    pub dates: Option<String>,
    /// For example "Apply by 3 January 2026".
    pub deadline: Option<String>,
    /// For example "3 of 24 seats left".
    pub seats: Option<String>,
    pub needs_review: bool,
}

impl OfferingFacts {
    /// Returns the most important facts in one line.
    pub fn line(&self) -> String {
        let facts = [
            Some(program_label(self.program).to_owned()),
            self.dates.clone(),
            Some(self.price.clone()),
            self.seats.clone(),
        ];
        facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

/// An offering as a course's page shows it to a person, with its button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdmissionPanel {
    pub facts: OfferingFacts,
    pub standing: OfferingStanding,
    pub label: String,
    pub note: String,
    /// Address that the button leads to.
    pub path: String,
}

/// A cohort of which a person is a member, before its first day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComingCohort {
    pub title: String,
    /// In words.
    pub first_day: String,
    /// Address of the cohort's home.
    pub path: String,
}

/// A question of an application with its answer, as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedQuestion {
    pub question_id: AssessmentQuestionId,
    pub prompt: String,
    /// Choices; empty for a question that is answered in words.
    pub options: Vec<String>,
    pub is_required: bool,
    pub answer: String,
}

impl AskedQuestion {
    /// Key of its answer in forms. A key that began with a digit would be read as a place in a
    /// list.
    pub fn key(&self) -> String {
        format!("q-{}", self.question_id)
    }

    /// Returns a sentence on what is wrong with the answer. An unanswered question is wrong only if
    /// an answer is required. An answer of which nothing is visible is none.
    #[cfg(feature = "ssr")]
    pub fn problem(&self) -> Option<String> {
        let answer = self.answer.trim();
        let is_empty = crate::platform::names::visible(answer).is_none();
        match (is_empty, self.options.is_empty()) {
            (true, true) if self.is_required => Some("Answer this question.".to_owned()),
            (true, false) if self.is_required => Some("Choose an answer.".to_owned()),
            (true, _) => None,
            (false, false) if !self.options.iter().any(|option| option == answer) => {
                Some("Choose one of the answers.".to_owned())
            }
            (false, true) if answer.chars().count() > ANSWER_CHARACTERS as usize => {
                Some(crate::platform::figures::use_at_most(ANSWER_CHARACTERS))
            }
            _ => None,
        }
    }
}

/// Returns the label of a kind of program for people who choose one.
pub fn program_label(program: ProgramType) -> &'static str {
    match program {
        ProgramType::SelfPaced => "On demand",
        ProgramType::Cohort => "Cohort",
        ProgramType::Workshop => "Workshop",
    }
}

/// Returns the name of a kind of program in forms.
pub fn program_name(program: ProgramType) -> &'static str {
    match program {
        ProgramType::SelfPaced => "self_paced",
        ProgramType::Cohort => "cohort",
        ProgramType::Workshop => "workshop",
    }
}

pub const PROGRAMS: [ProgramType; 3] = [
    ProgramType::Cohort,
    ProgramType::SelfPaced,
    ProgramType::Workshop,
];

#[cfg(all(test, feature = "ssr"))]
mod rules {
    use super::*;

    #[test]
    fn an_answer_is_checked_by_the_kind_of_its_question() {
        let asked = |options: &[&str], is_required, answer: &str| {
            AskedQuestion {
                question_id: AssessmentQuestionId(uuid::Uuid::nil()),
                prompt: "Why?".to_owned(),
                options: options.iter().map(|&option| option.to_owned()).collect(),
                is_required,
                answer: answer.to_owned(),
            }
            .problem()
        };
        assert_eq!(
            asked(&[], true, " ").as_deref(),
            Some("Answer this question.")
        );
        for invisible in ["\u{200b}", " \u{2060}\u{feff}\n", "\u{3164}"] {
            assert_eq!(
                asked(&[], true, invisible).as_deref(),
                Some("Answer this question."),
                "{invisible:?}"
            );
        }
        assert_eq!(asked(&[], false, ""), None);
        assert_eq!(asked(&[], true, "To learn."), None);
        assert!(asked(&[], false, &"x".repeat(2_001)).is_some());
        assert_eq!(
            asked(&["a", "b"], true, "").as_deref(),
            Some("Choose an answer.")
        );
        assert_eq!(asked(&["a", "b"], false, ""), None);
        assert_eq!(asked(&["a", "b"], true, "b"), None);
        assert!(asked(&["a", "b"], false, "c").is_some());
    }
}
