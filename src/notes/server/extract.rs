//! Finds the notes of a topic in its text, by rules. Concepts are terms that a sentence defines.
//! The summary consists of the sentences that say most with the words that the topic uses most.

use std::collections::{HashMap, HashSet};

use super::paragraphs::{Paragraph, paragraphs};
use crate::notes::{CONCEPT_CHARACTERS, DEFINITION_CHARACTERS};

/// Most concepts that the rules take from a topic.
const CONCEPTS: usize = 8;

/// Sentences of a summary.
const SENTENCES: usize = 3;

/// Words of a sentence in a summary.
const SENTENCE_WORDS: std::ops::RangeInclusive<usize> = 6..=40;

/// Fewest sentences of a topic that has a summary: a shorter one is its own.
const LEAST_SENTENCES: usize = 8;

#[derive(Debug, Default, PartialEq)]
pub struct FoundNotes {
    pub summary: Vec<String>,
    pub concepts: Vec<FoundConcept>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FoundConcept {
    pub concept: String,
    /// The sentence of the topic that says it.
    pub definition: String,
    /// Id of the heading above the sentence.
    pub anchor: Option<String>,
}

/// Finds the notes of a topic with this rendered text.
pub fn notes(html: &str) -> FoundNotes {
    let paragraphs = paragraphs(html);
    FoundNotes {
        summary: summary(&paragraphs),
        concepts: concepts(&paragraphs),
    }
}

fn concepts(paragraphs: &[Paragraph]) -> Vec<FoundConcept> {
    let mut found: Vec<FoundConcept> = Vec::new();
    let mut known = HashSet::new();
    for paragraph in paragraphs {
        let sentences = sentences(&paragraph.text);
        let of_heading = term_of_heading(&paragraph.heading);
        let terms = paragraph.stressed.iter().filter_map(|text| term(text));
        let terms = terms.map(|term| (term, true));
        for (term, is_stressed) in terms.chain(of_heading.map(|term| (term, false))) {
            let key = term.to_lowercase();
            if found.len() == CONCEPTS || known.contains(&key) {
                continue;
            }
            let says = |sentence: &&&str| {
                defines(sentence, &key) || (is_stressed && introduces(sentence, &key))
            };
            let defining = sentences.iter().find(says);
            if let Some(sentence) = defining {
                known.insert(key);
                found.push(FoundConcept {
                    concept: capitalized(&term),
                    definition: (*sentence).to_owned(),
                    anchor: paragraph.anchor.clone(),
                });
            }
        }
    }
    found
}

/// Returns the text as a term, if it can be one: a few words that begin with a letter.
pub fn term(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches([',', '.', ':', ';']);
    let words = text.split_whitespace().count();
    let is_term = (1..=4).contains(&words)
        && text.chars().count() <= CONCEPT_CHARACTERS
        && text.chars().count() >= 3
        && text.starts_with(char::is_alphabetic)
        && !text.contains(['?', '!', '\u{FFFC}', '=', '“', '"'])
        && !STOP_WORDS.contains(&text.to_lowercase().as_str());
    is_term.then(|| text.to_owned())
}

/// Returns the term that a heading such as “The median” or “What is a closure?” names.
fn term_of_heading(heading: &str) -> Option<String> {
    let mut rest = heading.trim().trim_end_matches('?');
    for opening in [
        "What is ",
        "What are ",
        "The ",
        "A ",
        "An ",
        "the ",
        "a ",
        "an ",
    ] {
        rest = rest.strip_prefix(opening).unwrap_or(rest);
    }
    (rest.split_whitespace().count() <= 3)
        .then(|| term(rest))
        .flatten()
}

/// Words that follow a term in a sentence that defines it.
const AFTER: [&str; 10] = [
    " is ",
    " are ",
    " means ",
    " mean ",
    " refers to ",
    " describes ",
    " denotes ",
    " says ",
    " tells ",
    " measures ",
];

/// Words that come before a term in a sentence that defines it.
const BEFORE: [&str; 8] = [
    "called ",
    "called a ",
    "called an ",
    "called the ",
    "known as ",
    "known as the ",
    "referred to as ",
    "call this ",
];

/// Words with which a sentence only points elsewhere.
const POINTERS: [&str; 8] = [
    "this ", "that ", "it ", "these ", "those ", "they ", "listing ", "figure ",
];

/// Returns true if the sentence can stand alone as a definition.
fn is_whole(sentence: &str) -> bool {
    sentence.split_whitespace().count() >= 5
        && sentence.chars().count() <= DEFINITION_CHARACTERS
        && !sentence.contains('\u{FFFC}')
        && !sentence.ends_with([':', '?'])
}

/// Returns true if the sentence says something of the term, which is in lowercase and set off in
/// the text: “The mean shares the total out equally.”, “It has a measure, the range: the …”.
pub fn introduces(sentence: &str, term: &str) -> bool {
    let text = sentence.to_lowercase();
    let Some(at) = find_word(&text, term).filter(|_| is_whole(sentence)) else {
        return false;
    };
    let (before, after) = (&text[..at], &text[at + term.len()..]);
    let next = after.split_whitespace().next().unwrap_or_default();
    let is_subject = ["", "a ", "an ", "the "].contains(&before)
        && after.starts_with(' ')
        && next.chars().all(char::is_lowercase)
        && !JOINING.contains(&next);
    let is_explained = before.ends_with("the ") && after.starts_with([':', ',']);
    is_subject || (is_explained && after.split_whitespace().count() >= 4)
}

/// Words that follow a term which is not yet a whole subject.
const JOINING: [&str; 14] = [
    "and", "or", "of", "in", "to", "for", "with", "as", "by", "on", "at", "from", "that", "which",
];

/// Returns true if the sentence defines the term, which is in lowercase.
pub fn defines(sentence: &str, term: &str) -> bool {
    let text = sentence.to_lowercase();
    let Some(at) = find_word(&text, term).filter(|_| is_whole(sentence)) else {
        return false;
    };
    let (before, after) = (&text[..at], &text[at + term.len()..]);
    let after = after.trim_start_matches(['”', '"', '’', '*']);
    // The term is the subject: at most an article and an adjective come before it.
    let is_subject = before.split_whitespace().count() <= 2
        && !POINTERS.iter().any(|word| before.starts_with(word))
        && AFTER.iter().any(|verb| after.starts_with(verb));
    let is_named = BEFORE.iter().any(|words| before.ends_with(words))
        && !POINTERS.iter().any(|word| before.starts_with(word));
    is_subject || is_named
}

/// Returns the place of the term in the text as whole words. Both are in lowercase.
pub fn find_word(text: &str, term: &str) -> Option<usize> {
    text.match_indices(term).map(|(at, _)| at).find(|&at| {
        let before = text[..at].chars().next_back();
        let after = text[at + term.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

fn capitalized(term: &str) -> String {
    let mut chars = term.chars();
    match chars.next() {
        Some(first) if term.chars().skip(1).all(|c| !c.is_uppercase()) => {
            first.to_uppercase().chain(chars).collect()
        }
        _ => term.to_owned(),
    }
}

fn summary(paragraphs: &[Paragraph]) -> Vec<String> {
    let all: Vec<(usize, usize, &str)> = paragraphs
        .iter()
        .enumerate()
        .flat_map(|(at, paragraph)| {
            let sentences = sentences(&paragraph.text).into_iter().enumerate();
            sentences.map(move |(place, sentence)| (at, place, sentence))
        })
        .collect();
    if all.len() < LEAST_SENTENCES {
        return Vec::new();
    }
    let mut counts: HashMap<String, f64> = HashMap::new();
    for (_, _, sentence) in &all {
        for word in content_words(sentence) {
            *counts.entry(word).or_default() += 1.0;
        }
    }
    let weigh = |&(at, place, sentence): &(usize, usize, &str)| {
        let words: HashSet<String> = content_words(sentence).collect();
        let count = sentence.split_whitespace().count();
        let is_usable = SENTENCE_WORDS.contains(&count)
            && sentence.ends_with(['.', '!', '。'])
            && !sentence.contains('\u{FFFC}')
            && !refers_elsewhere(sentence);
        if !is_usable || words.is_empty() {
            return 0.0;
        }
        let total: f64 = words.iter().map(|word| counts[word].ln_1p()).sum();
        let first = if place == 0 { 1.15 } else { 1.0 };
        let opening = if at == 0 { 1.1 } else { 1.0 };
        // Words are few in short sentences, and long ones only gather them.
        total / (words.len() as f64).sqrt() * first * opening
    };
    let mut ranked: Vec<(usize, f64)> = all.iter().map(weigh).enumerate().collect();
    ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let mut chosen: Vec<usize> = Vec::new();
    for (at, weight) in ranked {
        let repeats = chosen.iter().any(|&other| alike(all[other].2, all[at].2));
        if weight > 0.0 && !repeats && chosen.len() < SENTENCES {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|at| all[at].2.to_owned()).collect()
}

/// Returns true if more than two thirds of the shorter sentence's words are in the other one.
fn alike(one: &str, other: &str) -> bool {
    let (one, other): (HashSet<String>, HashSet<String>) =
        (content_words(one).collect(), content_words(other).collect());
    let shared = one.intersection(&other).count();
    shared * 3 > one.len().min(other.len()) * 2
}

/// Returns true for a sentence that needs what stands around it.
fn refers_elsewhere(sentence: &str) -> bool {
    let text = sentence.to_lowercase();
    let opens = [
        "this ",
        "that ",
        "these ",
        "those ",
        "it ",
        "they ",
        "he ",
        "she ",
        "but ",
        "so ",
        "and ",
        "however",
        "then ",
        "here ",
        "there ",
        "also ",
        "instead",
        "therefore",
        "otherwise",
        "for example",
        "in this ",
        "now ",
        "next",
        "finally",
        "let’s ",
        "let's ",
        "let us ",
        "we’ll ",
        "you’ll ",
        "yet ",
        "or ",
    ];
    let speaks_of = [
        "listing ", "figure ", "above", "below", "chapter", "section", "exercise",
    ];
    opens.iter().any(|word| text.starts_with(word))
        || speaks_of.iter().any(|word| text.contains(word))
}

fn content_words(sentence: &str) -> impl Iterator<Item = String> + '_ {
    sentence
        .split(|c: char| !c.is_alphanumeric() && c != '’' && c != '\'')
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() > 2 && !STOP_WORDS.contains(&word.as_str()))
        // Singular and plural count together.
        .map(|word| match word.strip_suffix('s') {
            Some(stem) if stem.chars().count() > 3 => stem.to_owned(),
            _ => word,
        })
}

/// Splits a paragraph into sentences.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut signs = text.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        if !matches!(sign, '.' | '!' | '?' | '。' | '！' | '？') {
            continue;
        }
        let mut end = at + sign.len_utf8();
        while let Some(&(next, closing)) = signs.peek() {
            if !matches!(closing, '”' | '"' | '’' | ')' | '»') {
                break;
            }
            end = next + closing.len_utf8();
            signs.next();
        }
        let rest = &text[end..];
        let is_wide = matches!(sign, '。' | '！' | '？');
        let begins = rest.trim_start().chars().next();
        let is_end = is_wide
            || rest.is_empty()
            || (rest.starts_with(' ') && !begins.is_some_and(char::is_lowercase));
        if is_end && !(sign == '.' && is_abbreviation(&text[from..at])) {
            found.push(text[from..end].trim());
            from = end;
        }
    }
    found.push(text[from..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// Returns true if the text ends with an abbreviation or an initial.
fn is_abbreviation(text: &str) -> bool {
    let word = text.rsplit([' ', '(', '“']).next().unwrap_or_default();
    let is_initial = word.chars().count() == 1 && word.starts_with(char::is_uppercase);
    is_initial
        || [
            "e.g", "i.e", "etc", "cf", "vs", "Dr", "Mr", "Mrs", "Ms", "Prof", "St", "No", "Fig",
        ]
        .contains(&word)
}

/// Frequent words of English, which say nothing of a topic.
pub const STOP_WORDS: &[&str] = &[
    "about", "above", "after", "again", "all", "also", "and", "any", "are", "because", "been",
    "before", "being", "below", "between", "both", "but", "can", "cannot", "could", "did", "does",
    "don’t", "doing", "down", "during", "each", "even", "few", "first", "for", "from", "further",
    "get", "had", "has", "have", "having", "her", "here", "him", "his", "how", "into", "its",
    "it’s", "just", "let", "like", "many", "may", "might", "more", "most", "much", "must", "need",
    "not", "note", "now", "off", "one", "only", "other", "our", "out", "over", "own", "same",
    "see", "she", "should", "some", "still", "such", "than", "that", "the", "their", "them",
    "then", "there", "these", "they", "this", "those", "through", "too", "two", "under", "until",
    "use", "used", "using", "very", "want", "was", "way", "well", "were", "what", "when", "where",
    "which", "while", "who", "why", "will", "with", "would", "you", "your", "yourself",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_readers_end_them() {
        let text =
            "It costs 3.5 euros, e.g. for tea. “Really?” he asked. See Dr. No! Then 中文。完";
        assert_eq!(
            sentences(text),
            [
                "It costs 3.5 euros, e.g. for tea.",
                "“Really?” he asked.",
                "See Dr. No!",
                "Then 中文。",
                "完"
            ]
        );
    }

    #[test]
    fn a_concept_is_a_term_that_a_sentence_defines() {
        let html = "<h2 id=\"median\">The median</h2>\
                    <p>Half of all values are below. The median is the value in the middle of a sorted list.</p>\
                    <h2 id=\"x\">Moving on</h2>\
                    <p>Some values are far from all others. Such a value is called an <em>outlier</em> by most people. \
                    This is <strong>important</strong>. The <strong>range</strong> is the largest value minus the smallest.</p>";
        let found = notes(html).concepts;
        let named: Vec<(&str, Option<&str>)> = found
            .iter()
            .map(|of| (of.concept.as_str(), of.anchor.as_deref()))
            .collect();
        assert_eq!(
            named,
            [
                ("Median", Some("median")),
                ("Outlier", Some("x")),
                ("Range", Some("x"))
            ]
        );
        assert_eq!(
            found[0].definition,
            "The median is the value in the middle of a sorted list."
        );
    }

    #[test]
    fn a_term_that_is_set_off_needs_no_verb_of_definition() {
        let html = "<p>The <strong>mean</strong> shares the total out equally. \
                    The spread has a measure, the <strong>standard deviation</strong>: the typical distance from the mean. \
                    <strong>Kind and fair</strong> of them to come so early.</p>";
        let found = notes(html).concepts;
        let names: Vec<&str> = found.iter().map(|of| of.concept.as_str()).collect();
        assert_eq!(names, ["Mean", "Standard deviation"]);
    }

    #[test]
    fn a_summary_repeats_sentences_of_the_text_in_their_order() {
        let html = "<p>The mean of a list of numbers is their sum divided by their count. Cats sleep.</p>\
                    <p>The mean moves when a single number of the list moves far away. It rained.</p>\
                    <p>A median of a list stays where it is when one number moves. Dogs bark. We saw. They won.</p>";
        let summary = notes(html).summary;
        assert_eq!(
            summary,
            [
                "The mean of a list of numbers is their sum divided by their count.",
                "The mean moves when a single number of the list moves far away.",
                "A median of a list stays where it is when one number moves."
            ]
        );
    }

    #[test]
    fn a_short_text_is_its_own_summary() {
        assert_eq!(notes("<p>The mean is a sum.</p>").summary, [""; 0]);
    }
}
