//! Splits a GIFT file into questions at blank lines. Each question keeps the comments before it.
//! Blank lines and slashes within a program belong to the program.

use std::collections::HashSet;
use std::ops::Range;

use super::signs;
use crate::question_bank::server::exchange::markup::code;
use crate::question_bank::server::exchange::markup::code::EmbeddedProgram;

pub struct GiftBlock<'a> {
    /// Line of the file on which the question begins, starting at 1.
    pub line: usize,
    comments: Vec<&'a str>,
    /// Title with placeholders for escaped characters.
    title: Option<String>,
    body: String,
}

pub struct Blocks<'a> {
    pub blocks: Vec<GiftBlock<'a>>,
    /// Categories of the file.
    pub categories: HashSet<&'a str>,
}

pub fn blocks(text: &str) -> Blocks<'_> {
    let ends = |line: &str| begins_question(line.trim()) || line.trim_start().starts_with(CATEGORY);
    let programs = code::programs(text, ends, &last_answers(text));
    let mut reader = GiftReader {
        programs: &programs,
        open: Open::default(),
        found: Blocks {
            blocks: Vec::new(),
            categories: HashSet::new(),
        },
    };
    let mut lines = numbered(text).peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.text.trim();
        if reader.is_in_program(line.start) {
            reader.push(&line);
        } else if trimmed.is_empty() {
            while lines
                .next_if(|next| !reader.is_in_program(next.start) && next.text.trim().is_empty())
                .is_some()
            {}
            match lines.peek() {
                Some(next) if reader.goes_on_with(next) => reader.open.lines.push(String::new()),
                _ => reader.finish(false),
            }
        } else if let Some(comment) = trimmed.strip_prefix("//") {
            reader.open.comment(comment);
        } else if let Some(category) = trimmed.strip_prefix(CATEGORY) {
            reader.finish(true);
            reader.found.categories.insert(category.trim());
        } else {
            if begins_question(trimmed) {
                reader.finish(true);
            }
            reader.push(&line);
        }
    }
    reader.finish(false);
    reader.found
}

const CATEGORY: &str = "$CATEGORY:";

/// True if the line begins with `::title::`.
fn begins_question(line: &str) -> bool {
    (line.strip_prefix("::")).is_some_and(|rest| rest.contains("::"))
}

/// Returns the answers in braces that end a question, braces included: a blank line or the end of
/// the file follows them. A question about the tag `<pre>` has no program, although a later
/// question may have `</pre>`.
fn last_answers(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open = None;
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            // Answers have no braces within them, so the inner ones of a program count.
            b'{' => open = Some(at),
            b'}' => {
                let ends = |start: &usize| {
                    is_answer(&text[start + 1..at]) && is_before_gap(&text[at + 1..])
                };
                found.extend(open.take().filter(ends).map(|start| start..at + 1));
            }
            _ => {}
        }
    }
    found
}

/// True if the text between braces begins as answers do, and programs rarely.
fn is_answer(braces: &str) -> bool {
    let is_number =
        |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit() || "=-+.%".contains(c));
    let inner = braces.trim_start();
    let word = inner.split('#').next().unwrap_or_default().trim_end();
    inner.starts_with(['=', '~'])
        || matches!(word, "T" | "F" | "TRUE" | "FALSE")
        || (braces.strip_prefix('#')).is_some_and(|rest| is_number(rest.trim_start()))
}

/// True if nothing but white space follows on the line and on the next one.
fn is_before_gap(text: &str) -> bool {
    let space = text.chars().take_while(|c| c.is_whitespace());
    let mut breaks = 0;
    let mut length = 0;
    for c in space {
        length += c.len_utf8();
        breaks += usize::from(c == '\n');
        if breaks == 2 {
            return true;
        }
    }
    length == text.len()
}

struct NumberedLine<'a> {
    text: &'a str,
    /// Byte position of the line in the file.
    start: usize,
    number: usize,
}

fn numbered(text: &str) -> impl Iterator<Item = NumberedLine<'_>> {
    let mut start = 0;
    text.split('\n').zip(1..).map(move |(text, number)| {
        let line = NumberedLine {
            text,
            start,
            number,
        };
        start += text.len() + 1;
        line
    })
}

struct GiftReader<'a, 'p> {
    /// Programs that end after the last line that was read.
    programs: &'p [EmbeddedProgram],
    open: Open<'a>,
    found: Blocks<'a>,
}

impl<'a, 'p> GiftReader<'a, 'p> {
    /// True if the line begins in the middle of a program.
    fn is_in_program(&self, start: usize) -> bool {
        let next = self.program_after(start);
        next.is_some_and(|program| program.range.start < start)
    }

