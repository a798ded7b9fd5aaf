//! A whole course as an importer hands it over: parsed, checked, nothing stored yet. The mdBook importer and the
//! native course format both end here, and `course::import` is the only reader.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use crate::course::QuestionPurpose;
pub use crate::course::{BlockKind, Level};
use crate::course::{LearnerPersona, StudyPersona};
use crate::platform::names::visible;

/// Prefix of the external keys of questions from a question file. Importing the course keeps
/// questions with this prefix; otherwise it would retire them.
pub const FROM_FILE: &str = "file:";

/// A course read from a folder. Every reference in it has been resolved; every text is Markdown source.
#[derive(Debug, Clone, PartialEq)]
pub struct CourseDraft {
    /// URL name, lowercase ASCII letters, digits and hyphens, at most 80 characters.
    pub slug: String,
    pub title: String,
    /// One or two sentences for the catalog, plain text.
    pub summary: String,
    /// The course page's text, Markdown.
    pub description: String,
    /// BCP 47 language tag.
    pub language: String,
    pub level: Level,
    pub tags: Vec<String>,
    pub authors: Vec<String>,
    /// "What you will learn", one plain sentence each.
    pub outcomes: Vec<String>,
    /// License or attribution line shown on the course page, plain text.
    pub license: Option<String>,
    pub price_cents: i32,
    /// ISO 4217.
    pub currency: String,
    /// Only a cohort's members may study it.
    pub cohort_only: bool,
    pub settings: CourseSettings,
    pub modules: Vec<ModuleDraft>,
    /// Files that topics refer to, by the name under which their rendered links ask for them
    /// (`/files/course/<slug>/<key>` once stored).
    pub files: Vec<FileDraft>,
    /// Key in `files` of the catalog picture.
    pub thumbnail: Option<String>,
}

impl CourseDraft {
    /// Makes titles and authors visible names. A title of which nothing can be seen becomes what
    /// its address says.
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

/// How quizzes and modules behave; the defaults are the ones of a paced, gated course.
#[derive(Debug, Clone, PartialEq)]
pub struct CourseSettings {
    /// Modules open one after another by passing quizzes. False: all is open from the start.
    pub gated: bool,
    /// Days from a module's unlocking until the next may open.
    pub cooldown_days: i32,
    pub passing_score_percent: i32,
    /// Questions drawn per attempt, 1 to 20.
    pub questions_per_attempt: i32,
    /// None: untimed.
    pub seconds_per_question: Option<i32>,
}

impl CourseSettings {
    pub const PACED: Self = Self {
        gated: true,
        cooldown_days: 7,
        passing_score_percent: 70,
        questions_per_attempt: 5,
        seconds_per_question: Some(30),
    };
    /// What imported books get: untimed and ungated.
    pub const OPEN: Self = Self {
        gated: false,
        cooldown_days: 0,
        seconds_per_question: None,
        ..Self::PACED
    };
}

#[derive(Debug, Clone, PartialEq)]
pub struct ModuleDraft {
    /// 1, 2, 3 … in reading order.
    pub number: i32,
    pub title: String,
    /// Plain text, may be empty.
    pub summary: String,
    /// False for front and back matter, which never hold anyone up.
    pub gates: bool,
    pub topics: Vec<TopicDraft>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TopicDraft {
    /// 1, 2, 3 … within the module.
    pub number: i32,
    /// Identity across imports: the source path without its ending, for example `ch04-01-what-is-ownership`.
    /// Also the topic's URL name; the characters of a slug.
    pub key: String,
    pub title: String,
    pub body: TopicBody,
    /// Narrations other than the normal one.
    pub narrations: BTreeMap<StudyPersona, TopicBody>,
    pub video_url: Option<String>,
    pub ppt_url: Option<String>,
    pub assets: Vec<AssetDraft>,
    pub simulations: Vec<SimulationDraft>,
    pub cold_calls: Vec<ColdCallDraft>,
    pub suggestions: Vec<SuggestionDraft>,
    /// Questions of this topic, in order. Where the body has `<div data-question="KEY"></div>`, the question is
    /// shown there as inline practice.
    pub questions: Vec<QuestionDraft>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TopicBody {
    Markdown(String),
    Blocks(Vec<BlockDraft>),
}

/// One block of the layout `{"version":1,"blocks":[{id,type,contentKey?,tutorPersona?,data?}]}`.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockDraft {
    pub id: String,
    pub kind: BlockKind,
    /// Content comes from the topic's asset of this key, chosen for the learner's persona.
    pub content_key: Option<String>,
    /// Shown only to learners with this persona or without one.
    pub tutor_persona: Option<LearnerPersona>,
    /// Inline content, absent where `content_key` is given.
    pub data: Option<BlockData>,
}

/// The JSON of a block's `data` and of an asset's `payload`; which variant is said by the block's type.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum BlockData {
    Video {
        /// A file of the course, an https address, or a YouTube or Vimeo page.
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
    /// Slides as pages: each is Markdown.
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
    /// None: the default for everyone without a variant of their own.
    pub persona: Option<LearnerPersona>,
    pub kind: BlockKind,
    pub payload: BlockData,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SimulationDraft {
    pub key: String,
    pub title: String,
    pub difficulty: Level,
    /// What to do, Markdown.
    pub brief: String,
    /// What the work is checked against, one plain sentence each.
    pub rubric: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ColdCallDraft {
    /// 1, 2, 3 … within the topic.
    pub display_order: i32,
    pub prompt: String,
    pub helper_text: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SuggestionDraft {
    pub prompt: String,
    /// The answer that is shown without asking a model, Markdown; None: the tutor answers.
    pub answer: Option<String>,
    pub follow_ups: Vec<SuggestionDraft>,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct QuestionDraft {
    /// Identity across imports within the course.
    pub key: String,
    /// Markdown.
    pub prompt: String,
    /// Shown after grading, Markdown.
    pub explanation: Option<String>,
    pub answer: AnswerDraft,
    pub purpose: QuestionPurpose,
    /// The author's estimate, 0 (everyone gets it) to 1 (no one does).
    pub difficulty: Option<f32>,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum AnswerDraft {
    Choice {
        options: Vec<OptionDraft>,
        /// Several options may be right and the learner ticks all of them.
        several: bool,
        /// Options are shuffled when shown, unless the author ordered them.
        shuffle: bool,
    },
    ShortAnswer {
        /// The first is the one shown as the answer; matching ignores case and surrounding space.
        accepted: Vec<String>,
        /// Absolute tolerance where the answer is a number.
        tolerance: Option<f64>,
    },
    /// Does this program compile; if so what does it print, if not which line is at fault.
    Tracing {
        language: String,
        program: String,
        outcome: TracingOutcome,
    },
    /// Items in their right order.
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
    /// 1-based; None where the source does not say which line.
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
    /// Name under the course, slashes allowed, for example `img/trpl04-01.svg`.
    pub key: String,
    /// Where it is on disk; inside the course folder, checked after following links.
    pub path: PathBuf,
    pub media_type: String,
}

/// What is wrong with a course folder, where: `src/ch01.md:12: the include 'x.rs' does not exist`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{}: {message}", file.display(), line.map(|l| format!(":{l}")).unwrap_or_default())]
pub struct CourseError {
    /// Relative to the course folder.
    pub file: PathBuf,
    /// 1-based.
    pub line: Option<usize>,
    pub message: String,
}

/// The notes as lines for people. Equal messages are said once, with all of their places.
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

/// One line for each file, with the lines of the notes in it.
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
