//! The text around tags, which tells if they are only named.

use std::ops::Range;

use super::TagStrictness;
use super::read::FoundTag;

/// The text on both sides of a tag.
pub struct Near<'s> {
    before: &'s str,
    after: &'s str,
    is_capital: bool,
}

impl<'s> Near<'s> {
    pub fn of(source: &'s str, range: &Range<usize>) -> Self {
        Self {
            before: &source[..range.start],
            after: &source[range.end..],
            is_capital: source
                .as_bytes()
                .get(range.start + 1)
                .is_some_and(u8::is_ascii_uppercase),
        }
    }

    /// True in a text that names the tag: "The <br> tag", "(<br>)", "`<br>`".
    pub fn is_named(&self) -> bool {
        let after = self.after.trim_start_matches([' ', '-']);
        let ends_word = |c: char| !c.is_alphanumeric();
        let word: &str = after.split(ends_word).next().unwrap_or_default();
        let is_word = word.len() < 9
            && ["tag", "tags", "element", "elements"].contains(&word.to_ascii_lowercase().as_str());
        is_word || self.is_quoted()
    }

    fn is_quoted(&self) -> bool {
        let pair = (self.before.chars().next_back(), self.after.chars().next());
        matches!(
            pair,
            (Some('"'), Some('"'))
                | (Some('\''), Some('\''))
                | (Some('`'), Some('`'))
                | (Some('('), Some(')'))
                | (Some('“' | '„'), Some('”' | '“'))
                | (Some('‘' | '‚'), Some('’' | '‘'))
                | (Some('«' | '»'), Some('»' | '«'))
        )
    }

    /// True if the tag is a word in a sentence: "The <p> of a page".
    pub fn is_apart(&self) -> bool {
        let is_word_before = self.before.ends_with([' ', '(', '"', '“', '„', '\''])
            && (self.before.trim_end_matches(' ').chars().next_back())
                .is_some_and(|c| !matches!(c, '.' | '?' | '!' | ':' | ';' | '>' | '\n'));
        let is_word_after = self.after.is_empty()
            || self
                .after
                .starts_with([' ', ',', '.', ';', '?', '!', ':', ')', '"', '”', '“', '\'']);
        is_word_before && is_word_after
    }

    /// True if the tag is a type parameter: `f<P>(p: P)`.
    pub fn is_joined(&self) -> bool {
        self.after.starts_with('(')
            || self.is_capital
                && self
                    .before
                    .ends_with(|c: char| c.is_alphanumeric() || c == '_')
    }

    pub fn begins_line(&self) -> bool {
        matches!(
            self.before.trim_end_matches(' ').chars().next_back(),
            None | Some('\n' | '>')
        )
    }
}

/// True if a text only names both tags: "Between <b> and </b>" sets nothing in bold.
pub fn names_a_pair(
    source: &str,
    reading: TagStrictness,
    start: &FoundTag,
    end: &FoundTag,
) -> bool {
    const WORDS: [&str; 12] = [
        "and", "or", "und", "oder", "et", "ou", "y", "e", "o", ",", "…", "...",
    ];
    if start.attributes > 0 {
        return false;
    }
    let inner = &source[start.range.end..end.range.start];
    // Long texts are no such word. Pairs within pairs would have them converted again and again.
    let is_word = |text: &str| text.len() <= 16 && WORDS.contains(&text.to_lowercase().as_str());
    let is_joined = inner.starts_with(char::is_whitespace)
        && inner.ends_with(char::is_whitespace)
        && is_word(inner.trim());
    let [first, second] = [start, end].map(|tag| Near::of(source, &tag.range));
    let is_empty = inner.is_empty()
        && reading == TagStrictness::Text
        && !matches!(start.name.as_str(), "p" | "td" | "th" | "li");
    is_joined || is_empty || first.is_quoted() && second.is_quoted()
}
