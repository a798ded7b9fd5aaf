//! Reads mdbook-quiz: the TOML files that `{{#quiz}}` names, as questions of the course.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::aquascope;
use super::config::line_of;
use super::files::slug;
use super::folder::{CourseFolder, FileRefusal};
use super::source::{Place, Problems, Source};
use crate::course::server::draft::{
    AnswerDraft, OptionDraft, QuestionDraft, QuestionPurpose, TracingOutcome,
};
use crate::course::server::draft::{FROM_FILE, FROM_SITE};

/// Prompt of a tracing question, shown with its program.
const TRACING_PROMPT: &str = "Does this program compile? If it does, write what it prints; if it does not, name the \
                              line that is at fault.";

/// Longest id in bytes. A question that is repeated gets its topic's key appended, which needs
/// room.
const MAX_ID: usize = 110;

/// All quizzes of a book. Reading the pages first collects which questions are placed on them. The
/// questions' texts are rewritten once all pages are known, because the texts may link to any page.
pub struct Quizzes<'a> {
    folder: &'a CourseFolder,
    pages: &'a [QuizPlace],
    read: HashMap<PathBuf, Option<Quiz>>,
    /// The file that each question id comes from, by id.
    ids: HashMap<String, PathBuf>,
    keys: HashSet<String>,
    placed_files: HashMap<PathBuf, Vec<usize>>,
    /// Questions in the order of their places. Rewriting takes them out.
    pub placed: Vec<PlacedQuestion>,
}

/// The facts about a page that quizzes need.
pub struct QuizPlace {
    /// Ending of the keys of questions that are repeated on the page.
    pub key: String,
    /// Path relative to the course folder.
    pub folder: PathBuf,
}

/// A question on its page, with the texts as the author wrote them.
pub struct PlacedQuestion {
    pub key: String,
    pub place: Place,
    pub(crate) raw: RawQuestion,
    /// Text that the questions of a group share.
    pub(crate) shared: Option<String>,
}

struct Quiz {
    /// Questions with their index in the file.
    questions: Vec<(usize, Place, RawQuestion)>,
    multipart: BTreeMap<String, String>,
    text: String,
}

