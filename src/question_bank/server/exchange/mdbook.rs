//! Reads a quiz file of mdbook-quiz that is uploaded without its book.

use super::collect::{Collector, QuestionParts, item, texts};
use super::{Format, Imported};
use crate::course::server::draft::{AnswerDraft, QuestionDraft};
use crate::course::server::mdbook::read_quiz_file;

/// Language of programs, which only the missing book could name.
const LANGUAGE: &str = "rust";

pub fn read(text: &str) -> Result<Imported, String> {
    let mut collector = Collector::new(Format::MdBookToml);
    for found in read_quiz_file(text, LANGUAGE)? {
        let name = found.id.as_deref().unwrap_or_default();
        let number = collector.next_number();
        let item = match name.is_empty() {
            true => format!("{}, line {}", item(number, ""), found.line),
            false => item(number, name),
        };
        let parts = found.question.and_then(|draft| {
            if includes(&draft) {
                return Err("it includes another file of its book".to_owned());
            }
            Ok(QuestionParts {
                prompt: draft.prompt,
                explanation: draft.explanation,
                answer: draft.answer,
                purpose: draft.purpose,
                difficulty: draft.difficulty,
            })
        });
        collector.add(&item, found.id.as_deref(), parts, Vec::new())?;
    }
    collector.finish()
}

/// True if a part of the question is included from a file of the book. Braces of a program do not
/// count.
fn includes(question: &QuestionDraft) -> bool {
    let program = match &question.answer {
        AnswerDraft::Tracing { program, .. } => program.as_str(),
        _ => "",
    };
    texts(question).iter().any(|text| text.contains("{{#"))
        || ["{{#include", "{{#rustdoc_include", "{{#playground"]
            .iter()
            .any(|mark| program.contains(mark))
}
