//! Applying: the stages of an application, and its state after it was submitted.

pub mod api;
pub mod pages;

use serde::{Deserialize, Serialize};

use super::orders::PaymentStep;
use super::{AskedQuestion, OfferingFacts, OfferingStanding, RegistrationStatus};
use crate::course::CourseTitle;
use crate::platform::address;
use crate::platform::ids::OfferingId;

/// A stage of an application. Each has its own address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationStage {
    /// Choice of the program and the course.
    Program,
    Details,
    Questions,
    Review,
}

impl ApplicationStage {
    pub const ALL: [Self; 4] = [Self::Program, Self::Details, Self::Questions, Self::Review];

    /// Returns the name in addresses and in the database. The first stage has none in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Details => "details",
            Self::Questions => "questions",
            Self::Review => "review",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Program => "Course",
            Self::Details => "Your details",
            Self::Questions => "Questions",
            Self::Review => "Review",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// Returns the address of the stage. The token is that of a mailed link, empty for people who
    /// are signed in.
    pub fn path(self, offering: OfferingId, token: &str) -> String {
        let path = match self {
            Self::Program => apply_path(offering),
            stage => format!("{}/{}", apply_path(offering), stage.name()),
        };
        address::with_query(&path, &[("token", token)])
    }
}

pub fn apply_path(offering: OfferingId) -> String {
    format!("/apply/{offering}")
}

/// Page of an application, at every stage and afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub school: String,
    pub offering: OfferingFacts,
    /// Other offerings of the course for which people can apply now.
    pub others: Vec<OfferingFacts>,
    pub standing: OfferingStanding,
    pub label: String,
    /// Sentence about the standing, such as the date on which the program starts.
    pub note: String,
    /// Address at which a person with a seat goes on.
    pub onward: Option<String>,
    pub application: Option<Application>,
    /// Step that pays for the seat. None for people who are not signed in.
    pub payment: Option<PaymentStep>,
}

/// An application as its applicant sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// The status that the applicant may know.
    pub status: RegistrationStatus,
    /// First stage that is not saved yet.
    pub stage: ApplicationStage,
    pub email: String,
    pub name: String,
    pub phone: String,
    pub about: String,
    pub questions: Vec<AskedQuestion>,
    /// Problems that prevent submission: the stage, and a sentence.
    pub problems: Vec<(ApplicationStage, String)>,
    /// False for people who have no account yet.
    pub has_account: bool,
    pub may_withdraw: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_has_an_address() {
        let offering = OfferingId(uuid::Uuid::nil());
        let id = "00000000-0000-0000-0000-000000000000";
        assert_eq!(
            ApplicationStage::Program.path(offering, ""),
            format!("/apply/{id}")
        );
        assert_eq!(
            ApplicationStage::Review.path(offering, "a-b"),
            format!("/apply/{id}/review?token=a-b")
        );
        for stage in ApplicationStage::ALL {
            assert_eq!(ApplicationStage::parse(stage.name()), Some(stage));
        }
    }
}
