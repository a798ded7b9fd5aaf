//! The question bank of a course as its tutors see it: to find, write, order, preview and retire questions, to bring them in from
//! files and send them out, to see how each did, and to set how the course's quizzes go.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use super::{GradedQuestion, QuestionType, QuestionView};
use crate::course::CourseTitle;
use crate::course::QuestionPurpose;
use crate::platform::address;
use crate::platform::ids::QuestionId;
use crate::platform::ui::Html;

/// Which questions are asked for; everything comes from the address, so that it can be shared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BankQuery {
    /// In the prompt.
    pub q: String,
    pub module: String,
    /// Slug of the topic.
    pub topic: String,
    pub kind: String,
    pub purpose: String,
    /// `flagged`, `retired`, or empty for all that are in use.
    pub show: String,
    /// Those after this question, or those before it.
    pub after: String,
    pub before: String,
}

impl BankQuery {
    fn fields(&self) -> [(&'static str, &str); 8] {
        [
            ("q", &self.q),
            ("module", &self.module),
            ("topic", &self.topic),
            ("kind", &self.kind),
            ("purpose", &self.purpose),
            ("show", &self.show),
            ("after", &self.after),
            ("before", &self.before),
        ]
    }

    /// As the end of an address; empty where nothing is asked for.
    pub fn ending(&self) -> String {
        address::with_query("", &self.fields())
    }

    /// The same questions from the first on.
    pub fn restarted(&self) -> Self {
        Self {
            after: String::new(),
            before: String::new(),
            ..self.clone()
        }
    }

    /// Whether the questions of a quiz stand together and whole, so that their order can be changed.
    pub fn is_whole(&self) -> bool {
        let Self { module, after, .. } = self;
        let plain = Self {
            module: module.clone(),
            after: after.clone(),
            before: self.before.clone(),
            ..Self::default()
        };
        *self == plain
    }
}

/// One page of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankPage {
    pub course_title: CourseTitle,
    pub groups: Vec<BankGroup>,
    /// Number and text of each.
    pub modules: Vec<(String, String)>,
    /// Slug and text of each.
    pub topics: Vec<(String, String)>,
    /// How many questions match, on all pages.
    pub count: i64,
    pub previous: Option<QuestionId>,
    pub next: Option<QuestionId>,
}

/// The questions of one quiz, or those of a module that only exams ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankGroup {
    pub title: String,
    pub lines: Vec<BankLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankLine {
    pub question: QuestionId,
    /// Its beginning, plain.
    pub prompt: String,
    pub kind: QuestionType,
    pub topic: Option<String>,
    pub purpose: QuestionPurpose,
    /// In percent who are expected to get it wrong.
    pub difficulty: Option<String>,
    pub figures: Option<Figures>,
    pub is_retired: bool,
}

/// How a question did, in words that a table shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub answers: i32,
    pub facility: String,
    pub discrimination: String,
    pub good_learners_fail: bool,
}

/// A question as its form sends it. Texts are Markdown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionForm {
    pub kind: String,
    /// `topic:` and its id, or `module:` and its number for questions that only exams ask.
    pub place: String,
    pub purpose: String,
    pub prompt: String,
    pub explanation: String,
    /// In percent who get it wrong.
    pub difficulty: String,
    /// Options, or items in their order, or what stands on the left; empty ones don't count.
    pub texts: Vec<String>,
    /// What belongs to each of the texts.
    pub partners: Vec<String>,
    /// Numbers of the right options, from 0.
    pub right: Vec<String>,
    pub shuffle: Option<String>,
    /// One a line.
    pub accepted: String,
    pub tolerance: String,
    pub language: String,
    pub program: String,
    /// `prints` or `fails`.
    pub outcome: String,
    pub prints: String,
    pub line: String,
}

