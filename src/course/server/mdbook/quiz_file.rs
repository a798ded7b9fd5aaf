//! Reads a single quiz file of mdbook-quiz, without its book.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::config::line_of;
use super::quiz::{PlacedQuestion, RawQuestion, shared_part};
use super::source::Place;
use crate::course::server::draft::QuestionDraft;

/// A question of the file, or the reason why it can't be used.
pub struct QuizFileQuestion {
    pub id: Option<String>,
    /// 1-based.
    pub line: usize,
    pub question: Result<QuestionDraft, String>,
}

#[derive(Deserialize)]
struct RawFile {
    questions: Vec<Spanned<Value>>,
    #[serde(default)]
    multipart: BTreeMap<String, String>,
}

/// Reads a quiz file. Texts stay as written: links and includes would lead into the book.
///
/// # Errors
///
/// A sentence, if the file as a whole can't be read.
pub fn read_quiz_file(text: &str, language: &str) -> Result<Vec<QuizFileQuestion>, String> {
    let raw: RawFile = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        format!(
            "The quiz file cannot be read, line {line}: {}.",
            error.message()
        )
    })?;
    let mut found = Vec::new();
    let (mut offset, mut line) = (0, 1);
    for question in raw.questions {
        let start = question.span().start;
        line += line_of(text.get(offset..start).unwrap_or_default(), start) - 1;
        offset = start;
        let value = question.into_inner();
        let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
        found.push(QuizFileQuestion {
            question: draft(value, id.clone(), line, &raw.multipart, language),
            id,
            line,
        });
    }
    Ok(found)
}

fn draft(
    value: Value,
    id: Option<String>,
    line: usize,
    multipart: &BTreeMap<String, String>,
    language: &str,
) -> Result<QuestionDraft, String> {
    let raw: RawQuestion = value
        .try_into()
        .map_err(|error: toml::de::Error| format!("it cannot be read: {}", error.message()))?;
    let shared = shared_part(&raw, multipart)?;
    let question = PlacedQuestion {
        key: id.unwrap_or_default(),
        place: Place::new(Path::new(""), line),
        raw,
        shared,
    };
    question.draft(language, |source| source.text().to_owned())
}
