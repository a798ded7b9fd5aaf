//! Highlights comments, strings, variables and commands of PowerShell. Written by hand, because no
//! available grammar works without a C library.

use super::highlight::{Class, Runs};

const KEYWORDS: &[&str] = &[
    "begin",
    "break",
    "catch",
    "class",
    "continue",
    "data",
    "do",
    "dynamicparam",
    "else",
    "elseif",
    "end",
    "enum",
    "exit",
    "filter",
    "finally",
    "for",
    "foreach",
    "function",
    "if",
    "in",
    "param",
    "process",
    "return",
    "switch",
    "throw",
    "trap",
    "try",
    "until",
    "using",
    "while",
];

pub(super) fn runs(code: &str) -> Runs {
    let mut runs = Runs::default();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let (class, len) = token(rest, first);
        let (token, after) = rest.split_at(len);
        runs.push(class, token);
        rest = after;
    }
    runs
}

fn token(rest: &str, first: char) -> (Option<Class>, usize) {
    match first {
        '<' if rest.starts_with("<#") => (Some(Class::Comment), through(rest, "#>")),
        '#' => (Some(Class::Comment), rest.find('\n').unwrap_or(rest.len())),
        '@' if rest.starts_with("@\"\n") => (Some(Class::String), through(rest, "\n\"@")),
        '@' if rest.starts_with("@'\n") => (Some(Class::String), through(rest, "\n'@")),
        '\'' => (Some(Class::String), through(rest, "'")),
        '"' => (Some(Class::String), double_quoted(rest)),
        '$' => (Some(Class::Type), 1 + while_len(&rest[1..], is_variable)),
        '0'..='9' => (Some(Class::Number), while_len(rest, is_word)),
        _ if is_word(first) => word(rest),
        _ => (None, first.len_utf8()),
    }
}

fn word(rest: &str) -> (Option<Class>, usize) {
    let len = while_len(rest, |c| is_word(c) || c == '-');
    let word = &rest[..len];
    let class = if KEYWORDS.contains(&word.to_ascii_lowercase().as_str()) {
        Some(Class::Keyword)
    } else if word.contains('-') && !word.starts_with('-') {
        Some(Class::Function)
    } else {
        None
    };
    (class, len)
}

/// Returns the length in bytes up to and including `end`, which is searched after the first byte.
fn through(rest: &str, end: &str) -> usize {
    rest[1..]
        .find(end)
        .map_or(rest.len(), |at| 1 + at + end.len())
}

/// Returns the length of a double-quoted string. A backtick escapes the next character, so an
/// escaped quote does not end the string.
fn double_quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '`' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

fn while_len(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_variable(c: char) -> bool {
    is_word(c) || c == ':'
}
