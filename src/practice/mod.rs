//! Practice: questions within the text of a topic, which may be answered any number of times. The
//! last answer is stored so that the learner finds it again. Practice does not count.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::enrollment::TopicLink;
use crate::platform::ui::Html;
use crate::question_bank::{GradedQuestion, QuestionView};

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
    Open(QuestionView),
    Answered {
        outcome: Box<GradedQuestion>,
        attempts: i32,
        /// Address at which the question can be answered again.
        again: String,
    },
    /// A running quiz or exam asks the question, so it cannot be practiced. Only in the text of a
    /// topic; the question's own page is refused.
    InUse { prompt: Html, why: String },
}
