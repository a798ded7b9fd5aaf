//! Makes cards from passages by rules. A card says nothing that its passage does not say: its
//! answer is a part of the passage, and so is its question, but for a gap.

use std::collections::{HashMap, HashSet};

use super::chunks::{ChunkKind, GAP_OF_TEXT, StudyChunk};
use crate::notes::server::extract::{defines, find_word, introduces, sentences, term};
use crate::study::CardKind;

/// Stands for the hidden part of a sentence.
pub const GAP: &str = "[…]";

/// Name of the rules, kept with each card that they made.
pub const MODEL: &str = "rules-1";

/// Most cards of one passage.
const MOST_OF_CHUNK: usize = 5;

/// Most cards of one material.
pub const MOST_OF_MATERIAL: usize = 400;

/// Words of a material for each card: more cards than that ask for details.
const WORDS_PER_CARD: usize = 20;

/// Fewest cards of a material, if the rules find them.
const LEAST: usize = 6;

/// Lowest quality of a card that is kept.
const LEAST_QUALITY: f64 = 0.5;

/// Longest answer of a step or a cell, in characters.
const ANSWER_CHARACTERS: usize = 160;

const STEPS: std::ops::RangeInclusive<usize> = 3..=9;

/// A card that a rule made.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleCard {
    /// Index of the passage.
    pub chunk: usize,
    pub kind: CardKind,
    pub front: String,
    pub back: String,
    /// Cards with the same key ask for the same thing, and are kept apart.
    pub sibling: String,
    /// From 0 to 1.
    pub quality: f64,
}

/// Returns the cards of a material in the order of its text. `central` says how central each
/// passage is: of equally good cards the more central ones are kept.
pub fn cards(chunks: &[StudyChunk], central: &[f64]) -> Vec<RuleCard> {
    let mut terms = HashSet::new();
    let mut found = Vec::new();
    for (at, chunk) in chunks.iter().enumerate() {
        let mut made = match chunk.kind {
            ChunkKind::Paragraph => of_paragraph(chunk, at, &mut terms),
            ChunkKind::List if chunk.is_numbered => of_steps(chunk, at),
            ChunkKind::Table => of_table(chunk, at),
            _ => Vec::new(),
        };
        for card in &mut made {
            card.quality = quality(card, &chunk.text);
        }
        made.retain(|card| card.quality >= LEAST_QUALITY);
        made.truncate(MOST_OF_CHUNK);
        found.extend(made);
    }
    without_ambiguous(&mut found);
    limit(&mut found, chunks, central);
    found
}

/// Removes cards whose question has several answers, and repeated ones.
fn without_ambiguous(cards: &mut Vec<RuleCard>) {
    let mut answers: HashMap<String, HashSet<String>> = HashMap::new();
    for card in cards.iter() {
        let answers = answers.entry(key(&card.front)).or_default();
        answers.insert(key(&card.back));
    }
    let mut seen = HashSet::new();
    cards.retain(|card| {
        let front = key(&card.front);
        let is_clear = answers.get(&front).is_some_and(|all| all.len() == 1);
        is_clear && seen.insert(front)
    });
}

/// Keeps the best cards, as many as the length of the text allows.
fn limit(cards: &mut Vec<RuleCard>, chunks: &[StudyChunk], central: &[f64]) {
    let words: usize = chunks.iter().map(StudyChunk::words).sum();
    let most = (words / WORDS_PER_CARD).clamp(LEAST, MOST_OF_MATERIAL);
    if cards.len() <= most {
        return;
    }
    let weight = |card: &RuleCard| {
        let central = central.get(card.chunk).copied().unwrap_or_default();
        card.quality + 0.2 * central
    };
    let mut ranked: Vec<(usize, f64)> = cards.iter().map(weight).enumerate().collect();
    ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let kept: HashSet<usize> = ranked.into_iter().take(most).map(|(at, _)| at).collect();
    let mut at = 0;
    cards.retain(|_| {
        at += 1;
        kept.contains(&(at - 1))
    });
}

/// The text in lowercase without signs, to compare texts.
fn key(text: &str) -> String {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect::<Vec<_>>()
        .join(" ")
}

