//! Messages of tutors to learners of a course: to one, or to a filtered list.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use super::{GradebookQuery, LearnerFilter};
use crate::activity::{LearnerStatus, RosterQuery};
use crate::cohort::teach::messages::SentMessage;
use crate::course::CourseTitle;
use crate::paths::course_message_path;
use crate::platform::ids::CohortMessageId;

/// Most learners to whom one message goes.
pub const MOST_RECEIVERS: usize = 5_000;

/// The learners to whom a message goes: one, or all that the filters of the gradebook or a status
/// select.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CourseReceivers {
    /// The user name of one learner, or empty.
    pub learner: String,
    pub q: String,
    pub filter: LearnerFilter,
    /// If given, the receivers are the learners of the roster with this status.
    pub status: Option<LearnerStatus>,
}

impl CourseReceivers {
    pub fn one(username: &str) -> Self {
        Self {
            learner: username.to_owned(),
            ..Self::default()
        }
    }

    pub fn listed(query: &GradebookQuery) -> Self {
        Self {
            q: query.q.clone(),
            filter: query.filter,
            ..Self::default()
        }
    }

    /// The learners of the roster with a status.
    pub fn of_status(status: LearnerStatus) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// Page with the list that holds these learners.
    pub fn list_path(&self, course: &str) -> String {
        match self.status {
            Some(_) => self.roster().path(course),
            None => self.query().path(course),
        }
    }

    /// Returns the list of the roster that holds these learners.
    pub fn roster(&self) -> RosterQuery {
        RosterQuery {
            q: self.q.clone(),
            status: self.status,
            ..RosterQuery::default()
        }
    }

    /// Returns the list of the gradebook that holds these learners.
    pub fn query(&self) -> GradebookQuery {
        GradebookQuery {
            q: self.q.clone(),
            filter: self.filter,
            ..GradebookQuery::default()
        }
    }

    /// Page on which one writes to these learners.
    pub fn path(&self, course: &str) -> String {
        self.at(course, "")
    }

    /// The page with a draft for a learner of this status.
    pub fn draft_path(&self, course: &str, status: LearnerStatus) -> String {
        self.at(course, status.name())
    }

    fn at(&self, course: &str, draft: &str) -> String {
        let status = self.status.map(LearnerStatus::name).unwrap_or_default();
        course_message_path(
            course,
            &[
                ("learner", &self.learner),
                ("q", &self.q),
                ("filter", self.filter.name()),
                ("status", status),
                ("draft", draft),
            ],
        )
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CourseMessagePage {
    pub course_title: CourseTitle,
    /// Names the message, so that sending it twice is as good as once.
    pub key: CohortMessageId,
    /// The receivers in words, such as "stuck learners".
    pub said: String,
    pub receivers: i64,
    /// Names of the first receivers.
    pub names: Vec<String>,
    /// Subject and text that the form begins with. Both are empty without a draft.
    pub draft: (String, String),
    /// Newest first.
    pub sent: Vec<SentMessage>,
}
