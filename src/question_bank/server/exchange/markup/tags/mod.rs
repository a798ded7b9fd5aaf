//! Tells tags that are markup from tags that are text. Questions are about programs and pages: "a
//! Vec<T>" and "the <head> part" are text. A tag is also text if it is malformed, not closed, or
//! not an element that a text can have.

mod judge;
mod names;
mod near;
mod read;

use self::judge::judged;
use self::read::{TagKind, pieces};

/// How strictly tags are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagStrictness {
    /// The author or an editor marked the text as HTML, so even sloppy tags are markup.
    Html,
    /// Text that may contain tags.
    Text,
}

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