fn of_paragraph(chunk: &StudyChunk, at: usize, terms: &mut HashSet<String>) -> Vec<RuleCard> {
    let mut cards = Vec::new();
    let sentences = sentences(&chunk.text);
    let stressed: Vec<String> = chunk
        .stressed
        .iter()
        .filter_map(|text| term(text))
        .collect();
    let subjects = sentences.iter().filter_map(|sentence| subject(sentence));
    let candidates: Vec<String> = stressed.iter().cloned().chain(subjects).collect();
    for name in candidates {
        let lower = name.to_lowercase();
        if terms.contains(&lower) {
            continue;
        }
        let is_stressed = stressed.contains(&name);
        let says = |sentence: &&&str| {
            defines(sentence, &lower) || (is_stressed && introduces(sentence, &lower))
        };
        if let Some(sentence) = sentences.iter().find(says) {
            let Some((hidden, word)) = with_gap(sentence, &name) else {
                continue;
            };
            terms.insert(lower.clone());
            let card = |kind, front: String, back: String| RuleCard {
                chunk: at,
                kind,
                front,
                back,
                sibling: format!("term {lower}"),
                quality: 0.0,
            };
            cards.push(card(CardKind::Term, word.clone(), (*sentence).to_owned()));
            cards.push(card(CardKind::Definition, hidden, word));
        } else if is_stressed {
            let holds = |sentence: &&&str| find_word(&sentence.to_lowercase(), &lower).is_some();
            let gap = sentences.iter().find(holds);
            let Some((hidden, word)) = gap.and_then(|sentence| with_gap(sentence, &name)) else {
                continue;
            };
            terms.insert(lower.clone());
            cards.push(RuleCard {
                chunk: at,
                kind: CardKind::Cloze,
                front: hidden,
                back: word,
                sibling: format!("term {lower}"),
                quality: 0.0,
            });
        }
    }
    cards
}

/// Verbs after the subject of a sentence that defines it.
const DEFINING: [&str; 6] = [
    " is a ",
    " is an ",
    " is the ",
    " are the ",
    " means ",
    " refers to ",
];

/// Returns the subject of a sentence such as “A median is the value in the middle.”.
fn subject(sentence: &str) -> Option<String> {
    let at = DEFINING
        .iter()
        .filter_map(|verb| sentence.find(verb))
        .min()?;
    let mut subject = sentence.get(..at)?;
    for article in ["The ", "A ", "An "] {
        subject = subject.strip_prefix(article).unwrap_or(subject);
    }
    let is_short = subject.split_whitespace().count() <= 3;
    let is_pointer = POINTERS.contains(&subject.to_lowercase().split(' ').next()?);
    (is_short && !is_pointer).then(|| term(subject)).flatten()
}

/// Words that only point to what was said before.
const POINTERS: [&str; 18] = [
    "this", "that", "these", "those", "it", "they", "there", "he", "she", "we", "you", "what",
    "which", "here", "one", "another", "each", "such",
];

/// Hides the term at all its places in the sentence. Returns the sentence, and the term as it is
/// written there. None if nothing or too little of the sentence would be left.
fn with_gap(sentence: &str, term: &str) -> Option<(String, String)> {
    let lower_term = term.to_lowercase();
    let lower = sentence.to_lowercase();
    // Places in the lowercase text are places in the sentence only if both have the same length.
    if lower.len() != sentence.len() {
        return None;
    }
    let first = find_word(&lower, &lower_term)?;
    let word = sentence.get(first..first + lower_term.len())?.to_owned();
    let mut hidden = String::new();
    let mut from = 0;
    while let Some(at) = lower
        .get(from..)
        .and_then(|rest| find_word(rest, &lower_term))
    {
        hidden.push_str(sentence.get(from..from + at)?);
        hidden.push_str(GAP);
        from += at + lower_term.len();
    }
    hidden.push_str(sentence.get(from..)?);
    let left = hidden.replace(GAP, "");
    (left.split_whitespace().count() >= 4).then_some((hidden, word))
}

