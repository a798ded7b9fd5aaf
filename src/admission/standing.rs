//! The rule that decides what the one button of an offering says to a person.

use serde::{Deserialize, Serialize};

use super::RegistrationStatus;

/// The button of an offering for one person. Ordered by how much each matters to the person: of
/// several offerings, the page of a course begins with the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OfferingStanding {
    /// A seat is kept for the person for some time.
    AcceptSeat,
    /// Accepted, and the price was not paid yet.
    AwaitingPayment,
    /// Has the seat, and has begun the course.
    Continue,
    /// Has the seat, and has not begun the course.
    StartLearning,
    /// Has a seat in a program that starts later.
    StartsOn,
    /// Accepted, without a date, and not let in yet.
    Accepted,
    UnderReview,
    OnWaitlist,
    ContinueApplication,
    Apply,
    /// Every seat is taken.
    JoinWaitlist,
    OpensLater,
    NotAccepted,
    Closed,
}

impl OfferingStanding {
    /// Returns the words of the button, or of the badge if nothing can be done. `first_day` is the
    /// program's first day in words.
    pub fn label(self, first_day: &str) -> String {
        match self {
            Self::Continue => "Continue",
            Self::StartLearning => "Start learning",
            Self::AcceptSeat => "Accept your seat",
            Self::StartsOn => return format!("Starts on {first_day}"),
            Self::AwaitingPayment => "Pay for your seat",
            Self::Accepted => "You have a seat",
            Self::UnderReview => "Application under review",
            Self::OnWaitlist => "On the waitlist",
            Self::ContinueApplication => "Continue your application",
            Self::Apply => "Apply",
            Self::JoinWaitlist => "Full (join the waitlist)",
            Self::OpensLater => "Applications open later",
            Self::NotAccepted => "Not accepted",
            Self::Closed => "Closed",
        }
        .to_owned()
    }

    /// True if the person loses a seat when they do nothing.
    pub fn is_urgent(self) -> bool {
        matches!(self, Self::AcceptSeat | Self::AwaitingPayment)
    }

    /// True if the person has a seat in the offering, or an application that is not decided.
    pub fn is_own(self) -> bool {
        self <= Self::ContinueApplication
    }

    /// True if there is nothing to do.
    pub fn is_idle(self) -> bool {
        matches!(self, Self::OpensLater | Self::NotAccepted | Self::Closed)
    }
}

/// Whether the person studies the course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Studies {
    No,
    NotStarted,
    Started,
}

/// The access to the course that a person has, beside that which an offering gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldAccess {
    pub studies: Studies,
    /// True if the offering would give exactly the access that the person has.
    pub is_all: bool,
    /// False if the program has no first day, or the day has come.
    pub starts_later: bool,
}

/// An application as its applicant may know it: a decision counts once its mail has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApplicationState {
    pub status: RegistrationStatus,
    pub is_paid_or_free: bool,
}

/// Whether people can apply now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplicationWindow {
    NotYet,
    Open,
    Over,
}

/// Decides where a person stands with an offering. Their application comes first. The access that
/// they have counts only if the offering would give no more.
pub fn standing(
    held: HeldAccess,
    application: Option<ApplicationState>,
    window: ApplicationWindow,
    is_full: bool,
) -> OfferingStanding {
    let applied = application.and_then(|application| by_application(held, application));
    if let Some(standing) = applied {
        return standing;
    }
    if held.is_all {
        return seated(held);
    }
    let status = application.map(|application| application.status);
    match (status, window, is_full) {
        (Some(RegistrationStatus::Rejected), ..) => OfferingStanding::NotAccepted,
        (Some(RegistrationStatus::Draft), ApplicationWindow::Open, _) => {
            OfferingStanding::ContinueApplication
        }
        (_, ApplicationWindow::NotYet, _) => OfferingStanding::OpensLater,
        (_, ApplicationWindow::Open, false) => OfferingStanding::Apply,
        (_, ApplicationWindow::Open, true) => OfferingStanding::JoinWaitlist,
        (_, ApplicationWindow::Over, _) => OfferingStanding::Closed,
    }
}

/// Decides by the application alone. None if it was not handed in, or has ended.
fn by_application(held: HeldAccess, application: ApplicationState) -> Option<OfferingStanding> {
    match application.status {
        RegistrationStatus::Offered => Some(OfferingStanding::AcceptSeat),
        RegistrationStatus::Accepted if !application.is_paid_or_free => {
            Some(OfferingStanding::AwaitingPayment)
        }
        RegistrationStatus::Accepted => Some(seated(held)),
        RegistrationStatus::Submitted | RegistrationStatus::InReview => {
            Some(OfferingStanding::UnderReview)
        }
        RegistrationStatus::Waitlisted => Some(OfferingStanding::OnWaitlist),
        RegistrationStatus::Draft
        | RegistrationStatus::Rejected
        | RegistrationStatus::Withdrawn => None,
    }
}

