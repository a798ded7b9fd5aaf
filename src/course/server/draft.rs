//! A whole course as an importer hands it over: parsed and checked, but not stored. The mdBook
//! importer and the native course format both produce a [`CourseDraft`]. `crate::import` stores it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use crate::course::QuestionPurpose;
pub use crate::course::{BlockKind, Level};
use crate::course::{LearnerPersona, StudyPersona, Visibility};
use crate::platform::names::visible;

/// Prefix of the external keys of questions that came from a question file. Importing the course
/// again keeps questions with this prefix. Without the prefix it would retire them.
pub const FROM_FILE: &str = "file:";

/// Prefix of the keys that exports give to questions that were written on the site. Importing the
/// course again keeps these questions too.
pub const FROM_SITE: &str = "site:";

/// A course read from a folder. All references in it are resolved, and all long texts are Markdown
/// source.
#[derive(Debug, Clone, PartialEq)]
pub struct CourseDraft {
    /// Name of the course in addresses: lowercase ASCII letters, digits and hyphens, at most 80
    /// characters.
    pub slug: String,
    /// Slug that an earlier version gave to the same course. A course stored under it is renamed.
    pub former_slug: Option<String>,
    pub title: String,
    /// One or two sentences for the catalog, as plain text.
    pub summary: String,
    /// Text of the course page, as Markdown.
    pub description: String,
    /// BCP 47 language tag.
    pub language: String,
    pub level: Level,
    pub tags: Vec<String>,
    pub authors: Vec<String>,
    /// Items of "What you will learn", one plain sentence each.
    pub outcomes: Vec<String>,
    /// License or attribution line shown on the course page, plain text.
    pub license: Option<String>,
    pub price_cents: i32,
    /// ISO 4217 code.
    pub currency: String,
    /// True if only members of a cohort may study the course.
    pub cohort_only: bool,
    pub settings: CourseSettings,
    pub modules: Vec<ModuleDraft>,
    /// Files that topics refer to, each with the key by which links ask for it. Once stored, a file
    /// is served at `/files/<id>/<name>`.
    pub files: Vec<FileDraft>,
    /// Key in `files` of the catalog picture.
    pub thumbnail: Option<String>,
    /// True if a site exported the course. Parts that were written on the site belong to the site
    /// still.
    pub is_export: bool,
}

impl CourseDraft {
    /// Makes titles and authors visible names. A title without any visible character is replaced by
    /// the item's slug, key or number. An author without one is removed.
    pub fn tidy_names(&mut self) {
        let tidy = |title: &mut String, otherwise: &str| {
            *title = visible(title).unwrap_or_else(|| otherwise.to_owned());
        };
        tidy(&mut self.title, &self.slug);
        self.authors = self
            .authors
            .iter()
            .filter_map(|name| visible(name))
            .collect();
        for module in &mut self.modules {
            tidy(&mut module.title, &format!("Module {}", module.number));
            for topic in &mut module.topics {
                tidy(&mut topic.title, &topic.key);
                for simulation in &mut topic.simulations {
                    tidy(&mut simulation.title, &simulation.key);
                }
            }
        }
    }
}

/// Settings of a course's modules and quizzes.
#[derive(Debug, Clone, PartialEq)]
pub struct CourseSettings {
    /// True if modules open one after another as quizzes are passed. If false, all modules are open
    /// from the start.
    pub gated: bool,
    /// Days from the unlocking of a module until the next one may open.
    pub cooldown_days: i32,
    pub passing_score_percent: i32,
    /// Number of questions drawn for an attempt, 1 to 20.
    pub questions_per_attempt: i32,
    /// None for no time limit.
    pub seconds_per_question: Option<i32>,
    /// Attempts that each learner has at a quiz. None for no limit.
    pub attempts_allowed: Option<i32>,
    /// Minutes from a failed attempt until the next may begin.
    pub retry_wait_minutes: i32,
    /// True if an answer that is right in part earns part of the points.
    pub partial_credit: bool,
}

impl CourseSettings {
    pub const PACED: Self = Self {
        gated: true,
        cooldown_days: 7,
        passing_score_percent: 70,
        questions_per_attempt: 5,
        seconds_per_question: Some(30),
        attempts_allowed: None,
        retry_wait_minutes: 0,
        partial_credit: false,
    };
    /// Settings of imported books: no time limit and no gates.
    pub const OPEN: Self = Self {
        gated: false,
        cooldown_days: 0,
        seconds_per_question: None,
        ..Self::PACED
    };
}

