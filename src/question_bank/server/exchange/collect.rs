//! Collects the questions that the readers find. Each question is checked and given a key, or
//! listed with the reason why it was left out.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::markup::to_xhtml::own_pictures;
use super::pictures::mark;
use super::{Format, Imported, LeftOut, MAX_QUESTIONS, check};
use crate::course::server::draft::{AnswerDraft, QuestionDraft, QuestionPurpose, TracingOutcome};
use crate::course::server::mdbook::slug;
use crate::course::server::native::limits;

/// A part that is not taken over, of a question that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Name of the part. It follows the question's name, for example `the picture 'a.png'`.
    pub what: String,
    pub why: String,
}

impl Note {
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
        }
    }

    fn is_about_picture(&self) -> bool {
        self.what == EMBEDDED || self.what.starts_with("the picture '")
    }
}

/// Name of a picture that has no file name, in notes.
pub const EMBEDDED: &str = "an embedded picture";

/// Most notes that are listed for one question, with the number of the others.
const MAX_NOTES: usize = 60;

/// A question before it gets its key.
pub struct QuestionParts {
    pub prompt: String,
    pub explanation: Option<String>,
    pub answer: AnswerDraft,
    pub purpose: QuestionPurpose,
    pub difficulty: Option<f32>,
}

pub struct Collector {
    format: Format,
    /// Questions, each with the name that identifies it within its file, if it has one.
    found: Vec<(Option<String>, QuestionDraft)>,
    left_out: Vec<LeftOut>,
    /// Indexes into `left_out` of the questions that were refused as a whole, ascending.
    refused: Vec<usize>,
    seen: usize,
}

impl Collector {
    pub fn new(format: Format) -> Self {
        Self {
            format,
            found: Vec::new(),
            left_out: Vec::new(),
            refused: Vec::new(),
            seen: 0,
        }
    }

    /// Number of the next question of the file, starting at 1.
    pub fn next_number(&self) -> usize {
        self.seen + 1
    }

    /// Adds a question, or lists it as left out if `parts` is an error. `identity` names the
    /// question within its file. The notes of a refused question are dropped.
    ///
    /// # Errors
    /// Refuses the whole file once it has more than `MAX_QUESTIONS` questions.
    pub fn add(
        &mut self,
        item: &str,
        identity: Option<&str>,
        parts: Result<QuestionParts, String>,
        notes: Vec<Note>,
    ) -> Result<(), String> {
        self.seen += 1;
        if self.seen > MAX_QUESTIONS {
            return Err(format!(
                "The file holds more than {MAX_QUESTIONS} questions. Split it."
            ));
        }
        let checked = parts.map(draft).and_then(|draft| {
            check::check(&draft)?;
            Ok(draft)
        });
        match checked {
            Ok(draft) => {
                let lost = pictures(&draft).into_iter();
                let lost = lost.filter(|address| mark(address).is_none());
                let lost = lost.map(lost_picture);
                let identity = identity.map(str::trim).filter(|name| !name.is_empty());
                self.found.push((identity.map(str::to_owned), draft));
                // Lost pictures come first, so that no heap of other notes hides them.
                let mut notes: Vec<Note> = lost.chain(notes).collect();
                notes.sort_by_key(|note| !note.is_about_picture());
                let more = notes.len().saturating_sub(MAX_NOTES);
                notes.truncate(MAX_NOTES);
                notes.extend((more > 0).then(|| {
                    let s = if more == 1 { "" } else { "s" };
                    Note::new(
                        format!("and {more} more note{s}"),
                        format!("only the first {MAX_NOTES} of a question are listed"),
                    )
                }));
                self.left_out.extend(notes.into_iter().map(|note| LeftOut {
                    item: format!("{item}, {}", note.what),
                    why: note.why,
                }));
            }
            Err(why) => {
                self.refused.push(self.left_out.len());
                self.left_out.push(LeftOut {
                    item: item.to_owned(),
                    why,
                });
            }
        }
        Ok(())
    }

    /// Reports that the categories of a file are lost if there are several.
    pub fn note_categories(&mut self, count: usize) {
        if count > 1 {
            self.left_out.push(LeftOut {
                item: format!("The {count} categories of the file"),
                why: "all its questions go to the place that was chosen for the file".to_owned(),
            });
        }
    }

    /// Refuses a file without any question.
    pub fn finish_empty(self) -> Result<Imported, String> {
        Err(format!(
            "No questions were found in the file, which was read as {}.",
            self.format.label()
        ))
    }

    pub fn finish(self) -> Result<Imported, String> {
        if self.seen == 0 {
            return self.finish_empty();
        }
        Ok(Imported {
            format: self.format,
            questions: with_keys(self.found),
            left_out: self.left_out,
            pictures: Vec::new(),
            refused: self.refused,
        })
    }
}

fn lost_picture(address: String) -> Note {
    let name = match address.starts_with("data:") {
        true => EMBEDDED.to_owned(),
        false => format!("the picture '{}'", shortened(&address)),
    };
    Note::new(
        name,
        "only its address is taken over; unless the course has this file, add it to the question again",
    )
}

/// Returns all texts of a question that are Markdown.
pub fn texts(question: &QuestionDraft) -> Vec<&str> {
    let mut texts = vec![question.prompt.as_str()];
    texts.extend(question.explanation.as_deref());
    match &question.answer {
        AnswerDraft::Choice { options, .. } => {
            texts.extend(options.iter().map(|option| option.text.as_str()));
        }
        AnswerDraft::Ordering { items } => texts.extend(items.iter().map(String::as_str)),
        AnswerDraft::Matching { pairs } => texts.extend(
            pairs
                .iter()
                .flat_map(|(left, right)| [left.as_str(), right.as_str()]),
        ),
        AnswerDraft::ShortAnswer { .. } | AnswerDraft::Tracing { .. } => {}
    }
    texts
}

