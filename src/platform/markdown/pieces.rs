//! Splits rendered HTML into the pieces of text that a reader sees.

use super::split_tag;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PieceKind {
    Heading {
        level: u8,
        id: Option<String>,
    },
    Paragraph,
    ListItem,
    /// A code block, with its line breaks.
    Code,
    /// A table: a line for each row, with ` | ` between cells.
    Table,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPiece {
    pub kind: PieceKind,
    pub text: String,
}

/// Returns the pieces of sanitized HTML in order, without links to headings and labels of code.
pub fn pieces(html: &str) -> Vec<TextPiece> {
    let mut reader = PieceReader {
        pieces: Vec::new(),
        kind: PieceKind::Paragraph,
        text: String::new(),
        skipped: None,
    };
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        reader.add_text(before);
        let (tag, after) = split_tag(after);
        reader.read_tag(tag);
        rest = after;
    }
    reader.add_text(rest);
    reader.end_piece();
    reader.pieces
}

struct PieceReader {
    pieces: Vec<TextPiece>,
    kind: PieceKind,
    text: String,
    /// Name of the element that is not read.
    skipped: Option<&'static str>,
}

impl PieceReader {
    fn add_text(&mut self, html: &str) {
        if self.skipped.is_some() {
            return;
        }
        let text = unescaped(html);
        if self.kind == PieceKind::Code {
            self.text.push_str(&text);
            return;
        }
        for c in text.chars() {
            if !c.is_whitespace() {
                self.text.push(c);
            } else if !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
                self.text.push(' ');
            }
        }
    }

    fn read_tag(&mut self, tag: &str) {
        let (is_end, tag) = match tag.strip_prefix('/') {
            Some(tag) => (true, tag),
            None => (false, tag),
        };
        let name = tag.split([' ', '/', '\n']).next().unwrap_or_default();
        if let Some(skipped) = self.skipped {
            if is_end && name == skipped {
                self.skipped = None;
            }
            return;
        }
        if !is_end {
            self.skipped = hidden(name, tag);
        }
        match (name, &self.kind) {
            ("pre", _) => self.begin_piece(PieceKind::Code, is_end),
            (_, PieceKind::Code) => {}
            ("table", _) => self.begin_piece(PieceKind::Table, is_end),
            ("tr", PieceKind::Table) => self.end_row(),
            ("td" | "th", PieceKind::Table) if !is_end => self.begin_cell(),
            (_, PieceKind::Table) => {}
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", _) => {
                let level = name.as_bytes()[1] - b'0';
                let id = attribute(tag, "id").filter(|_| !is_end);
                self.begin_piece(PieceKind::Heading { level, id }, is_end);
            }
            ("li", _) => self.begin_piece(PieceKind::ListItem, is_end),
            // The first paragraph of a list item.
            ("p", PieceKind::ListItem) if self.text.trim().is_empty() => {}
            ("br", _) => self.text.push('\n'),
            ("img", _) => {
                if let Some(text) = attribute(tag, "alt").filter(|text| !text.is_empty()) {
                    self.add_text(&format!(" {text} "));
                }
            }
            (name, _) if BLOCKS.contains(&name) => self.end_piece(),
            _ => {}
        }
    }

    fn begin_piece(&mut self, kind: PieceKind, is_end: bool) {
        self.end_piece();
        if !is_end {
            self.kind = kind;
        }
    }

    fn end_row(&mut self) {
        if self.text.ends_with(' ') {
            self.text.pop();
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn begin_cell(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            if !self.text.ends_with(' ') {
                self.text.push(' ');
            }
            self.text.push_str("| ");
        }
    }

    fn end_piece(&mut self) {
        let kind = std::mem::replace(&mut self.kind, PieceKind::Paragraph);
        let text = std::mem::take(&mut self.text);
        let text = match kind {
            // The indentation of the first line belongs to the code.
            PieceKind::Code => text.trim_start_matches('\n').trim_end(),
            _ => text.trim(),
        };
        if !text.is_empty() {
            self.pieces.push(TextPiece {
                kind,
                text: text.to_owned(),
            });
        }
    }
}

/// Elements that separate pieces, besides those that begin one.
const BLOCKS: [&str; 22] = [
    "article",
    "aside",
    "blockquote",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "header",
    "hr",
    "iframe",
    "nav",
    "ol",
    "p",
    "section",
    "summary",
    "ul",
    "video",
    "main",
];

/// Returns the element's name if its text is not a part of the page's text: links to headings, the
/// labels of code, and sources of formulas.
fn hidden(name: &str, tag: &str) -> Option<&'static str> {
    let class = || attribute(tag, "class").unwrap_or_default();
    match name {
        "a" if class() == "anchor" => Some("a"),
        "span" if ["code-lang", "code-flag", "code-label"].contains(&class().as_str()) => {
            Some("span")
        }
        "annotation" => Some("annotation"),
        _ => None,
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    value.split('"').next().map(unescaped)
}

fn unescaped(html: &str) -> String {
    if !html.contains('&') {
        return html.to_owned();
    }
    html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::render;

    #[test]
    fn a_page_becomes_pieces() {
        let source = "## Two &amp; *three*\n\nOne `a < b`\nline.\n\n- first\n- second\n\n\
                      ```rust\nfn main() {\n    a & b;\n}\n```\n\n| A | B |\n|---|---|\n| 1 | 2 |\n";
        let html = render(source, &|_, _| None).html;
        let found = pieces(&html);
        let texts: Vec<&str> = found.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Two & three",
                "One a < b line.",
                "first",
                "second",
                "fn main() {\n    a & b;\n}",
                "A | B\n1 | 2",
            ]
        );
        assert!(
            matches!(&found[0].kind, PieceKind::Heading { level: 2, id: Some(id) } if id.starts_with("two"))
        );
        assert_eq!(found[2].kind, PieceKind::ListItem);
        assert_eq!(found[4].kind, PieceKind::Code);
        assert_eq!(found[5].kind, PieceKind::Table);
    }

    #[test]
    fn unfinished_html_is_read_to_its_end() {
        for html in [
            "<",
            "<p",
            "a<b>c",
            "<pre>x",
            "<table><tr><td>x",
            "&",
            "<a class=\"anchor\">x",
        ] {
            assert!(pieces(html).len() <= 2, "{html}");
        }
        assert_eq!(pieces("a<b>c")[0].text, "ac");
    }
}
