//! Reads everything that begins with `<`, without judging if it is markup.

use std::ops::Range;

use super::TagStrictness;
use super::names::is_known;

/// Most attributes of a tag. Reading takes quadratic time in their number, and real tags have a
/// few.
const MAX_ATTRIBUTES: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagKind {
    /// A `<` that begins no tag.
    Sign,
    Start,
    End,
    /// A comment, or a declaration that only browsers read.
    Nothing,
    Program,
}

#[derive(Debug)]
pub struct FoundTag {
    pub kind: TagKind,
    pub range: Range<usize>,
    /// Name in lowercase.
    pub name: String,
    pub attributes: usize,
    /// Number of attributes with a value.
    pub values: usize,
    pub has_source: bool,
    pub is_closed: bool,
}

impl FoundTag {
    fn plain(kind: TagKind, range: Range<usize>) -> Self {
        Self {
            kind,
            range,
            name: String::new(),
            attributes: 0,
            values: 0,
            has_source: false,
            is_closed: false,
        }
    }
}

/// Returns everything that begins with `<`, in order. A budget bounds the work on unfinished tags:
/// at most about eight times the source's length is read in vain.
pub fn pieces(source: &str, reading: TagStrictness) -> Vec<FoundTag> {
    let mut found = Vec::new();
    let mut budget = 8 * source.len();
    let mut without_end = Vec::new();
    let first = source.len() - source.trim_start().len();
    let mut at = 0;
    while let Some(offset) = source[at..].find('<') {
        let start = at + offset;
        let place = TagStart {
            start,
            is_first: start <= first,
        };
        let piece = piece(source, place, reading, &mut budget, &mut without_end);
        let next = match piece.kind {
            TagKind::Sign => start + 1,
            _ => piece.range.end,
        };
        found.push(piece);
        at = next;
    }
    found
}

struct TagStart {
    start: usize,
    /// True if only white space comes before.
    is_first: bool,
}

fn piece(
    source: &str,
    TagStart { start, is_first }: TagStart,
    reading: TagStrictness,
    budget: &mut usize,
    without_end: &mut Vec<&'static str>,
) -> FoundTag {
    let rest = &source[start..];
    let sign = || FoundTag::plain(TagKind::Sign, start..start + 1);
    let is_html = reading == TagStrictness::Html;
    // Returns the range up to the next `end` after the first `begun` bytes. A missing end is
    // searched for only once.
    let mut until = |begun: usize, end: &'static str| {
        if without_end.contains(&end) {
            return None;
        }
        let found = find_end(&rest[begun..], end);
        if found.is_none() {
            without_end.push(end);
        }
        Some(start..start + begun + found?)
    };
    if is_html && rest.starts_with("<!--") {
        return until(2, "-->").map_or_else(sign, |range| FoundTag::plain(TagKind::Nothing, range));
    }
    let begins = |beginning: &str| {
        (rest.get(..beginning.len())).is_some_and(|text| text.eq_ignore_ascii_case(beginning))
    };
    // Word processors leave these declarations in HTML.
    if is_html && (begins("<?xml") || begins("<![") || is_first && begins("<!doctype")) {
        return until(1, ">").map_or_else(sign, |range| FoundTag::plain(TagKind::Nothing, range));
    }
    if *budget == 0 {
        return sign();
    }
    let tag = tag(rest, *budget);
    *budget = budget.saturating_sub(tag.as_ref().map_or_else(|read| *read, |_| 0));
    let Ok(mut tag) = tag else {
        return sign();
    };
    if is_html && tag.kind == TagKind::Start && !tag.is_closed {
        for (name, end) in [("script", "</script"), ("style", "</style")] {
            if tag.name == name
                && let Some(range) = until(tag.range.end, end)
            {
                let inner = &source[start + tag.range.end..range.end];
                if !is_program(inner) {
                    *budget = budget.saturating_sub(inner.len());
                    continue;
                }
                let after = source[range.end..].find('>').map_or(0, |at| at + 1);
                let kind = match name {
                    "script" => TagKind::Program,
                    _ => TagKind::Nothing,
                };
                return FoundTag::plain(kind, start..range.end + after);
            }
        }
    }
    tag.range = start..start + tag.range.end;
    tag
}

