//! The tutor of a course: answers a learner's questions about a topic with quotations from the
//! course's own text, hints first, and keeps the conversation.

pub mod api;
pub mod desk;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::enrollment::TopicLink;
use crate::platform::ui::Html;

/// Longest question, in characters.
pub const QUESTION_CHARACTERS: u32 = 2_000;
/// Longest reason of a rating, in characters.
pub const RATING_CHARACTERS: u32 = 500;
/// Questions of a learner that may wait for the tutors of a course at the same time.
pub const WAITING_QUESTIONS: i64 = 5;
/// Messages after which a conversation is full.
pub const TALK_MESSAGES: i64 = 1_000;

/// Page of a conversation with the tutor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TutorTalkPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub topic: TopicLink,
    /// Address of this page, also of its forms' outcomes.
    pub here: String,
    /// Messages and forms. They are sent as HTML, because the dock of the player loads them from
    /// this page.
    pub talk: Html,
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
