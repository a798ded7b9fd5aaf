//! Checks the sentences of a model against the passages that they cite. A sentence stays only if
//! the words that it cites stand in their passage, support it, and do not give away what is to be
//! found.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::reader::{DraftCitation, DraftSentence};
use super::support::{code_block, even, has_block, is_supported, stems};
use crate::course::server::index::Passage;
use crate::platform::names;
use crate::tutor_chat::server::answer::{AnswerPlace, Quotation};

/// Most sentences of an answer.
pub const SENTENCES: usize = 6;
/// Most characters of a sentence.
const SENTENCE_CHARACTERS: usize = 600;
/// Most passages that one sentence cites.
const CITATIONS: usize = 4;

/// A sentence that has passed the checks, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerSentence {
    pub text: String,
    /// Places of its citations in the answer's list.
    pub cites: Vec<usize>,
    /// Code of the course that the sentence is about, as a block of Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
}

/// The question and the passages that sentences are compared with.
pub struct Material<'a> {
    pub question: &'a str,
    pub passages: &'a [Passage],
    /// Stems of the words that give the answer away. Empty for an explanation.
    pub telling: &'a BTreeSet<String>,
}

/// Id of a passage for the model.
pub fn passage_id(at: usize) -> String {
    format!("p{}", at + 1)
}

/// The sentences of an answer that have passed, with their citations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckedAnswer {
    pub sentences: Vec<AnswerSentence>,
    pub citations: Vec<Quotation>,
}

impl CheckedAnswer {
    /// Adds a sentence if it passes. Returns true if it was added.
    pub fn add(&mut self, draft: &DraftSentence, material: &Material<'_>) -> bool {
        if self.sentences.len() >= SENTENCES {
            return false;
        }
        let Some((text, spans)) = checked(draft, material) else {
            return false;
        };
        if self.sentences.iter().any(|other| other.text == text) {
            return false;
        }
        let cites = spans.into_iter().map(|span| {
            let known = self.citations.iter().position(|other| *other == span);
            known.unwrap_or_else(|| {
                self.citations.push(span);
                self.citations.len() - 1
            })
        });
        let cites = cites.collect();
        let code = code(draft, material);
        self.sentences.push(AnswerSentence { text, cites, code });
        true
    }

    /// The sentences as plain text.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.sentences.iter().map(|one| one.text.as_str()).collect();
        texts.join(" ")
    }
}

/// Returns the cleaned text of a sentence with the spans that support it. None if they do not.
pub fn checked(draft: &DraftSentence, material: &Material<'_>) -> Option<(String, Vec<Quotation>)> {
    let text = cleaned(&draft.text)?;
    let words = stems(&text);
    let mut spans: Vec<Quotation> = Vec::new();
    for citation in draft.cites.iter().take(CITATIONS) {
        // A span that has no word of the sentence has nothing to do with it.
        let span = span(citation, material.passages)
            .filter(|span| !words.is_disjoint(&stems(&span.text)) && !spans.contains(span));
        spans.extend(span);
    }
    let cited: Vec<&str> = spans.iter().map(|span| span.text.as_str()).collect();
    let is_supported = !cited.is_empty()
        && is_supported(&text, material.question, &cited)
        && !gives_away(&words, material.telling);
    is_supported.then_some((text, spans))
}

/// Returns the code of the sentence as a block of Markdown if it stands in a passage that the
/// sentence cites. Empty otherwise, and for hints.
fn code(draft: &DraftSentence, material: &Material<'_>) -> String {
    let cited = material.passages.iter().enumerate().filter(|(at, _)| {
        let id = passage_id(*at);
        draft.cites.iter().any(|cite| cite.id.trim() == id)
    });
    let mut texts = cited.map(|(_, passage)| passage.text.as_str());
    let is_there = material.telling.is_empty() && texts.any(|text| has_block(&draft.code, text));
    match is_there {
        true => code_block(&draft.code, &draft.code_language),
        false => String::new(),
    }
}

/// Removes invisible characters and line breaks. None if nothing is left, or too much.
fn cleaned(text: &str) -> Option<String> {
    let is_kept = |letter: &char| {
        matches!(letter, '\u{200c}' | '\u{200d}')
            || !(letter.is_control() || names::is_ignorable(*letter))
    };
    let spaced: String = text
        .chars()
        .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
        .filter(is_kept)
        .collect();
    let text = even(&spaced);
    (!text.is_empty() && text.chars().count() <= SENTENCE_CHARACTERS).then_some(text)
}

/// Finds the quoted words in the passage that is named.
fn span(citation: &DraftCitation, passages: &[Passage]) -> Option<Quotation> {
    let mut all = passages.iter().enumerate();
    let (_, passage) = all.find(|(at, _)| passage_id(*at) == citation.id.trim())?;
    let (skipped, length) = locate(&citation.quote, &passage.text)?;
    let text: String = passage.text.chars().skip(skipped).take(length).collect();
    let start = passage.start.checked_add(i32::try_from(skipped).ok()?)?;
    let end = start.checked_add(i32::try_from(length).ok()?)?;
    (end <= passage.end).then(|| Quotation {
        text,
        chunk_id: passage.chunk_id.clone(),
        start,
        end,
        source: AnswerPlace::of(passage),
    })
}

