//! Compares two questions of one name by their texts and answers.

use std::collections::HashSet;

use crate::course::server::draft::{AnswerDraft, QuestionDraft, TracingOutcome};
use crate::question_bank::server::exchange::hash;

/// Similarity of two questions of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    Same,
    Alike,
    Unlike,
}

/// Thresholds for the share of words that two prompts have in common.
const SOMEWHAT: f64 = 0.25;
pub const MOSTLY: f64 = 0.5;

pub fn likeness(one: &QuestionDraft, other: &QuestionDraft) -> Likeness {
    let has_same_answer = answer_of(one) == answer_of(other);
    if normal(&one.prompt) == normal(&other.prompt) {
        let rights = [one, other].map(|question| rights(&question.answer));
        return match has_same_answer || !rights[0].is_disjoint(&rights[1]) {
            true => Likeness::Same,
            // Many different questions say "Which statement is true?".
            false => Likeness::Alike,
        };
    }
    let shared = shared_words(&one.prompt, &other.prompt);
    match shared {
        MOSTLY.. if has_same_answer => Likeness::Same,
        SOMEWHAT.. => Likeness::Alike,
        _ if has_same_answer && says_much(&one.answer) => Likeness::Alike,
        _ => Likeness::Unlike,
    }
}

/// Returns the parts of a right answer. Versions of one question share at least one of them.
fn rights(answer: &AnswerDraft) -> HashSet<String> {
    match answer {
        AnswerDraft::Choice { options, .. } => {
            let right = options.iter().filter(|option| option.is_correct);
            right.map(|option| normal(&option.text)).collect()
        }
        AnswerDraft::ShortAnswer { accepted, .. } => {
            accepted.iter().map(|text| normal(text)).collect()
        }
        AnswerDraft::Tracing { program, .. } => HashSet::from([normal(program)]),
        AnswerDraft::Ordering { items } => {
            let neighbors = items.windows(2);
            neighbors.map(|two| normal(&two.join("\n"))).collect()
        }
        AnswerDraft::Matching { pairs } => pairs
            .iter()
            .map(|(left, right)| normal(&format!("{left}\n{right}")))
            .collect(),
    }
}

/// True for an answer that few questions share, unlike "true" or "4".
fn says_much(answer: &AnswerDraft) -> bool {
    match answer {
        AnswerDraft::Choice { options, .. } => options.len() > 2,
        AnswerDraft::ShortAnswer { .. } => false,
        AnswerDraft::Tracing { .. }
        | AnswerDraft::Ordering { .. }
        | AnswerDraft::Matching { .. } => true,
    }
}

/// Returns the number of words in both texts, divided by the number of words in either.
pub fn shared_words(one: &str, other: &str) -> f64 {
    let [one, other] = [one, other].map(|text| {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty()).map(str::to_owned);
        words.collect::<HashSet<String>>()
    });
    let shared = one.intersection(&other).count();
    let all = one.len() + other.len() - shared;
    if all == 0 {
        0.0
    } else {
        shared as f64 / all as f64
    }
}

pub fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn content(question: &QuestionDraft) -> String {
    hash(&[normal(&question.prompt), answer_of(question)])
}

/// Returns the answer as one text.
pub fn answer_of(question: &QuestionDraft) -> String {
    let mut texts: Vec<String> = Vec::new();
    match &question.answer {
        AnswerDraft::Choice { options, .. } => {
            for option in options {
                texts.push(format!("{} {}", option.is_correct, normal(&option.text)));
            }
            texts.sort();
        }
        AnswerDraft::ShortAnswer {
            accepted,
            tolerance,
        } => {
            texts.extend(accepted.iter().cloned());
            texts.extend(tolerance.map(|tolerance| tolerance.to_string()));
        }
        AnswerDraft::Tracing {
            program, outcome, ..
        } => {
            texts.push(program.clone());
            texts.push(match outcome {
                TracingOutcome::Prints(text) => text.clone(),
                TracingOutcome::FailsAtLine(line) => format!("fails {line:?}"),
            });
        }
        AnswerDraft::Ordering { items } => texts.extend(items.iter().cloned()),
        AnswerDraft::Matching { pairs } => {
            for (left, right) in pairs {
                texts.extend([left.clone(), right.clone()]);
            }
        }
    }
    hash(&texts)
}
