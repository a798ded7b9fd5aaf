//! The steps from a hint to the explanation, and the texts of answers.

use std::collections::BTreeSet;

use super::answer::{AnswerPlace, Quotation, TutorAnswer, key_words};
use super::consider::Considered;

/// The kind of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// Says where to read.
    Hint,
    /// The sentence that answers, without its most telling words.
    KeySentence,
    /// The explanation.
    Quotations,
    /// Says where to read. The course asks this question itself.
    OwnHint,
    /// More places to read, for a question that the course asks itself.
    OwnPlaces,
    /// The open topics do not answer the question.
    Unknown,
    /// Written by a tutor of the course for a suggested question.
    Prepared,
}

impl AnswerKind {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Hint, "hint"),
        (Self::KeySentence, "key_sentence"),
        (Self::Quotations, "quotations"),
        (Self::OwnHint, "own_hint"),
        (Self::OwnPlaces, "own_places"),
        (Self::Unknown, "unknown"),
        (Self::Prepared, "prepared"),
    ];

    /// Name in the database.
    pub fn name(self) -> &'static str {
        let line = Self::ALL.into_iter().find(|(kind, _)| *kind == self);
        line.map_or("", |(_, name)| name)
    }

    pub fn parse(name: &str) -> Option<Self> {
        let line = Self::ALL.into_iter().find(|(_, known)| *known == name);
        line.map(|(kind, _)| kind)
    }

    /// Whether the answer costs the learner a typed question.
    pub fn is_counted(self) -> bool {
        !matches!(self, Self::Unknown | Self::Prepared)
    }
}

/// The reason why an answer is not, or not wholly, that of the model that is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerNote {
    /// The tokens of the day are used.
    Limit,
    Unavailable,
    /// No sentence of the model passed the checks.
    Unsupported,
    /// The reply ended early, and its first sentences are shown.
    Broken,
}

impl AnswerNote {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Limit, "limit"),
        (Self::Unavailable, "unavailable"),
        (Self::Unsupported, "unsupported"),
        (Self::Broken, "broken"),
    ];

    /// Name in the database.
    pub fn name(self) -> &'static str {
        let line = Self::ALL.into_iter().find(|(note, _)| *note == self);
        line.map_or("", |(_, name)| name)
    }

    pub fn parse(name: &str) -> Option<Self> {
        let line = Self::ALL.into_iter().find(|(_, known)| *known == name);
        line.map(|(note, _)| note)
    }

    pub fn sentence(self) -> &'static str {
        match self {
            Self::Limit => {
                "The language model is used up for today, so the tutor shows what the course says."
            }
            Self::Unavailable => {
                "The language model gave no answer, so the tutor shows what the course says."
            }
            Self::Unsupported => {
                "The language model wrote nothing that the course supports, so the tutor shows what the course says."
            }
            Self::Broken => {
                "The language model stopped early. You can read what it had written and what was checked."
            }
        }
    }
}

/// A step that the learner asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Hint,
    Explanation,
}

/// Returns the kind of the answer that follows those that were given. None if nothing follows.
pub fn next(given: &[AnswerKind], wish: Wish, is_own: bool) -> Option<AnswerKind> {
    let steps: &[AnswerKind] = match (is_own, wish) {
        (true, _) => &[AnswerKind::OwnHint, AnswerKind::OwnPlaces],
        (false, Wish::Hint) => &[AnswerKind::Hint, AnswerKind::KeySentence],
        (false, Wish::Explanation) => &[AnswerKind::Quotations],
    };
    // After the explanation a hint is of no use.
    let is_over = given.iter().any(|kind| {
        matches!(
            kind,
            AnswerKind::Quotations | AnswerKind::Unknown | AnswerKind::Prepared
        )
    });
    let mut left = steps.iter().filter(|kind| !given.contains(kind));
    left.next().copied().filter(|_| !is_over)
}

/// An answer before it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatAnswerDraft {
    pub kind: AnswerKind,
    /// Plain text, for people who read the conversation elsewhere.
    pub content: String,
    /// Quotations, or places whose quotation is empty.
    pub citations: Vec<Quotation>,
    pub note: Option<AnswerNote>,
}

/// Writes an answer of the kind `wanted`, or the first answer to a question.
pub fn draft(found: &Considered, wanted: Option<AnswerKind>, hints_first: bool) -> ChatAnswerDraft {
    let first = match &found.answer {
        TutorAnswer::Unknown(_) => AnswerKind::Unknown,
        TutorAnswer::Hint(_) => AnswerKind::OwnHint,
        TutorAnswer::Quotations(_) if hints_first => AnswerKind::Hint,
        TutorAnswer::Quotations(_) => AnswerKind::Quotations,
    };
    match &found.answer {
        TutorAnswer::Unknown(nearest) => written(first, nearest.iter().map(cited).collect()),
        TutorAnswer::Hint(place) => match wanted.unwrap_or(first) {
            AnswerKind::OwnPlaces => {
                let places = found.places.iter().map(cited);
                written(AnswerKind::OwnPlaces, places.collect())
            }
            _ => written(AnswerKind::OwnHint, vec![cited(place)]),
        },
        TutorAnswer::Quotations(quotations) => {
            let kind = wanted.unwrap_or(first);
            let best = quotations.iter().take(1);
            let citations = match kind {
                AnswerKind::Hint => best.map(|best| cited(&best.source)).collect(),
                AnswerKind::KeySentence => best.map(|best| masked(best, &found.asked)).collect(),
                _ => quotations.clone(),
            };
            written(kind, citations)
        }
    }
}

