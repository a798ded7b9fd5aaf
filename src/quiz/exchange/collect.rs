//! What readers find, put together: each question checked and given its key, or listed with the reason why not.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::{Format, Imported, LeftOut, MAX_QUESTIONS, check};
use crate::course::draft::{AnswerDraft, QuestionDraft, QuestionPurpose, TracingOutcome};
use crate::course::mdbook::slug;
use crate::course::native::limits;

/// A part of a question that is not taken over, while the question is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Follows the question's name, for example `the picture 'a.png'`.
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
}

/// More notes about one question say nothing new.
const MAX_NOTES: usize = 10;

/// A question that has no key yet.
pub struct Parts {
    pub prompt: String,
    pub explanation: Option<String>,
    pub answer: AnswerDraft,
    pub purpose: QuestionPurpose,
    pub difficulty: Option<f32>,
}

pub struct Collector {
    format: Format,
    /// With what names each within its file.
    found: Vec<(Option<String>, QuestionDraft)>,
    left_out: Vec<LeftOut>,
    seen: usize,
}

impl Collector {
    pub fn new(format: Format) -> Self {
        Self {
            format,
            found: Vec::new(),
            left_out: Vec::new(),
            seen: 0,
        }
    }

    /// The number of the next item, from 1.
    pub fn next_number(&self) -> usize {
        self.seen + 1
    }

    /// `identity` names the question within its file; the error is the reason to leave it out, and the notes then
    /// don't matter. Refuses the file when it has too many.
    pub fn add(
        &mut self,
        item: &str,
        identity: Option<&str>,
        parts: Result<Parts, String>,
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
                let identity = identity.map(str::trim).filter(|name| !name.is_empty());
                self.found.push((identity.map(str::to_owned), draft));
                let notes = notes.into_iter().take(MAX_NOTES);
                self.left_out.extend(notes.map(|note| LeftOut {
                    item: format!("{item}, {}", note.what),
                    why: note.why,
                }));
            }
            Err(why) => self.left_out.push(LeftOut {
                item: item.to_owned(),
                why,
            }),
        }
        Ok(())
    }

    pub fn finish(self) -> Result<Imported, String> {
        if self.seen == 0 {
            return Err(format!(
                "No questions were found in the file, which was read as {}.",
                self.format.label()
            ));
        }
        Ok(Imported {
            format: self.format,
            questions: with_keys(self.found),
            left_out: self.left_out,
        })
    }
}

fn draft(parts: Parts) -> QuestionDraft {
    let tidy = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    QuestionDraft {
        key: String::new(),
        prompt: tidy(&parts.prompt),
        explanation: parts
            .explanation
            .map(|text| tidy(&text))
            .filter(|text| !text.is_empty()),
        answer: parts.answer,
        purpose: parts.purpose,
        difficulty: parts.difficulty,
    }
}

/// Keys don't depend on the order of the file: where several questions have one name, the content of each tells them
/// apart.
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

/// Sixteen characters that stand for what is asked and answered.
fn fingerprint(draft: &QuestionDraft) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    add(&draft.prompt);
    match &draft.answer {
        AnswerDraft::Choice { options, .. } => {
            for option in options {
                add(&option.text);
                add(if option.is_correct { "=" } else { "~" });
            }
        }
        AnswerDraft::ShortAnswer { accepted, .. } => accepted.iter().for_each(|text| add(text)),
        AnswerDraft::Tracing {
            program, outcome, ..
        } => {
            add(program);
            match outcome {
                TracingOutcome::Prints(text) => add(text),
                TracingOutcome::FailsAtLine(line) => add(&line.unwrap_or_default().to_string()),
            }
        }
        AnswerDraft::Ordering { items } => items.iter().for_each(|text| add(text)),
        AnswerDraft::Matching { pairs } => {
            for (left, right) in pairs {
                add(left);
                add(right);
            }
        }
    }
    let hash = hash.finalize();
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// How a question is called in lists.
pub fn item(number: usize, name: &str) -> String {
    match name.trim() {
        "" => format!("Question {number}"),
        name => format!("Question {number} '{}'", shortened(name)),
    }
}

/// Fit to be quoted in a sentence.
pub fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