fn of_steps(chunk: &StudyChunk, at: usize) -> Vec<RuleCard> {
    let items = &chunk.items;
    let distinct: HashSet<String> = items.iter().map(|item| key(item)).collect();
    let is_long = |item: &String| item.chars().count() > ANSWER_CHARACTERS;
    if !STEPS.contains(&items.len()) || distinct.len() < items.len() || items.iter().any(is_long) {
        return Vec::new();
    }
    let about = match chunk.heading.is_empty() {
        true => String::new(),
        false => format!("{}: ", chunk.heading),
    };
    let sibling = format!("list {at}");
    let whole = RuleCard {
        chunk: at,
        kind: CardKind::Order,
        front: format!("{about}{} … {} ({})", first_words(items), GAP, items.len()),
        back: chunk.text.clone(),
        sibling: sibling.clone(),
        quality: 0.0,
    };
    let pairs = items.iter().zip(items.iter().skip(1));
    let steps = pairs.map(|(before, after)| RuleCard {
        chunk: at,
        kind: CardKind::Step,
        front: format!("{about}{before} → {GAP}"),
        back: after.clone(),
        sibling: sibling.clone(),
        quality: 0.0,
    });
    std::iter::once(whole).chain(steps).collect()
}

/// The first words of the first item, by which the list is recognized.
fn first_words(items: &[String]) -> String {
    let first = items.first().map(String::as_str).unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().take(4).collect();
    words.join(" ")
}

fn of_table(chunk: &StudyChunk, at: usize) -> Vec<RuleCard> {
    let Some((head, rows)) = chunk.rows.split_first().filter(|_| chunk.has_head) else {
        return Vec::new();
    };
    let about = match chunk.heading.is_empty() {
        true => String::new(),
        false => format!("{}: ", chunk.heading),
    };
    let corner = head.first().map(String::as_str).unwrap_or_default();
    let mut cards = Vec::new();
    for row in rows {
        let Some((name, cells)) = row.split_first().filter(|(name, _)| !name.is_empty()) else {
            continue;
        };
        let is_short = |text: &str| text.chars().count() <= ANSWER_CHARACTERS;
        let named = head.iter().skip(1).zip(cells);
        for (column, cell) in named.filter(|(column, cell)| !column.is_empty() && is_short(cell)) {
            let row = match corner.is_empty() {
                true => name.clone(),
                false => format!("{corner} {name}"),
            };
            cards.push(RuleCard {
                chunk: at,
                kind: CardKind::Cell,
                front: format!("{about}{row}, {column}: {GAP}"),
                back: cell.clone(),
                sibling: format!("row {at} {}", key(name)),
                quality: 0.0,
            });
        }
    }
    cards
}

/// Checks the card against its passage. 0 for a card that cannot be answered from the passage,
/// or whose question has the answer in it. Less than 1 for a sentence that needs what stands
/// around it, for a long question and for a short answer.
pub fn quality(card: &RuleCard, passage: &str) -> f64 {
    let (front, back, passage) = (key(&card.front), key(&card.back), key(passage));
    let is_answerable = !back.is_empty() && contains(&passage, &back);
    let hides = match card.kind {
        CardKind::Term | CardKind::Order => true,
        _ => !contains(&front, &back),
    };
    let is_whole = !card.front.contains(GAP_OF_TEXT) && !card.back.contains(GAP_OF_TEXT);
    if !is_answerable || !hides || !is_whole || front.is_empty() {
        return 0.0;
    }
    let mut quality: f64 = 1.0;
    let sentence = match card.kind {
        CardKind::Term => &card.back,
        _ => &card.front,
    };
    let opens = sentence.to_lowercase();
    let opens = opens.split(|c: char| !c.is_alphanumeric()).next();
    if opens.is_some_and(|word| POINTERS.contains(&word) || JOINING.contains(&word)) {
        quality -= 0.6;
    }
    if sentence.split_whitespace().count() > 35 {
        quality -= 0.3;
    }
    if card.back.chars().count() < 3 && card.kind != CardKind::Cell {
        quality -= 0.3;
    }
    if card.kind == CardKind::Cloze {
        // The sentence says something with the term, but does not define it.
        quality -= 0.2;
    }
    quality.max(0.0)
}

/// Words that join a sentence to the one before.
const JOINING: [&str; 9] = [
    "but",
    "so",
    "and",
    "however",
    "then",
    "also",
    "therefore",
    "otherwise",
    "or",
];

