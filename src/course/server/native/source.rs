//! Reads TOML in a file of the course, and keeps the lines of its values.

use std::ops::Range;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::names::is_slug;
use super::prose::{Passage, Prose};
use super::reading::{Place, Reading};

/// TOML text: a whole file, or the front matter of one.
pub struct TomlSource<'r> {
    pub reading: &'r Reading,
    pub file: PathBuf,
    pub text: String,
    /// 1-based line of the file on which the text begins.
    pub first_line: usize,
}

impl<'r> TomlSource<'r> {
    /// Opens a file that is TOML throughout.
    pub fn open(reading: &'r Reading, file: PathBuf) -> Option<Self> {
        let text = reading.read_text(&file)?;
        Some(Self {
            reading,
            file,
            text,
            first_line: 1,
        })
    }

    /// Parses the text. None if it is not TOML; each mistake has been reported.
    pub fn parse(&self) -> Option<DeTable<'_>> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            self.complain(at, error.message().replace('\n', "; "));
        }
        if !errors.is_empty() {
            self.reading.mark_incomplete();
            return None;
        }
        Some(table.into_inner())
    }

    pub fn place(&self, offset: usize) -> Place {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let line = self.first_line + before.iter().filter(|b| **b == b'\n').count();
        Place {
            file: self.file.clone(),
            line,
        }
    }

    pub fn complain(&self, offset: usize, message: impl Into<String>) {
        self.reading.complain(&self.place(offset), message);
    }
}

/// A named value. Each method asks for a type. For a value of another type, the method reports a
/// mistake and returns a stand-in. The stand-in is harmless, because no draft is returned once a
/// mistake was reported.
#[derive(Clone, Copy)]
pub struct TomlValue<'s> {
    pub source: &'s TomlSource<'s>,
    pub name: &'s str,
    inner: &'s Spanned<DeValue<'s>>,
}

impl<'s> TomlValue<'s> {
    pub fn new(source: &'s TomlSource<'s>, name: &'s str, inner: &'s Spanned<DeValue<'s>>) -> Self {
        Self {
            source,
            name,
            inner,
        }
    }

    pub fn raw(&self) -> &'s DeValue<'s> {
        self.inner.get_ref()
    }

    pub fn span(&self) -> Range<usize> {
        self.inner.span()
    }

    pub fn place(&self) -> Place {
        self.source.place(self.span().start)
    }

    pub fn complain(&self, message: impl Into<String>) {
        self.source.complain(self.span().start, message);
    }

    /// Reports a mistake, unless this is the export of a site, which may have it.
    pub fn doubt(&self, message: impl Into<String>) {
        self.source.reading.doubt(&self.place(), message);
    }

    pub fn expect(&self, wanted: &str) {
        let got = match self.raw() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a number with decimals",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.complain(format!("'{}' must be {wanted}, not {got}", self.name));
    }

    pub fn str(&self) -> Option<&'s str> {
        let text = self.raw().as_str();
        if text.is_none() {
            self.expect("a text in quotes");
        }
        text
    }

    /// Returns any text unchanged, such as a program or its output.
    pub fn text(&self, limit: usize) -> String {
        let text = self.str().unwrap_or_default();
        self.check_length(text, limit);
        if text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
        {
            self.complain(format!("'{}' has a control character in it", self.name));
        }
        text.to_owned()
    }

    /// Returns plain text for people, on one line.
    pub fn line(&self, limit: usize) -> String {
        let Some(text) = self.str() else {
            return String::new();
        };
        let text = match self.source.reading.is_export() {
            true => text,
            false => text.trim(),
        };
        self.check_length(text, limit);
        if text.is_empty() {
            self.doubt(format!("'{}' is empty", self.name));
        } else if text.chars().any(|c| c.is_control() && !self.may_have(c)) {
            self.complain(format!(
                "'{}' is plain text on one line: it may have no line breaks or control characters",
                self.name
            ));
        }
        text.to_owned()
    }

    /// Returns true for line breaks and tabs of an export. Books have them in answers.
    fn may_have(&self, c: char) -> bool {
        self.source.reading.is_export() && matches!(c, '\n' | '\t')
    }

    /// Returns a key, id or slug.
    pub fn slug(&self, limit: usize) -> String {
        let Some(text) = self.str() else {
            return String::new();
        };
        self.check_length(text, limit);
        if !is_slug(text) {
            self.complain(format!(
                "'{}' is \"{}\", but may have only lowercase letters, digits and single hyphens between them",
                self.name,
                text.escape_debug()
            ));
        }
        text.to_owned()
    }

    /// Returns Markdown that may stand anywhere: without practice questions or links to its own
    /// headings.
    pub fn markdown(&self, limit: usize) -> String {
        let prose = self.prose(limit);
        prose.refuse_what_needs_a_topic(self.source.reading);
        prose.text
    }

    /// Returns Markdown of a topic.
    pub fn prose(&self, limit: usize) -> Prose {
        let Some(text) = self.str() else {
            return Prose::default();
        };
        self.passage(text).read(&format!("'{}'", self.name), limit)
    }

    pub fn passage(&self, text: &'s str) -> Passage<'s> {
        let span = self.span();
        let written = self.source.text.get(span.clone()).unwrap_or_default();
        let starts_below = written.starts_with("'''\n") || written.starts_with("\"\"\"\n");
        Passage {
            reading: self.source.reading,
            file: &self.source.file,
            first_line: self.place().line + usize::from(starts_below),
            last_line: self.source.place(span.end.saturating_sub(1)).line,
            text,
        }
    }

    fn check_length(&self, text: &str, limit: usize) {
        let limit = self.source.reading.limit(limit);
        let length = text.chars().count();
        if length > limit {
            self.complain(too_long(&format!("'{}'", self.name), length, limit));
        }
    }
}

/// Returns the message for a text over its limit. `name` begins the sentence.
pub fn too_long(name: &str, length: usize, limit: usize) -> String {
    format!("{name} has {length} characters, more than the {limit} that it may have")
}
