//! Types of reading answers and of moderation.

use serde::{Deserialize, Serialize};

use super::PromptStatus;
use crate::coldcall::Visibility;
use crate::course::CourseTitle;
use crate::platform::ids::{ActionId, CohortId, MemberId, MessageId, PromptId, UserId};
use crate::platform::live::LiveTopic;
use crate::platform::ui::Html;

/// Most messages that one act is about.
pub const MOST_AT_ONCE: usize = 200;

/// An act on a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageAct {
    Hide,
    Restore,
    Pin,
    Unpin,
    Endorse,
    Unendorse,
    Credit,
    Uncredit,
    Approve,
    /// Ends the reports of a message that stays as it is.
    Settle,
}

impl MessageAct {
    pub const ALL: [Self; 10] = [
        Self::Hide,
        Self::Restore,
        Self::Pin,
        Self::Unpin,
        Self::Endorse,
        Self::Unendorse,
        Self::Credit,
        Self::Uncredit,
        Self::Approve,
        Self::Settle,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Hide => "hide",
            Self::Restore => "restore",
            Self::Pin => "pin",
            Self::Unpin => "unpin",
            Self::Endorse => "endorse",
            Self::Unendorse => "unendorse",
            Self::Credit => "credit",
            Self::Uncredit => "uncredit",
            Self::Approve => "approve",
            Self::Settle => "settle",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Hide => "Hide",
            Self::Restore => "Show again",
            Self::Pin => "Pin",
            Self::Unpin => "Unpin",
            Self::Endorse => "Endorse",
            Self::Unendorse => "End endorsement",
            Self::Credit => "Credit",
            Self::Uncredit => "Take credit back",
            Self::Approve => "Approve",
            Self::Settle => "Dismiss reports",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }
}

/// An act on a prompt, in one cohort or in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptAct {
    Lock,
    Unlock,
    Close,
    Reopen,
}

impl PromptAct {
    pub fn name(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::Close => "close",
            Self::Reopen => "reopen",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Lock => "Lock",
            Self::Unlock => "Unlock",
            Self::Close => "Close",
            Self::Reopen => "Reopen",
        }
    }
}

/// The answers of one cohort to a prompt, as tutors read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswersPage {
    pub course_title: CourseTitle,
    pub prompt_id: PromptId,
    pub prompt: String,
    /// Number and title of the topic.
    pub topic: String,
    pub visibility: Visibility,
    pub status: PromptStatus,
    pub is_locked: bool,
    pub is_closed: bool,
    /// Cohorts of the course, newest first: id and title.
    pub cohorts: Vec<(String, String)>,
    /// The cohort whose answers are shown; None if the course has none.
    pub cohort: Option<CohortId>,
    /// Answers that use the same words, largest group first.
    pub groups: Vec<AnswerGroup>,
    /// Answers that are like no other.
    pub outliers: Vec<ListedAnswer>,
    /// Active members without an answer.
    pub silent: Vec<CohortPerson>,
    pub answers: usize,
    /// Messages of the course that wait for a tutor.
    pub waiting: i64,
    /// Names the replies that are written on the page, so that sending one twice is as good as
    /// once.
    pub key: uuid::Uuid,
    pub live: Option<LiveTopic>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerGroup {
    /// Words that most of the answers share.
    pub words: Vec<String>,
    pub answers: Vec<ListedAnswer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedAnswer {
    pub answer: TutorMessage,
    pub replies: Vec<TutorMessage>,
}

/// A message with all that a tutor may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TutorMessage {
    pub message_id: MessageId,
    pub author: String,
    /// The author as a member of the cohort. None for tutors and former members.
    pub member: Option<CohortPerson>,
    pub is_tutor: bool,
    pub html: Html,
    /// Time of the message, for people and as RFC 3339.
    pub at: (String, String),
    /// Marks that follow the time, such as " · edited".
    pub marks: Option<String>,
    pub stars: i64,
    pub hidden_reason: Option<String>,
    pub is_held: bool,
    pub is_pinned: bool,
    pub is_endorsed: bool,
    pub is_credited: bool,
    /// Reasons of the open reports.
    pub reports: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortPerson {
    pub cohort: CohortId,
    /// None where nobody can write to them.
    pub member: Option<MemberId>,
    pub user: Option<UserId>,
    pub name: String,
    /// True if a tutor approves each of their posts.
    pub is_held: bool,
}

/// Moderation across the courses that a person teaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModerationPage {
    /// Events of all threads that the person may read.
    pub live: LiveTopic,
    /// Reported and held messages, oldest first.
    pub waiting: Vec<ModerationItem>,
    /// Other messages that the tutor has not seen, newest first.
    pub recent: Vec<ModerationItem>,
    /// True if there are older ones that the tutor has not seen.
    pub has_more: bool,
    /// Open prompts of running cohorts that nobody has answered.
    pub unanswered: Vec<UnansweredPrompt>,
    /// Members of running cohorts who have answered no prompt of the last days, by cohort.
    pub silent: Vec<CohortPeople>,
    /// Members whose posts wait for approval, by cohort.
    pub held: Vec<CohortPeople>,
    /// Names the replies that are written on the page, so that sending one twice is as good as
    /// once.
    pub key: uuid::Uuid,
    /// Latest acts, newest first.
    pub acts: Vec<ActLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModerationItem {
    pub course: String,
    /// Course, cohort and topic in one line.
    pub place: String,
    pub prompt: String,
    /// Address of the prompt's answers.
    pub href: String,
    pub message: TutorMessage,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnansweredPrompt {
    pub href: String,
    pub prompt: String,
    pub place: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortPeople {
    pub course: String,
    pub place: String,
    pub members: Vec<CohortPerson>,
}

/// An act of a tutor, as the record shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActLine {
    pub action_id: ActionId,
    pub course: String,
    /// Sentence without the time, such as "Meera hid a message of Asha".
    pub text: String,
    pub reason: Option<String>,
    pub at: (String, String),
    pub is_undone: bool,
}

/// Text of the link to moderation, with the number of messages that wait.
pub fn waiting_label(waiting: i64) -> String {
    match waiting {
        0 => "Moderation".to_owned(),
        waiting => format!("Moderation ({waiting} waiting)"),
    }
}

/// Address of the answers to a prompt. The newest cohort's if `cohort` is empty.
pub fn answers_path(course: &str, prompt: PromptId, cohort: &str) -> String {
    let path = format!("/teach/{course}/cold-calls/{prompt}/answers");
    match cohort {
        "" => path,
        cohort => format!("{path}?cohort={cohort}"),
    }
}