/// The standing of a person who has a seat.
fn seated(held: HeldAccess) -> OfferingStanding {
    match (held.starts_later, held.studies) {
        (true, _) => OfferingStanding::StartsOn,
        (false, Studies::Started) => OfferingStanding::Continue,
        (false, Studies::NotStarted) => OfferingStanding::StartLearning,
        (false, Studies::No) => OfferingStanding::Accepted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STUDIES: [Studies; 3] = [Studies::No, Studies::NotStarted, Studies::Started];
    const WINDOWS: [ApplicationWindow; 3] = [
        ApplicationWindow::NotYet,
        ApplicationWindow::Open,
        ApplicationWindow::Over,
    ];
    const BOOLS: [bool; 2] = [false, true];

    fn held(studies: Studies, is_all: bool, starts_later: bool) -> HeldAccess {
        HeldAccess {
            studies,
            is_all,
            starts_later,
        }
    }

    /// Every access that a person can have.
    fn all_held() -> impl Iterator<Item = HeldAccess> {
        STUDIES.into_iter().flat_map(|studies| {
            BOOLS.into_iter().flat_map(move |is_all| {
                BOOLS
                    .into_iter()
                    .map(move |starts_later| held(studies, is_all, starts_later))
            })
        })
    }

    fn application(status: RegistrationStatus) -> Option<ApplicationState> {
        Some(ApplicationState {
            status,
            is_paid_or_free: true,
        })
    }

    #[test]
    fn an_application_comes_before_all_that_the_person_has() {
        use RegistrationStatus::{Accepted, InReview, Offered, Submitted, Waitlisted};
        let unpaid = Some(ApplicationState {
            status: Accepted,
            is_paid_or_free: false,
        });
        let expected = [
            (application(Offered), OfferingStanding::AcceptSeat),
            (unpaid, OfferingStanding::AwaitingPayment),
            (application(Submitted), OfferingStanding::UnderReview),
            (application(InReview), OfferingStanding::UnderReview),
            (application(Waitlisted), OfferingStanding::OnWaitlist),
        ];
        for held in all_held() {
            for window in WINDOWS {
                for is_full in BOOLS {
                    for (application, expected) in expected {
                        let found = standing(held, application, window, is_full);
                        assert_eq!(found, expected, "{held:?} {application:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_person_with_a_seat_is_told_by_the_first_day_and_then_by_the_course() {
        let table = [
            (Studies::No, true, OfferingStanding::StartsOn),
            (Studies::Started, true, OfferingStanding::StartsOn),
            (Studies::No, false, OfferingStanding::Accepted),
            (Studies::NotStarted, false, OfferingStanding::StartLearning),
            (Studies::Started, false, OfferingStanding::Continue),
        ];
        for (studies, starts_later, expected) in table {
            let accepted = application(RegistrationStatus::Accepted);
            for window in WINDOWS {
                let has_applied = held(studies, false, starts_later);
                assert_eq!(standing(has_applied, accepted, window, true), expected);
                // An admin may have added the person, who never applied, or was not accepted.
                let was_added = held(studies, true, starts_later);
                for application in [
                    None,
                    application(RegistrationStatus::Draft),
                    application(RegistrationStatus::Rejected),
                    application(RegistrationStatus::Withdrawn),
                ] {
                    assert_eq!(standing(was_added, application, window, true), expected);
                }
            }
        }
    }

    #[test]
    fn studying_the_course_blocks_no_offering_that_gives_more() {
        use ApplicationWindow::{NotYet, Open, Over};
        use RegistrationStatus::{Draft, Rejected, Withdrawn};
        let table = [
            (None, NotYet, false, OfferingStanding::OpensLater),
            (None, Open, false, OfferingStanding::Apply),
            (None, Open, true, OfferingStanding::JoinWaitlist),
            (None, Over, false, OfferingStanding::Closed),
            (
                Some(Draft),
                Open,
                true,
                OfferingStanding::ContinueApplication,
            ),
            (Some(Draft), Over, false, OfferingStanding::Closed),
            (Some(Withdrawn), Open, false, OfferingStanding::Apply),
            (Some(Rejected), Open, false, OfferingStanding::NotAccepted),
        ];
        for studies in STUDIES {
            for (status, window, is_full, expected) in table {
                let held = held(studies, false, false);
                let application = status.and_then(application);
                let found = standing(held, application, window, is_full);
                assert_eq!(found, expected, "{studies:?} {status:?} {window:?}");
            }
        }
    }

    #[test]
    fn what_matters_most_comes_first() {
        assert!(OfferingStanding::AcceptSeat < OfferingStanding::Continue);
        assert!(OfferingStanding::OnWaitlist < OfferingStanding::Apply);
        assert!(OfferingStanding::Apply < OfferingStanding::Closed);
        assert!(OfferingStanding::ContinueApplication.is_own());
        assert!(!OfferingStanding::Apply.is_own());
    }
}
