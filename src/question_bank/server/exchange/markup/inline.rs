//! Converts the content of a paragraph to Markdown.

use super::escape::{self, Surroundings};
use super::to_markdown::{lines_of, raw};
use super::{Element, Node};
use crate::question_bank::server::exchange::collect::{Note, shortened};
use crate::question_bank::server::exchange::pictures::{mark, note};

pub struct Inline<'n> {
    out: String,
    place: Surroundings,
    notes: &'n mut Vec<Note>,
}

impl<'n> Inline<'n> {
    pub fn new(place: Surroundings, notes: &'n mut Vec<Note>) -> Self {
        Self {
            out: String::new(),
            place,
            notes,
        }
    }

    pub fn finish(self) -> String {
        let mut out = self.out;
        loop {
            out.truncate(out.trim_end_matches(' ').len());
            match out.strip_suffix("\\\n").map(str::len) {
                Some(len) => out.truncate(len),
                None => return out,
            }
        }
    }

    pub fn nodes<'a>(&mut self, nodes: impl IntoIterator<Item = &'a Node>) {
        for node in nodes {
            match node {
                Node::Text(text) => self.text(text),
                Node::Element(element) => self.element(element),
            }
        }
    }

    fn element(&mut self, element: &Element) {
        match element.name.as_str() {
            "br" => self.line_break(),
            "b" | "strong" => self.emphasis("**", "strong", element),
            "i" | "em" => self.emphasis("*", "em", element),
            "del" | "s" | "strike" => self.emphasis("~~", "del", element),
            "code" | "tt" => self.code(&lines_of(&element.children)),
            "a" => self.link(element),
            "img" => self.picture(element),
            "math" => self.out.push_str(&raw(element)),
            name @ ("sub" | "sup" | "u" | "ins" | "mark" | "kbd" | "q" | "abbr" | "cite"
            | "var" | "dfn" | "samp" | "ruby" | "rt" | "rp") => self.tagged(name, element),
            "audio" | "video" | "iframe" | "object" | "embed" | "svg" | "canvas" => {
                self.notes.push(Note::new(
                    format!("an embedded <{}>", element.name),
                    "only text and formulas are taken over; add it to the course and link to it",
                ));
            }
            "script" => self.notes.push(Note::new(
                "a program of its page",
                "programs in questions are never run",
            )),
            "input" | "select" | "textarea" | "button" => self.notes.push(Note::new(
                format!("a field <{}>", element.name),
                "only text and formulas are taken over",
            )),
            "style" => {}
            "hr" => self.space(),
            _ => self.nodes(&element.children),
        }
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, formula, sign, after)) = first_formula(rest) {
            self.words(before);
            self.out.push_str(&format!("{sign}{formula}{sign}"));
            rest = after;
        }
        self.words(rest);
    }

    fn words(&mut self, text: &str) {
        self.indent(text);
        let mut line = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                c if !c.is_whitespace() => line.push(c),
                _ if !line.ends_with(' ') => line.push(' '),
                _ => {}
            }
        }
        let is_spaced = self.out.is_empty() || self.out.ends_with([' ', '\n', '\u{a0}']);
        let line = if is_spaced { line.trim_start() } else { &line };
        escape::append(&mut self.out, line, self.place);
    }

    /// Keeps two or more non-breaking spaces at the beginning of a line, because they indent it.
    fn indent(&mut self, text: &str) {
        const SPACE: char = '\u{a0}';
        let is_gap = |c: &char| *c == SPACE || *c == ' ';
        let count = text
            .chars()
            .take_while(is_gap)
            .filter(|c| *c == SPACE)
            .count();
        let is_line = text.chars().any(|c| !c.is_whitespace());
        if count > 1 && is_line && self.out.ends_with("\\\n") {
            self.out.extend(std::iter::repeat_n(SPACE, count));
        }
    }

    fn space(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }

    fn line_break(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        match self.place.in_cell {
            true => self.out.push_str("<br>"),
            false if self.out.is_empty() => {}
            false => self.out.push_str("\\\n"),
        }
    }

    /// Converts the element's content by itself, writes it with `write`, and keeps the space around
    /// it.
    fn wrapped(
        &mut self,
        element: &Element,
        place: Surroundings,
        write: impl FnOnce(&mut String, &str),
    ) {
        let mut inner = Inline::new(place, self.notes);
        inner.nodes(&element.children);
        let inner = inner.finish();
        let is_space = |c: Option<char>| c.is_some_and(char::is_whitespace);
        if is_space(first_char(&element.children)) {
            self.space();
        }
        if !inner.is_empty() {
            write(&mut self.out, &inner);
        }
        if is_space(last_char(&element.children)) {
            self.space();
        }
    }

    /// Writes an emphasis with signs if they cannot be misread, otherwise with tags.
    fn emphasis(&mut self, sign: &str, tag: &str, element: &Element) {
        self.wrapped(element, self.place, |out, inner| {
            let is_plain = inner.starts_with(char::is_alphanumeric)
                && inner.ends_with(char::is_alphanumeric)
                && !out.ends_with(['*', '~', '\\']);
            out.push_str(&match is_plain {
                true => format!("{sign}{inner}{sign}"),
                false => format!("<{tag}>{inner}</{tag}>"),
            });
        });
    }

    fn tagged(&mut self, tag: &str, element: &Element) {
        self.wrapped(element, self.place, |out, inner| {
            out.push_str(&format!("<{tag}>{inner}</{tag}>"));
        });
    }

    /// Writes inline code with backticks. Tags are used after another backtick, and if a sign of
    /// the code would end a cell or a link.
    fn code(&mut self, text: &str) {
        let code = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if code.is_empty() {
            return;
        }
        let would_end = self.place.in_cell && code.contains('|')
            || self.place.in_link && code.contains(['[', ']']);
        if would_end || self.out.ends_with('`') {
            self.out.push_str("<code>");
            escape::append(&mut self.out, &code, self.place);
            self.out.push_str("</code>");
            return;
        }
        let sign = "`".repeat(longest_run(&code, '`') + 1);
        let pad = if code.starts_with('`') || code.ends_with('`') {
            " "
        } else {
            ""
        };
        self.out.push_str(&format!("{sign}{pad}{code}{pad}{sign}"));
    }

    fn link(&mut self, element: &Element) {
        let href = element.attribute("href").unwrap_or_default().trim();
        let target = mark(href).map(str::to_owned).or_else(|| address(href));
        let is_file = href.contains('/') && !href.contains(':');
        let is_lost = target.is_none() && is_file;
        self.notes.extend(is_lost.then(|| {
            Note::new(
                format!("the link to '{}'", shortened(href)),
                "only links to the web are taken over",
            )
        }));
        let Some(target) = target.filter(|_| !self.place.in_link) else {
            return self.nodes(&element.children);
        };
        let place = Surroundings {
            in_link: true,
            ..self.place
        };
        self.wrapped(element, place, |out, inner| {
            out.push_str(&format!("[{inner}]({target})"));
        });
    }

    fn picture(&mut self, element: &Element) {
        let source = element.attribute("src").unwrap_or_default();
        let alt = element.attribute("alt").unwrap_or_default();
        match mark(source).map(str::to_owned).or_else(|| address(source)) {
            Some(address) => {
                let place = Surroundings {
                    in_link: true,
                    ..self.place
                };
                let mut text = String::new();
                escape::append(&mut text, alt.trim(), place);
                self.out
                    .push_str(&format!("![{}]({address})", text.replace('\n', " ")));
            }
            None => {
                self.notes.push(note(source));
                self.words(alt);
            }
        }
    }
}

