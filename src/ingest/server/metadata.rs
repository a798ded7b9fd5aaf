//! The subjects of nuggets, by rules: topics and concepts, what must be known before, how hard the
//! text is and how long it takes.

use std::collections::{HashMap, HashSet};

use super::cut::CutNugget;
use super::key_phrases::KeyPhrases;
use crate::ingest::NuggetMetadata;
use crate::notes::server::extract::{find_word, notes, sentences};
use crate::platform::markdown;

const CONCEPTS: usize = 6;
const TOPICS: usize = 3;
const NAMED: usize = 6;
/// Longest name of a concept, in characters.
const NAME: usize = 80;
/// Words that people read in a minute.
const WORDS_A_MINUTE: usize = 200;

/// A nugget with its rendered text and what it is about.
pub struct Described {
    pub nugget: CutNugget,
    pub html: String,
    pub metadata: NuggetMetadata,
}

/// Describes the nuggets of a document, in its order.
pub fn describe(nuggets: Vec<CutNugget>) -> Vec<Described> {
    let html: Vec<String> = nuggets
        .iter()
        .map(|nugget| markdown::render(&nugget.content, &|_, _| None).html)
        .collect();
    let texts: Vec<String> = html.iter().map(|html| markdown::words(html)).collect();
    let phrases = KeyPhrases::of(&texts);
    let defined: Vec<Vec<String>> = nuggets
        .iter()
        .zip(&html)
        .map(|(nugget, html)| defined(nugget, html))
        .collect();
    let elsewhere: HashSet<String> = defined.iter().flatten().map(|name| key(name)).collect();
    let concepts: Vec<Vec<String>> = texts
        .iter()
        .zip(&defined)
        .map(|(text, defined)| concepts(text, defined, (&phrases, &elsewhere)))
        .collect();
    let explained = explained(&defined, &concepts);
    let lower: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    let mut described = Vec::with_capacity(nuggets.len());
    for (at, (nugget, html)) in nuggets.into_iter().zip(html).enumerate() {
        let own: HashSet<String> = concepts[at].iter().map(|name| key(name)).collect();
        let used: Vec<&(usize, String, String)> = explained
            .iter()
            .filter(|(place, _, key)| *place != at && !own.contains(key))
            .filter(|(_, _, key)| find_word(&lower[at], key).is_some())
            .collect();
        let named = |is_before: bool| -> Vec<String> {
            let names = used.iter().filter(|(place, ..)| (*place < at) == is_before);
            let names = names.map(|(_, name, _)| name.clone());
            // The concepts explained last are nearest to what the nugget needs.
            let mut names: Vec<String> = names.collect();
            if is_before {
                names.reverse();
            }
            names.truncate(NAMED);
            names
        };
        let topics = topics(&nugget, &texts[at], &phrases);
        let metadata = NuggetMetadata {
            version: 1,
            topics,
            concepts: concepts[at].clone(),
            prerequisites: named(true),
            related: named(false),
            difficulty: difficulty(&texts[at]),
            minutes: minutes(&texts[at]),
        };
        described.push(Described {
            nugget,
            html,
            metadata,
        });
    }
    described
}

/// Terms that the nugget defines. Its heading may name one.
fn defined(nugget: &CutNugget, html: &str) -> Vec<String> {
    let heading = nugget
        .heading_path
        .last()
        .map(String::as_str)
        .unwrap_or_default();
    let whole = format!("<h2>{}</h2>{html}", markdown::escape(heading));
    let found = notes(&whole).concepts.into_iter();
    let names = found.map(|concept| concept.concept);
    names.filter(|name| name.chars().count() <= NAME).collect()
}

