//! Key phrases of a text without a model, after YAKE: Campos, Mangaravite, Pasquali, Jorge, Nunes
//! and Jatowt, “YAKE! Keyword extraction from single documents using multiple local features”
//! (Information Sciences 509, 2020). A word weighs by its capitals, its place, its frequency, the
//! variety of words beside it, and the number of sentences that have it.

use std::collections::{HashMap, HashSet};

use crate::notes::server::extract::{STOP_WORDS, sentences};

/// Most words of a phrase.
const WORDS: usize = 3;

/// Phrases of texts, by the words of all of them.
pub struct KeyPhrases {
    /// Low for important words.
    scores: HashMap<String, f64>,
    counts: HashMap<String, usize>,
}

#[derive(Default)]
struct Word {
    count: f64,
    capitals: f64,
    acronyms: f64,
    left: HashSet<String>,
    right: HashSet<String>,
    lefts: f64,
    rights: f64,
    sentences: Vec<usize>,
}

impl KeyPhrases {
    /// Reads the texts of a document.
    pub fn of(texts: &[String]) -> Self {
        let mut words: HashMap<String, Word> = HashMap::new();
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut number = 0;
        for text in texts {
            for sentence in sentences(text) {
                read_sentence(sentence, number, &mut words);
                for phrase in phrases(sentence) {
                    *counts.entry(key(&phrase)).or_default() += 1;
                }
                number += 1;
            }
        }
        let frequencies: Vec<f64> = words.values().map(|word| word.count).collect();
        let mean = frequencies.iter().sum::<f64>() / frequencies.len().max(1) as f64;
        let variance = frequencies
            .iter()
            .map(|count| (count - mean).powi(2))
            .sum::<f64>()
            / frequencies.len().max(1) as f64;
        let most = frequencies.iter().copied().fold(1.0, f64::max);
        let score = |word: &Word| {
            let case = word.capitals.max(word.acronyms) / (1.0 + word.count.ln());
            let middle = word
                .sentences
                .get(word.sentences.len() / 2)
                .copied()
                .unwrap_or(0);
            let position = (3.0 + middle as f64).ln().ln();
            let frequency = word.count / (mean + variance.sqrt()).max(1e-9);
            let variety = |distinct: &HashSet<String>, all: f64| match all > 0.0 {
                true => distinct.len() as f64 / all,
                false => 0.0,
            };
            let related = 1.0
                + (variety(&word.left, word.lefts) + variety(&word.right, word.rights))
                    * word.count
                    / most;
            let spread: HashSet<&usize> = word.sentences.iter().collect();
            let spread = spread.len() as f64 / number.max(1) as f64;
            related * position.max(0.05) / (case + frequency / related + spread / related).max(1e-9)
        };
        let scores = words
            .iter()
            .map(|(word, found)| (word.clone(), score(found)));
        Self {
            scores: scores.collect(),
            counts,
        }
    }

    /// The phrases of one of the texts, the most important first.
    pub fn of_text(&self, text: &str, most: usize) -> Vec<String> {
        let mut found: Vec<(f64, String)> = Vec::new();
        let mut seen = HashSet::new();
        for sentence in sentences(text) {
            for phrase in phrases(sentence) {
                // Words that stand together only once are no phrase.
                let is_phrase = !phrase.contains(' ') || self.count(&phrase) > 1;
                if is_phrase && seen.insert(key(&phrase)) {
                    found.push((self.score(&phrase), phrase));
                }
            }
        }
        found.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let mut kept: Vec<String> = Vec::new();
        for (_, phrase) in found {
            let own = key(&phrase);
            let repeats = kept.iter().map(|other| key(other)).any(|other| {
                let inside =
                    |one: &str, two: &str| format!(" {two} ").contains(&format!(" {one} "));
                inside(&own, &other)
                    || inside(&other, &own)
                    || strsim::normalized_levenshtein(&own, &other) > 0.8
            });
            if !repeats {
                kept.push(phrase);
            }
            if kept.len() == most {
                break;
            }
        }
        kept
    }