/// Returns the same texts as `texts`, mutable and in the same order.
pub fn texts_mut(question: &mut QuestionDraft) -> Vec<&mut String> {
    let mut texts = vec![&mut question.prompt];
    texts.extend(question.explanation.as_mut());
    match &mut question.answer {
        AnswerDraft::Choice { options, .. } => {
            texts.extend(options.iter_mut().map(|option| &mut option.text));
        }
        AnswerDraft::Ordering { items } => texts.extend(items),
        AnswerDraft::Matching { pairs } => {
            texts.extend(pairs.iter_mut().flat_map(|(left, right)| [left, right]));
        }
        AnswerDraft::ShortAnswer { .. } | AnswerDraft::Tracing { .. } => {}
    }
    texts
}

/// Returns the addresses of a question's pictures that are not on the web, without duplicates.
pub fn pictures(question: &QuestionDraft) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for picture in texts(question).into_iter().flat_map(own_pictures) {
        if !found.contains(&picture) {
            found.push(picture);
        }
    }
    found
}

fn draft(parts: QuestionParts) -> QuestionDraft {
    tidied(QuestionDraft {
        key: String::new(),
        prompt: parts.prompt,
        explanation: parts.explanation,
        answer: parts.answer,
        purpose: parts.purpose,
        difficulty: parts.difficulty,
    })
}

/// Returns the question with line feeds as line ends, and without white space around its prompt and
/// its explanation.
pub fn tidied(mut question: QuestionDraft) -> QuestionDraft {
    let tidy = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    question.prompt = tidy(&question.prompt);
    question.explanation = question
        .explanation
        .map(|text| tidy(&text))
        .filter(|text| !text.is_empty());
    question
}

/// Gives each question a key that does not depend on the order of the file. A hash of the content
/// tells questions of the same name apart.
fn with_keys(found: Vec<(Option<String>, QuestionDraft)>) -> Vec<QuestionDraft> {
    let bases: Vec<String> = found
        .iter()
        .map(|(identity, draft)| match identity {
            Some(identity) => key_of(identity),
            None => format!("q-{}", fingerprint(draft)),
        })
        .collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for base in &bases {
        *uses.entry(base).or_default() += 1;
    }
    let mut taken = HashSet::new();
    found
        .into_iter()
        .zip(&bases)
        .map(|((_, mut draft), base)| {
            let base = match uses.get(base.as_str()) {
                Some(1) => base.clone(),
                _ => format!("{base}-{}", fingerprint(&draft)),
            };
            draft.key = free(base, &taken);
            taken.insert(draft.key.clone());
            draft
        })
        .collect()
}

fn free(base: String, taken: &HashSet<String>) -> String {
    if !taken.contains(&base) {
        return base;
    }
    (2..)
        .map(|number| format!("{base}-{number}"))
        .find(|key| !taken.contains(key))
        .unwrap_or(base)
}

fn key_of(identity: &str) -> String {
    let is_key = identity.len() <= limits::KEY
        && identity
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if is_key {
        identity.to_owned()
    } else {
        slug(identity)
    }
}

fn fingerprint(draft: &QuestionDraft) -> String {
    let mut texts: Vec<Cow<'_, str>> = vec![draft.prompt.as_str().into()];
    match &draft.answer {
        AnswerDraft::Choice { options, .. } => {
            for option in options {
                let sign = if option.is_correct { "=" } else { "~" };
                texts.extend([option.text.as_str().into(), sign.into()]);
            }
        }
        AnswerDraft::ShortAnswer { accepted, .. } => {
            texts.extend(accepted.iter().map(Cow::from));
        }
        AnswerDraft::Tracing {
            program, outcome, ..
        } => {
            texts.push(program.into());
            texts.push(match outcome {
                TracingOutcome::Prints(text) => text.into(),
                TracingOutcome::FailsAtLine(line) => line.unwrap_or_default().to_string().into(),
            });
        }
        AnswerDraft::Ordering { items } => texts.extend(items.iter().map(Cow::from)),
        AnswerDraft::Matching { pairs } => {
            for (left, right) in pairs {
                texts.extend([Cow::from(left), Cow::from(right)]);
            }
        }
    }
    hash(&texts)
}

/// Hashes the texts with SHA-256 and returns the first 8 bytes as 16 hexadecimal digits.
pub fn hash(texts: &[impl AsRef<str>]) -> String {
    let mut hash = Sha256::new();
    for text in texts.iter().map(AsRef::as_ref) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Hashes the bytes with SHA-256 and returns the first 8 bytes as 16 hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Returns the label of a question in reports, for example `Question 3 'Grant's tomb'`.
pub fn item(number: usize, name: &str) -> String {
    match name.trim() {
        "" => format!("Question {number}"),
        name => format!("Question {number} '{}'", shortened(name)),
    }
}

/// Returns the label of a question that is written to a file. It quotes the key, or the beginning
/// of the prompt if the key is only a UUID.
pub fn called(question: &QuestionDraft) -> String {
    let name = match uuid::Uuid::parse_str(&question.key) {
        Ok(_) => shortened(&question.prompt),
        Err(_) => shortened(&question.key),
    };
    format!("Question '{name}'")
}

/// Returns the first 60 characters of the text on one line, without control characters, to be
/// quoted in a sentence.
pub fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
