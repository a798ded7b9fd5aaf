//! Cold calls: prompts that the members of a cohort answer before they may read each other's
//! answers.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
pub mod teach;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
pub use crate::course::Visibility;
use crate::enrollment::TopicLink;
use crate::platform::ids::{MessageId, PromptId};
use crate::platform::live::LiveTopic;
use crate::platform::ui::Html;

/// Longest message, in characters.
pub const MESSAGE_CHARACTERS: u32 = 5_000;

/// Longest reason of a report or of a tutor's act, in characters.
pub const REASON_CHARACTERS: u32 = 500;

/// Time in which a message can be changed.
pub const EDIT_MINUTES: i64 = 15;

/// A cold call as a member finds it at the end of its topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColdCallCard {
    pub prompt_id: PromptId,
    /// Address of the cold call's own page.
    pub href: String,
    /// Number within the topic, from 1.
    pub number: i32,
    pub prompt: String,
    pub helper_text: Option<String>,
    pub visibility: Visibility,
    pub has_answered: bool,
    /// Says why nothing can be posted now; None if posting is possible.
    pub refusal: Option<String>,
    /// Time of the close, for people and as RFC 3339.
    pub closes: Option<(String, String)>,
}

/// Page of one cold call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColdCallPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub topic: TopicLink,
    pub cohort: String,
    pub card: ColdCallCard,
    /// None until the member has answered.
    pub thread: Option<ColdCallThread>,
    /// Events of the prompt's lock and times.
    pub live: LiveTopic,
    pub next: Option<TopicLink>,
    /// The cold call in the member's other cohorts of the course.
    pub others: Vec<TopicLink>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColdCallThread {
    /// Each answer with its replies.
    pub answers: Vec<AnswerThread>,
    /// Endorsed answers of earlier cohorts.
    pub endorsed: Vec<EndorsedAnswer>,
    /// Says that earlier messages are left out, if any are.
    pub left_out: Option<String>,
    pub live: LiveTopic,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerThread {
    pub answer: ThreadMessage,
    /// Replies to the answer, in the order of time.
    pub replies: Vec<ReplyThread>,
}

impl AnswerThread {
    /// The answer and all replies below it.
    pub fn messages(&self) -> impl Iterator<Item = &ThreadMessage> {
        let replies = self.replies.iter();
        std::iter::once(&self.answer)
            .chain(replies.flat_map(|of| std::iter::once(&of.reply).chain(&of.deeper)))
    }
}

/// A reply to an answer, with the replies below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyThread {
    pub reply: ThreadMessage,
    /// All replies below the reply, in the order of time. The page folds them.
    pub deeper: Vec<ThreadMessage>,
    /// True if one of the deeper replies is the person's own or unread.
    pub is_open: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndorsedAnswer {
    pub cohort: String,
    pub html: Html,
}

/// A message as one member may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadMessage {
    pub message_id: MessageId,
    pub text: MessageText,
    pub stars: StarState,
    pub may: MessageRights,
    /// Markdown of the person's own message, while it can be changed, and what a change does to it
    /// besides.
    pub source: Option<(String, String)>,
}

/// The parts of a message that change its look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageText {
    pub author: String,
    pub is_tutor: bool,
    pub is_mine: bool,
    /// Author of the message that this one replies to, if that is a reply too.
    pub to: Option<String>,
    pub body: MessageBody,
    /// Marks that follow the time, such as " · edited".
    pub marks: Option<String>,
    pub is_held: bool,
    pub is_pinned: bool,
    pub is_endorsed: bool,
    /// True on the person's own message only.
    pub is_credited: bool,
    /// Time of the message, for people and as RFC 3339.
    pub at: (String, String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageBody {
    Shown(Html),
    /// Hidden by a tutor for this reason. Only the author gets this.
    Hidden(Html, String),
    /// A stub that keeps the replies below it in their place.
    Removed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StarState {
    /// None on the person's own message until the prompt closes.
    pub count: Option<i64>,
    pub is_mine: bool,
}

/// Actions that a message offers to one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MessageRights {
    pub star: bool,
    pub reply: bool,
    pub edit: bool,
    pub delete: bool,
    pub report: bool,
}

/// Id of a message's element in its page.
pub fn message_anchor(message: MessageId) -> String {
    format!("m-{message}")
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn each_visibility_is_found_by_its_name() {
        for visibility in Visibility::ALL {
            assert_eq!(Visibility::parse(visibility.name()), Some(visibility));
        }
        assert_eq!(Visibility::parse("everyone"), None);
    }
}
