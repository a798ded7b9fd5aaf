//! Reads the paragraphs of rendered HTML, each below its heading.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::course::server::render::{PRACTICE_END, PRACTICE_START};

/// A paragraph or an item of a list.
#[derive(Debug, Default, PartialEq)]
pub struct Paragraph {
    /// Id and text of the heading above.
    pub anchor: Option<String>,
    pub heading: String,
    pub text: String,
    /// Texts that are set off within the paragraph, such as terms where they are introduced.
    pub stressed: Vec<String>,
}

/// Returns the paragraphs of the text. Code, tables, pictures, formulas and practice are left out.
pub fn paragraphs(html: &str) -> Vec<Paragraph> {
    let html = without_practice(html);
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html.as_str()));
    let tokenizer = Tokenizer::new(ParagraphSink(RefCell::default()), TokenizerOpts::default());
    // Feeding pauses only to run scripts, which the sink never requests.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut reader = tokenizer.sink.0.into_inner();
    reader.finish();
    reader.found
}

fn without_practice(html: &str) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, part)) = rest.split_once(PRACTICE_START) {
        kept.push_str(before);
        rest = part.split_once(PRACTICE_END).map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

struct ParagraphSink(RefCell<ParagraphReader>);

impl TokenSink for ParagraphSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => reader.start(&tag),
            Token::TagToken(tag) => reader.end(&tag.name),
            Token::CharacterTokens(text) => reader.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[derive(Default)]
struct ParagraphReader {
    found: Vec<Paragraph>,
    anchor: Option<String>,
    heading: String,
    in_heading: bool,
    current: Option<Paragraph>,
    /// Start of the stressed text that is open, in bytes of the paragraph.
    stressed_from: Option<usize>,
    /// Open elements whose content is left out.
    skipped: Vec<String>,
}

/// Elements whose content no sentence is taken from.
const SKIPPED: [&str; 9] = [
    "pre", "table", "figure", "math", "svg", "button", "form", "nav", "video",
];

impl ParagraphReader {
    fn start(&mut self, tag: &Tag) {
        let name = &*tag.name;
        let is_link_to_heading = name == "a" && attribute(tag, "class") == Some("anchor");
        if SKIPPED.contains(&name) || is_link_to_heading {
            self.skipped.push(name.to_owned());
            // A sentence around a formula would be read without it.
            if let (true, Some(paragraph)) = (matches!(name, "math" | "svg"), &mut self.current) {
                paragraph.text.push('\u{FFFC}');
            }
            return;
        }
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.finish();
                self.in_heading = true;
                self.anchor = attribute(tag, "id").map(str::to_owned);
                self.heading.clear();
            }
            "p" | "li" | "dd" => {
                self.finish();
                self.current = Some(Paragraph::default());
            }
            "strong" | "em" | "dfn" | "b" | "i" => {
                self.stressed_from = self.current.as_ref().map(|open| open.text.len());
            }
            "br" => self.text(" "),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipped.last().is_some_and(|open| open == name) {
            self.skipped.pop();
            return;
        }
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.in_heading = false,
            "p" | "li" | "dd" | "ul" | "ol" | "blockquote" => self.finish(),
            "strong" | "em" | "dfn" | "b" | "i" => {
                if let (Some(from), Some(open)) = (self.stressed_from.take(), &mut self.current) {
                    let stressed = open.text[from..].trim().to_owned();
                    open.stressed.push(stressed);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if !self.skipped.is_empty() {
            return;
        }
        if self.in_heading {
            self.heading.push_str(text);
        } else if let Some(paragraph) = &mut self.current {
            paragraph.text.push_str(text);
        }
    }

    fn finish(&mut self) {
        self.stressed_from = None;
        let Some(mut paragraph) = self.current.take() else {
            return;
        };
        paragraph.text = paragraph
            .text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        if !paragraph.text.is_empty() {
            paragraph.anchor.clone_from(&self.anchor);
            self.heading.trim().clone_into(&mut paragraph.heading);
            self.found.push(paragraph);
        }
    }
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs
        .iter()
        .find(|attribute| &*attribute.name.local == name)
        .map(|attribute| &*attribute.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_stand_below_their_headings_and_code_is_left_out() {
        let html = "<p>Before.</p><h2 id=\"mean\"><a class=\"anchor\" href=\"#mean\">#</a>The mean</h2>\
                    <p>The <strong>mean</strong> is\na sum &amp; more.</p><pre><code>x = 1</code></pre>\
                    <ul><li>One <em>item</em></li></ul><p>Let <math><mi>x</mi></math> be.</p>";
        let found = paragraphs(html);
        let texts: Vec<&str> = found.iter().map(|of| of.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Before.",
                "The mean is a sum & more.",
                "One item",
                "Let \u{FFFC} be."
            ]
        );
        assert_eq!(found[0].anchor, None);
        assert_eq!(found[1].anchor.as_deref(), Some("mean"));
        assert_eq!(found[1].heading, "The mean");
        assert_eq!(found[1].stressed, ["mean"]);
        assert_eq!(found[2].stressed, ["item"]);
    }

    #[test]
    fn practice_is_no_part_of_the_text() {
        let html = format!("<p>A.</p>{PRACTICE_START}x><p>Key</p>{PRACTICE_END}<p>B.</p>");
        let texts: Vec<String> = paragraphs(&html).into_iter().map(|of| of.text).collect();
        assert_eq!(texts, ["A.", "B."]);
    }
}
