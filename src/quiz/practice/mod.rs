//! Practice: questions within the text of a topic, which may be answered any number of times. The
//! last answer is stored so that the learner finds it again. Practice does not count.

pub mod api;
#[cfg(feature = "ssr")]
pub mod in_text;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use super::{GradedQuestion, Shown};
use crate::course::CourseTitle;
use crate::player::TopicLink;

/// A practice question as one learner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PracticePage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    /// Leads to its place in the text.
    pub topic: TopicLink,
    pub topic_slug: String,
    pub key: String,
    pub state: PracticeState,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PracticeState {
    /// The question without the right answer, ready to be answered.
    Open(Shown),
    Answered {
        outcome: Box<GradedQuestion>,
        tries: i32,
        /// Address at which the question can be answered again.
        again: String,
    },
}

/// Address of a practice question. Keys of imported questions may contain any characters, so the
/// key is percent-encoded.
#[cfg(feature = "ssr")]
pub fn practice_path(course: &str, topic: &str, key: &str) -> String {
    let key: String = key
        .bytes()
        .map(|byte| match byte {
            b'-' | b'_' | b'.' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!(
        "{}/practice/{key}",
        crate::player::topic_path(course, topic)
    )
}

/// Element id of the question's place in the text.
#[cfg(feature = "ssr")]
pub fn practice_id(key: &str) -> String {
    let key: String = key.split_whitespace().collect::<Vec<_>>().join("-");
    format!("practice-{key}")
}