/// Returns where the quoted words stand in the text, in characters. White space may differ.
fn locate(quote: &str, text: &str) -> Option<(usize, usize)> {
    let wanted: Vec<char> = even(quote).chars().collect();
    if wanted.is_empty() {
        return None;
    }
    // The text with single spaces, each character with its place.
    let mut single: Vec<(usize, char)> = Vec::new();
    for (at, letter) in text.chars().enumerate() {
        let is_space = letter.is_whitespace();
        if !is_space {
            single.push((at, letter));
        } else if single.last().is_some_and(|(_, last)| *last != ' ') {
            single.push((at, ' '));
        }
    }
    let is_there = |window: &&[(usize, char)]| {
        let letters = window.iter().map(|(_, letter)| letter);
        letters.eq(wanted.iter())
    };
    let window = single.windows(wanted.len()).find(is_there)?;
    let (first, last) = (window.first()?.0, window.last()?.0);
    Some((first, last + 1 - first))
}

/// A hint gives the answer away if it has most of the words that a learner should find.
fn gives_away(words: &BTreeSet<String>, telling: &BTreeSet<String>) -> bool {
    let found = telling.intersection(words).count();
    found > 0 && found * 2 >= telling.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::support::numbers;
    use super::*;
    use crate::platform::ids::TopicId;

    const TEXT: &str = "In 2014 the count of Aldermouth fell by 23 per cent. Sheds are not homes,\n and `count_homes()` skips them. The police said: “We count homes.” About 1,000 burglaries were left.";

    fn passage(text: &str) -> Passage {
        Passage {
            chunk_id: "c".to_owned(),
            topic_id: TopicId(uuid::Uuid::nil()),
            topic_slug: "t".to_owned(),
            topic_title: "T".to_owned(),
            module_no: 1,
            heading_path: Vec::new(),
            anchor: None,
            text: text.to_owned(),
            start: 100,
            end: 100 + i32::try_from(text.chars().count()).unwrap(),
            score: 1.0,
        }
    }

    fn draft(text: &str, quote: &str) -> DraftSentence {
        DraftSentence {
            text: text.to_owned(),
            cites: vec![DraftCitation {
                id: "p1".to_owned(),
                quote: quote.to_owned(),
            }],
            ..DraftSentence::default()
        }
    }

    fn passes(text: &str, quote: &str) -> bool {
        let passages = [passage(TEXT)];
        let material = Material {
            question: "What happened to burglaries in Aldermouth?",
            passages: &passages,
            telling: &BTreeSet::new(),
        };
        checked(&draft(text, quote), &material).is_some()
    }

    const FELL: &str = "the count of Aldermouth fell by 23 per cent";
    const SHEDS: &str = "Sheds are not homes, and `count_homes()` skips them.";
    const SAID: &str = "The police said: “We count homes.” About 1,000 burglaries were left.";

    #[test]
    fn what_the_span_says_passes() {
        for (text, quote) in [
            ("The count fell by 23 per cent in Aldermouth.", FELL),
            ("Aldermouth counted 23 per cent less.", FELL),
            ("Sheds do not count as homes.", SHEDS),
            ("The function `count_homes()` does not count sheds.", SHEDS),
            (
                "They wrote “we count homes” and 1000 burglaries were left.",
                SAID,
            ),
        ] {
            assert!(passes(text, quote), "{text}");
        }
    }

    #[test]
    fn numbers_names_quotations_and_code_of_others_fail() {
        for (text, quote) in [
            ("The count fell by 32 per cent.", FELL),
            ("The count fell by twenty per cent.", FELL),
            ("In 2014 the count fell.", FELL),
            ("The count of Birmingham fell.", FELL),
            ("The count fell, said Aldermouth's Major Smith.", FELL),
            ("The count “fell sharply”.", FELL),
            ("The `recount` of the count fell.", FELL),
            ("The count of the count_homes function fell.", FELL),
            ("The HTTP count fell.", FELL),
            ("Burglaries, see https://e.vil/count, fell.", FELL),
            ("The count fell “without an end", FELL),
            ("The function `count()` skips sheds, not homes.", SHEDS),
        ] {
            assert!(!passes(text, quote), "{text}");
        }
    }

    #[test]
    fn a_name_of_the_question_is_checked_at_the_start_too() {
        let quote = "About 1,000 burglaries were left.";
        assert!(!passes("Aldermouth had burglaries left.", quote));
        assert!(passes("Several burglaries were left.", quote));
    }

    #[test]
    fn negations_must_agree() {
        assert!(!passes("Sheds count as homes.", "Sheds are not homes,"));
        assert!(!passes("The count never fell.", FELL));
        assert!(!passes("The count didn’t fall.", FELL));
    }

    #[test]
    fn a_citation_stands_in_its_passage_and_shares_a_word() {
        let passages = [passage(TEXT)];
        let material = Material {
            question: "",
            passages: &passages,
            telling: &BTreeSet::new(),
        };
        let mut both = draft("The count fell.", FELL);
        both.cites.push(DraftCitation {
            id: "p1".to_owned(),
            quote: "Sheds are not homes".to_owned(),
        });
        both.cites.push(DraftCitation {
            id: "p9".to_owned(),
            quote: FELL.to_owned(),
        });
        let (_, spans) = checked(&both, &material).unwrap();
        assert_eq!(spans.len(), 1, "{spans:?}");
        assert_eq!(spans[0].text, FELL);
        assert_eq!(spans[0].start, 108);
        assert!(checked(&draft("The count fell.", "the count rose"), &material).is_none());
        assert!(checked(&draft("The count fell.", ""), &material).is_none());
        // White space may differ; the stored text is that of the passage.
        let (_, spans) = checked(&draft("Sheds are not homes.", SHEDS), &material).unwrap();
        assert!(spans[0].text.contains("homes,\n and"));
    }

    #[test]
    fn hints_do_not_give_the_answer() {
        let passages = [passage(
            "The median resists outliers, because it ignores their size.",
        )];
        let telling: BTreeSet<String> = ["resist", "siz", "ignor"].map(str::to_owned).into();
        let material = Material {
            question: "Why?",
            passages: &passages,
            telling: &telling,
        };
        let quote = "The median resists outliers";
        let hint = draft("Think about how the median treats outliers.", quote);
        assert!(checked(&hint, &material).is_some());
        let leak = draft("The median resists outliers and ignores them.", quote);
        assert!(checked(&leak, &material).is_none());
    }

    #[test]
    fn an_answer_has_each_sentence_and_each_citation_once() {
        let passages = [passage(TEXT)];
        let material = Material {
            question: "",
            passages: &passages,
            telling: &BTreeSet::new(),
        };
        let mut answer = CheckedAnswer::default();
        assert!(answer.add(&draft("The count fell.", FELL), &material));
        assert!(!answer.add(&draft("The count fell.", FELL), &material));
        assert!(answer.add(&draft("It fell by 23 per cent.", FELL), &material));
        assert_eq!(answer.citations.len(), 1);
        assert_eq!(answer.sentences[1].cites, [0]);
        for number in 0..20 {
            let more = format!("The count {} fell.", "so ".repeat(number));
            answer.add(&draft(&more, FELL), &material);
        }
        assert_eq!(answer.sentences.len(), SENTENCES);
    }

    #[test]
    fn long_and_invisible_text_is_refused() {
        assert!(!passes(
            &format!("The count {} fell.", "so ".repeat(300)),
            FELL
        ));
        assert!(!passes("\u{200b}\u{7}", FELL));
        let (text, _) = checked(
            &draft("The\u{202e} count\nfell.", FELL),
            &Material {
                question: "",
                passages: &[passage(TEXT)],
                telling: &BTreeSet::new(),
            },
        )
        .unwrap();
        assert_eq!(text, "The count fell.");
    }

    proptest! {
        #[test]
        fn numbers_of_a_sentence_that_passes_stand_in_its_spans(
            text in "[A-Za-z0-9 .,`“”\"é]{1,60}", begin in 0_usize..150, length in 1_usize..80,
        ) {
            let passages = [passage(TEXT)];
            let telling = BTreeSet::new();
            let material = Material { question: &text, passages: &passages, telling: &telling };
            let quote: String = TEXT.chars().skip(begin).take(length).collect();
            if let Some((sentence, spans)) = checked(&draft(&text, &quote), &material) {
                let all: Vec<&str> = spans.iter().map(|span| span.text.as_str()).collect();
                let all = all.join("\n");
                prop_assert!(numbers(&sentence).is_subset(&numbers(&all)));
                for span in &spans {
                    let skipped = usize::try_from(span.start - 100).unwrap();
                    let literal: String = TEXT.chars().skip(skipped).take(span.text.chars().count()).collect();
                    prop_assert_eq!(&literal, &span.text);
                }
            }
        }

        #[test]
        fn what_is_quoted_is_found(begin in 0_usize..150, length in 1_usize..80) {
            let quote: String = TEXT.chars().skip(begin).take(length).collect();
            match quote.trim().is_empty() {
                true => prop_assert!(locate(&quote, TEXT).is_none()),
                false => {
                    let (skipped, length) = locate(&quote, TEXT).unwrap();
                    let found: String = TEXT.chars().skip(skipped).take(length).collect();
                    prop_assert_eq!(even(&found), even(&quote));
                }
            }
        }

        #[test]
        fn no_sentence_is_too_strange(text in ".{0,80}", quote in ".{0,40}", question in ".{0,40}") {
            let passages = [passage(&quote)];
            let telling = BTreeSet::new();
            let material = Material { question: &question, passages: &passages, telling: &telling };
            checked(&draft(&text, &quote), &material);
        }
    }
}
