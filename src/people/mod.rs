//! People and the site for its admins: who has an account, invitations, people who want to teach,
//! tutors of courses, the audit log, background jobs and mails.

pub mod api;
pub mod applications;
pub mod audit_log;
pub mod invite;
pub mod merge;
pub mod operations;
pub mod own_data;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
pub mod site;
#[cfg(all(test, feature = "ssr"))]
mod tests;
pub mod tutors;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::paths::SCHOOL_INSIGHTS;
use crate::people::audit_log::AuditLine;
use crate::people::operations::MailLine;
use crate::people::own_data::OwnData;
use crate::platform::address;
use crate::platform::auth::UserRole;
use crate::platform::ids::UserId;
use crate::platform::ui::SavedView;

/// People on one page of the list.
pub const PEOPLE_ON_PAGE: i64 = 50;
/// Number up to which lists count their lines. Counting all lines of a large list takes too long.
pub const COUNTED: i64 = 1_000;

/// The list of people.
pub const PEOPLE: &str = "/admin/people";

pub fn person_path(person: UserId) -> String {
    format!("{PEOPLE}/{person}")
}

/// Tabs of the admins' pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminArea {
    People,
    Insights,
    Invitations,
    TutorApplications,
    Site,
    AuditLog,
    Operations,
}

impl AdminArea {
    pub const ALL: [Self; 7] = [
        Self::People,
        Self::Insights,
        Self::Invitations,
        Self::TutorApplications,
        Self::Site,
        Self::AuditLog,
        Self::Operations,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::People => "People",
            Self::Insights => "Figures",
            Self::Invitations => "Invitations",
            Self::TutorApplications => "Tutor applications",
            Self::Site => "Site",
            Self::AuditLog => "Audit log",
            Self::Operations => "Operations",
        }
    }

    pub fn path(self) -> &'static str {
        match self {
            Self::People => PEOPLE,
            Self::Insights => SCHOOL_INSIGHTS,
            Self::Invitations => invite::INVITATIONS,
            Self::TutorApplications => applications::TUTOR_APPLICATIONS,
            Self::Site => site::SITE,
            Self::AuditLog => audit_log::AUDIT_LOG,
            Self::Operations => operations::OPERATIONS,
        }
    }
}

pub const ROLES: [UserRole; 3] = [UserRole::Learner, UserRole::Tutor, UserRole::Admin];

pub fn role_name(role: UserRole) -> &'static str {
    match role {
        UserRole::Learner => "learner",
        UserRole::Tutor => "tutor",
        UserRole::Admin => "admin",
    }
}

pub fn role_label(role: UserRole) -> &'static str {
    match role {
        UserRole::Learner => "Learner",
        UserRole::Tutor => "Tutor",
        UserRole::Admin => "Admin",
    }
}

pub fn parse_role(name: &str) -> Option<UserRole> {
    ROLES.into_iter().find(|role| role_name(*role) == name)
}

/// State of an account. A deactivated one that was never confirmed is deactivated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    Active,
    Deactivated,
    Unconfirmed,
}

impl AccountState {
    pub const ALL: [Self; 3] = [Self::Active, Self::Deactivated, Self::Unconfirmed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Unconfirmed => "unconfirmed",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Deactivated => "Deactivated",
            Self::Unconfirmed => "Unconfirmed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    #[cfg(feature = "ssr")]
    pub fn of(is_active: bool, is_confirmed: bool) -> Self {
        match (is_active, is_confirmed) {
            (false, _) => Self::Deactivated,
            (true, false) => Self::Unconfirmed,
            (true, true) => Self::Active,
        }
    }
}

/// Search, filters and place in the list of people, as its address has them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PeopleQuery {
    /// Part of a name or of an address.
    pub q: String,
    pub role: Option<UserRole>,
    pub state: Option<AccountState>,
    /// The list begins after this person.
    pub after: Option<UserId>,
    /// The list ends before this person. Without effect if `after` is set.
    pub before: Option<UserId>,
}

impl PeopleQuery {
    pub fn path(&self) -> String {
        let id = |person: Option<UserId>| person.map(|id| id.to_string()).unwrap_or_default();
        address::with_query(
            PEOPLE,
            &[
                ("q", &self.q),
                ("role", self.role.map(role_name).unwrap_or_default()),
                (
                    "state",
                    self.state.map(AccountState::name).unwrap_or_default(),
                ),
                ("after", &id(self.after)),
                ("before", &id(self.before)),
            ],
        )
    }