/// Returns a web address in the form that Markdown can hold.
fn address(target: &str) -> Option<String> {
    let target = target.trim();
    let is_web = ["http://", "https://", "mailto:"].iter().any(|scheme| {
        target
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    is_web.then(|| {
        let mut out = String::new();
        for c in target.chars() {
            match c {
                '(' => out.push_str("%28"),
                ')' => out.push_str("%29"),
                '<' => out.push_str("%3C"),
                '>' => out.push_str("%3E"),
                '\\' => out.push_str("%5C"),
                '|' => out.push_str("%7C"),
                '*' => out.push_str("%2A"),
                '`' => out.push_str("%60"),
                c if c.is_whitespace() => out.push_str("%20"),
                c => out.push(c),
            }
        }
        out
    })
}

fn first_char(nodes: &[Node]) -> Option<char> {
    nodes.iter().find_map(|node| match node {
        Node::Text(text) => text.chars().next(),
        Node::Element(element) => first_char(&element.children),
    })
}

fn last_char(nodes: &[Node]) -> Option<char> {
    nodes.iter().rev().find_map(|node| match node {
        Node::Text(text) => text.chars().next_back(),
        Node::Element(element) => last_char(&element.children),
    })
}

pub fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

/// Finds the first of Moodle's formulas `\(…\)`, `\[…\]` and `$$…$$`. Returns the text before it,
/// the formula, its sign in Markdown, and the rest. Formulas are not nested, so the search for an
/// end stops at the next beginning.
fn first_formula(text: &str) -> Option<(&str, &str, &'static str, &str)> {
    let mut from = 0;
    loop {
        let (at, close, sign) = opening(text, from)?;
        let start = at + 2;
        if let Some(end) = closing(text, start, close) {
            let formula = text[start..end].trim();
            if !formula.is_empty() && !formula.contains('\n') {
                return Some((&text[..at], formula, sign, &text[end + 2..]));
            }
        }
        from = start;
    }
}

/// Finds the next possible beginning of a formula. Returns its position, the closing sign, and the
/// sign in Markdown.
fn opening(text: &str, from: usize) -> Option<(usize, &'static str, &'static str)> {
    let signs = text[from..].match_indices(['\\', '$']);
    signs
        .map(|(at, _)| from + at)
        .find_map(|at| match text.get(at..at + 2)? {
            "\\(" => Some((at, "\\)", "$")),
            "\\[" => Some((at, "\\]", "$$")),
            "$$" => Some((at, "$$", "$$")),
            _ => None,
        })
}

fn closing(text: &str, start: usize, close: &str) -> Option<usize> {
    for (at, sign) in text[start..].match_indices(['\\', '$', '`']) {
        let at = start + at;
        match text.get(at..at + 2) {
            Some(found) if found == close => return Some(at),
            Some("\\(" | "\\[") => return None,
            _ if sign != "\\" => return None,
            _ => {}
        }
    }
    None
}
