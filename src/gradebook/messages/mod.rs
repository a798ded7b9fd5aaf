//! Messages of tutors to learners of a course: to one, or to a filtered list.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use super::{GradebookQuery, LearnerFilter};
use crate::cohort::teach::messages::SentMessage;
use crate::course::CourseTitle;
use crate::platform::address;
use crate::platform::ids::CohortMessageId;

/// Most learners to whom one message goes.
pub const MOST_RECEIVERS: usize = 5_000;

/// The learners to whom a message goes: one, or all that the filters of the gradebook select.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CourseReceivers {
    /// The user name of one learner, or empty.
    pub learner: String,
    pub q: String,
    pub filter: LearnerFilter,
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
            learner: String::new(),
            q: query.q.clone(),
            filter: query.filter,
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
        address::with_query(
            &format!("/teach/{course}/messages"),
            &[
                ("learner", &self.learner),
                ("q", &self.q),
                ("filter", self.filter.name()),
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
    /// Newest first.
    pub sent: Vec<SentMessage>,
}
