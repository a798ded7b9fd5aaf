//! Tells tags that are markup from tags that are text. Questions are about programs and pages: "a
//! Vec<T>" and "the <head> part" are text. A tag is also text if it is malformed, not closed, or
//! not an element that a text can have.

use std::collections::HashMap;
use std::ops::Range;

use super::html::is_formula;

/// How strictly tags are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagStrictness {
    /// The author or an editor marked the text as HTML, so even sloppy tags are markup.
    Html,
    /// Text that may contain tags.
    Text,
}

/// Most attributes of a tag. Reading takes quadratic time in their number, and real tags have a
/// few.
const MAX_ATTRIBUTES: usize = 100;

/// Returns the source as HTML in which each tag is markup and all other text is escaped. Comments
/// and style sheets are removed. `<script></script>` stands for a program.
pub fn marked(source: &str, reading: TagStrictness) -> String {
    let pieces = pieces(source, reading);
    let is_markup = judged(source, reading, &pieces);
    let mut out = String::with_capacity(source.len() + source.len() / 16);
    let mut done = 0;
    for (piece, is_markup) in pieces.iter().zip(is_markup) {
        push(&mut out, &source[done..piece.range.start], reading);
        done = piece.range.end;
        match piece.kind {
            TagKind::Nothing => {}
            TagKind::Program => out.push_str("<script></script>"),
            _ if is_markup => out.push_str(&source[piece.range.clone()]),
            _ => {
                out.push_str("&lt;");
                done = piece.range.start + 1;
            }
        }
    }
    push(&mut out, &source[done..], reading);
    out
}