/// Returns the length of the text up to the end of `sign`, ignoring ASCII case. If `sign` begins an
/// end tag such as `</script`, the length ends before it.
fn find_end(text: &str, sign: &str) -> Option<usize> {
    let first = sign.chars().next()?;
    let is_sign = |at: usize| {
        (text.get(at..at + sign.len())).is_some_and(|found| found.eq_ignore_ascii_case(sign))
    };
    text.match_indices(first)
        .map(|(at, _)| at)
        .find(|at| is_sign(*at))
        .map(|at| match sign.starts_with("</") {
            true => at,
            false => at + sign.len(),
        })
}

/// True if the text looks like a program. "Between <script> and </script>" holds none.
fn is_program(text: &str) -> bool {
    text.trim().is_empty() || text.contains(['{', '}', ';', '(', '='])
}

/// Reads the tag at the beginning of the text. The error is the number of bytes that were read in
/// vain.
fn tag(text: &str, budget: usize) -> Result<FoundTag, usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    let is_end = bytes.get(at) == Some(&b'/');
    at += usize::from(is_end);
    let name_start = at;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-');
    while bytes.get(at).is_some_and(is_name) {
        at += 1;
    }
    let name = text[name_start..at].to_ascii_lowercase();
    if !is_known(&name) {
        return Err(0);
    }
    let mut piece = FoundTag {
        name,
        ..FoundTag::plain(if is_end { TagKind::End } else { TagKind::Start }, 0..0)
    };
    loop {
        let before = at;
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        if at > budget {
            return Err(at);
        }
        match bytes.get(at) {
            Some(b'>') => {
                piece.range = 0..at + 1;
                return Ok(piece);
            }
            Some(b'/') if bytes.get(at + 1) == Some(&b'>') && !is_end => {
                piece.is_closed = true;
                at += 1;
            }
            // A quoted value needs no space after it.
            Some(_) if at == before && !matches!(bytes[at - 1], b'"' | b'\'') => return Err(at),
            Some(_) if is_end || piece.attributes == MAX_ATTRIBUTES => return Err(at),
            Some(_) => at = attribute(text, at, &mut piece)?,
            None => return Err(at),
        }
    }
}

/// Reads an attribute and returns the position after it.
fn attribute(text: &str, start: usize, piece: &mut FoundTag) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let is_first = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | b'@');
    let is_more =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'@' | b'.' | b'-');
    let mut at = start;
    if !bytes.get(at).is_some_and(|byte| is_first(*byte)) {
        return Err(at);
    }
    while bytes.get(at).is_some_and(|byte| is_more(*byte)) {
        at += 1;
    }
    let name = &text[start..at];
    piece.attributes += 1;
    let mut sign = at;
    while bytes.get(sign).is_some_and(u8::is_ascii_whitespace) {
        sign += 1;
    }
    if bytes.get(sign) != Some(&b'=') {
        return Ok(at);
    }
    at = sign + 1;
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    piece.values += 1;
    piece.has_source |= ["src", "data"].contains(&name.to_ascii_lowercase().as_str());
    match bytes.get(at) {
        Some(quote @ (b'"' | b'\'')) => {
            let value = &bytes[at + 1..];
            let length = value.iter().position(|byte| byte == quote);
            length.map(|length| at + length + 2).ok_or(bytes.len())
        }
        Some(_) => {
            let is_value = |byte: &u8| {
                !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'<' | b'>')
            };
            let length = bytes[at..].iter().take_while(|byte| is_value(byte)).count();
            // The slash of `<br clear=all/>` closes the tag and is not part of the value.
            let is_closing = bytes.get(at + length) == Some(&b'>') && length > 1;
            let length = match is_closing && bytes[at + length - 1] == b'/' {
                true => length - 1,
                false => length,
            };
            match length {
                0 => Err(at),
                length => Ok(at + length),
            }
        }
        None => Err(at),
    }
}
