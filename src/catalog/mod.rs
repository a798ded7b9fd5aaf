//! The catalog: the list of courses, the page of each course, and questions about them.

pub mod api;
pub mod ask;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::admission::{AdmissionPanel, ComingCohort, OfferingStanding};
use crate::course::{Level, Price};
use crate::platform::address;
use crate::platform::ui::{Html, Language};

/// Search, filter, order and position of the list. All are part of the address, so that a link can
/// be shared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CatalogQuery {
    pub q: String,
    pub filter: CatalogFilter,
    pub sort: CatalogSort,
    /// Courses after this cursor.
    pub after: Option<String>,
    /// Courses before this cursor.
    pub before: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CatalogFilter {
    #[default]
    All,
    /// Free courses that learners can start by themselves at once.
    Open,
    Cohort,
    Free,
}

impl CatalogFilter {
    pub const ALL: [Self; 4] = [Self::All, Self::Open, Self::Cohort, Self::Free];

    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Open => "open",
            Self::Cohort => "cohort",
            Self::Free => "free",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Open => "Open now",
            Self::Cohort => "With a cohort",
            Self::Free => "Free",
        }
    }

    pub fn parse(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|filter| filter.name() == name)
            .unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CatalogSort {
    /// Best match first when searching, otherwise newest first.
    #[default]
    Best,
    Newest,
    Title,
    Shortest,
}

impl CatalogSort {
    pub const ALL: [Self; 4] = [Self::Best, Self::Newest, Self::Title, Self::Shortest];

    pub fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Newest => "newest",
            Self::Title => "title",
            Self::Shortest => "shortest",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Best => "Best match",
            Self::Newest => "Newest first",
            Self::Title => "By title",
            Self::Shortest => "Shortest first",
        }
    }

    pub fn parse(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|sort| sort.name() == name)
            .unwrap_or_default()
    }
}

impl CatalogQuery {
    /// Returns the address of this list, leaving out default values.
    pub fn path(&self) -> String {
        let filter = match self.filter {
            CatalogFilter::All => "",
            other => other.name(),
        };
        let sort = match self.sort {
            CatalogSort::Best => "",
            other => other.name(),
        };
        address::with_query(
            "/courses",
            &[
                ("q", &self.q),
                ("filter", filter),
                ("sort", sort),
                ("after", self.after.as_deref().unwrap_or_default()),
                ("before", self.before.as_deref().unwrap_or_default()),
            ],
        )
    }

    /// Returns the same query at the beginning of its list.
    pub fn restarted(&self) -> Self {
        Self {
            after: None,
            before: None,
            ..self.clone()
        }
    }
}

/// Course in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseCard {
    pub slug: String,
    pub language: Language,
    pub title: String,
    pub summary: String,
    pub level: Level,
    pub topic_count: i32,
    pub question_count: i32,
    pub reading_minutes: i32,
    pub is_gated: bool,
    pub cohort_only: bool,
    pub price: Price,
    pub tutors: Vec<String>,
    pub thumbnail: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogPage {
    pub courses: Vec<CourseCard>,
    /// Search text after correcting typing errors, if it differs from the typed one.
    pub corrected: Option<String>,
    pub after: Option<String>,
    pub before: Option<String>,
}

/// Formats a number of things: "1 topic", "3 topics".
pub fn counted(number: i32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Page of one course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoursePage {
    pub card: CourseCard,
    pub description: Html,
    pub authors: Vec<String>,
    pub outcomes: Vec<String>,
    pub license: Option<String>,
    pub tutors: Vec<TutorCard>,
    /// Modules of the course, with their topics.
    pub syllabus: Html,
    pub enrollment: EnrollmentOption,
    /// The course's offerings. Those that matter most to the viewer come first.
    pub offerings: Vec<AdmissionPanel>,
    pub is_published: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TutorCard {
    pub name: String,
    pub headline: String,
    pub bio: String,
    pub picture: Option<String>,
}

/// Viewer's relation to the course, which decides the button shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnrollmentOption {
    /// Not signed in; after signing in the viewer can enroll.
    Visitor,
    /// Enrolled. Holds the address to continue at, and that of the certificate.
    Enrolled {
        continue_at: String,
        has_begun: bool,
        certificate: Option<String>,
        may_leave: bool,
    },
    /// A member of a cohort that starts later.
    Coming(ComingCohort),
    /// The viewer can enroll, or enroll again in a course that they left.
    Open { has_left: bool },
    /// The viewer cannot enroll here; holds the reason.
    Closed(String),
}

impl CoursePage {
    /// Returns the offering with the page's main button, and the others. Without such an offering
    /// the main button enrolls the viewer, or leads on to the course.
    pub fn offerings(&self) -> (Option<&AdmissionPanel>, &[AdmissionPanel]) {
        match self.offerings.split_first() {
            Some((first, others)) if self.enrollment.yields_to(first.standing) => {
                (Some(first), others)
            }
            _ => (None, &self.offerings),
        }
    }
}

impl EnrollmentOption {
    /// True if an offering with this standing matters more to the viewer.
    fn yields_to(&self, standing: OfferingStanding) -> bool {
        match self {
            Self::Enrolled { .. } | Self::Coming(_) => standing.is_urgent(),
            Self::Visitor | Self::Open { .. } => standing.is_own(),
            Self::Closed(_) => true,
        }
    }
}

/// Page written by admins, for example the imprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CmsText {
    pub title: String,
    pub body: Html,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_button_is_that_of_the_matter_that_concerns_the_viewer_most() {
        use OfferingStanding::{AcceptSeat, Apply, AwaitingPayment, Closed, OnWaitlist, StartsOn};
        let enrolled = EnrollmentOption::Enrolled {
            continue_at: String::new(),
            has_begun: true,
            certificate: None,
            may_leave: true,
        };
        let coming = EnrollmentOption::Coming(ComingCohort {
            title: String::new(),
            first_day: String::new(),
            path: String::new(),
        });
        let open = EnrollmentOption::Open { has_left: false };
        let closed = EnrollmentOption::Closed(String::new());
        let table = [
            (&enrolled, AcceptSeat, true),
            (&enrolled, AwaitingPayment, true),
            (&enrolled, StartsOn, false),
            (&enrolled, Apply, false),
            (&coming, AcceptSeat, true),
            (&coming, OnWaitlist, false),
            (&open, OnWaitlist, true),
            (&open, Apply, false),
            (&EnrollmentOption::Visitor, Apply, false),
            (&closed, Apply, true),
            (&closed, Closed, true),
        ];
        for (option, standing, expected) in table {
            assert_eq!(
                option.yields_to(standing),
                expected,
                "{option:?} {standing:?}"
            );
        }
    }

    #[test]
    fn a_list_has_a_short_address() {
        assert_eq!(CatalogQuery::default().path(), "/courses");
        let query = CatalogQuery {
            q: "smart & safe".into(),
            filter: CatalogFilter::Free,
            sort: CatalogSort::Title,
            ..Default::default()
        };
        assert_eq!(
            query.path(),
            "/courses?q=smart%20%26%20safe&filter=free&sort=title"
        );
        assert_eq!(CatalogFilter::parse("nonsense"), CatalogFilter::All);
    }
}
