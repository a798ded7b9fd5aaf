//! Text joined from several files, with the origin of each line, and the list of problems found on
//! the way.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::folder::FileRefusal;
use crate::course::server::draft::CourseError;

/// A line in a file of the course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path relative to the course folder.
    pub file: Arc<Path>,
    /// 1-based.
    pub line: usize,
}

impl Place {
    pub fn new(file: &Path, line: usize) -> Self {
        Self {
            file: file.into(),
            line,
        }
    }
}

/// Problems found while reading. Errors stop the import; warnings are only reported.
#[derive(Debug, Default)]
pub struct Problems {
    /// True if leaving something out is an error.
    strict: bool,
    pub errors: Vec<CourseError>,
    pub warnings: Vec<CourseError>,
    /// The problems of both lists that have a line.
    noted: [HashSet<CourseError>; 2],
}

impl Problems {
    pub fn new(strict: bool) -> Self {
        Self {
            strict,
            ..Self::default()
        }
    }

    pub fn error(&mut self, place: &Place, message: impl Into<String>) {
        let [noted, _] = &mut self.noted;
        note(&mut self.errors, noted, place, message.into());
    }

    pub fn warn(&mut self, place: &Place, message: impl Into<String>) {
        let [_, noted] = &mut self.noted;
        note(&mut self.warnings, noted, place, message.into());
    }

    /// Records that a part of the book is left out: a warning, or an error in a strict import.
    pub fn left_out(&mut self, place: &Place, message: impl Into<String>) {
        match self.strict {
            true => self.error(place, message),
            false => self.warn(place, message),
        }
    }

    /// Records that a file is not read. An error if the refusal ends the import; otherwise the file
    /// is left out.
    pub fn refused(&mut self, place: &Place, refusal: FileRefusal, message: impl Into<String>) {
        match refusal.is_final() {
            true => self.error(place, message),
            false => self.left_out(place, message),
        }
    }

    /// Records an error about a file as a whole.
    pub fn error_in(&mut self, file: &Path, message: impl Into<String>) {
        self.errors.push(in_file(file, message.into()));
    }

    pub fn left_out_in(&mut self, file: &Path, message: impl Into<String>) {
        let list = match self.strict {
            true => &mut self.errors,
            false => &mut self.warnings,
        };
        list.push(in_file(file, message.into()));
    }
}

fn in_file(file: &Path, message: String) -> CourseError {
    CourseError {
        file: file.to_path_buf(),
        line: None,
        message,
    }
}

/// Adds a problem unless it is listed already. A text can be rewritten more than once, such as a
/// shared question context or an included page.
fn note(
    list: &mut Vec<CourseError>,
    noted: &mut HashSet<CourseError>,
    place: &Place,
    message: String,
) {
    let found = CourseError {
        file: place.file.to_path_buf(),
        line: Some(place.line),
        message,
    };
    if noted.insert(found.clone()) {
        list.push(found);
    }
}

#[derive(Debug, Default, Clone)]
pub struct Source {
    text: String,
    /// Offset and origin of each line.
    lines: Vec<(usize, Place)>,
}

impl Source {
    /// Makes a source of text that stands in one file, with its first line at `place`.
    pub fn at(text: &str, place: &Place) -> Self {
        let mut source = Self::default();
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let place = Place {
                file: place.file.clone(),
                line: place.line + number,
            };
            source.push(line, &place);
        }
        source
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn push(&mut self, piece: &str, place: &Place) {
        for part in piece.split_inclusive('\n') {
            if self.text.is_empty() || self.text.ends_with('\n') {
                self.lines.push((self.text.len(), place.clone()));
            }
            self.text.push_str(part);
        }
    }

    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// Appends `other`. Its lines after the first are indented, so that they stay in the
    /// surrounding list item or quotation.
    pub fn append(&mut self, other: &Source, indent: &str) {
        for (number, (line, place)) in other.lines_with_places().enumerate() {
            if number > 0 && !line.trim().is_empty() {
                self.push(indent, place);
            }
            self.push(line, place);
        }
    }

    pub fn lines_with_places(&self) -> impl Iterator<Item = (&str, &Place)> {
        self.lines
            .iter()
            .enumerate()
            .map(|(index, (start, place))| {
                let end = self
                    .lines
                    .get(index + 1)
                    .map_or(self.text.len(), |next| next.0);
                (&self.text[*start..end], place)
            })
    }

    /// Returns the origin of the byte at `offset`.
    pub fn place(&self, offset: usize) -> Place {
        let after = self.lines.partition_point(|(start, _)| *start <= offset);
        match self.lines.get(after.saturating_sub(1)) {
            Some((_, place)) => place.clone(),
            None => Place::new(Path::new(""), 1),
        }
    }
}

/// Replacements in one text, collected in any order and applied at once.
#[derive(Debug, Default)]
pub struct Edits {
    list: Vec<(Range<usize>, String)>,
}

impl Edits {
    pub fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.list.push((range, with.into()));
    }

    pub fn delete(&mut self, range: Range<usize>) {
        self.replace(range, "");
    }

    pub fn insert(&mut self, at: usize, what: impl Into<String>) {
        self.replace(at..at, what);
    }

    /// Applies the replacements. If two overlap, only the one that begins first is made.
    pub fn apply(mut self, text: &str) -> String {
        self.list.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for (range, with) in self.list {
            if range.start < done {
                continue;
            }
            out.push_str(&text[done..range.start]);
            out.push_str(&with);
            done = range.end;
        }
        out.push_str(&text[done..]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_where_lines_came_from() {
        let page = Place::new(Path::new("src/a.md"), 1);
        let code = Place::new(Path::new("x.rs"), 7);
        let mut source = Source::at("one\n", &page);
        source.append(&Source::at("fn a() {}\nfn b() {}", &code), "  ");
        source.push("\n", &page);
        assert_eq!(source.text(), "one\nfn a() {}\n  fn b() {}\n");
        assert_eq!(source.place(source.text().find("b()").unwrap()).line, 8);
        assert_eq!(source.place(0), page);
    }

    #[test]
    fn a_problem_is_listed_once_in_each_list() {
        let mut problems = Problems::default();
        let begun = std::time::Instant::now();
        for line in (0..100_000).chain(0..100_000) {
            let place = Place::new(Path::new("a.md"), line);
            problems.warn(&place, "is odd");
        }
        problems.error(&Place::new(Path::new("a.md"), 1), "is odd");
        assert_eq!(
            (problems.warnings.len(), problems.errors.len()),
            (100_000, 1)
        );
        assert!(begun.elapsed().as_secs() < 120);
    }

    #[test]
    fn edits_are_made_in_order_and_never_overlap() {
        let mut edits = Edits::default();
        edits.replace(4..7, "2");
        edits.insert(0, ">");
        edits.replace(5..6, "never");
        assert_eq!(edits.apply("one two three"), ">one 2 three");
    }
}
