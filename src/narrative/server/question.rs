//! Makes check questions from the text of a nugget by rules, and grades their answers. The key is
//! a part of the text.

use serde::{Deserialize, Serialize};

use crate::course::server::search::text_of;
use crate::mastery::server::concepts::concept_key;
use crate::notes::server::extract::{find_word, sentences};
use crate::study::CardKind;
use crate::study::server::chunks::{chunks, relevance};
use crate::study::server::rules::{GAP, RuleCard, cards};

/// Options of a question with a choice.
const OPTIONS: usize = 4;

/// Longest answer that has to be typed, in words.
const TYPED_WORDS: usize = 4;

/// Words of a sentence that can be asked for.
const SENTENCE_WORDS: std::ops::RangeInclusive<usize> = 5..=45;

/// A question with its key, which only the server knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckQuestion {
    /// Key of the concept that the question is about.
    pub concept: String,
    pub prompt: String,
    /// Empty for an answer that is typed.
    pub options: Vec<String>,
    key: String,
}

impl CheckQuestion {
    /// Difficulty of the kind of question, as long as nothing else is known of it.
    pub fn difficulty(&self) -> f64 {
        if self.options.is_empty() { 0.6 } else { 0.4 }
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    /// Points for an answer, 0 or 1. A typed answer may have one letter wrong if it is long.
    pub fn points(&self, given: &str) -> f64 {
        if !self.options.is_empty() {
            return if given.trim() == self.key { 1.0 } else { 0.0 };
        }
        let (given, key) = (concept_key(given), concept_key(&self.key));
        let singular = |text: &str| text.strip_suffix('s').unwrap_or(text).to_owned();
        let is_close = key.chars().count() >= 6 && distance(&given, &key) <= 1;
        if !given.is_empty() && (singular(&given) == singular(&key) || is_close) {
            1.0
        } else {
            0.0
        }
    }
}

/// Letters to change, add or leave out between two texts.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, letter) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (other, of_b) in b.iter().enumerate() {
            let change = corner + usize::from(letter != *of_b);
            corner = row[other + 1];
            row[other + 1] = change.min(corner + 1).min(row[other] + 1);
        }
    }
    row[b.len()]
}

/// The text that is asked about, and what surrounds it.
pub struct AskedText<'a> {
    pub html: &'a str,
    /// Names of the nugget's concepts.
    pub concepts: &'a [String],
    /// Names of concepts of the whole path, from which wrong options are taken.
    pub others: &'a [String],
    /// Key of the concept that the question should be about.
    pub wanted: &'a str,
    /// Questions that were asked about this text before.
    pub round: usize,
}

/// Makes a question, or returns None if the text has nothing that the rules can ask for. Every
/// second question about a text has to be typed, if its answer is short.
pub fn question(asked: &AskedText<'_>) -> Option<CheckQuestion> {
    let found = chunks(asked.html);
    let made = cards(&found, &relevance(&found));
    let usable: Vec<&RuleCard> = made.iter().filter(|card| is_usable(card)).collect();
    let about = |card: &RuleCard| concept_of(card, asked.concepts);
    let (wanted, rest): (Vec<&RuleCard>, Vec<&RuleCard>) = usable
        .into_iter()
        .partition(|card| about(card).as_deref() == Some(asked.wanted));
    let pick = |cards: &[&RuleCard]| {
        let card = cards.get(asked.round % cards.len().max(1))?;
        let concept = about(card).unwrap_or_else(|| asked.wanted.to_owned());
        Some((concept, card.front.clone(), card.back.clone(), card.kind))
    };
    let (concept, prompt, key, kind) = pick(&wanted)
        .or_else(|| with_gap(asked))
        .or_else(|| pick(&rest))?;
    let same_kind = rest.iter().filter(|card| card.kind == kind);
    let wrong: Vec<String> = match kind {
        CardKind::Cloze | CardKind::Definition => asked.others.to_vec(),
        _ => same_kind.map(|card| card.back.clone()).collect(),
    };
    let options = options(&prompt, &key, &wrong, asked.round);
    let is_short = key.split_whitespace().count() <= TYPED_WORDS;
    let typed = is_short && (asked.round % 2 == 1 || options.len() < 3);
    if !typed && options.len() < 3 {
        return None;
    }
    Some(CheckQuestion {
        concept,
        prompt,
        options: if typed { Vec::new() } else { options },
        key,
    })
}

/// True for cards whose answer can be chosen or typed.
fn is_usable(card: &RuleCard) -> bool {
    matches!(
        card.kind,
        CardKind::Cloze | CardKind::Definition | CardKind::Cell | CardKind::Step
    )
}

/// Key of the concept that a card asks for or names.
fn concept_of(card: &RuleCard, concepts: &[String]) -> Option<String> {
    let answer = concept_key(&card.back);
    let front = card.front.to_lowercase();
    let is_answer = |name: &&String| concept_key(name) == answer;
    let is_named = |name: &&String| find_word(&front, &name.to_lowercase()).is_some();
    let found = concepts.iter().find(is_answer);
    found
        .or_else(|| concepts.iter().find(is_named))
        .map(|name| concept_key(name))
}