#[derive(Debug, Clone, PartialEq)]
pub struct ModuleDraft {
    /// Position in reading order, starting at 1.
    pub number: i32,
    pub title: String,
    /// Plain text; may be empty.
    pub summary: String,
    /// False for front and back matter, which never lock the modules after them.
    pub gates: bool,
    pub topics: Vec<TopicDraft>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TopicDraft {
    /// Position within the module, starting at 1.
    pub number: i32,
    /// Identity across imports: the source path without its extension, for example
    /// `ch04-01-what-is-ownership`. It is also the topic's name in addresses, so it has only the
    /// characters of a slug.
    pub key: String,
    /// Keys that earlier versions gave to the same topic, the most certain first. A topic stored
    /// under one of them is renamed.
    pub former_keys: Vec<String>,
    pub title: String,
    /// True if a new topic is hidden from learners at first.
    pub is_draft: bool,
    pub body: TopicBody,
    /// Narrations for study personas other than the normal one.
    pub narrations: BTreeMap<StudyPersona, TopicBody>,
    pub video_url: Option<String>,
    pub ppt_url: Option<String>,
    pub assets: Vec<AssetDraft>,
    pub simulations: Vec<SimulationDraft>,
    pub cold_calls: Vec<ColdCallDraft>,
    pub suggestions: Vec<SuggestionDraft>,
    /// Questions of this topic, in order. `<div data-question="KEY"></div>` in the body places a
    /// question in the text as a practice question.
    pub questions: Vec<QuestionDraft>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TopicBody {
    Markdown(String),
    Blocks(Vec<BlockDraft>),
}

/// One block of a layout. The JSON is
/// `{"version":1,"blocks":[{id,type,contentKey?,tutorPersona?,data?}]}`.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockDraft {
    pub id: String,
    pub kind: BlockKind,
    /// Key of the topic's asset that holds the content. The variant for the learner's persona is
    /// used.
    pub content_key: Option<String>,
    /// Limits the block to learners who have this persona or none.
    pub tutor_persona: Option<LearnerPersona>,
    /// Inline content; absent if `content_key` is given.
    pub data: Option<BlockData>,
}

/// JSON of a block's `data` and of an asset's `payload`. The block's type determines the variant.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum BlockData {
    Video {
        /// A file of the course, an https address, or the address of a YouTube or Vimeo page.
        video: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        captions: Vec<Captions>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        poster: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    Image {
        image: String,
        alt: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
    },
    /// Slides as pages of Markdown.
    Ppt {
        slides: Vec<String>,
    },
    /// Slides as a file to open (a PDF).
    PptFile {
        file: String,
        title: String,
    },
    Code {
        code: String,
        language: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
    },
    Callout {
        callout: CalloutTone,
        markdown: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    Text {
        markdown: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CalloutTone {
    Note,
    Tip,
    Important,
    Warning,
    Caution,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Captions {
    pub file: String,
    pub language: String,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AssetDraft {
    pub content_key: String,
    /// None for the default variant, for learners whose persona has no variant of its own.
    pub persona: Option<LearnerPersona>,
    pub kind: BlockKind,
    pub payload: BlockData,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SimulationDraft {
    pub key: String,
    pub title: String,
    pub difficulty: Level,
    /// The task, as Markdown.
    pub brief: String,
    /// Criteria that the work is checked against, one plain sentence each.
    pub rubric: Vec<String>,
    /// None if learners check their own work.
    pub hand_in: Option<HandInDraft>,
}

/// How the work of an exercise is handed in and marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandInDraft {
    /// RFC 3339.
    pub due: Option<String>,
    pub late_days: i32,
    pub late_percent: i32,
    /// Criteria and checks as tutors type them, one a line. Without criteria, each line of the
    /// rubric gives up to two points.
    pub criteria: Vec<String>,
    pub checks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ColdCallDraft {
    /// Position within the topic, starting at 1.
    pub display_order: i32,
    /// Identity across imports, unique in the course. None if the file names none.
    pub key: Option<String>,
    pub prompt: String,
    pub helper_text: Option<String>,
    /// Readers of the answers, for a prompt that is new. Those of a stored prompt stay.
    pub visibility: Visibility,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SuggestionDraft {
    pub prompt: String,
    /// Prepared Markdown answer, shown without asking a model. None if the tutor answers instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<SuggestionDraft>,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct QuestionDraft {
    /// Identity across imports within the course.
    pub key: String,
    /// Markdown.
    pub prompt: String,
    /// Markdown that is shown after grading.
    pub explanation: Option<String>,
    pub answer: AnswerDraft,
    pub purpose: QuestionPurpose,
    /// The author's estimate, from 0 (everyone answers correctly) to 1 (no one does).
    pub difficulty: Option<f32>,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum AnswerDraft {
    Choice {
        options: Vec<OptionDraft>,
        /// True for multiple choice: several options may be correct, and the learner ticks all of
        /// them.
        several: bool,
        /// True if options are shuffled when shown. False if the author's order matters.
        shuffle: bool,
    },
    ShortAnswer {
        /// Accepted answers; the first one is shown as the solution. Matching ignores case and
        /// surrounding white space.
        accepted: Vec<String>,
        /// Absolute tolerance for numeric answers.
        tolerance: Option<f64>,
    },
    /// Asks whether a program compiles. If it does, the answer is its output, otherwise the line at
    /// fault.
    Tracing {
        language: String,
        program: String,
        outcome: TracingOutcome,
    },
    /// Items in their correct order.
    Ordering {
        items: Vec<String>,
    },
    Matching {
        pairs: Vec<(String, String)>,
    },
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum TracingOutcome {
    Prints(String),
    /// 1-based line at fault. None if the source does not name the line.
    FailsAtLine(Option<u32>),
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct OptionDraft {
    /// Markdown.
    pub text: String,
    pub is_correct: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FileDraft {
    /// Name within the course, which may contain slashes, for example `img/trpl04-01.svg`.
    pub key: String,
    /// Location on disk. It is inside the folder that the importer may read, checked after
    /// following symbolic links.
    pub path: PathBuf,
    pub media_type: String,
}

/// A problem in a course folder with its place: `src/ch01.md:12: the include 'x.rs' does not
/// exist`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}{}: {message}", file.display(), line.map(|l| format!(":{l}")).unwrap_or_default())]
pub struct CourseError {
    /// Path relative to the course folder.
    pub file: PathBuf,
    /// 1-based.
    pub line: Option<usize>,
    pub message: String,
}

/// Formats notes as lines for people. Notes with the same message become one entry that lists all
/// of their places.
pub fn grouped(notes: &[CourseError]) -> Vec<String> {
    let mut places: Vec<(&str, Vec<&CourseError>)> = Vec::new();
    for note in notes {
        match places
            .iter_mut()
            .find(|(message, _)| *message == note.message)
        {
            Some((_, notes)) => notes.push(note),
            None => places.push((&note.message, vec![note])),
        }
    }
    let lines = places.into_iter().map(|(message, notes)| match &notes[..] {
        [note] => note.to_string(),
        notes => format!("{message} ({} times)\n{}", notes.len(), files(notes)),
    });
    lines.collect()
}

/// Returns one line for each file, with the line numbers of the notes in that file.
fn files(notes: &[&CourseError]) -> String {
    let mut lines: BTreeMap<&Path, Vec<String>> = BTreeMap::new();
    for note in notes {
        let lines = lines.entry(&note.file).or_default();
        lines.extend(note.line.map(|line| line.to_string()));
    }
    let lines = lines
        .into_iter()
        .map(|(file, lines)| match lines.is_empty() {
            true => format!("    {}", file.display()),
            false => format!("    {}:{}", file.display(), lines.join(", ")),
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_notes_are_said_once() {
        let note = |file: &str, line: Option<usize>, message: &str| CourseError {
            file: file.into(),
            line,
            message: message.to_owned(),
        };
        let notes = [
            note("b.md", Some(3), "gone"),
            note("a.md", Some(7), "once"),
            note("a.md", Some(2), "gone"),
            note("b.md", Some(9), "gone"),
            note("c.md", None, "gone"),
        ];
        assert_eq!(
            grouped(&notes),
            [
                "gone (4 times)\n    a.md:2\n    b.md:3, 9\n    c.md",
                "a.md:7: once"
            ]
        );
    }
}
