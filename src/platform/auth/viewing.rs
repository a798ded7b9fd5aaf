//! A course as somebody else sees it. A member of staff keeps their own identity; a mark in their
//! session says for whom the pages of one course are loaded, until when. While it is there, the
//! session changes nothing.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use super::{UserRole, Viewer};
use crate::error::{AppError, AppResult};
use crate::ids::UserId;

/// Key of the session for the mark.
const VIEWING: &str = "viewing";

/// Minutes after which the view ends by itself.
pub const VIEW_MINUTES: i64 = 30;

/// Server function that begins a view or changes it, which is allowed during one.
pub const START_VIEW: &str = "/api/lyceum/authoring/view_as/api/start_view";
/// Server function that ends a view.
pub const END_VIEW: &str = "/api/lyceum/authoring/view_as/api/end_view";
/// Server function that signs out, which ends a view too.
const SIGN_OUT: &str = "/api/lyceum_platform/auth/api/sign_out";

/// A mark of the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewing {
    /// The member of staff.
    pub by: UserId,
    /// Name of the course in addresses, and its title.
    pub course: String,
    pub title: String,
    pub who: ViewedAs,
    /// The viewed person in words, such as "Asha Rao".
    pub name: String,
    pub until: DateTime<Utc>,
    /// Page to which the end of the view leads.
    pub back: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ViewedAs {
    /// Somebody who is not signed in.
    Visitor,
    /// A new learner to whom all is open, who has chosen these personas.
    Persona {
        study: String,
        learner: Option<String>,
    },
    Learner(UserId),
}

impl Viewing {
    /// Says why nothing can be changed.
    pub fn refusal(&self) -> AppError {
        AppError::Denied(format!(
            "You are looking at “{}” as {}, so nothing can be changed. End this view first.",
            self.title, self.name
        ))
    }

    /// The person for whom a page is loaded that visitors see too. Nobody for a visitor and for a
    /// persona, who have not enrolled.
    pub fn seen_by(&self, me: Option<&Viewer>) -> Option<Viewer> {
        let ViewedAs::Learner(learner) = self.who else {
            return None;
        };
        me.map(|me| Viewer {
            user_id: learner,
            role: UserRole::Learner,
            ..me.clone()
        })
    }

    pub fn ends(now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::minutes(VIEW_MINUTES)
    }
}

/// Returns the view of the session's person, if there is one that has not ended.
pub async fn of(session: &Session, user: UserId) -> AppResult<Option<Viewing>> {
    let found: Option<Viewing> = session.get(VIEWING).await?;
    Ok(found.filter(|view| view.by == user && view.until > Utc::now()))
}

pub async fn begin(session: &Session, view: &Viewing) -> AppResult<()> {
    Ok(session.insert(VIEWING, view).await?)
}

pub async fn end(session: &Session) -> AppResult<()> {
    session.remove::<Viewing>(VIEWING).await?;
    Ok(())
}

/// Returns true if this path may be posted to during a view.
pub fn may_post(path: &str) -> bool {
    [START_VIEW, END_VIEW, SIGN_OUT].contains(&path)
}
