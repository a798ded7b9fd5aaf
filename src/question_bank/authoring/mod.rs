//! The question bank of a course for its tutors: find, write, order, preview, retire, import and
//! export questions, and see their figures.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use super::{GradedQuestion, QuestionType, QuestionView};
use crate::course::{CourseTitle, QuestionPurpose};
use crate::platform::address;
use crate::platform::ids::QuestionId;
use crate::platform::ui::Html;

/// Filters and position of the question list. All of them are in the address, so that a list can be
/// shared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BankQuery {
    /// Words of the prompt.
    pub q: String,
    pub module: String,
    /// Slug of the topic.
    pub topic: String,
    pub kind: String,
    pub purpose: String,
    /// `flagged`, `retired`, or empty for all questions in use.
    pub show: String,
    /// The page lists the questions after the id `after`, or else those before the id `before`.
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

    /// Returns the query string with its `?`, or an empty text if nothing is set.
    pub fn ending(&self) -> String {
        address::with_query("", &self.fields())
    }

    /// Returns the same filters from the first page on.
    pub fn restarted(&self) -> Self {
        Self {
            after: String::new(),
            before: String::new(),
            ..self.clone()
        }
    }

    /// True if at most the module and the topic are filtered. Each topic is then listed in full, so
    /// that its order can be changed.
    pub fn is_whole(&self) -> bool {
        let Self { module, topic, .. } = self;
        let plain = Self {
            module: module.clone(),
            topic: topic.clone(),
            after: self.after.clone(),
            before: self.before.clone(),
            ..Self::default()
        };
        *self == plain
    }
}

/// One page of the question list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankPage {
    pub course_title: CourseTitle,
    pub groups: Vec<BankGroup>,
    /// Number and label of each module.
    pub modules: Vec<(String, String)>,
    /// Slug and label of each topic.
    pub topics: Vec<(String, String)>,
    /// Places to which questions can be moved, each as form value and label.
    pub places: Vec<(String, String)>,
    /// Number of matching questions on all pages.
    pub count: i64,
    pub previous: Option<QuestionId>,
    pub next: Option<QuestionId>,
    /// The last change of several questions at once.
    pub done: Option<BulkNotice>,
}

/// Tells that several questions were changed at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkNotice {
    pub said: String,
    pub can_undo: bool,
}

/// The questions about one topic, or the questions of a module that have no topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankGroup {
    pub title: String,
    pub lines: Vec<BankLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankLine {
    pub question: QuestionId,
    /// Beginning of the prompt as plain text.
    pub prompt: String,
    pub kind: QuestionType,
    pub purpose: QuestionPurpose,
    /// Expected share of wrong answers in percent.
    pub difficulty: Option<String>,
    pub figures: Option<Figures>,
    pub is_retired: bool,
}

/// Figures of a question, formatted for the table.
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
    /// `topic:` and the topic's id, or `module:` and the module's number for questions that only
    /// exams ask.
    pub place: String,
    pub purpose: String,
    pub prompt: String,
    pub explanation: String,
    /// Expected share of wrong answers in percent.
    pub difficulty: String,
    /// Options, items in their order, or left sides. Empty rows are ignored.
    pub texts: Vec<String>,
    /// Right sides, in the order of `texts`.
    pub partners: Vec<String>,
    /// Index of the right option of a single choice, starting at 0.
    pub right: Vec<String>,
    /// Indexes of the right options of a multiple choice. The form has both, so that changing the
    /// type loses neither.
    pub several: Vec<String>,
    pub shuffle: Option<String>,
    /// One accepted answer a line.
    pub accepted: String,
    pub tolerance: String,
    pub language: String,
    pub program: String,
    /// `prints` or `fails`.
    pub outcome: String,
    pub prints: String,
    pub line: String,
}

/// The page on which a question is written or edited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionPage {
    pub course_title: CourseTitle,
    /// None for a new question.
    pub question: Option<QuestionId>,
    pub form: QuestionForm,
    /// Hash of the question when the form was filled. It reveals a change by somebody else.
    pub mark: String,
    /// True if somebody else has changed the question since then.
    pub is_behind: bool,
    pub places: Vec<(String, String)>,
    /// Number of rows for options, items or pairs.
    pub rows: usize,
    /// Id of the element that gets the focus. Empty for none.
    pub focus: String,
    pub preview: Preview,
    /// Problems with the typed text, each with its field.
    pub problems: Vec<(String, String)>,
    pub is_retired: bool,
    /// True if the question came with the course or from a file.
    pub is_imported: bool,
    /// True if the figures began anew because the key was changed.
    pub is_rekeyed: bool,
    pub facts: Option<QuestionFacts>,
}