/// Returns true if the words are in the text in their order. Both are keys.
fn contains(text: &str, words: &str) -> bool {
    format!(" {text} ").contains(&format!(" {words} "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::chunks::{chunks, relevance};
    use super::*;
    use crate::platform::markdown;

    fn of(text: &str) -> (Vec<StudyChunk>, Vec<RuleCard>) {
        let found = chunks(&markdown::render(text, &|_, _| None).html);
        let central = relevance(&found);
        let made = cards(&found, &central);
        (found, made)
    }

    fn sides(text: &str) -> Vec<(CardKind, String, String)> {
        let (_, made) = of(text);
        made.into_iter()
            .map(|card| (card.kind, card.front, card.back))
            .collect()
    }

    #[test]
    fn a_defined_term_becomes_a_card_in_each_direction() {
        let made = sides("The **median** is the value in the middle of all values.");
        assert_eq!(
            made,
            [
                (
                    CardKind::Term,
                    "median".to_owned(),
                    "The median is the value in the middle of all values.".to_owned()
                ),
                (
                    CardKind::Definition,
                    "The […] is the value in the middle of all values.".to_owned(),
                    "median".to_owned()
                ),
            ]
        );
        // Without stress, too.
        let made = sides("A closure is a function that captures its environment.");
        assert_eq!(made.len(), 2, "{made:?}");
        assert_eq!(made[0].1, "closure");
    }

    #[test]
    fn a_stressed_term_that_is_not_defined_becomes_a_gap() {
        let made = sides("Reports often hide the **outliers** of a small sample.");
        assert_eq!(made.len(), 1, "{made:?}");
        assert_eq!(made[0].0, CardKind::Cloze);
        assert_eq!(made[0].1, "Reports often hide the […] of a small sample.");
    }

    #[test]
    fn steps_and_cells_become_cards() {
        let made = sides("# Tea\n\n1. Boil water\n2. Add leaves\n3. Wait\n");
        let steps: Vec<&str> = made
            .iter()
            .filter(|(kind, ..)| *kind == CardKind::Step)
            .map(|(_, _, back)| back.as_str())
            .collect();
        assert_eq!(steps, ["Add leaves", "Wait"]);
        assert!(made.iter().any(|(kind, ..)| *kind == CardKind::Order));
        let made = sides("| Bird | Weight |\n|---|---|\n| Pelican | 9 kg |\n| Wren | 10 g |\n");
        assert_eq!(made.len(), 2, "{made:?}");
        assert_eq!(made[0].1, "Bird Pelican, Weight: […]");
        assert_eq!(made[0].2, "9 kg");
    }

    #[test]
    fn questions_without_one_right_answer_are_left_out() {
        let twice = "| A | B |\n|---|---|\n| x | 1 |\n| x | 2 |\n";
        assert!(sides(twice).is_empty());
        // The sentence points to something else.
        assert!(sides("This is the value of all the others.").is_empty());
        // The answer is in the question already.
        assert!(sides("1. Wait\n2. Wait\n3. Go\n").is_empty());
    }

    #[test]
    fn a_text_has_no_more_cards_than_its_length_allows() {
        let lines: String = (0..100)
            .map(|at| format!("The **term{at}** is the value of its row.\n\n"))
            .collect();
        let (found, made) = of(&lines);
        let words: usize = found.iter().map(StudyChunk::words).sum();
        assert!(made.len() <= words / WORDS_PER_CARD, "{}", made.len());
        assert!(made.len() > 20);
    }

    proptest! {
        #[test]
        fn each_card_is_answerable_from_its_passage(text in "([A-Z][a-z]{2,8} (is|are) (a|the) [a-z ]{5,30}\\. |\\*\\*[a-z]{3,7}\\*\\* [a-z ]{3,20}\\.\n\n|1\\. [a-z]{3,9}\n){1,12}") {
            let (found, made) = of(&text);
            let mut fronts = HashSet::new();
            for card in made {
                prop_assert!(quality(&card, &found[card.chunk].text) >= LEAST_QUALITY);
                prop_assert!(fronts.insert(key(&card.front)), "asked twice");
            }
        }
    }
}