/// Hides the wanted concept in a sentence that names it.
fn with_gap(asked: &AskedText<'_>) -> Option<(String, String, String, CardKind)> {
    let name = (asked.concepts.iter()).find(|name| concept_key(name) == asked.wanted)?;
    let lower_name = name.to_lowercase();
    let text = text_of(asked.html);
    let naming: Vec<&str> = sentences(&text)
        .into_iter()
        .filter(|sentence| {
            SENTENCE_WORDS.contains(&sentence.split_whitespace().count())
                && find_word(&sentence.to_lowercase(), &lower_name).is_some()
        })
        .collect();
    let sentence = *naming.get(asked.round % naming.len().max(1))?;
    let lower = sentence.to_lowercase();
    // Places in the lowercase text are places in the sentence only if both have the same length.
    if lower.len() != sentence.len() {
        return None;
    }
    let at = find_word(&lower, &lower_name)?;
    let word = sentence.get(at..at + lower_name.len())?.to_owned();
    let mut hidden = String::new();
    let mut from = 0;
    while let Some(at) = find_word(lower.get(from..)?, &lower_name) {
        hidden.push_str(sentence.get(from..from + at)?);
        hidden.push_str(GAP);
        from += at + lower_name.len();
    }
    hidden.push_str(sentence.get(from..)?);
    let concept = asked.wanted.to_owned();
    Some((concept, hidden, word, CardKind::Cloze))
}

/// The key among wrong answers, in an order that says nothing. Wrong answers that the question
/// names are left out.
fn options(prompt: &str, key: &str, wrong: &[String], round: usize) -> Vec<String> {
    let prompt_lower = prompt.to_lowercase();
    let own = concept_key(key);
    let mut options: Vec<String> = Vec::new();
    let mut order: Vec<&String> = wrong.iter().collect();
    order.sort_by_key(|text| (hash(text, prompt, round), (*text).clone()));
    for text in order {
        let other = concept_key(text);
        let is_new = other != own
            && !other.contains(&own)
            && !own.contains(&other)
            && find_word(&prompt_lower, &text.to_lowercase()).is_none()
            && options.iter().all(|option| concept_key(option) != other);
        if is_new && options.len() + 1 < OPTIONS {
            options.push(in_case_of(key, text));
        }
    }
    options.push(key.to_owned());
    options.sort_by_key(|text| hash(text, prompt, round));
    options
}

/// The text with a small first letter if the key has one. Names of concepts have a capital, and
/// would otherwise tell themselves from a key that is taken from the middle of a sentence.
fn in_case_of(key: &str, text: &str) -> String {
    let is_small = key.chars().next().is_some_and(char::is_lowercase);
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        // Abbreviations stay.
        (Some(first), Some(second)) if is_small && !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// FNV-1a, for an order that is the same each time.
fn hash(text: &str, salt: &str, round: usize) -> u64 {
    let bytes = text.to_lowercase().into_bytes().into_iter();
    let bytes = bytes.chain(salt.bytes()).chain(round.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "<p>The <strong>median</strong> is the value in the middle of all values. Half of the values are above the median.</p>";

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    fn ask(round: usize, others: &[&str]) -> CheckQuestion {
        let asked = AskedText {
            html: TEXT,
            concepts: &names(&["Median"]),
            others: &names(others),
            wanted: "median",
            round,
        };
        question(&asked).expect("a question")
    }

    #[test]
    fn a_definition_becomes_a_choice_first_and_is_typed_then() {
        let others = ["Mean", "Mode", "Median", "Range", "Spread"];
        let first = ask(0, &others);
        assert_eq!(first.concept, "median");
        assert_eq!(first.options.len(), OPTIONS);
        assert!(first.options.iter().any(|option| option == first.key()));
        // The case of the letters tells nothing.
        assert!(
            first
                .options
                .iter()
                .all(|option| option.to_lowercase() == *option)
        );
        assert!(
            !first.prompt.to_lowercase().contains("median"),
            "{}",
            first.prompt
        );
        assert!(first.points(first.key()) > 0.5 && first.points("Mode") < 0.5);
        let second = ask(1, &others);
        assert!(second.options.is_empty());
        for given in ["median", " The Median.", "medians", "medain x", "meidan"] {
            let is_right = !given.contains('x') && given != "meidan";
            assert_eq!(second.points(given) > 0.5, is_right, "{given}");
        }
        assert!(second.points("mediann") > 0.5 && second.points("") < 0.5);
        // Without other concepts to choose from, the answer is typed.
        assert!(ask(0, &[]).options.is_empty());
    }

    #[test]
    fn a_concept_that_is_only_named_is_asked_for_in_a_sentence() {
        let asked = AskedText {
            html: "<p>In most towns a single outlier moves the usual figures by a lot.</p>",
            concepts: &names(&["Outlier"]),
            others: &[],
            wanted: "outlier",
            round: 0,
        };
        let made = question(&asked).unwrap();
        assert_eq!(
            made.prompt,
            "In most towns a single […] moves the usual figures by a lot."
        );
        assert_eq!(made.key(), "outlier");
        let nothing = AskedText {
            html: "<p>Short.</p>",
            ..asked
        };
        assert_eq!(question(&nothing), None);
    }

    proptest! {
        #[test]
        fn the_key_is_among_the_options_and_right(
            text in "(The \\*\\*[a-z]{3,7}\\*\\* is the value of [a-z ]{10,30}\\.\n\n){1,4}", round in 0usize..5,
        ) {
            let html = crate::platform::markdown::render(&text, &|_, _| None).html;
            let concepts = names(&["mean", "mode"]);
            let others = names(&["Alpha", "Beta", "Gamma", "Delta"]);
            let asked = AskedText { html: &html, concepts: &concepts, others: &others, wanted: "mean", round };
            if let Some(made) = question(&asked) {
                prop_assert!(made.points(made.key()) == 1.0);
                prop_assert!(made.options.is_empty() || made.options.iter().filter(|option| *option == made.key()).count() == 1);
                prop_assert!(made.points("something else entirely") == 0.0);
            }
        }

        #[test]
        fn a_distance_is_symmetric(a in "[a-c]{0,6}", b in "[a-c]{0,6}") {
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert_eq!(distance(&a, &b) == 0, a == b);
        }
    }
}