/// The question as learners see it, as far as it is typed, and the result of a trial answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    pub shown: QuestionView,
    pub graded: Option<GradedQuestion>,
    /// Problems that keep a trial answer from being graded.
    pub problems: Vec<String>,
}

/// Most rows for options, items or pairs.
pub const MOST_ROWS: usize = 40;

/// Detailed figures of a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionFacts {
    pub figures: Figures,
    /// Share correct in the upper and in the lower 27 % of learners, ranked by the rest of their
    /// attempts.
    pub groups: Option<(String, String)>,
    pub options: Vec<OptionFacts>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionFacts {
    pub option: Html,
    pub is_right: bool,
    pub taken: usize,
    /// Share of all learners who chose the option, then of the best third and of the worst third.
    /// The thirds are ranked by the rest of the attempt.
    pub shares: [String; 3],
}

/// The page with the import form, the preview of an uploaded file, or the report of an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportPage {
    pub course_title: CourseTitle,
    pub places: Vec<(String, String)>,
    pub preview: Option<ImportPreview>,
    pub import: Option<Import>,
    /// Problems of the upload, or the reason why an import has stopped.
    pub problems: Vec<String>,
}

/// The effect of a file on the bank, before it is imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportPreview {
    pub id: String,
    pub file: String,
    pub format: String,
    /// Labels of the place and the purpose.
    pub place: String,
    pub purpose: String,
    /// The tutor's choice for a file whose name was imported before.
    pub same_name: String,
    /// True if questions of a file with this name are in the bank.
    pub has_namesake: bool,
    /// The reason why the file cannot be imported, such as a choice that the tutor has to make.
    pub problem: Option<String>,
    pub added: PreviewList,
    pub changed: Vec<ChangedQuestion>,
    /// Number of changed questions that are not named.
    pub more_changed: usize,
    pub unchanged: PreviewList,
    pub kept: PreviewList,
    pub missing: PreviewList,
    /// Number of questions that are left out.
    pub refused: usize,
    pub left_out: Vec<LeftOutGroup>,
    /// Identifies this effect. If the bank changes, a confirmation shows the preview again.
    pub seen: String,
}

/// Beginnings of prompts. Long lists are cut.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreviewList {
    pub count: usize,
    pub items: Vec<String>,
}

/// A question that a file changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedQuestion {
    /// Beginnings of the prompts.
    pub before: String,
    pub after: String,
    /// Names of the changed parts, such as "question, answers".
    pub parts: String,
}

/// An import that is running or has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub state: ImportState,
    /// Number of processed questions, and of all questions of the file.
    pub done: usize,
    pub total: usize,
    pub report: ImportReport,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportState {
    Running,
    Finished,
    /// The import stopped half-way and is not tried again.
    Stopped,
}

/// File names and formats of the samples that can be downloaded.
pub const SAMPLES: [(&str, &str); 5] = [
    ("questions.gift", "GIFT"),
    ("questions-moodle.xml", "Moodle XML"),
    ("question-qti.xml", "QTI item"),
    ("questions-qti.zip", "QTI package"),
    ("questions-mdbook.toml", "mdBook quiz"),
];

/// Value of the purpose field that keeps the purpose that the file gives to each question.
pub const AS_IN_FILE: &str = "file";

/// The result of an import, question by question.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImportReport {
    pub file: String,
    pub added: usize,
    pub updated: usize,
    pub unchanged: usize,
    /// Beginnings of the updated prompts, as they were before.
    pub overwritten: Vec<String>,
    /// Beginnings of the prompts of questions that came from this file before and are no longer in
    /// it. These questions stay in use.
    pub missing: Vec<String>,
    /// Questions that were edited here since, and are left unchanged.
    pub kept: Vec<String>,
    /// Number of questions that were not taken over.
    pub refused: usize,
    /// The refused questions and the omitted parts of others, grouped by reason.
    pub left_out: Vec<LeftOutGroup>,
}

/// Questions, or parts of questions, that were left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutGroup {
    /// True for whole questions, false for parts.
    pub is_refused: bool,
    pub why: String,
    pub items: Vec<String>,
    /// Number of items that are not named.
    pub more: usize,
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