#[derive(Deserialize)]
struct RawQuiz {
    questions: Vec<Spanned<toml::Value>>,
    #[serde(default)]
    multipart: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RawQuestion {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    pub(crate) multipart: Option<String>,
    prompt: RawPrompt,
    answer: RawAnswer,
    context: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPrompt {
    prompt: Option<String>,
    program: Option<String>,
    #[serde(default)]
    distractors: Vec<String>,
    answer_index: Option<usize>,
    #[serde(default)]
    sort_answers: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawAnswer {
    answer: Option<OneOrMore>,
    #[serde(default)]
    alternatives: Vec<String>,
    does_compile: Option<bool>,
    stdout: Option<String>,
    line_number: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl<'a> Quizzes<'a> {
    pub fn new(folder: &'a CourseFolder, pages: &'a [QuizPlace]) -> Self {
        Self {
            folder,
            pages,
            read: HashMap::new(),
            ids: HashMap::new(),
            keys: HashSet::new(),
            placed_files: HashMap::new(),
            placed: Vec::new(),
        }
    }

    /// Returns the keys of the questions of a quiz that is placed on a page.
    pub fn place(
        &mut self,
        path: &str,
        place: &Place,
        page: usize,
        problems: &mut Problems,
    ) -> Vec<String> {
        let file = match self.locate(path, place, page) {
            Ok(file) => file,
            Err(refusal) => {
                let why = self.folder.explain(refusal);
                problems.refused(place, refusal, format!("the quiz '{path}' {why}"));
                return Vec::new();
            }
        };
        let pages = self.placed_files.entry(file.clone()).or_default();
        if pages.contains(&page) {
            problems.left_out(place, format!("the quiz '{path}' is on this page already"));
            return Vec::new();
        }
        pages.push(page);
        self.load(&file, problems);
        let Some(Some(quiz)) = self.read.get(&file) else {
            return Vec::new();
        };
        let mut keys = Vec::new();
        let mut here = HashSet::new();
        for (index, at, raw) in &quiz.questions {
            let derived = derived_id(&file, *index);
            let mut id = raw.id.clone().unwrap_or_else(|| derived.clone());
            if !is_key(&id) {
                let message =
                    format!("the question id '{id}' can't be used; it is '{derived}' now");
                problems.left_out(at, message);
                id.clone_from(&derived);
            }
            let same_file = self
                .ids
                .get(&id)
                .is_none_or(|other| self.is_same(other, &file));
            if here.contains(&id) || !same_file {
                let message =
                    format!("the question id '{id}' is used twice; here it is '{derived}'");
                problems.left_out(at, message);
                id = derived;
            }
            if !here.insert(id.clone()) {
                continue;
            }
            let shared = match shared_part(raw, &quiz.multipart) {
                Ok(shared) => shared,
                Err(message) => {
                    problems.left_out(at, message);
                    continue;
                }
            };
            let key = self.free_key(&id, page);
            self.keys.insert(key.clone());
            self.ids.entry(id).or_insert_with(|| file.clone());
            self.placed.push(PlacedQuestion {
                key: key.clone(),
                place: at.clone(),
                shared,
                raw: raw.clone(),
            });
            keys.push(key);
        }
        keys
    }

    /// Finds a quiz file beside the page, as mdbook-quiz does, else beside the included file that
    /// names the quiz.
    fn locate(&self, path: &str, place: &Place, page: usize) -> Result<PathBuf, FileRefusal> {
        let beside = place.file.parent().unwrap_or(Path::new(""));
        let folder = self.pages.get(page).map_or(beside, |page| &page.folder);
        self.folder
            .locate(folder, path)
            .or_else(|refusal| match refusal {
                FileRefusal::Missing | FileRefusal::Outside => {
                    self.folder.locate(beside, path).or(Err(refusal))
                }
                refusal => Err(refusal),
            })
    }

    fn load(&mut self, file: &Path, problems: &mut Problems) {
        if self.read.contains_key(file) {
            return;
        }
        let quiz = match self.folder.read(file) {
            Ok(text) => parse(&text, file, problems),
            Err(refusal) if refusal.is_final() => {
                problems.error_in(file, format!("this quiz {refusal}"));
                None
            }
            Err(refusal) => {
                problems.left_out_in(file, format!("this quiz {refusal}"));
                None
            }
        };
        self.read.insert(file.to_path_buf(), quiz);
    }

    fn is_same(&self, one: &Path, other: &Path) -> bool {
        let text = |file: &Path| {
            self.read
                .get(file)
                .and_then(Option::as_ref)
                .map(|quiz| &quiz.text)
        };
        one == other || text(one).is_some() && text(one) == text(other)
    }

    /// Returns the id at its first place. At later places the page's key is appended, so that keys
    /// stay unique.
    fn free_key(&self, id: &str, page: usize) -> String {
        if !self.keys.contains(id) {
            return id.to_owned();
        }
        let topic = self.pages.get(page).map_or("", |page| &page.key);
        format!("{id}-in-{topic}")
    }
}

/// Makes an id from the file and the question's index. It is stable while the questions of a file
/// keep their order.
fn derived_id(file: &Path, index: usize) -> String {
    let name = slug(&file.with_extension("").to_string_lossy());
    format!("{name}-{}", index + 1)
}

/// Returns true if a book's id can be the key of a question of the course.
fn is_key(id: &str) -> bool {
    !id.trim().is_empty()
        && id.len() <= MAX_ID
        && !id.starts_with(FROM_FILE)
        && !id.starts_with(FROM_SITE)
}

/// Returns the text that the questions of this question's group share.
pub(crate) fn shared_part(
    raw: &RawQuestion,
    parts: &BTreeMap<String, String>,
) -> Result<Option<String>, String> {
    let Some(name) = &raw.multipart else {
        return Ok(None);
    };
    match parts.get(name) {
        Some(part) => Ok(Some(part.clone())),
        None => Err(format!("[multipart] has no '{name}'")),
    }
}

/// Returns the questions of a quiz that can be read. None if the file can't be parsed.
fn parse(text: &str, file: &Path, problems: &mut Problems) -> Option<Quiz> {
    let raw: RawQuiz = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            problems.left_out(
                &Place::new(file, line),
                format!("this quiz cannot be read: {}", error.message()),
            );
            return None;
        }
    };
    let mut questions = Vec::new();
    for (index, question) in raw.questions.into_iter().enumerate() {
        let place = Place::new(file, line_of(text, question.span().start));
        match question.into_inner().try_into() {
            Ok(question) => questions.push((index, place, question)),
            Err(error) => problems.left_out(
                &place,
                format!("this question cannot be read: {}", error.message()),
            ),
        }
    }
    Some(Quiz {
        questions,
        multipart: raw.multipart,
        text: text.to_owned(),
    })
}

impl PlacedQuestion {
    /// Converts the question; `rewrite` turns a text of the book into the platform's Markdown.
    ///
    /// # Errors
    ///
    /// Says what the question lacks.
    pub fn draft(
        &self,
        language: &str,
        mut rewrite: impl FnMut(&Source) -> String,
    ) -> Result<QuestionDraft, String> {
        let mut text = |text: &str| rewrite(&Source::at(text, &self.place)).trim().to_owned();
        let answer = self.answer(language, &mut text)?;
        let prompt = self.raw.prompt.prompt.as_deref();
        let prompt = match &answer {
            AnswerDraft::Tracing { .. } => prompt.unwrap_or(TRACING_PROMPT),
            _ => prompt.unwrap_or_default(),
        };
        let whole = match &self.shared {
            Some(shared) => format!("{}\n\n{prompt}", shared.trim_end()),
            None => prompt.to_owned(),
        };
        let prompt = text(&whole);
        if prompt.is_empty() {
            return Err("this question has no prompt".to_owned());
        }
        Ok(QuestionDraft {
            key: self.key.clone(),
            prompt,
            explanation: self
                .raw
                .context
                .as_deref()
                .map(text)
                .filter(|text| !text.is_empty()),
            answer,
            purpose: QuestionPurpose::Quiz,
            difficulty: None,
        })
    }

    fn answer(
        &self,
        language: &str,
        text: &mut dyn FnMut(&str) -> String,
    ) -> Result<AnswerDraft, String> {
        match self.raw.kind.as_str() {
            "MultipleChoice" => self.choice(text),
            "ShortAnswer" => self.short_answer(),
            "Tracing" => self.tracing(language),
            other => Err(format!(
                "questions of type '{other}' are not known; there are MultipleChoice, ShortAnswer and Tracing"
            )),
        }
    }

    fn choice(&self, text: &mut dyn FnMut(&str) -> String) -> Result<AnswerDraft, String> {
        let prompt = &self.raw.prompt;
        let (right, several) = match &self.raw.answer.answer {
            Some(OneOrMore::One(answer)) => (vec![answer.clone()], false),
            Some(OneOrMore::More(answers)) if !answers.is_empty() => (answers.clone(), true),
            _ => return Err("this question has no answer.answer".to_owned()),
        };
        let mut options: Vec<OptionDraft> = Vec::new();
        for (answers, is_correct) in [(&right, true), (&prompt.distractors, false)] {
            for answer in answers {
                options.push(OptionDraft {
                    text: text(answer),
                    is_correct,
                });
            }
        }
        if options.len() < 2 {
            return Err(
                "this question has nothing to choose from: it needs prompt.distractors".to_owned(),
            );
        }
        if let Some(index) = prompt.answer_index {
            let wrong = options.split_off(right.len());
            let index = index.min(wrong.len());
            options = [&wrong[..index], &options[..], &wrong[index..]].concat();
        } else if prompt.sort_answers {
            options.sort_by(|a, b| a.text.cmp(&b.text));
        }
        Ok(AnswerDraft::Choice {
            options,
            several,
            shuffle: prompt.answer_index.is_none() && !prompt.sort_answers,
        })
    }

    fn short_answer(&self) -> Result<AnswerDraft, String> {
        let first = match &self.raw.answer.answer {
            Some(OneOrMore::One(answer)) => vec![answer.clone()],
            Some(OneOrMore::More(answers)) => answers.clone(),
            None => Vec::new(),
        };
        let accepted = first.iter().chain(&self.raw.answer.alternatives);
        let accepted: Vec<String> = accepted.map(|answer| answer.trim().to_owned()).collect();
        if accepted.iter().all(String::is_empty) {
            return Err("this question has no answer.answer".to_owned());
        }
        Ok(AnswerDraft::ShortAnswer {
            accepted,
            tolerance: None,
        })
    }

    fn tracing(&self, language: &str) -> Result<AnswerDraft, String> {
        let program = self
            .raw
            .prompt
            .program
            .as_deref()
            .ok_or("this question has no prompt.program")?;
        let answer = &self.raw.answer;
        let compiles = answer
            .does_compile
            .ok_or("this question does not say answer.doesCompile")?;
        let lines = program.trim_matches('\n').lines();
        let lines: Vec<String> = lines.map(|line| aquascope::without_marks(line).0).collect();
        Ok(AnswerDraft::Tracing {
            language: language.to_owned(),
            program: format!("{}\n", lines.join("\n").trim_end()),
            outcome: match compiles {
                true => TracingOutcome::Prints(
                    answer
                        .stdout
                        .as_deref()
                        .unwrap_or_default()
                        .trim_end()
                        .to_owned(),
                ),
                false => TracingOutcome::FailsAtLine(answer.line_number),
            },
        })
    }
}
