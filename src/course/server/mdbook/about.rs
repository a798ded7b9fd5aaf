//! Describes a book for the catalog and the course page, in the book's own words.

use std::ops::Range;
use std::path::Path;

use super::config::BookToml;
use super::folder::CourseFolder;
use super::scan::{self, PageBlockKind, Scan};

/// Longest summary made from a book's own words, in characters.
const MAX_SUMMARY: usize = 300;

/// Number of pages that are searched for an opening paragraph.
const CANDIDATES: usize = 8;

/// Letters beside its links that a paragraph needs to count as text.
const LETTERS: usize = 8;

/// Number of opening paragraphs that become the course's description.
const PARAGRAPHS: usize = 4;

pub struct BookDescription {
    pub summary: String,
    pub description: String,
}

/// The parts of a page that can describe the book.
#[derive(Clone, Copy)]
pub struct Page<'p> {
    pub title: &'p str,
    pub key: &'p str,
    pub text: &'p str,
}

impl Page<'_> {
    fn is_introduction(&self) -> bool {
        let is_last_word = |text: &str| {
            let mut words = text.rsplit(|c: char| !c.is_alphanumeric());
            words
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case("introduction"))
        };
        self.title.eq_ignore_ascii_case("introduction") || is_last_word(self.key)
    }
}

impl BookDescription {
    /// Takes the text from the introduction, or from the first page with an opening paragraph.
    pub fn of(book: &BookToml, pages: &[Page<'_>]) -> Self {
        let introductions = pages.iter().filter(|page| page.is_introduction());
        let candidates = introductions.chain(pages).take(CANDIDATES);
        let mut openings = candidates.map(|page| opening_paragraphs(page.text));
        let paragraphs = openings
            .find(|paragraphs| !paragraphs.is_empty())
            .unwrap_or_default();
        let own = book
            .book
            .description
            .clone()
            .filter(|text| !text.trim().is_empty());
        let summary = own
            .clone()
            .or_else(|| paragraphs.first().cloned())
            .unwrap_or_default();
        let description = match paragraphs.is_empty() {
            true => own.unwrap_or_default(),
            false => paragraphs
                .iter()
                .take(PARAGRAPHS)
                .map(|text| as_markdown(text))
                .collect::<Vec<_>>()
                .join("\n\n"),
        };
        Self {
            summary: shortened(summary.trim()),
            description,
        }
    }
}

/// Returns the beginning of a page in a sentence or two.
pub fn opening(text: &str) -> String {
    opening_paragraphs(text)
        .first()
        .map_or_else(String::new, |text| shortened(text))
}

/// Returns the paragraphs above a page's first heading as plain text, without those that are only
/// links.
fn opening_paragraphs(text: &str) -> Vec<String> {
    let scan = scan::scan(text);
    let before = scan
        .blocks
        .iter()
        .take_while(|block| !matches!(block.kind, PageBlockKind::Heading(_)));
    let paragraphs =
        before.filter(|block| block.container == 0 && block.kind == PageBlockKind::Paragraph);
    let telling = paragraphs.filter(|block| !is_only_links(&scan, text, &block.range));
    // Without the definitions, links by reference would keep their brackets.
    let definitions = scan.definitions.iter();
    let definitions: String = definitions
        .map(|(range, _)| format!("\n\n{}", &text[range.clone()]))
        .collect();
    let plain = telling.map(|block| {
        let paragraph = &text[block.range.clone()];
        scan::plain(&format!("{paragraph}{definitions}"))
    });
    plain.filter(|text| !text.is_empty()).collect()
}

/// Returns true for paragraphs of links or pictures. Translations often begin a page with a link to
/// the original and a commit, which would be a poor summary.
fn is_only_links(scan: &Scan, text: &str, paragraph: &Range<usize>) -> bool {
    let within =
        |range: &Range<usize>| paragraph.start <= range.start && range.end <= paragraph.end;
    let mut rest = String::new();
    let mut done = paragraph.start;
    let mut links: Vec<_> = scan.links.iter().map(|link| &link.range).collect();
    links.sort_by_key(|range| range.start);
    if !links.iter().any(|range| within(range)) {
        return false;
    }
    for link in links.into_iter().filter(|range| within(range)) {
        rest.push_str(text.get(done..link.start).unwrap_or_default());
        done = done.max(link.end);
    }
    rest.push_str(&text[done..paragraph.end]);
    let rest = scan::plain(&rest);
    let words = rest.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    // A Chinese word has one or two characters, so a character beyond ASCII counts as three
    // letters.
    let letters = words.flat_map(str::chars);
    let told: usize = letters.map(|c| if c.is_ascii() { 1 } else { 3 }).sum();
    told < LETTERS
}

/// Shortens text to `MAX_SUMMARY` characters, at the end of a sentence if possible, else after a
/// word. A last sentence that announces a list is dropped, because the list is not shown.
fn shortened(text: &str) -> String {
    let announces = text.ends_with(':') && text.contains(". ");
    if text.chars().count() <= MAX_SUMMARY && !announces {
        return text.to_owned();
    }
    let end = text
        .char_indices()
        .nth(MAX_SUMMARY)
        .map_or(text.len(), |(at, _)| at);
    let start = &text[..end];
    let ends = start.rmatch_indices(['.', '!', '?', '。', '！', '？']);
    let sentence = ends
        .map(|(at, sign)| (at + sign.len(), sign))
        .find(|(at, sign)| *at > 40 && (!sign.is_ascii() || text[*at..].starts_with(' ')));
    match sentence.map(|(at, _)| at).or_else(|| start.rfind(' ')) {
        Some(at) if start[..at].ends_with(['.', '!', '?', '。', '！', '？']) => {
            start[..at].to_owned()
        }
        Some(at) => format!("{} …", &start[..at]),
        None => format!("{start}…"),
    }
}

/// Escapes plain text so that Markdown leaves it unchanged.
fn as_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>$#|~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The license by which the book's license files say they are, SPDX names where known.
pub fn license(folder: &CourseFolder) -> Option<String> {
    let names = [
        "LICENSE",
        "LICENSE.md",
        "LICENSE.txt",
        "LICENCE",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "COPYING",
    ];
    let mut found: Vec<&str> = Vec::new();
    for name in names {
        let text = folder
            .locate_and_read(Path::new(""), name)
            .map(|(_, text)| text)
            .unwrap_or_default();
        let start: String = text.chars().take(2000).collect();
        if let Some(license) = known_license(&start).filter(|license| !found.contains(license)) {
            found.push(license);
        }
    }
    (!found.is_empty()).then(|| found.join(" OR "))
}

fn known_license(text: &str) -> Option<&'static str> {
    let words = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    let known = [
        ("permission is hereby granted, free of charge", "MIT"),
        ("apache license version 2.0", "Apache-2.0"),
        (
            "attribution-noncommercial-sharealike 4.0",
            "CC-BY-NC-SA-4.0",
        ),
        ("attribution-sharealike 4.0", "CC-BY-SA-4.0"),
        ("attribution-noncommercial 4.0", "CC-BY-NC-4.0"),
        ("attribution 4.0", "CC-BY-4.0"),
        ("cc0 1.0", "CC0-1.0"),
        ("mozilla public license version 2.0", "MPL-2.0"),
        ("gnu free documentation license", "GFDL"),
        ("gnu general public license", "GPL"),
    ];
    known
        .into_iter()
        .find(|(phrase, _)| words.contains(phrase))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(description: Option<&str>) -> BookToml {
        let mut book = BookToml::default();
        book.book.description = description.map(str::to_owned);
        book
    }