    /// The same list from its beginning.
    pub fn from_start(&self) -> Self {
        Self {
            after: None,
            before: None,
            ..self.clone()
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleList {
    pub people: Vec<PersonLine>,
    /// Number of people in the whole list, up to one more than [`COUNTED`]. Only on its first page.
    pub total: Option<i64>,
    /// First person of this page if there are people before.
    pub previous: Option<UserId>,
    /// Last person of this page if there are people after.
    pub next: Option<UserId>,
    /// Applications to teach that nobody has decided about.
    pub waiting: i64,
    /// Views of the admin and of others who share theirs.
    pub views: Vec<SavedView>,
}

/// A person in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLine {
    pub person: UserId,
    pub name: String,
    pub email: String,
    pub role: UserRole,
    pub state: AccountState,
    /// Date on which the account was made.
    pub since: String,
    pub last_sign_in: Option<String>,
}

/// Number of lines in words. `total` is exact up to [`COUNTED`].
pub fn counted(total: i64, one: &str, many: &str) -> String {
    match total {
        1 => format!("1 {one}"),
        total if total > COUNTED => format!(
            "More than {} {many}",
            crate::platform::figures::number(COUNTED as usize)
        ),
        total => format!("{total} {many}"),
    }
}

/// All that admins see of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonPage {
    pub line: PersonLine,
    pub username: String,
    pub is_confirmed: bool,
    /// True for the admin's own account.
    pub is_self: bool,
    pub studies: Vec<StudiedCourse>,
    pub teaches: Vec<(String, CourseTitle)>,
    pub memberships: Vec<CohortOfPerson>,
    pub devices: Vec<PersonDevice>,
    pub mails: Vec<MailLine>,
    pub entries: Vec<AuditLine>,
    pub own_data: OwnData,
}

/// A course that a person studies or has studied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudiedCourse {
    pub slug: String,
    pub title: CourseTitle,
    /// For example "Active" or "Completed".
    pub status: String,
    pub since: String,
    /// Share of the topics that are done, in percent.
    pub done: i32,
    pub quizzes_passed: i64,
    pub exams_passed: i64,
    pub has_certificate: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortOfPerson {
    pub course: String,
    pub cohort: uuid::Uuid,
    pub title: String,
    /// For example "Active" or "Paused".
    pub status: String,
}

/// A browser in which the person is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonDevice {
    pub name: String,
    pub address: String,
    pub last_seen: (String, String),
}

/// A change of an account by an admin, besides that of its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountAction {
    Deactivate,
    Reactivate,
    SignOut,
    ResetPassword,
    Confirm,
    /// Makes a copy of the person's data.
    CopyData,
    /// Deletes the account after the days of grace.
    Delete,
    /// Keeps an account that was to be deleted.
    Keep,
}

impl AccountAction {
    pub const ALL: [Self; 8] = [
        Self::Deactivate,
        Self::Reactivate,
        Self::SignOut,
        Self::ResetPassword,
        Self::Confirm,
        Self::CopyData,
        Self::Delete,
        Self::Keep,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Deactivate => "deactivate",
            Self::Reactivate => "reactivate",
            Self::SignOut => "sign_out",
            Self::ResetPassword => "reset_password",
            Self::Confirm => "confirm",
            Self::CopyData => "copy_data",
            Self::Delete => "delete",
            Self::Keep => "keep",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// Says that it was done.
    pub fn said(self) -> &'static str {
        match self {
            Self::Deactivate => "The account is deactivated, and all its devices are signed out.",
            Self::Reactivate => "The account is active again.",
            Self::SignOut => "All devices are signed out.",
            Self::ResetPassword => "A link for choosing a new password is on its way.",
            Self::Confirm => "The email address counts as confirmed.",
            Self::CopyData => {
                "A copy of the person’s data is being made. They get an email when it is ready."
            }
            Self::Delete => {
                "The account will be deleted. The person gets an email and can keep it until then."
            }
            Self::Keep => "The account is kept.",
        }
    }
}

/// Value of `done` in the address of a person's page after another account was merged into it.
pub const MERGED: &str = "merged";

/// Value of `done` in the address of a person's page after the role was changed.
pub const ROLE_DONE: &str = "role";

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn the_address_of_a_list_has_only_what_was_chosen() {
        let query = PeopleQuery {
            q: "a b&c".to_owned(),
            role: Some(UserRole::Tutor),
            state: Some(AccountState::Unconfirmed),
            ..PeopleQuery::default()
        };
        assert_eq!(
            query.path(),
            "/admin/people?q=a%20b%26c&role=tutor&state=unconfirmed"
        );
        assert_eq!(PeopleQuery::default().path(), "/admin/people");
    }

    #[test]
    fn long_lists_are_not_counted_to_their_end() {
        assert_eq!(counted(1, "person", "people"), "1 person");
        assert_eq!(counted(0, "person", "people"), "0 people");
        assert_eq!(counted(1_000, "person", "people"), "1000 people");
        assert_eq!(counted(1_001, "person", "people"), "More than 1,000 people");
    }
}
