//! Hands the pictures over with the questions that show them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::{NO, Pictures, TAKEN, mark, note};
use crate::course::server::draft::{AnswerDraft, QuestionDraft, TracingOutcome};
use crate::platform::markdown;
use crate::question_bank::server::exchange::check;
use crate::question_bank::server::exchange::collect::{called, texts_mut};
use crate::question_bank::server::exchange::{Imported, LeftOut};

impl Pictures {
    /// Replaces the marks in all questions by addresses of course files. Adds the pictures that are
    /// shown to `imported`. Text that only looks like a picture, such as a program or an answer
    /// about one, becomes again what it was.
    pub fn hand_over(self, imported: &mut Imported) {
        let mut too_long = HashMap::new();
        for (at, question) in imported.questions.iter_mut().enumerate() {
            if self.restore(question)
                && let Err(why) = check::check(question)
            {
                too_long.insert(at, why);
                continue;
            }
            let name = called(question);
            for text in texts_mut(question) {
                for mark in marks(text) {
                    let Some(picture) = self.found.get(&mark) else {
                        // The file itself contains an address that looks like a mark.
                        let note = note(&mark);
                        imported.left_out.push(LeftOut {
                            item: format!("{name}, {}", note.what),
                            why: note.why,
                        });
                        continue;
                    };
                    *text = text.replace(&mark, &format!("file:{}", picture.name));
                    if !imported.pictures.contains(picture) {
                        imported.pictures.push(picture.clone());
                    }
                }
            }
        }
        let mut at = 0;
        imported.questions.retain(|question| {
            let why = too_long.remove(&at);
            at += 1;
            let is_kept = why.is_none();
            if let Some(why) = why {
                imported.refused.push(imported.left_out.len());
                imported.left_out.push(LeftOut {
                    item: called(question),
                    why,
                });
            }
            is_kept
        });
    }

    /// Replaces marks that no picture and no link has as its target by the text for which they
    /// stand. Returns true if there were any.
    fn restore(&self, question: &mut QuestionDraft) -> bool {
        let mut is_changed = false;
        let plain: Vec<&mut String> = match &mut question.answer {
            AnswerDraft::ShortAnswer { accepted, .. } => accepted.iter_mut().collect(),
            AnswerDraft::Tracing {
                program,
                outcome: TracingOutcome::Prints(output),
                ..
            } => vec![program, output],
            AnswerDraft::Tracing { program, .. } => vec![program],
            _ => Vec::new(),
        };
        for text in plain {
            is_changed |= self.restore_in(text, |_| HashSet::new());
        }
        for text in texts_mut(question) {
            is_changed |= self.restore_in(text, targets);
        }
        is_changed
    }

    /// Replaces the marks in a text, except those whose numbers `kept` returns.
    fn restore_in(&self, text: &mut String, kept: impl Fn(&[&str]) -> HashSet<usize>) -> bool {
        // Odd parts are marks.
        let mut parts: Vec<&str> = Vec::new();
        let mut done = 0;
        let known = |found: &str| self.sources.contains_key(found);
        for (at, _) in text.match_indices(TAKEN) {
            let from = match text[..at].ends_with(NO) {
                true => at - NO.len(),
                false => at,
            };
            let is_end = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | ':' | '-');
            let end = text[at..].find(is_end).map_or(text.len(), |end| at + end);
            // A sign after the mark may be the end of a sentence.
            let found = text[from..end].trim_end_matches(['.', ':', '-']);
            if from >= done && known(found) {
                parts.extend([&text[done..from], found]);
                done = from + found.len();
            }
        }
        if parts.is_empty() {
            return false;
        }
        parts.push(&text[done..]);
        let kept = kept(&parts);
        let shown = parts.iter().enumerate().map(|(at, part)| {
            let source = self.sources.get(*part);
            match source.filter(|_| at % 2 == 1 && !kept.contains(&at)) {
                Some(source) => source.as_str(),
                None => part,
            }
        });
        let restored: String = shown.collect();
        let is_changed = restored != *text;
        *text = restored;
        is_changed
    }
}

/// Returns the odd parts that are the target of a picture or a link in Markdown. Each gets an
/// address of its own for that, because one picture may be shown and also be named in a program.
fn targets(parts: &[&str]) -> HashSet<usize> {
    let address = |at: usize| format!("{TAKEN}{at:032x}.png");
    let numbered = parts.iter().enumerate().map(|(at, part)| match at % 2 {
        0 => (*part).to_owned(),
        _ => address(at),
    });
    let found = RefCell::new(HashSet::new());
    markdown::render(&numbered.collect::<String>(), &|target, _| {
        found.borrow_mut().insert(target.to_owned());
        None
    });
    let found = found.into_inner();
    (0..parts.len())
        .filter(|at| at % 2 == 1 && found.contains(&address(*at)))
        .collect()
}

fn marks(text: &str) -> Vec<String> {
    let ends = |c: char| !c.is_ascii_alphanumeric() && c != '.';
    let mut found: Vec<String> = text
        .match_indices(TAKEN)
        .filter_map(|(at, sign)| {
            let from = at + sign.len();
            let length = text[from..].find(ends).unwrap_or(text.len() - from);
            mark(&text[at..from + length]).map(str::to_owned)
        })
        .collect();
    found.sort();
    found.dedup();
    found
}
