//! The rules that draft proposals. A proposal says nothing that its passage does not say.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::store::ProposedText;
use crate::course::server::draft::QuestionDraft;
use crate::ingest::server::course::questions_of_text;
use crate::platform::documents::escape;
use crate::tutor_chat::desk::SUGGESTION_CHARACTERS;

/// Most quiz questions, and most suggested questions, that are proposed at once.
const QUESTIONS: usize = 12;
const SUGGESTIONS: usize = 8;

#[derive(Debug, Clone)]
pub struct Proposal {
    pub key: String,
    pub for_use: ProposedUse,
    /// Markdown of the passage that it rests on.
    pub passage: String,
}

#[derive(Debug, Clone)]
pub enum ProposedUse {
    Quiz(Box<QuestionDraft>),
    Suggestion { prompt: String, answer: String },
}

impl Proposal {
    pub fn prompt(&self) -> &str {
        match &self.for_use {
            ProposedUse::Quiz(question) => &question.prompt,
            ProposedUse::Suggestion { prompt, .. } => prompt,
        }
    }
}

/// Returns the proposals for a topic, quiz questions first.
pub fn proposals(text: &ProposedText) -> Vec<Proposal> {
    let mut keys = HashSet::new();
    let place = (text.title.as_str(), text.html.as_str());
    let drafted = questions_of_text(place, &text.terms, &mut keys, QUESTIONS);
    let mut found: Vec<Proposal> = drafted.into_iter().map(quiz).collect();
    found.extend(suggestions(text));
    found
}

fn quiz(mut question: QuestionDraft) -> Proposal {
    let passage = question.explanation.take().unwrap_or_default();
    let passage = passage.replacen("The document says", "The topic says", 1);
    question.explanation = Some(passage.clone());
    Proposal {
        key: key("quiz", &question.prompt),
        for_use: ProposedUse::Quiz(Box::new(question)),
        passage,
    }
}

/// Suggested questions for the concepts that the topic defines.
fn suggestions(text: &ProposedText) -> impl Iterator<Item = Proposal> {
    let concepts = text.concepts.iter().filter_map(|concept| {
        let prompt = format!("What does “{}” mean?", concept.concept);
        let fits = prompt.chars().count() <= SUGGESTION_CHARACTERS as usize;
        let is_new = !text.suggested.contains(&prompt);
        (fits && is_new && !concept.definition.is_empty()).then(|| {
            let answer = escape(&concept.definition);
            Proposal {
                key: key("suggestion", &format!("{prompt}{answer}")),
                for_use: ProposedUse::Suggestion {
                    prompt,
                    answer: answer.clone(),
                },
                passage: format!("> {}", answer.replace('\n', "\n> ")),
            }
        })
    });
    concepts.take(SUGGESTIONS)
}

fn key(kind: &str, text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let digits: String = (hash.iter().take(8))
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{kind}-{digits}")
}
