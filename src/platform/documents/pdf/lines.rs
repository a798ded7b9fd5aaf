//! Joins glyphs to words and lines. A file's own order of glyphs is mostly the order of reading, so
//! lines stay in it.

use unicode_bidi::{BidiClass, bidi_class};

/// A glyph in its place. Lengths are points, and y grows downward.
#[derive(Debug, Clone)]
pub struct GlyphBox {
    pub text: String,
    pub x: f64,
    /// Baseline.
    pub y: f64,
    pub width: f64,
    pub size: f64,
    pub bold: bool,
    pub mono: bool,
}

/// A line of text, or a cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct PdfLine {
    pub text: String,
    pub x: f64,
    pub end: f64,
    pub y: f64,
    pub size: f64,
    pub bold: bool,
    pub mono: bool,
}

/// Gap that begins a new word, and gap that begins a new column, as parts of the size.
const WORD: f64 = 0.17;
const COLUMN: f64 = 1.6;

pub fn lines(glyphs: Vec<GlyphBox>) -> Vec<PdfLine> {
    let mut lines = Vec::new();
    let mut open: Vec<GlyphBox> = Vec::new();
    for glyph in glyphs {
        if open
            .last()
            .is_some_and(|last| !continues(last, &open, &glyph))
        {
            lines.extend(finish(std::mem::take(&mut open)));
        }
        // The same glyph again at the same place makes text bold.
        let is_repeated = open.last().is_some_and(|last| {
            last.text == glyph.text
                && (last.x - glyph.x).abs() < last.size * 0.1
                && (last.y - glyph.y).abs() < last.size * 0.1
                && !glyph.text.trim().is_empty()
        });
        if !is_repeated {
            open.push(glyph);
        }
    }
    lines.extend(finish(open));
    lines
}

fn continues(last: &GlyphBox, open: &[GlyphBox], next: &GlyphBox) -> bool {
    let size = last.size.max(next.size);
    // Marks above and below the line, such as exponents, belong to it.
    let is_same_line = (next.y - last.y).abs() < size * 0.6
        && open
            .first()
            .is_none_or(|first| (next.y - first.y).abs() < first.size.max(size) * 0.8);
    if !is_same_line {
        return false;
    }
    let gap = next.x - (last.x + last.width);
    let back = last.x - (next.x + next.width);
    let is_forward = gap > -size * 1.2 && gap < size * COLUMN;
    // Right-to-left text may come in its logical order.
    let is_backward = back > -size * 1.2 && back < size * COLUMN && is_rtl(&next.text);
    is_forward || is_backward || (next.text.trim().is_empty() && gap.abs() < size * 4.0)
}

fn finish(mut glyphs: Vec<GlyphBox>) -> Option<PdfLine> {
    while glyphs
        .last()
        .is_some_and(|glyph| glyph.text.trim().is_empty())
    {
        glyphs.pop();
    }
    let lead = glyphs
        .iter()
        .take_while(|glyph| glyph.text.trim().is_empty())
        .count();
    glyphs.drain(..lead);
    let first = glyphs.first()?;
    let last = glyphs.last()?;
    let is_visual = last.x >= first.x;
    let mut text = String::new();
    let mut before: Option<&GlyphBox> = None;
    for glyph in &glyphs {
        if let Some(before) = before {
            let size = before.size.max(glyph.size);
            let gap = match is_visual {
                true => glyph.x - (before.x + before.width),
                false => before.x - (glyph.x + glyph.width),
            };
            if gap > size * WORD && !text.ends_with(' ') && glyph.text != " " {
                text.push(' ');
            }
        }
        text.push_str(&glyph.text);
        before = Some(glyph);
    }
    let text = super::inline::joined(&text);
    let text = match is_visual && mostly_rtl(&text) {
        true => logical(&text),
        false => text,
    };
    if text.is_empty() {
        return None;
    }
    let visible = || glyphs.iter().filter(|glyph| !glyph.text.trim().is_empty());
    let count = visible().count();
    // The size of most glyphs, because exponents and initials differ.
    let mut sizes: Vec<f64> = visible().map(|glyph| glyph.size).collect();
    sizes.sort_by(f64::total_cmp);
    let x = glyphs.iter().map(|glyph| glyph.x).fold(f64::MAX, f64::min);
    let end = glyphs
        .iter()
        .map(|glyph| glyph.x + glyph.width)
        .fold(f64::MIN, f64::max);
    Some(PdfLine {
        text,
        x,
        end,
        y: first.y,
        size: sizes.get(sizes.len() / 2).copied().unwrap_or(first.size),
        bold: visible().filter(|glyph| glyph.bold).count() * 10 >= count * 9,
        mono: visible().filter(|glyph| glyph.mono).count() * 10 >= count * 9,
    })
}

fn is_rtl_char(c: char) -> bool {
    matches!(bidi_class(c), BidiClass::R | BidiClass::AL)
}

fn is_rtl(text: &str) -> bool {
    text.chars().any(is_rtl_char)
}

fn mostly_rtl(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let rtl = text.chars().filter(|c| is_rtl_char(*c)).count();
    rtl > 0 && rtl * 2 >= letters
}

/// Brings right-to-left text, whose glyphs stand from left to right, into its logical order.
/// Numbers and Latin words keep their direction.
fn logical(text: &str) -> String {
    let reversed: Vec<char> = text.chars().rev().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < reversed.len() {
        let is_ltr = |c: char| c.is_alphanumeric() && !is_rtl_char(c);
        if is_ltr(reversed[at]) {
            let joins = |c: char| is_ltr(c) || matches!(c, '.' | ',' | '-' | '/' | '%');
            let mut end = at;
            while end < reversed.len() && joins(reversed[end]) {
                end += 1;
            }
            while end > at && !is_ltr(reversed[end - 1]) {
                end -= 1;
            }
            out.extend(reversed[at..end].iter().rev());
            at = end;
        } else {
            out.push(match reversed[at] {
                '(' => ')',
                ')' => '(',
                '[' => ']',
                ']' => '[',
                '«' => '»',
                '»' => '«',
                c => c,
            });
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyphs(text: &str, x: f64, y: f64) -> Vec<GlyphBox> {
        let chars = text.chars().zip(0..).filter(|(c, _)| *c != ' ');
        let glyphs = chars.map(|(c, at)| GlyphBox {
            text: c.to_string(),
            x: x + f64::from(at) * 5.0,
            y,
            width: 5.0,
            size: 10.0,
            bold: false,
            mono: false,
        });
        glyphs.collect()
    }

    #[test]
    fn gaps_separate_words_and_columns() {
        let mut page = glyphs("two words", 50.0, 100.0);
        page.extend(glyphs("next column", 300.0, 100.0));
        page.extend(glyphs("below", 50.0, 112.0));
        let texts: Vec<String> = lines(page).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["two words", "next column", "below"]);
    }

    #[test]
    fn right_to_left_text_is_in_its_logical_order() {
        // Drawn from left to right, as most programs do.
        let drawn: String = "שלום עולם 42".chars().rev().collect();
        assert_eq!(logical(&drawn.replace("24", "42")), "שלום עולם 42");
    }
}
