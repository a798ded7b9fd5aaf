//! Splits a GIFT file into questions at blank lines. Each question keeps the comments before it.
//! Blank lines and slashes within a program belong to the program.

use super::signs;
use crate::question_bank::server::exchange::markup::code;
use crate::question_bank::server::exchange::markup::code::Program;

pub struct Block<'a> {
    /// Line of the file on which the question begins, starting at 1.
    pub line: usize,
    comments: Vec<&'a str>,
    /// Title with placeholders for escaped characters.
    title: Option<String>,
    body: String,
}

pub struct Blocks<'a> {
    pub blocks: Vec<Block<'a>>,
    /// Categories of the file, without duplicates.
    pub categories: Vec<&'a str>,
}

pub fn blocks(text: &str) -> Blocks<'_> {
    let programs = code::programs(text, |line| {
        begins_question(line.trim()) || line.trim_start().starts_with(CATEGORY)
    });
    let mut reader = Reader {
        programs: &programs,
        open: Open::default(),
        found: Blocks {
            blocks: Vec::new(),
            categories: Vec::new(),
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
            let category = category.trim();
            if !reader.found.categories.contains(&category) {
                reader.found.categories.push(category);
            }
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

struct Line<'a> {
    text: &'a str,
    /// Byte position of the line in the file.
    start: usize,
    number: usize,
}

fn numbered(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    text.split('\n').zip(1..).map(move |(text, number)| {
        let line = Line {
            text,
            start,
            number,
        };
        start += text.len() + 1;
        line
    })
}

struct Reader<'a, 'p> {
    /// Programs that end after the last line that was read.
    programs: &'p [Program],
    open: Open<'a>,
    found: Blocks<'a>,
}

impl<'a> Reader<'a, '_> {
    /// True if the line begins in the middle of a program.
    fn is_in_program(&self, start: usize) -> bool {
        let next = self
            .programs
            .iter()
            .find(|program| program.range.end > start);
        next.is_some_and(|program| program.range.start < start)
    }

    /// True if the line belongs to the open question although blank lines come before it. Authors
    /// separate answers with blank lines, and programs from the text about them.
    fn goes_on_with(&self, next: &Line<'a>) -> bool {
        let text = next.text.trim();
        let end = next.start + next.text.len();
        let begins_program = || {
            let mut programs = self.programs.iter().map(|program| &program.range);
            let found = programs.find(|range| range.end > next.start);
            found.is_some_and(|range| range.start <= end)
        };
        let open = &self.open;
        match (open.lines.is_empty(), open.is_in_braces) {
            (true, _) => false,
            (_, true) => text.starts_with(['=', '~', '}', '#', '%']),
            (_, false) if open.is_answered || begins_question(text) => false,
            (_, false) => text.starts_with('{') || open.has_program || begins_program(),
        }
    }

    fn push(&mut self, line: &Line<'a>) {
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
            .push(Block::new(open.line, open.comments, &open.lines));
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

impl<'a> Block<'a> {
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