    /// Returns the first program that ends after the position.
    fn program_after(&self, at: usize) -> Option<&'p EmbeddedProgram> {
        let ended = |program: &EmbeddedProgram| program.range.end <= at;
        self.programs.get(self.programs.partition_point(ended))
    }

    /// True if the line belongs to the open question although blank lines come before it. Authors
    /// separate answers with blank lines, and programs from the text about them.
    fn goes_on_with(&self, next: &NumberedLine<'a>) -> bool {
        let text = next.text.trim();
        let end = next.start + next.text.len();
        let begins_program = || {
            let found = self.program_after(next.start);
            found.is_some_and(|program| program.range.start <= end)
        };
        let open = &self.open;
        match (open.lines.is_empty(), open.is_in_braces) {
            (true, _) => false,
            (_, true) => text.starts_with(['=', '~', '}', '#', '%']),
            (_, false) if open.is_answered || begins_question(text) => false,
            (_, false) => text.starts_with('{') || open.has_program || begins_program(),
        }
    }

    fn push(&mut self, line: &NumberedLine<'a>) {
        while let [first, rest @ ..] = self.programs
            && first.range.end <= line.start
        {
            self.programs = rest;
        }
        let (mut text, mut start) = (line.text, line.start);
        if self.open.lines.is_empty() {
            text = text.trim_start();
            start += line.text.len() - text.len();
            self.open.indent = line.text.len() - text.len();
            self.open.line = line.number;
        } else {
            let spaces = text
                .bytes()
                .take_while(|byte| matches!(byte, b' ' | b'\t'))
                .count();
            let indent = spaces.min(self.open.indent);
            text = &text[indent..];
            start += indent;
        }
        let mut hidden = String::with_capacity(text.len());
        let mut done = 0;
        for program in self.programs {
            let place = |at: usize| at.saturating_sub(start).clamp(done, text.len());
            let (from, to) = (place(program.range.start), place(program.range.end));
            if program.range.start >= start + text.len() {
                break;
            }
            self.open.text(&mut hidden, &text[done..from]);
            signs::hide_all(&mut hidden, &text[from..to]);
            self.open.has_program |= from < to;
            done = to;
        }
        self.open.text(&mut hidden, &text[done..]);
        self.open.lines.push(hidden);
    }

    /// Ends the open question, if any. If another question follows at once, the comments after the
    /// first line belong to that question.
    fn finish(&mut self, is_followed: bool) {
        let mut open = std::mem::take(&mut self.open);
        if open.lines.is_empty() {
            if is_followed {
                self.open.comments = open.comments;
            }
            return;
        }
        match is_followed {
            true => self.open.comments = open.later_comments,
            false => open.comments.append(&mut open.later_comments),
        }
        self.found
            .blocks
            .push(GiftBlock::new(open.line, open.comments, &open.lines));
    }
}

/// The question that is being read.
#[derive(Default)]
struct Open<'a> {
    line: usize,
    comments: Vec<&'a str>,
    /// Comments after the first line of the question.
    later_comments: Vec<&'a str>,
    /// Lines with placeholders for escaped characters.
    lines: Vec<String>,
    /// Indentation of the first line in bytes. It is removed from the other lines as far as they
    /// have it.
    indent: usize,
    is_answered: bool,
    is_in_braces: bool,
    has_program: bool,
}

impl<'a> Open<'a> {
    fn comment(&mut self, comment: &'a str) {
        match self.lines.is_empty() {
            true => self.comments.push(comment),
            false => self.later_comments.push(comment),
        }
    }

    fn text(&mut self, out: &mut String, text: &str) {
        let before = out.len();
        signs::hide(out, text);
        for c in out[before..].chars() {
            match c {
                '{' => (self.is_answered, self.is_in_braces) = (true, true),
                '}' => self.is_in_braces = false,
                _ => {}
            }
        }
    }
}

impl<'a> GiftBlock<'a> {
    fn new(line: usize, comments: Vec<&'a str>, lines: &[String]) -> Self {
        let text = lines.join("\n");
        let text = text.trim_end();
        let titled = text
            .strip_prefix("::")
            .and_then(|rest| rest.split_once("::"));
        let (title, body) = match titled {
            Some((title, body)) => (Some(title.trim().to_owned()), body.trim_start().to_owned()),
            None => (None, text.strip_prefix("::").unwrap_or(text).to_owned()),
        };
        Self {
            line,
            comments,
            title,
            body,
        }
    }

    /// Returns the title, or an empty text.
    pub fn name(&self) -> String {
        self.title.as_deref().map(signs::shown).unwrap_or_default()
    }

    pub fn body(&self) -> &str {
        &self.body
    }

    /// Returns the values that comments give as `[id:…]` or `[tag:…]`. `what` is the word before
    /// the colon.
    pub fn comment(&self, what: &str) -> impl Iterator<Item = String> {
        let open = format!("[{what}:");
        self.comments
            .iter()
            .flat_map(move |comment| bracketed(comment, &open))
    }
}

fn bracketed(comment: &str, open: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = comment;
    while let Some((_, inner)) = rest.split_once(open) {
        let Some(end) = closing_bracket(inner) else {
            break;
        };
        found.push(inner[..end].replace("\\]", "]"));
        rest = &inner[end + 1..];
    }
    found
}

fn closing_bracket(text: &str) -> Option<usize> {
    text.match_indices(']')
        .map(|(at, _)| at)
        .find(|at| !text[..*at].ends_with('\\'))
}
