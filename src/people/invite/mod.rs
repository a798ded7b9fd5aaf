//! Invitations by mail: one by one or by a list, with a role and perhaps a course.

pub mod accept;
pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::auth::UserRole;
use crate::platform::ids::{InvitationId, InvitationListId};

/// Invitations on one page.
pub const INVITATIONS_ON_PAGE: i64 = 50;
/// Courses that the form offers at most.
pub const OFFERED_COURSES: i64 = 500;

/// The list of open invitations, with the forms for new ones.
pub const INVITATIONS: &str = "/admin/invitations";
/// Address of uploaded lists. The flash message for the list page has the same name.
pub const INVITATION_UPLOAD: &str = "/uploads/invitations";
/// Page that the links of invitations open.
pub const INVITATION: &str = "/invitation";

/// Page of an uploaded list.
pub fn invitation_list_path(list: InvitationListId) -> String {
    format!("{INVITATIONS}/{list}")
}

/// The open invitations, and what the forms offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationsPage {
    pub invitations: Vec<InvitationLine>,
    /// Number of open invitations, up to one more than [`crate::people::COUNTED`].
    pub total: i64,
    /// Place of the last line if there are more.
    pub next: Option<String>,
    /// Slugs and titles of courses.
    pub courses: Vec<(String, CourseTitle)>,
    /// Says why an uploaded file was not read.
    pub problem: Option<String>,
}

/// An open invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationLine {
    pub invitation: InvitationId,
    pub email: String,
    pub name: String,
    pub role: UserRole,
    pub course: Option<CourseTitle>,
    /// Date of the invitation.
    pub since: String,
    /// Date of its end.
    pub until: String,
    pub is_expired: bool,
}

/// Fields of an invitation as the browser sends them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InvitationFields {
    pub email: String,
    pub name: String,
    pub role: String,
    /// Slug of a course; empty for none.
    pub course: String,
}

/// The effect of a line of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InviteOutcome {
    LeftOut,
    /// Gets a mail with a link.
    Invited,
    /// Has an account that has all of this, or an open invitation.
    Nothing,
}

impl InviteOutcome {
    pub const ALL: [Self; 3] = [Self::LeftOut, Self::Invited, Self::Nothing];

    pub fn title(self) -> &'static str {
        match self {
            Self::LeftOut => "Left out",
            Self::Invited => "Invited",
            Self::Nothing => "Nothing to do",
        }
    }
}

/// Numbers of lines by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteCounts {
    pub invited: usize,
    pub nothing: usize,
    pub left_out: usize,
}

/// An uploaded list, with what each line will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationListPage {
    pub list: InvitationListId,
    pub file: String,
    pub course: Option<CourseTitle>,
    pub counts: InviteCounts,
    /// True if the list was confirmed. `groups` is empty then.
    pub is_confirmed: bool,
    pub groups: Vec<InviteGroup>,
}

/// Lines of a list with the same outcome. Long groups are shortened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteGroup {
    pub outcome: InviteOutcome,
    pub lines: Vec<InviteLine>,
    /// Number of lines that are not shown.
    pub more: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteLine {
    /// Number of the line in the file, from 1.
    pub line: u64,
    pub email: String,
    pub name: String,
    pub role: String,
    /// Explains the outcome.
    pub note: String,
}

/// The state of an invitation as its link shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum InvitationState {
    /// The link is unknown: it is mistyped, or the invitation was deleted.
    Unknown,
    Accepted,
    Revoked,
    Expired,
    Open(OpenInvitation),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInvitation {
    pub school: String,
    pub email: String,
    pub name: String,
    pub role: UserRole,
    pub course: Option<CourseTitle>,
    pub guest: InvitedGuest,
}

/// The visitor who has opened the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InvitedGuest {
    /// Nobody is signed in, and the address has no account yet.
    New,
    /// Nobody is signed in, and the address has an account.
    SignedOut,
    /// The account of the address is signed in.
    Invited,
    /// Another account is signed in.
    Other,
}