/// A question to be written or edited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionPage {
    pub course_title: CourseTitle,
    /// None: a new one.
    pub question: Option<QuestionId>,
    pub form: QuestionForm,
    /// What the question was like when the form was filled with it.
    pub mark: String,
    /// Somebody else has changed it since.
    pub is_behind: bool,
    pub places: Vec<(String, String)>,
    /// Lines for options, items or pairs.
    pub rows: usize,
    pub preview: Option<Preview>,
    /// What is wrong with what was typed.
    pub problems: Vec<String>,
    pub is_retired: bool,
    /// It came with the course or from a file.
    pub is_imported: bool,
    /// Its figures began anew when its key was changed.
    pub is_rekeyed: bool,
    pub facts: Option<QuestionFacts>,
}

/// The question as learners see it, and what a trial answer comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    pub shown: QuestionView,
    pub graded: Option<GradedQuestion>,
}

/// How a question did, in detail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionFacts {
    pub figures: Figures,
    /// Facility among the best and the worst of the rest of their attempts.
    pub groups: Option<(String, String)>,
    pub options: Vec<OptionFacts>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionFacts {
    pub option: Html,
    pub is_right: bool,
    pub taken: usize,
    /// Share of all learners, of the third who did best in the rest of their attempt, and of the third who did worst.
    pub shares: [String; 3],
}

/// Where a file's questions can go, and what came of the last file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportPage {
    pub course_title: CourseTitle,
    pub places: Vec<(String, String)>,
    pub import: Option<Import>,
    pub problem: Option<String>,
    /// Names the next import, so that a form that is sent twice is one import.
    pub token: String,
    /// What was chosen before.
    pub place: String,
    pub purpose: String,
    pub same_name: String,
}

/// A file that is being imported, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub state: ImportState,
    /// Questions of the file that were dealt with, and all.
    pub done: usize,
    pub total: usize,
    pub report: ImportReport,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportState {
    Running,
    Finished,
    /// It stopped half-way and is not tried again.
    Stopped,
}

/// Chosen in the place of a purpose: each question is for what its file says.
pub const AS_IN_FILE: &str = "file";

/// What became of a file, question by question.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImportReport {
    pub file: String,
    pub added: usize,
    pub updated: usize,
    pub unchanged: usize,
    /// The beginnings of those that were updated, as they were.
    pub overwritten: Vec<String>,
    /// The same of those that came from this file before and are not in it any more; they stay in use.
    pub missing: Vec<String>,
    /// Edited here since, and left as they are.
    pub kept: Vec<String>,
    /// Questions that were not taken over.
    pub refused: usize,
    /// Those and the parts of others that were not, by the reason.
    pub left_out: Vec<LeftOutGroup>,
}

/// Questions or parts of questions that were left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutGroup {
    /// Whole questions are meant, not parts.
    pub is_refused: bool,
    pub why: String,
    pub items: Vec<String>,
    /// How many more there are than are named.
    pub more: usize,
}

/// How the quizzes of a course go, as its form sends it and shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct QuizSettings {
    pub questions_per_attempt: String,
    pub passing_score_percent: String,
    /// Empty: nobody counts.
    pub seconds_per_question: String,
    /// Empty: as many as one likes.
    pub attempts_allowed: String,
    pub retry_wait_minutes: String,
    pub cooldown_days: String,
    pub partial_credit: Option<String>,
    pub is_gated: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsPage {
    pub course_title: CourseTitle,
    pub settings: QuizSettings,
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn an_address_has_what_was_asked_for_and_nothing_else() {
        assert_eq!(BankQuery::default().ending(), "");
        let query = BankQuery {
            q: "a & b".into(),
            show: "flagged".into(),
            after: "x".into(),
            ..Default::default()
        };
        assert_eq!(query.ending(), "?q=a%20%26%20b&show=flagged&after=x");
        assert_eq!(query.restarted().ending(), "?q=a%20%26%20b&show=flagged");
        assert!(!query.is_whole());
        let module = BankQuery {
            module: "2".into(),
            ..Default::default()
        };
        assert!(module.is_whole());
    }
}