/// Appends text. Outside of HTML, a line break becomes `<br>`.
fn push(out: &mut String, text: &str, reading: TagStrictness) {
    match reading {
        TagStrictness::Html => out.push_str(text),
        TagStrictness::Text => out.push_str(&text.replace('\n', "<br>")),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TagKind {
    /// A `<` that begins no tag.
    Sign,
    Start,
    End,
    /// A comment, or a declaration that only browsers read.
    Nothing,
    Program,
}

#[derive(Debug)]
struct FoundTag {
    kind: TagKind,
    range: Range<usize>,
    /// Name in lowercase.
    name: String,
    attributes: usize,
    /// Number of attributes with a value.
    values: usize,
    has_source: bool,
    is_closed: bool,
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
fn pieces(source: &str, reading: TagStrictness) -> Vec<FoundTag> {
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

/// Elements of texts that have an end tag.
#[rustfmt::skip]
const PAIRED: &[&str] = &[
    "a", "abbr", "acronym", "address", "article", "aside", "audio", "b", "bdi", "bdo", "big", "blockquote", "button",
    "canvas", "caption", "center", "cite", "code", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em",
    "fieldset", "figcaption", "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "i",
    "iframe", "ins", "kbd", "label", "legend", "li", "main", "map", "mark", "nav", "object", "ol", "optgroup", "option",
    "p", "pre", "q", "rb", "rp", "rt", "ruby", "s", "samp", "script", "section", "select", "small", "span", "strike",
    "strong", "style", "sub", "summary", "sup", "svg", "table", "tbody", "td", "textarea", "tfoot", "th", "thead",
    "time", "tr", "tt", "u", "ul", "var", "video",
];

/// Elements without an end tag.
const VOID: &[&str] = &[
    "area", "br", "col", "embed", "hr", "img", "input", "param", "source", "track", "wbr",
];

/// Elements of a whole page. They are markup only if the text is a page.
const PAGE: &[&str] = &["base", "body", "head", "html", "link", "meta", "title"];

/// Prefixes that word processors and formulas use.
const PREFIXES: &[&str] = &["m", "mml", "o", "st1", "st2", "v", "w", "x"];

fn is_known(name: &str) -> bool {
    let is_prefixed = |(prefix, local): (&str, &str)| {
        PREFIXES.contains(&prefix) && local.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    name.split_once(':').is_some_and(is_prefixed)
        || [PAIRED, VOID, PAGE]
            .iter()
            .any(|known| known.contains(&name))
        || is_formula(name)
}

/// Tells for each piece whether it is markup.
fn judged(source: &str, reading: TagStrictness, pieces: &[FoundTag]) -> Vec<bool> {
    let is_html = reading == TagStrictness::Html;
    let partners = partners(pieces);
    let is_page = is_html && begins_page(pieces, source);
    let mut is_markup: Vec<bool> = partners.iter().map(Option::is_some).collect();
    let mut inside = Nesting::default();
    for (at, piece) in pieces.iter().enumerate() {
        let name = piece.name.as_str();
        let near = Near::of(source, &piece.range);
        let is_mention = near.is_named() || near.is_apart();
        is_markup[at] = match piece.kind {
            TagKind::Sign | TagKind::Nothing | TagKind::Program => false,
            _ if PAGE.contains(&name) => is_page,
            // Real scripts and style sheets were removed before, so this tag is text.
            _ if matches!(name, "script" | "style") => false,
            TagKind::Start if VOID.contains(&name) => match name {
                "br" | "hr" | "wbr" => !near.is_named(),
                "img" => piece.has_source,
                "col" => inside.table > 0,
                _ => is_html && piece.values > 0,
            },
            TagKind::End if VOID.contains(&name) => is_html && !is_mention,
            _ => match partners[at] {
                Some(partner) => {
                    let (start, end) = (at.min(partner), at.max(partner));
                    !names_a_pair(source, reading, &pieces[start], &pieces[end])
                }
                None if piece.is_closed => is_html || is_formula(name),
                None if piece.kind == TagKind::End => is_html && !is_mention,
                None if is_formula(name) => is_html && inside.formula > 0,
                None if name == "p" => {
                    let is_plain = piece.attributes == piece.values && !near.is_joined();
                    is_plain && !is_mention && (is_html || near.begins_line())
                }
                None if inside.holds(name) => true,
                None => is_html && piece.values > 0 && !is_mention,
            },
        };
        if is_markup[at] {
            inside.pass(piece);
        }
    }
    is_markup
}

/// Returns for each start tag the index of its end tag, and the reverse.
fn partners(pieces: &[FoundTag]) -> Vec<Option<usize>> {
    let mut partners = vec![None; pieces.len()];
    let mut open: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece.kind {
            TagKind::Start if !piece.is_closed => open.entry(&piece.name).or_default().push(at),
            TagKind::End => {
                if let Some(start) = open.get_mut(piece.name.as_str()).and_then(Vec::pop) {
                    partners[start] = Some(at);
                    partners[at] = Some(start);
                }
            }
            _ => {}
        }
    }
    partners
}

/// True if the first piece begins a page that has more content than this tag.
fn begins_page(pieces: &[FoundTag], source: &str) -> bool {
    let first = pieces.iter().find(|piece| piece.kind != TagKind::Nothing);
    let is_first = |piece: &FoundTag| {
        let before = source[..piece.range.start].trim();
        let is_nothing = before.is_empty() || before.ends_with('>') && before.starts_with('<');
        let is_tag = piece.kind == TagKind::Start && PAGE.contains(&piece.name.as_str());
        is_tag && is_nothing && (piece.values > 0 || pieces.len() > 2)
    };
    first.is_some_and(is_first)
}

/// Depth within elements whose parts need no end tag.
#[derive(Default)]
struct Nesting {
    list: usize,
    terms: usize,
    table: usize,
    select: usize,
    ruby: usize,
    formula: usize,
}

impl Nesting {
    fn pass(&mut self, piece: &FoundTag) {
        let depth = match piece.name.as_str() {
            "ul" | "ol" => &mut self.list,
            "dl" => &mut self.terms,
            "table" => &mut self.table,
            "select" => &mut self.select,
            "ruby" => &mut self.ruby,
            "math" | "m:math" | "mml:math" => &mut self.formula,
            _ => return,
        };
        *depth = match piece.kind {
            TagKind::Start => *depth + 1,
            _ => depth.saturating_sub(1),
        };
    }

    fn holds(&self, name: &str) -> bool {
        let depth = match name {
            "li" => self.list,
            "dt" | "dd" => self.terms,
            "td" | "th" | "tr" | "thead" | "tbody" | "tfoot" | "colgroup" | "caption" => self.table,
            "option" | "optgroup" => self.select,
            "rt" | "rp" | "rb" => self.ruby,
            _ => 0,
        };
        depth > 0
    }
}

/// The text on both sides of a tag.
struct Near<'s> {
    before: &'s str,
    after: &'s str,
    is_capital: bool,
}

impl<'s> Near<'s> {
    fn of(source: &'s str, range: &Range<usize>) -> Self {
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
    fn is_named(&self) -> bool {
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
    fn is_apart(&self) -> bool {
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
    fn is_joined(&self) -> bool {
        self.after.starts_with('(')
            || self.is_capital
                && self
                    .before
                    .ends_with(|c: char| c.is_alphanumeric() || c == '_')
    }

    fn begins_line(&self) -> bool {
        matches!(
            self.before.trim_end_matches(' ').chars().next_back(),
            None | Some('\n' | '>')
        )
    }
}

/// True if a text only names both tags: "Between <b> and </b>" sets nothing in bold.
fn names_a_pair(source: &str, reading: TagStrictness, start: &FoundTag, end: &FoundTag) -> bool {
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