/// Terms that the nugget defines, and phrases that it uses often. A term that another nugget
/// defines is a concept of that one.
fn concepts(
    text: &str,
    defined: &[String],
    (phrases, elsewhere): (&KeyPhrases, &HashSet<String>),
) -> Vec<String> {
    let mut names: Vec<String> = defined.to_vec();
    // A phrase that is used once is no concept of the document.
    let others = phrases.of_text(text, CONCEPTS * 2).into_iter();
    for phrase in others.filter(|phrase| phrases.count(phrase) >= 3) {
        let is_new = names.iter().all(|name| key(name) != key(&phrase))
            && !elsewhere.contains(&key(&phrase));
        let is_name = phrase.chars().any(char::is_alphabetic) && phrase.chars().count() <= NAME;
        if is_new && is_name {
            names.push(capitalized(&phrase));
        }
    }
    names.truncate(CONCEPTS);
    names
}

/// The nugget that explains each concept: the first that defines it, else the first that is about
/// it. Each with its name and the key of the name.
fn explained(defined: &[Vec<String>], concepts: &[Vec<String>]) -> Vec<(usize, String, String)> {
    let mut first: HashMap<String, (usize, String)> = HashMap::new();
    for names in [defined, concepts] {
        for (at, names) in names.iter().enumerate() {
            for name in names {
                first.entry(key(name)).or_insert_with(|| (at, name.clone()));
            }
        }
    }
    let found = first.into_iter().map(|(key, (at, name))| (at, name, key));
    let mut found: Vec<(usize, String, String)> = found.collect();
    found.sort();
    found
}

fn topics(nugget: &CutNugget, text: &str, phrases: &KeyPhrases) -> Vec<String> {
    let mut topics: Vec<String> = nugget
        .heading_path
        .iter()
        .rev()
        .take(2)
        .rev()
        .cloned()
        .collect();
    for phrase in phrases.of_text(text, TOPICS) {
        if topics.len() < TOPICS && topics.iter().all(|topic| key(topic) != key(&phrase)) {
            topics.push(capitalized(&phrase));
        }
    }
    topics
}

/// The name in lowercase, by which equal concepts are found.
pub fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

fn capitalized(phrase: &str) -> String {
    let mut chars = phrase.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// How hard the text is to read, from 1 to 10, by LIX: words of a sentence plus the percentage of
/// words with more than six letters (Björnsson, “Läsbarhet”, 1968). LIX needs no syllables, so it
/// holds for many languages. 20 is easy, 60 very hard (Anderson, “Lix and Rix”, 1983).
pub fn difficulty(text: &str) -> u8 {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        return 1;
    }
    let letters = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count();
    let long = words.iter().filter(|word| letters(word) > 6).count();
    let count = words.len() as f64;
    let lix = count / sentences(text).len().max(1) as f64 + 100.0 * long as f64 / count;
    ((lix - 20.0) / 40.0 * 9.0 + 1.0).round().clamp(1.0, 10.0) as u8
}

pub fn minutes(text: &str) -> u16 {
    let words = text.split_whitespace().count();
    u16::try_from(words.div_ceil(WORDS_A_MINUTE).max(1)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nugget(title: &str, content: &str) -> CutNugget {
        CutNugget {
            title: title.to_owned(),
            heading_path: vec![title.to_owned()],
            content: content.to_owned(),
            page_from: 1,
            page_to: 1,
        }
    }

    #[test]
    fn what_an_earlier_nugget_explains_is_a_prerequisite() {
        let found = describe(vec![
            nugget(
                "The mean",
                "The **mean** is the sum of all values divided by their count.",
            ),
            nugget(
                "The variance",
                "The **variance** is the average of the squared distances from the mean.",
            ),
        ]);
        assert_eq!(found[0].metadata.concepts, ["Mean"]);
        assert_eq!(found[0].metadata.prerequisites, [""; 0]);
        assert_eq!(found[1].metadata.concepts, ["Variance"]);
        assert_eq!(found[1].metadata.prerequisites, ["Mean"]);
    }

    #[test]
    fn long_words_and_sentences_are_harder() {
        let easy = "The cat sat on the mat. It was red. We saw it.";
        let hard = "Heteroscedasticity invalidates conventional inferential procedures whenever \
                    disturbances systematically covary with regressors across observations";
        assert_eq!(difficulty(easy), 1);
        assert_eq!(difficulty(hard), 10);
        assert_eq!(difficulty(""), 1);
        assert_eq!(minutes(&"word ".repeat(401)), 3);
    }
}
