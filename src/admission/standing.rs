//! The rule that decides what the one button of an offering says to a person.

use serde::{Deserialize, Serialize};

use super::RegistrationStatus;

/// The button of an offering for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OfferingStanding {
    /// Studies the course already. Ordered by how much each matters to the person: of several
    /// offerings, the page shows the first.
    Continue,
    StartLearning,
    AcceptSeat,
    /// Accepted into a program that starts later.
    StartsOn,
    /// Accepted, and the price was not paid yet.
    AwaitingPayment,
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
}

/// Whether the person studies the course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Studies {
    No,
    NotStarted,
    Started,
}

/// An application as its applicant may know it: a decision counts once its mail has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApplicationState {
    pub status: RegistrationStatus,
    pub is_paid_or_free: bool,
    /// False if the program has no first day, or the day has come.
    pub starts_later: bool,
}

/// Whether people can apply now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplicationWindow {
    NotYet,
    Open,
    Over,
}

/// Decides where a person stands with an offering.
pub fn standing(
    studies: Studies,
    application: Option<ApplicationState>,
    window: ApplicationWindow,
    is_full: bool,
) -> OfferingStanding {
    match studies {
        Studies::Started => return OfferingStanding::Continue,
        Studies::NotStarted => return OfferingStanding::StartLearning,
        Studies::No => {}
    }
    match application.map(|application| (application.status, application)) {
        Some((RegistrationStatus::Offered, _)) => OfferingStanding::AcceptSeat,
        Some((RegistrationStatus::Accepted, application)) => {
            match (application.is_paid_or_free, application.starts_later) {
                (false, _) => OfferingStanding::AwaitingPayment,
                (true, true) => OfferingStanding::StartsOn,
                (true, false) => OfferingStanding::Accepted,
            }
        }
        Some((RegistrationStatus::Submitted | RegistrationStatus::InReview, _)) => {
            OfferingStanding::UnderReview
        }
        Some((RegistrationStatus::Waitlisted, _)) => OfferingStanding::OnWaitlist,
        Some((RegistrationStatus::Rejected, _)) => OfferingStanding::NotAccepted,
        Some((RegistrationStatus::Draft, _)) if window == ApplicationWindow::Open => {
            OfferingStanding::ContinueApplication
        }
        Some((RegistrationStatus::Draft | RegistrationStatus::Withdrawn, _)) | None => {
            match (window, is_full) {
                (ApplicationWindow::NotYet, _) => OfferingStanding::OpensLater,
                (ApplicationWindow::Open, false) => OfferingStanding::Apply,
                (ApplicationWindow::Open, true) => OfferingStanding::JoinWaitlist,
                (ApplicationWindow::Over, _) => OfferingStanding::Closed,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUSES: [RegistrationStatus; 8] = [
        RegistrationStatus::Draft,
        RegistrationStatus::Submitted,
        RegistrationStatus::InReview,
        RegistrationStatus::Accepted,
        RegistrationStatus::Waitlisted,
        RegistrationStatus::Offered,
        RegistrationStatus::Rejected,
        RegistrationStatus::Withdrawn,
    ];
    const WINDOWS: [ApplicationWindow; 3] = [
        ApplicationWindow::NotYet,
        ApplicationWindow::Open,
        ApplicationWindow::Over,
    ];

    /// Calls `check` with every situation.
    fn everywhere(
        check: impl Fn(Studies, Option<ApplicationState>, ApplicationWindow, bool, OfferingStanding),
    ) {
        let bools = [false, true];
        let applications = STATUSES.into_iter().flat_map(|status| {
            bools.into_iter().flat_map(move |is_paid_or_free| {
                bools.into_iter().map(move |starts_later| {
                    Some(ApplicationState {
                        status,
                        is_paid_or_free,
                        starts_later,
                    })
                })
            })
        });
        for application in applications.chain([None]) {
            for studies in [Studies::No, Studies::NotStarted, Studies::Started] {
                for window in WINDOWS {
                    for is_full in bools {
                        let found = standing(studies, application, window, is_full);
                        check(studies, application, window, is_full, found);
                    }
                }
            }
        }
    }

    #[test]
    fn whoever_studies_the_course_goes_there() {
        everywhere(|studies, _, _, _, found| match studies {
            Studies::Started => assert_eq!(found, OfferingStanding::Continue),
            Studies::NotStarted => assert_eq!(found, OfferingStanding::StartLearning),
            Studies::No => {
                assert!(!matches!(
                    found,
                    OfferingStanding::Continue | OfferingStanding::StartLearning
                ));
            }
        });
    }

    #[test]
    fn an_application_decides_before_the_offering_does() {
        everywhere(|studies, application, window, is_full, found| {
            let Some(application) = application.filter(|_| studies == Studies::No) else {
                return;
            };
            let ApplicationState {
                status,
                is_paid_or_free,
                starts_later,
            } = application;
            let expected = match status {
                RegistrationStatus::Offered => OfferingStanding::AcceptSeat,
                RegistrationStatus::Accepted if !is_paid_or_free => {
                    OfferingStanding::AwaitingPayment
                }
                RegistrationStatus::Accepted if starts_later => OfferingStanding::StartsOn,
                RegistrationStatus::Accepted => OfferingStanding::Accepted,
                RegistrationStatus::Submitted | RegistrationStatus::InReview => {
                    OfferingStanding::UnderReview
                }
                RegistrationStatus::Waitlisted => OfferingStanding::OnWaitlist,
                RegistrationStatus::Rejected => OfferingStanding::NotAccepted,
                RegistrationStatus::Draft if window == ApplicationWindow::Open => {
                    OfferingStanding::ContinueApplication
                }
                RegistrationStatus::Draft | RegistrationStatus::Withdrawn => {
                    standing(Studies::No, None, window, is_full)
                }
            };
            assert_eq!(found, expected, "{application:?} {window:?} {is_full}");
        });
    }

    #[test]
    fn a_stranger_is_told_by_the_window_and_then_by_the_seats() {
        let told = |window, is_full| standing(Studies::No, None, window, is_full);
        for is_full in [false, true] {
            assert_eq!(
                told(ApplicationWindow::NotYet, is_full),
                OfferingStanding::OpensLater
            );
            assert_eq!(
                told(ApplicationWindow::Over, is_full),
                OfferingStanding::Closed
            );
        }
        assert_eq!(
            told(ApplicationWindow::Open, false),
            OfferingStanding::Apply
        );
        assert_eq!(
            told(ApplicationWindow::Open, true),
            OfferingStanding::JoinWaitlist
        );
    }
}
