//! Finds directives in a text.

use std::ops::Range;

/// Text of the form `{{#name argument}}`, or `{{%name argument}}` for some preprocessors.
#[derive(Debug, PartialEq)]
pub struct Directive<'a> {
    pub range: Range<usize>,
    /// Name with its percent sign, if it has one. mdBook's own directives have none.
    pub name: &'a str,
    pub argument: &'a str,
    /// True for `\{{#…}}`, which is shown as text. The range includes the backslash.
    pub escaped: bool,
}

pub fn directives(text: &str) -> Vec<Directive<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut close = Ahead::new(text, "}}");
    let mut line_end = Ahead::new(text, "\n");
    while let Some(start) = text[from..].find("{{").map(|at| from + at) {
        from = start + 2;
        let inner = text[from..].trim_start_matches([' ', '\t']);
        let inner = inner.strip_prefix('#').unwrap_or(inner);
        let is_one = text[..text.len() - inner.len()].ends_with('#') || inner.starts_with('%');
        if !is_one {
            continue;
        }
        let inner_start = text.len() - inner.len();
        let Some(inner_end) = close.after(inner_start) else {
            break;
        };
        if line_end.after(inner_start).is_some_and(|at| at < inner_end) {
            continue;
        }
        let inner = &text[inner_start..inner_end];
        let end = inner_end + 2;
        let sign = usize::from(inner.starts_with('%'));
        let name_end = inner[sign..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (name, argument) = inner.split_at(name_end.map_or(inner.len(), |at| sign + at));
        if name.len() == sign {
            continue;
        }
        let escaped = text[..start].ends_with('\\');
        found.push(Directive {
            range: start - usize::from(escaped)..end,
            name,
            argument: argument.trim(),
            escaped,
        });
        from = end;
    }
    found
}

/// Finds the next place of a mark. The place is kept until the search has passed it, so that each
/// part of the text is searched once.
struct Ahead<'t> {
    text: &'t str,
    mark: &'static str,
    next: Option<usize>,
}

impl<'t> Ahead<'t> {
    fn new(text: &'t str, mark: &'static str) -> Self {
        Self {
            text,
            mark,
            next: text.find(mark),
        }
    }

    /// Returns the first place at or after `start`, which never decreases.
    fn after(&mut self, start: usize) -> Option<usize> {
        if self.next? < start {
            self.next = self.text[start..].find(self.mark).map(|at| start + at);
        }
        self.next
    }
}