    /// Number of times that the texts have the phrase.
    pub fn count(&self, phrase: &str) -> usize {
        self.counts.get(&key(phrase)).copied().unwrap_or_default()
    }

    /// Low for important phrases. Words in the middle that say nothing weigh neutrally.
    fn score(&self, phrase: &str) -> f64 {
        let scores = words(phrase).map(|word| match is_stop(&word) {
            true => 1.0,
            false => self.scores.get(&word).copied().unwrap_or(1.0),
        });
        let (product, sum) = scores.fold((1.0, 0.0), |(product, sum), score| {
            (product * score, sum + score)
        });
        let count = self.count(phrase).max(1) as f64;
        product / (count * (1.0 + sum))
    }
}

fn key(phrase: &str) -> String {
    words(phrase).collect::<Vec<_>>().join(" ")
}

/// Words as the text has them.
fn written(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '\'' | '’')));
    words.filter(|word| !word.is_empty())
}

/// Words in lowercase, with the plural like the singular.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    written(text).map(|word| {
        let word = word.to_lowercase();
        match word.strip_suffix('s') {
            Some(stem) if stem.chars().count() > 3 && !stem.ends_with('s') => stem.to_owned(),
            _ => word,
        }
    })
}

fn is_stop(word: &str) -> bool {
    word.chars().count() < 3 || STOP_WORDS.contains(&word) || word.chars().all(|c| c.is_numeric())
}

fn read_sentence(sentence: &str, number: usize, words: &mut HashMap<String, Word>) {
    let shown: Vec<&str> = written(sentence).collect();
    let keys: Vec<String> = self::words(sentence).collect();
    for (at, (word, shown)) in keys.iter().zip(&shown).enumerate() {
        if is_stop(word) {
            continue;
        }
        let entry = words.entry(word.clone()).or_default();
        entry.count += 1.0;
        entry.sentences.push(number);
        let is_acronym = shown.chars().count() > 1 && shown.chars().all(char::is_uppercase);
        if is_acronym {
            entry.acronyms += 1.0;
        } else if at > 0 && shown.starts_with(char::is_uppercase) {
            entry.capitals += 1.0;
        }
        if let Some(before) = at.checked_sub(1).and_then(|at| keys.get(at)) {
            entry.left.insert(before.clone());
            entry.lefts += 1.0;
        }
        if let Some(after) = keys.get(at + 1) {
            entry.right.insert(after.clone());
            entry.rights += 1.0;
        }
    }
}

/// Runs of one to three words between signs, which neither begin nor end with a word that says
/// nothing.
fn phrases(sentence: &str) -> Vec<String> {
    let mut found = Vec::new();
    let parts = sentence.split(|c: char| {
        !(c.is_alphanumeric() || c.is_whitespace() || matches!(c, '-' | '\'' | '’'))
    });
    for part in parts {
        let shown: Vec<&str> = part.split_whitespace().collect();
        for begin in 0..shown.len() {
            for end in begin + 1..=(begin + WORDS).min(shown.len()) {
                let (first, last) = (shown[begin].to_lowercase(), shown[end - 1].to_lowercase());
                let is_whole = !is_stop(&first) && !is_stop(&last);
                if is_whole
                    && shown[begin..end]
                        .iter()
                        .all(|word| word.chars().count() < 40)
                {
                    found.push(shown[begin..end].join(" "));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_a_text_is_about_come_first() {
        let text =
            "The borrow checker compares scopes. The borrow checker refuses a program whose \
                    references live too long. A reference must live as long as its scope."
                .to_owned();
        let phrases = KeyPhrases::of(std::slice::from_ref(&text));
        let found = phrases.of_text(&text, 3);
        assert!(
            found.iter().any(|phrase| phrase == "borrow checker"),
            "{found:?}"
        );
        assert!(
            found.iter().all(|phrase| !phrase.starts_with("The ")),
            "{found:?}"
        );
        assert_eq!(phrases.count("Borrow checkers"), 2);
    }
}
