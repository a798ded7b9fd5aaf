//! The desk of a course's tutors: questions that learners hand to a person, questions that the
//! course does not answer, suggested questions, and the settings of the AI tutor.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::paths::learner_questions_path;
use crate::platform::address;
use crate::platform::ids::{SuggestionId, TopicId, TutorRequestId};
use crate::platform::ui::Html;

/// Longest reply of a tutor, in characters.
pub const REPLY_CHARACTERS: u32 = 4_000;

/// Longest suggested question and its answer, as tutors write them, in characters.
pub const SUGGESTION_CHARACTERS: u32 = 80;
pub const PREPARED_ANSWER_CHARACTERS: u32 = 4_000;

/// Most suggested questions of a topic that are written on the site.
pub const MOST_SUGGESTIONS: usize = 60;

/// Highest number of typed questions in a module that tutors can allow.
pub const MOST_TYPED_QUESTIONS: i32 = 1_000;

/// The way in which a language model speaks in a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TutorTone {
    #[default]
    Plain,
    Encouraging,
    Brief,
    Formal,
}

impl TutorTone {
    pub const ALL: [Self; 4] = [Self::Plain, Self::Encouraging, Self::Brief, Self::Formal];

    /// Name in the database and in the texts for the model.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Encouraging => "encouraging",
            Self::Brief => "brief",
            Self::Formal => "formal",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Plain => "Friendly and plain",
            Self::Encouraging => "Encouraging",
            Self::Brief => "As brief as possible",
            Self::Formal => "Formal",
        }
    }

    /// An unknown name is the default.
    pub fn parse(name: &str) -> Self {
        let named = Self::ALL.into_iter().find(|tone| tone.name() == name);
        named.unwrap_or_default()
    }
}

/// Settings of the AI tutor of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TutorSettings {
    pub is_on: bool,
    /// Typed questions of a learner in a module that get an answer.
    pub questions_per_module: i32,
    /// True if answers begin with hints.
    pub hints_first: bool,
    /// True if tutors may read conversations. Learners are told so.
    pub tutors_may_read: bool,
    pub tone: TutorTone,
}

impl Default for TutorSettings {
    fn default() -> Self {
        Self {
            is_on: true,
            questions_per_module: 5,
            hints_first: true,
            tutors_may_read: false,
            tone: TutorTone::default(),
        }
    }
}

/// The settings as the form sends them. Switches that are off send nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TutorSettingsForm {
    pub is_on: Option<String>,
    pub questions_per_module: String,
    pub hints_first: Option<String>,
    pub tutors_may_read: Option<String>,
    pub tone: String,
}

/// Filter of the list of questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestFilter {
    #[default]
    Open,
    Done,
}

impl RequestFilter {
    pub const ALL: [Self; 2] = [Self::Open, Self::Done];

    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Done => "Done",
        }
    }

    pub fn parse(name: &str) -> Self {
        let named = Self::ALL.into_iter().find(|filter| filter.name() == name);
        named.unwrap_or_default()
    }
}

/// Filter and place in the list of questions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LearnerQuestionsQuery {
    pub filter: RequestFilter,
    /// Place of the last question of the page before.
    pub after: String,
    /// Id of a question that is listed in any case, because its form came back with a problem.
    pub keep: String,
}

impl LearnerQuestionsQuery {
    pub fn path(&self, course: &str) -> String {
        let show = match self.filter {
            RequestFilter::Open => "",
            other => other.name(),
        };
        let values = [("show", show), ("after", self.after.as_str())];
        address::with_query(&learner_questions_path(course), &values)
    }
}

/// Questions of the learners of a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnerQuestionsPage {
    pub course_title: CourseTitle,
    /// Open ones oldest first, done ones newest first.
    pub questions: Vec<HandedQuestion>,
    /// Place of the last question if there are more.
    pub next: Option<String>,
    /// Number of open questions.
    pub open: i64,
    /// Questions without an answer in the course. None on all pages but the first.
    pub unknown: Option<UnknownQuestions>,
    /// Questions that the AI tutor answered, on the first page, if tutors may read them.
    pub answered: Option<UnknownQuestions>,
    pub settings: TutorSettings,
}

/// A question that a learner handed to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedQuestion {
    pub request_id: TutorRequestId,
    pub learner: String,
    pub topic: TopicLabel,
    /// Time in words, and as RFC 3339.
    pub at: (String, String),
    pub question: String,
    /// Answer of the AI tutor, if it gave one.
    pub answer: Option<String>,
    /// Turns before the question, oldest first.
    pub before: Vec<EarlierTurn>,
    /// Last reply of a tutor.
    pub reply: Option<Html>,
    /// None for an open question.
    pub done: Option<DoneBy>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicLabel {
    pub slug: String,
    /// Number and title, such as "1.2 The mean".
    pub label: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierTurn {
    /// Name of the learner or the tutor, or "AI tutor".
    pub by: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoneBy {
    pub name: String,
    /// Time in words, and as RFC 3339.
    pub at: (String, String),
}

/// Questions of the last weeks in groups, without names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownQuestions {
    /// Questions that use the same words, largest group first.
    pub groups: Vec<UnknownGroup>,
    /// Questions that are like no other.
    pub others: Vec<UnknownQuestion>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownGroup {
    /// Words that most of the questions share.
    pub words: Vec<String>,
    pub questions: Vec<UnknownQuestion>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownQuestion {
    pub text: String,
    pub topic: TopicLabel,
}

/// The suggested questions of a topic, as tutors write them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionsPage {
    pub course_title: CourseTitle,
    pub topic_id: TopicId,
    pub topic_title: String,
    pub suggestions: Vec<SuggestionLine>,
    /// Question and reply that the form for a new one begins with.
    pub draft: (String, String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionLine {
    pub suggestion_id: SuggestionId,
    pub prompt: String,
    /// Markdown.
    pub answer: String,
    pub html: Html,
    pub is_active: bool,
    pub follow_ups: Vec<SuggestionLine>,
}

/// The fields of a suggested question, as they are typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SuggestionForm {
    pub prompt: String,
    pub answer: String,
    /// Id of the question that it follows; empty for none. Counts for new questions only.
    pub parent: String,
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn an_address_names_only_what_differs_from_the_first_page() {
        let mut query = LearnerQuestionsQuery::default();
        assert_eq!(query.path("small"), "/teach/small/questions/all");
        query.filter = RequestFilter::parse("done");
        query.keep = "not in the address".to_owned();
        assert_eq!(query.path("small"), "/teach/small/questions/all?show=done");
        assert_eq!(RequestFilter::parse("none"), RequestFilter::Open);
    }
}
