//! Finds the passage of a text that best shows the matches of a search.

use std::ops::Range;

use super::Term;
use super::fold::{self, Letter, LetterKind, kind};

/// Length of a passage in letters; half of it for scripts with wide letters.
const LETTERS: usize = 140;

/// Returns the passage with the most different terms, or the beginning of the text without a match.
/// Matches stand between `\u{2}` and `\u{3}`.
pub fn snippet(text: &str, terms: &[Term]) -> String {
    let letters = fold::letters(text);
    let found = found(&letters, terms);
    let is_wide = |at: usize| {
        letters
            .get(at)
            .is_some_and(|letter| kind(letter.char) == LetterKind::Unspaced)
    };
    let Some(first) = best(&found) else {
        let length = if is_wide(0) { LETTERS / 2 } else { LETTERS };
        return passage(text, &letters, 0..length.min(letters.len()), &[]);
    };
    let start = found[first].letters.start;
    let length = if is_wide(start) { LETTERS / 2 } else { LETTERS };
    let begin = whole_words_from(&letters, start.saturating_sub(length / 4), start);
    let end = whole_words_to(
        &letters,
        (begin + length).min(letters.len()),
        found[first].letters.end,
    );
    passage(text, &letters, begin..end, &found[first..])
}

/// A place in the text where a term occurs.
struct TermMatch {
    letters: Range<usize>,
    term: usize,
}

/// Returns all matches in order, without overlaps.
fn found(letters: &[Letter], terms: &[Term]) -> Vec<TermMatch> {
    let mut found: Vec<TermMatch> = Vec::new();
    for span in fold::spans(letters) {
        let inside = &letters[span.letters.clone()];
        let asked = terms
            .iter()
            .enumerate()
            .filter(|(_, term)| term.is_unspaced == span.is_unspaced);
        if !span.is_unspaced {
            let term = asked.into_iter().find(|(_, term)| begins(inside, term));
            found.extend(term.map(|(term, _)| TermMatch {
                letters: span.letters,
                term,
            }));
            continue;
        }
        let asked: Vec<(usize, &Term)> = asked.collect();
        let mut at = 0;
        while at < inside.len() {
            let longest = asked
                .iter()
                .filter(|(_, term)| begins(&inside[at..], term))
                .max_by_key(|(_, term)| term.text.len());
            let length = match longest {
                Some((term, asked)) => {
                    let length = asked.text.chars().count();
                    let start = span.letters.start + at;
                    found.push(TermMatch {
                        letters: start..start + length,
                        term: *term,
                    });
                    length
                }
                None => 1,
            };
            at += length.max(1);
        }
    }
    found
}

fn begins(letters: &[Letter], term: &Term) -> bool {
    let mut letters = letters.iter();
    let same = |c| letters.next().is_some_and(|letter| letter.char == c);
    !term.text.is_empty() && term.text.chars().all(same)
}

/// Returns the match that is followed by the most different terms within `LETTERS / 2` letters. Of
/// equal ones, returns the first.
fn best(found: &[TermMatch]) -> Option<usize> {
    let different = |first: usize| {
        let reach = found[first].letters.start + LETTERS / 2;
        let mut terms: Vec<usize> = found[first..]
            .iter()
            .take_while(|found| found.letters.end <= reach)
            .map(|found| found.term)
            .collect();
        terms.sort_unstable();
        terms.dedup();
        terms.len()
    };
    // `max_by_key` returns the last maximum, so reverse the order to get the first.
    (0..found.len()).rev().max_by_key(|first| different(*first))
}

fn is_inside_word(letters: &[Letter], at: usize) -> bool {
    let is_word = |at: usize| {
        letters
            .get(at)
            .is_some_and(|l| kind(l.char) == LetterKind::Word)
    };
    at > 0 && is_word(at - 1) && is_word(at)
}

fn whole_words_from(letters: &[Letter], begin: usize, latest: usize) -> usize {
    (begin..latest)
        .find(|at| !is_inside_word(letters, *at))
        .unwrap_or(latest)
}

fn whole_words_to(letters: &[Letter], end: usize, earliest: usize) -> usize {
    (earliest..=end.max(earliest))
        .rev()
        .find(|at| !is_inside_word(letters, *at))
        .unwrap_or(end)
}

fn passage(text: &str, letters: &[Letter], range: Range<usize>, found: &[TermMatch]) -> String {
    let bytes = fold::bytes(&letters[range.clone()]);
    let mut out = String::with_capacity(bytes.len() + 16);
    let mut written = bytes.start;
    for found in found.iter().take_while(|it| it.letters.end <= range.end) {
        let marked = fold::bytes(&letters[found.letters.clone()]);
        // Two folded letters may stand for one character, which is marked once.
        if marked.start >= written {
            out.push_str(&text[written..marked.start]);
            out.push('\u{2}');
            out.push_str(&text[marked.clone()]);
            out.push('\u{3}');
            written = marked.end;
        }
    }
    out.push_str(&text[written.min(bytes.end)..bytes.end]);
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, query: &str) -> String {
        let terms: Vec<Term> = Term::all(query).collect();
        snippet(text, &terms)
            .replace('\u{2}', "[")
            .replace('\u{3}', "]")
    }

    #[test]
    fn the_original_text_is_shown_with_what_was_found() {
        assert_eq!(
            marked("Baltasar Gracián schrieb.", "gracian"),
            "Baltasar [Gracián] schrieb."
        );
        assert_eq!(marked("Baltasar Gracian.", "GRACIÁ"), "Baltasar [Gracian].");
        assert_eq!(
            marked("《Rust语言圣经》", "圣经 rust"),
            "《[Rust]语言[圣经]》"
        );
        assert_eq!(marked("神圣的，圣", "圣"), "神[圣]的，[圣]");
        assert_eq!(marked("Ein ﬁnaler Satz", "final"), "Ein [ﬁnaler] Satz");
        assert_eq!(
            marked("Nothing of it. \u{1f980}", "zebra"),
            "Nothing of it. \u{1f980}"
        );
        assert_eq!(marked("", "a"), "");
    }

    #[test]
    fn the_passage_is_where_most_words_are() {
        let text = format!(
            "{}trait {}A trait bound here.{}",
            "much ado ".repeat(40),
            "x ".repeat(200),
            " end".repeat(100)
        );
        let shown = marked(&text, "trait bound");
        assert!(shown.contains("A [trait] [bound] here."), "{shown}");
        assert!(shown.chars().count() < 170, "{shown}");
        let long = "长".repeat(5000) + "圣经" + &"文".repeat(5000);
        let shown = marked(&long, "圣经");
        assert!(shown.contains("长[圣经]文"), "{shown}");
        assert!(shown.chars().count() < 90, "{shown}");
    }
}
