//! Renders course Markdown to safe HTML with highlighted code, MathML, callouts and headings with
//! anchors. The result is stored when content changes, so rendering may be slow, but it ends for
//! any input.

mod document;
mod dollars;
mod fence;
mod highlight;
mod math;
mod nesting;
mod pieces;
mod powershell;
mod reading;
mod sanitize;
mod session;
mod target;
#[cfg(test)]
mod tests;
mod tidy;

pub use highlight::highlight;
pub use pieces::{PieceKind, TextPiece, pieces};

/// Longest source that is rendered, in bytes. Longer sources are shown as plain text; no page of a
/// course comes near.
const MAX_SOURCE_BYTES: usize = 512 * 1024;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// HTML that is safe to insert into a page: balanced, without scripts, styles, forms or the
    /// application's ids.
    pub html: String,
    /// Headings in document order, with the ids that they have in `html`.
    pub headings: Vec<Heading>,
    /// Readable text for full-text search, with code and image descriptions, without markup.
    pub text: String,
    /// Words to read: words of prose, and half of the words in code blocks.
    pub words: u32,
    /// Removed parts, each listed once, so that the author can be told. Elements are listed as
    /// `<iframe>`, event handlers as `onclick`, addresses as `javascript:`. Empty for clean
    /// sources.
    pub removed: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Level, 1 to 6.
    pub level: u8,
    pub id: String,
    /// Plain text.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    Link,
    Image,
}

/// Renders GitHub's Markdown with footnotes, alerts, definition lists, formulas and raw HTML.
///
/// `resolve` maps the target of a link or image to the target to write. `None` leaves it unchanged.
/// In any case, only http, https, mailto and relative addresses reach the page.
pub fn render(source: &str, resolve: &dyn Fn(&str, TargetKind) -> Option<String>) -> Rendered {
    if source.len() > MAX_SOURCE_BYTES {
        return plain(source);
    }
    finish(document::to_html(source), resolve)
}

/// Renders a program as a code block of the language.
pub fn render_code(language: &str, program: &str) -> String {
    let longest = program
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let source = format!("{fence}{language}\n{}\n{fence}\n", program.trim_end());
    render(&source, &|_, _| None).html
}

/// Renders a short text, such as a question's option or a caption. A single paragraph gets no
/// `<p>`.
pub fn render_inline(source: &str) -> String {
    if source.len() > MAX_SOURCE_BYTES {
        return plain(source).html;
    }
    let document = document::to_html(source);
    let is_paragraph = document.is_one_paragraph;
    let html = finish(document, &|_, _| None).html;
    let inner = html
        .trim()
        .strip_prefix("<p>")
        .and_then(|rest| rest.strip_suffix("</p>"));
    match inner {
        // Raw HTML may have split the paragraph into several.
        Some(inner) if is_paragraph && !inner.contains("</p>") => inner.to_owned(),
        _ => html,
    }
}

/// Finds the formulas of a source in order. Returns the range of each with its signs, and whether
/// it is displayed.
pub fn formulas(source: &str) -> Vec<(std::ops::Range<usize>, bool)> {
    match source.len() <= MAX_SOURCE_BYTES && source.contains('$') {
        true => dollars::formulas(source, &document::options()),
        false => Vec::new(),
    }
}

/// Returns the readable text of rendered HTML, on one line.
pub fn words(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = split_tag(after);
        let name = tag.trim_start_matches('/');
        let name = name.split([' ', '/']).next().unwrap_or_default();
        // Inline elements do not separate words.
        if ![
            "a", "b", "bdi", "bdo", "code", "del", "em", "i", "ins", "mark", "s", "small", "span",
            "strong", "sub", "sup", "u", "wbr",
        ]
        .contains(&name)
        {
            text.push(' ');
        }
        if name == "img"
            && let Some((_, alt)) = tag.split_once(" alt=\"")
        {
            text.push_str(alt.split('"').next().unwrap_or_default());
            text.push(' ');
        }
        rest = after;
    }
    text.push_str(rest);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Splits a tag from the text after it. Quoted values may contain `>`.
fn split_tag(text: &str) -> (&str, &str) {
    let mut is_quoted = false;
    let end = text.find(|c| {
        is_quoted ^= c == '"';
        c == '>' && !is_quoted
    });
    match end {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, ""),
    }
}

fn finish(
    document: document::Document,
    resolve: &dyn Fn(&str, TargetKind) -> Option<String>,
) -> Rendered {
    let tidy = tidy::tidy(&document.html, &document.headings, resolve);
    Rendered {
        html: sanitize::clean(&tidy.html),
        headings: document.headings,
        text: tidy.text,
        words: tidy.words,
        removed: tidy.removed,
    }
}

fn plain(source: &str) -> Rendered {
    let source = source.replace('\0', "\u{fffd}");
    Rendered {
        html: fence::figure("", &source, &mut highlight::Budget::default()),
        words: u32::try_from(source.split_whitespace().count()).unwrap_or(u32::MAX),
        text: source,
        ..Rendered::default()
    }
}

/// Appends `text`, with the special characters of text between tags escaped.
fn escape_text_into(out: &mut String, text: &str) {
    escape_into(out, text, &['&', '<', '>']);
}

/// Escapes text for use between tags and in double-quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    escape_into(&mut out, text, &['&', '<', '>', '"']);
    out
}

fn escape_into(out: &mut String, text: &str, special: &[char]) {
    let mut rest = text;
    while let Some(at) = rest.find(special) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