/// A place without a quotation.
fn cited(place: &AnswerPlace) -> Quotation {
    Quotation {
        text: String::new(),
        chunk_id: String::new(),
        start: 0,
        end: 0,
        source: place.clone(),
    }
}

/// The sentence with gaps for the words that the question lacks.
fn masked(best: &Quotation, asked: &str) -> Quotation {
    Quotation {
        text: mask(&best.text, asked),
        ..best.clone()
    }
}

/// Most words that are left out of the key sentence.
const GAPS: usize = 3;
const GAP: &str = "____";

/// Returns the stems of the longest words of the sentence that say something and are not in the
/// question. If the question has all of them, returns those of the longest words.
pub fn telling(sentence: &str, asked: &str) -> BTreeSet<String> {
    let known: BTreeSet<String> = key_words(asked).into_iter().map(|(_, stem)| stem).collect();
    let words = key_words(sentence);
    let mut telling: Vec<&(String, String)> = words
        .iter()
        .filter(|(_, stem)| !known.contains(stem))
        .collect();
    if telling.is_empty() {
        telling = words.iter().collect();
    }
    telling.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
    let stems = telling.into_iter().map(|(_, stem)| stem.clone());
    stems.take(GAPS).collect()
}

/// Leaves out the telling words of the sentence.
pub fn mask(sentence: &str, asked: &str) -> String {
    let hidden = telling(sentence, asked);
    let hides = |word: &str| {
        let stems = key_words(word);
        stems.iter().any(|(_, stem)| hidden.contains(stem))
    };
    let mut out = String::new();
    let mut word = String::new();
    for letter in sentence.chars().chain([' ']) {
        if letter.is_alphanumeric() || letter == '_' {
            word.push(letter);
            continue;
        }
        out.push_str(if hides(&word) { GAP } else { &word });
        word.clear();
        out.push(letter);
    }
    out.pop();
    out
}

fn written(kind: AnswerKind, citations: Vec<Quotation>) -> ChatAnswerDraft {
    let places: Vec<String> = citations
        .iter()
        .map(|citation| place_words(&citation.source))
        .collect();
    let quoted: Vec<String> = citations
        .iter()
        .map(|citation| format!("“{}”", citation.text))
        .collect();
    let (introduction, places, quoted) = (intro(kind), places.join("; "), quoted.join("\n\n"));
    let content = match kind {
        AnswerKind::KeySentence | AnswerKind::Quotations => {
            format!("{introduction}\n\n{quoted}\n\nFrom: {places}")
        }
        _ if citations.is_empty() => introduction.to_owned(),
        AnswerKind::Unknown => format!("{introduction} The nearest place is {places}."),
        _ => format!("{introduction} Read {places}."),
    };
    ChatAnswerDraft {
        kind,
        // The column holds 20,000 characters; quotations are sentences of chunks.
        content: content.chars().take(20_000).collect(),
        citations,
        note: None,
    }
}

/// First sentence of an answer of this kind.
pub fn intro(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Hint => "A hint first.",
        AnswerKind::KeySentence => "The sentence that answers, with words left out:",
        AnswerKind::Quotations => "The course says, word for word:",
        AnswerKind::OwnHint => {
            "The course asks this, or nearly this, itself. So there are only hints."
        }
        AnswerKind::OwnPlaces => "Compare these places, and then answer in your own words.",
        AnswerKind::Unknown => "The topics that are open to you do not say this.",
        AnswerKind::Prepared => "",
    }
}

/// Names a place: “Rules” in “Ownership”.
pub fn place_words(place: &AnswerPlace) -> String {
    match &place.heading {
        Some(heading) if *heading != place.topic_title => {
            format!("“{heading}” in “{}”", place.topic_title)
        }
        _ => format!("“{}”", place.topic_title),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_come_before_the_explanation_and_alone_for_own_questions() {
        use AnswerKind::{Hint, KeySentence, OwnHint, OwnPlaces, Quotations, Unknown};
        assert_eq!(next(&[Hint], Wish::Hint, false), Some(KeySentence));
        assert_eq!(next(&[Hint, KeySentence], Wish::Hint, false), None);
        assert_eq!(next(&[Hint], Wish::Explanation, false), Some(Quotations));
        assert_eq!(next(&[Hint, Quotations], Wish::Hint, false), None);
        assert_eq!(next(&[OwnHint], Wish::Explanation, true), Some(OwnPlaces));
        assert_eq!(next(&[Hint], Wish::Explanation, true), Some(OwnHint));
        assert_eq!(next(&[OwnHint, OwnPlaces], Wish::Hint, true), None);
        assert_eq!(next(&[Unknown], Wish::Explanation, false), None);
    }

    #[test]
    fn the_key_sentence_lacks_the_words_that_answer() {
        let sentence = "The median is the value in the middle, unlike the mean.";
        assert_eq!(
            mask(sentence, "What is the median?"),
            "The median is the ____ in the ____, ____ the mean."
        );
        let known = mask("Fish swim.", "Do fish swim?");
        assert!(known.contains(GAP) && !known.contains("Fish"), "{known}");
        assert_eq!(mask("Is it?", "Is it?"), "Is it?");
    }

    #[test]
    fn kinds_keep_their_names() {
        for (kind, name) in AnswerKind::ALL {
            assert_eq!(AnswerKind::parse(name), Some(kind));
            assert_eq!(kind.name(), name);
        }
        for (note, name) in AnswerNote::ALL {
            assert_eq!(AnswerNote::parse(name), Some(note));
            assert_eq!(note.name(), name);
        }
    }
}
