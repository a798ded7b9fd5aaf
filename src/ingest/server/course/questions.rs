//! Drafts questions by the rules that make cards. Each explains itself with its passage.

use std::collections::HashSet;

use super::{NuggetPassage, shortened};
use crate::course::server::draft::{AnswerDraft, OptionDraft, QuestionDraft, QuestionPurpose};
use crate::course::server::native::limits;
use crate::ingest::server::cut::hash;
use crate::platform::documents::escape;
use crate::study::CardKind;
use crate::study::server::chunks::{StudyChunk, chunks, relevance};
use crate::study::server::rules::{self, GAP};

/// Questions of one topic, and options of a question.
const QUESTIONS: usize = 4;
const OPTIONS: usize = 4;

/// All terms that the document defines, for wrong options.
pub fn terms(passages: &[NuggetPassage]) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    for passage in passages {
        for card in cards(passage).0 {
            let is_new = terms
                .iter()
                .all(|term| term.to_lowercase() != card.back.to_lowercase());
            if card.kind == CardKind::Definition && is_new {
                terms.push(card.back);
            }
        }
    }
    terms
}

fn cards(passage: &NuggetPassage) -> (Vec<rules::RuleCard>, Vec<StudyChunk>) {
    let found = chunks(&passage.content_html);
    let central = relevance(&found);
    (rules::cards(&found, &central), found)
}

pub fn questions(
    passages: &[&NuggetPassage],
    terms: &[String],
    keys: &mut HashSet<String>,
) -> Vec<QuestionDraft> {
    at_most(passages, terms, keys, QUESTIONS)
}

/// Drafts questions of a text with this title, which is HTML. `terms` are for wrong options.
pub fn questions_of_text(
    (title, html): (&str, &str),
    terms: &[String],
    keys: &mut HashSet<String>,
    most: usize,
) -> Vec<QuestionDraft> {
    let passage = NuggetPassage {
        title: title.to_owned(),
        heading_path: Vec::new(),
        content: String::new(),
        content_html: html.to_owned(),
        page_from: None,
        page_kind: String::new(),
    };
    at_most(&[&passage], terms, keys, most)
}

fn at_most(
    passages: &[&NuggetPassage],
    terms: &[String],
    keys: &mut HashSet<String>,
    most: usize,
) -> Vec<QuestionDraft> {
    let mut drafted = Vec::new();
    for passage in passages {
        let (cards, found) = cards(passage);
        for card in cards {
            if drafted.len() == most {
                return drafted;
            }
            let chunk = found.get(card.chunk);
            let drawn = match card.kind {
                CardKind::Definition | CardKind::Cloze => Some(gap(&card.front, &card.back, terms)),
                CardKind::Order => chunk.and_then(|chunk| ordering(passage, &chunk.items)),
                CardKind::Cell => cell(&card.front, &card.back),
                _ => None,
            };
            let Some((prompt, answer)) = drawn else {
                continue;
            };
            let key = format!("nugget-{}", &hash(prompt.as_bytes())[..16]);
            if prompt.chars().count() > limits::PROMPT || !keys.insert(key.clone()) {
                continue;
            }
            let rests_on = chunk.map(|chunk| chunk.text.clone()).unwrap_or_default();
            drafted.push(QuestionDraft {
                key,
                prompt,
                explanation: Some(explanation(passage, &rests_on)),
                answer,
                purpose: QuestionPurpose::Both,
                difficulty: None,
            });
        }
    }
    drafted
}

/// The passage that a question rests on, with its place in the document.
fn explanation(passage: &NuggetPassage, rests_on: &str) -> String {
    let place = match passage.page_from {
        Some(page) => format!("“{}”, {} {page}", escape(&passage.title), passage.page_kind),
        None => format!("“{}”", escape(&passage.title)),
    };
    let quoted: Vec<String> = shortened(rests_on, 1_500)
        .lines()
        .map(|line| format!("> {}", escape(line)))
        .collect();
    format!("The document says in {place}:\n\n{}", quoted.join("\n>\n"))
}

