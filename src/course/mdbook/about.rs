//! What a book says about itself, for the catalog and the course page.

use std::path::Path;

use super::config::BookToml;
use super::folder::CourseFolder;
use super::scan::{self, BlockKind};

/// Longest summary made from a book's own words, in characters.
const MAX_SUMMARY: usize = 300;

/// How many paragraphs of the introduction describe the course.
const PARAGRAPHS: usize = 4;

pub struct About {
    pub summary: String,
    pub description: String,
}

impl About {
    /// From titles and texts of the pages: the introduction speaks for the book, else its first page.
    pub fn of<'p>(
        book: &BookToml,
        pages: impl Iterator<Item = (&'p str, &'p str)> + Clone,
    ) -> Self {
        let introduction = pages
            .clone()
            .find(|(title, _)| title.eq_ignore_ascii_case("introduction"));
        let text = introduction
            .or_else(|| pages.clone().next())
            .map_or("", |(_, text)| text);
        let paragraphs = opening_paragraphs(text);
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

/// The beginning of a page, in a sentence or two.
pub fn opening(text: &str) -> String {
    opening_paragraphs(text)
        .first()
        .map_or_else(String::new, |text| shortened(text))
}

/// The paragraphs above a page's first heading, as plain text.
fn opening_paragraphs(text: &str) -> Vec<String> {
    let scan = scan::scan(text);
    let before = scan
        .blocks
        .iter()
        .take_while(|block| !matches!(block.kind, BlockKind::Heading(_)));
    let paragraphs =
        before.filter(|block| block.container == 0 && block.kind == BlockKind::Paragraph);
    let plain = paragraphs.map(|block| scan::plain(&text[block.range.clone()]));
    plain.filter(|text| !text.is_empty()).collect()
}

/// Ends with a sentence where one ends in time, else with a word. What announces a list is left out with it.
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
    let sentence = start.rmatch_indices(['.', '!', '?']).map(|(at, _)| at + 1);
    let sentence = sentence
        .filter(|at| text[*at..].starts_with(' '))
        .find(|at| *at > 40);
    match sentence.or_else(|| start.rfind(' ')) {
        Some(at) if start[..at].ends_with(['.', '!', '?']) => start[..at].to_owned(),
        Some(at) => format!("{} …", &start[..at]),
        None => format!("{start}…"),
    }
}

/// Plain text that stays what it is when read as Markdown.
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

/// The licence by which the book's licence files say they are, SPDX names where known.
pub fn licence(folder: &CourseFolder) -> Option<String> {
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
        if let Some(licence) = known_licence(&start).filter(|licence| !found.contains(licence)) {
            found.push(licence);
        }
    }
    (!found.is_empty()).then(|| found.join(" OR "))
}

fn known_licence(text: &str) -> Option<&'static str> {
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

    fn book(description: &str) -> BookToml {
        toml::from_str(&format!("[book]\n{description}")).unwrap()
    }

    #[test]
    fn the_introduction_speaks_for_the_book() {
        let pages = [
            ("Foreword", "Thanks.\n"),
            (
                "Introduction",
                "> [!NOTE]\n> x\n\nThis *book* is [good](topic:a).\n\nVery.\n\n## More\n\nNo.\n",
            ),
        ];
        let about = About::of(&book(""), pages.into_iter());
        assert_eq!(about.summary, "This book is good.");
        assert_eq!(about.description, "This book is good.\n\nVery.");
        let about = About::of(&book("description = \"Short.\""), pages.into_iter());
        assert_eq!(about.summary, "Short.");
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
