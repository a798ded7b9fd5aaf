//! Messages of tutors to members of a cohort: to one, or to a filtered list.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::cohort::teach::{MemberQuery, cohort_path};
use crate::course::CourseTitle;
use crate::platform::address;
use crate::platform::ids::{CohortId, CohortMessageId, MemberId};
use crate::platform::ui::Html;

/// Longest title of a message, in characters.
pub const MESSAGE_TITLE_CHARACTERS: u32 = 150;
/// Longest text of a message, in characters.
pub const MESSAGE_CHARACTERS: u32 = 4_000;

/// The members to whom a message goes: one, or all that the filters of the list select.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Receivers {
    /// The id of one member, or empty.
    pub member: String,
    pub filter: MemberQuery,
}

impl Receivers {
    pub fn one(member: MemberId) -> Self {
        Self {
            member: member.to_string(),
            filter: MemberQuery::default(),
        }
    }

    pub fn listed(filter: &MemberQuery) -> Self {
        Self {
            member: String::new(),
            filter: filter.on_page(0),
        }
    }

    /// Page on which one writes to these members.
    pub fn path(&self, course: &str, cohort: CohortId) -> String {
        let path = format!("{}/message", cohort_path(course, cohort));
        let filters = self.filter.filters();
        let mut query = vec![("member", self.member.as_str())];
        query.extend(filters.iter().map(|(name, value)| (*name, value.as_str())));
        address::with_query(&path, &query)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessagePage {
    pub course_title: CourseTitle,
    pub cohort_id: CohortId,
    pub cohort_title: String,
    /// Names the message, so that sending it twice is as good as once.
    pub key: CohortMessageId,
    /// The receivers in words, such as "members of batch 2".
    pub said: String,
    pub receivers: i64,
    /// Receivers without an account, who get a mail only.
    pub without_account: i64,
    /// Newest first.
    pub sent: Vec<SentMessage>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentMessage {
    pub message_id: CohortMessageId,
    pub title: String,
    pub body: Html,
    pub sender: String,
    /// Time in words, and in ISO 8601.
    pub at: (String, String),
    pub receivers: i64,
    /// Number of receivers who have seen the message on a page.
    pub readers: i64,
    /// Names of the first receivers who have read the message.
    pub read: Vec<String>,
    /// Names of the first receivers who have not.
    pub unread: Vec<String>,
}