/// A sentence with a gap: a choice if the document defines enough other terms.
fn gap(front: &str, back: &str, terms: &[String]) -> (String, AnswerDraft) {
    let sentence = escape(&front.replace(GAP, "……"));
    let lower = back.to_lowercase();
    let others = terms.iter().filter(|term| {
        let term = term.to_lowercase();
        !term.contains(&lower) && !lower.contains(&term) && !front.to_lowercase().contains(&term)
    });
    // Neighbors in the text are the most plausible wrong answers.
    let place = terms
        .iter()
        .position(|term| term.to_lowercase() == lower)
        .unwrap_or(0);
    let mut others: Vec<(usize, &String)> = others
        .map(|term| {
            let at = terms.iter().position(|other| other == term).unwrap_or(0);
            (at.abs_diff(place), term)
        })
        .collect();
    others.sort();
    if others.len() + 1 < OPTIONS {
        let prompt = format!("Which word or words belong in the gap?\n\n> {sentence}");
        let accepted = vec![back.to_owned()];
        return (
            prompt,
            AnswerDraft::ShortAnswer {
                accepted,
                tolerance: None,
            },
        );
    }
    let mut options = vec![OptionDraft {
        text: escape(back),
        is_correct: true,
    }];
    let wrong = others.into_iter().take(OPTIONS - 1);
    options.extend(wrong.map(|(_, term)| OptionDraft {
        text: escape(term),
        is_correct: false,
    }));
    (
        format!("Which term belongs in the gap?\n\n> {sentence}"),
        AnswerDraft::Choice {
            options,
            several: false,
            shuffle: true,
        },
    )
}

fn ordering(passage: &NuggetPassage, items: &[String]) -> Option<(String, AnswerDraft)> {
    let fits = (3..=limits::ITEMS).contains(&items.len())
        && items
            .iter()
            .all(|item| item.chars().count() <= limits::ITEM);
    fits.then(|| {
        (
            format!(
                "Put the steps of “{}” into their order.",
                escape(&passage.title)
            ),
            AnswerDraft::Ordering {
                items: items.iter().map(|item| escape(item)).collect(),
            },
        )
    })
}

fn cell(front: &str, back: &str) -> Option<(String, AnswerDraft)> {
    (back.chars().count() <= 60).then(|| {
        (
            format!(
                "What belongs in the gap of the table?\n\n> {}",
                escape(&front.replace(GAP, "……"))
            ),
            AnswerDraft::ShortAnswer {
                accepted: vec![back.to_owned()],
                tolerance: None,
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::passage;
    use super::*;

    #[test]
    fn questions_rest_on_passages() {
        let all = [
            passage(
                &["Mean"],
                "The **mean** is the sum of all values divided by their count.",
            ),
            passage(
                &["Median"],
                "The **median** is the value in the middle of a sorted list.",
            ),
            passage(
                &["Range"],
                "The **range** is the distance between the largest and the smallest value.",
            ),
            passage(
                &["Mode"],
                "The **mode** is the value that occurs most often in a list.\n\n1. Boil water\n2. Add leaves\n3. Wait",
            ),
        ];
        let terms = terms(&all);
        assert_eq!(terms, ["mean", "median", "range", "mode"]);
        let all: Vec<&NuggetPassage> = all.iter().collect();
        let drafted = questions(&all, &terms, &mut HashSet::new());
        assert_eq!(drafted.len(), QUESTIONS);
        let AnswerDraft::Choice { options, .. } = &drafted[0].answer else {
            panic!("{drafted:?}")
        };
        assert_eq!(options.len(), 4);
        assert!(options[0].is_correct && options[0].text == "mean");
        let said = drafted[0].explanation.as_deref().unwrap();
        assert!(
            said.contains("“Mean”, page 3") && said.contains("> The mean is the sum"),
            "{said}"
        );
    }
}
