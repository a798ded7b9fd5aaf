//! Cold calls for the tutors of a course: writing prompts, reading answers, moderation.

pub mod api;
mod moderation;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

pub use self::moderation::{
    ActLine, AnswerGroup, AnswersPage, CohortPeople, CohortPerson, ListedAnswer, MOST_AT_ONCE,
    MessageAct, ModerationItem, ModerationPage, PromptAct, TutorMessage, UnansweredPrompt,
    answers_path, waiting_label,
};

use serde::{Deserialize, Serialize};

use super::{ColdCallCard, Visibility};
use crate::course::CourseTitle;
use crate::platform::ids::{PromptId, TopicId};

/// Longest prompt and hint, in characters. Course files have the same limits.
pub const PROMPT_CHARACTERS: u32 = 2_000;
pub const HELPER_CHARACTERS: u32 = 1_000;

/// Most prompts of a topic.
pub const MOST_PROMPTS: usize = 20;

/// The prompts of a course, by topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptsPage {
    pub course_title: CourseTitle,
    pub topics: Vec<PromptTopic>,
    /// Messages of the course that wait for a tutor.
    pub waiting: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptTopic {
    pub topic_id: TopicId,
    /// Number and title, such as "1.2 The mean".
    pub label: String,
    pub prompts: Vec<PromptLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptLine {
    pub prompt_id: PromptId,
    pub number: i32,
    pub prompt: String,
    pub visibility: Visibility,
    pub status: PromptStatus,
    /// Answers in all cohorts.
    pub answers: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PromptStatus {
    Open,
    /// Opens at this time, as people write it.
    Scheduled(String),
    Closed,
    Locked,
    Retired,
}

/// Page on which a prompt is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptFormPage {
    pub course_title: CourseTitle,
    /// None for a new prompt.
    pub prompt_id: Option<PromptId>,
    pub is_retired: bool,
    /// Ids and labels of the topics.
    pub topics: Vec<(String, String)>,
    pub form: PromptForm,
    /// The stored prompt as members see it.
    pub preview: Option<ColdCallCard>,
}

/// The fields of the form, as they are typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PromptForm {
    pub topic: String,
    pub prompt: String,
    pub helper_text: String,
    pub visibility: String,
    /// Local times of the tutor; empty for none.
    pub opens_at: String,
    pub closes_at: String,
    /// Days after a cohort's start; empty for none.
    pub opens_after: String,
    pub closes_after: String,
}

/// Address of a prompt among the course's teaching pages. `prompt` is an id or `new`.
pub fn prompt_path(course: &str, prompt: &str) -> String {
    format!("/teach/{course}/cold-calls/{prompt}")
}