    fn page<'p>(title: &'p str, text: &'p str) -> Page<'p> {
        Page {
            title,
            key: "a-page",
            text,
        }
    }

    #[test]
    fn the_introduction_speaks_for_the_book() {
        let pages = [
            page("Foreword", "Thanks.\n"),
            page(
                "Introduction",
                "> [!NOTE]\n> x\n\nThis *book* is [good](topic:a).\n\nVery.\n\n## More\n\nNo.\n",
            ),
        ];
        let about = BookDescription::of(&book(None), &pages);
        assert_eq!(about.summary, "This book is good.");
        assert_eq!(about.description, "This book is good.\n\nVery.");
        let about = BookDescription::of(&book(Some("Short.")), &pages);
        assert_eq!(about.summary, "Short.");
    }

    #[test]
    fn links_and_pictures_tell_nothing() {
        let original =
            "[title-page.md](https://example.org/title-page.md)\n<br>\ncommit 0a1b2c3\n\n";
        let told = format!("{original}![cover](a.png)\n\n这本书教你 Rust，见[入门](topic:b)。\n");
        let pages = [
            page("A", original),
            page("B", "## Only\n"),
            page("C", &told),
        ];
        let about = BookDescription::of(&book(None), &pages);
        assert_eq!(about.summary, "这本书教你 Rust，见入门。");
        assert_eq!(BookDescription::of(&book(None), &pages[..2]).summary, "");
        assert_eq!(opening(original), "");
    }

    #[test]
    fn an_introduction_in_another_language_is_known_by_its_file() {
        let preface = page("前言", "先说几句话，谢谢大家。\n");
        let introduction = Page {
            key: "ch00-00-introduction",
            ..page("介绍", "本书介绍 Rust 语言。\n")
        };
        let about = BookDescription::of(&book(None), &[preface, introduction]);
        assert_eq!(about.summary, "本书介绍 Rust 语言。");
    }

    #[test]
    fn links_by_reference_are_words() {
        let text = "[Rust][rust] and [rust] are fast.\n\n[rust]: https://example.org\n";
        assert_eq!(opening(text), "Rust and rust are fast.");
    }

    #[test]
    fn long_openings_end_with_a_sentence() {
        let text = format!(
            "{} {}",
            "A sentence that is long enough to stand alone.",
            "word ".repeat(100)
        );
        assert_eq!(
            opening(&text),
            "A sentence that is long enough to stand alone."
        );
        assert!(opening(&"word ".repeat(100)).ends_with("word …"));
        let text =
            "What this chapter is about is said here first. It covers the following:\n\n- a\n";
        assert_eq!(
            opening(text),
            "What this chapter is about is said here first."
        );
    }

    #[test]
    fn plain_text_stays_plain() {
        assert_eq!(
            scan::plain(&as_markdown("a*b* [c] `d` $e$ <f>")),
            "a*b* [c] `d` $e$ <f>"
        );
    }
}
