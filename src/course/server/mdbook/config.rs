//! Reads the settings of book.toml that matter to a course.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::folder::{CourseFolder, FileRefusal};
use super::source::{Place, Problems};

#[derive(Debug, Default)]
pub struct BookToml {
    pub book: Book,
    maths: Maths,
    redirects: BTreeMap<String, String>,
    hidelines: BTreeMap<String, String>,
    quiz_language: Option<String>,
}

#[derive(Debug, Default)]
pub struct Book {
    pub title: Option<String>,
    pub authors: Vec<String>,
    pub description: Option<String>,
    pub language: Option<String>,
    src: Option<String>,
}

/// Syntax of formulas in the book.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Maths {
    /// No formulas: a dollar sign is a dollar sign.
    #[default]
    None,
    /// `\\(…\\)` and `\\[…\\]`, as MathJax gets them through mdBook, and the same with one
    /// backslash.
    MathJax,
    /// `$…$` and `$$…$$`, as a preprocessor handles them.
    Dollars,
}

impl BookToml {
    /// Reads book.toml. Without the file mdBook's defaults apply, and a setting of the wrong type
    /// is left out. None if the file can't be parsed: mdBook refuses such a book too.
    pub fn read(folder: &CourseFolder, problems: &mut Problems) -> Option<Self> {
        let file = Path::new("book.toml");
        let text = match folder.locate_and_read(Path::new(""), "book.toml") {
            Ok((_, text)) => text,
            Err(FileRefusal::Missing) => {
                problems.left_out_in(
                    file,
                    "the file does not exist; the book has the name of its folder",
                );
                return Some(Self::default());
            }
            Err(refusal) => {
                problems.error_in(
                    file,
                    format!("an mdBook needs a book.toml, but it {refusal}"),
                );
                return None;
            }
        };
        match toml::from_str::<Table>(&text) {
            Ok(table) => {
                let settings = BookSettings {
                    file,
                    text: &text,
                    table: &table,
                };
                Some(settings.book(problems))
            }
            Err(error) => {
                let line = error.span().map_or(1, |span| line_of(&text, span.start));
                problems.error(&Place::new(file, line), error.message());
                None
            }
        }
    }

    pub fn src(&self) -> &str {
        self.book.src.as_deref().unwrap_or("src")
    }

    /// Pages that moved: old address to new address.
    pub fn redirects(&self) -> &BTreeMap<String, String> {
        &self.redirects
    }

    /// Prefixes of hidden lines by language, as the book sets them.
    pub fn hidelines(&self) -> &BTreeMap<String, String> {
        &self.hidelines
    }

    /// Language of code in quizzes that names none.
    pub fn quiz_language(&self) -> String {
        self.quiz_language
            .clone()
            .unwrap_or_else(|| "rust".to_owned())
    }

    pub fn maths(&self) -> Maths {
        self.maths
    }
}

struct BookSettings<'a> {
    file: &'a Path,
    text: &'a str,
    table: &'a Table,
}

impl BookSettings<'_> {
    fn book(&self, problems: &mut Problems) -> BookToml {
        let mut book = Book {
            title: self.get(&["book", "title"], problems),
            authors: self.get(&["book", "authors"], problems).unwrap_or_default(),
            description: self.get(&["book", "description"], problems),
            language: self.get(&["book", "language"], problems),
            src: self.get(&["book", "src"], problems),
        };
        // Books for mdBook's first versions use this spelling.
        let author: Option<String> = self.get(&["book", "author"], problems);
        book.authors.extend(author);
        let has = |name: &str| value(self.table, &["preprocessor", name]).is_some();
        let mathjax: Option<bool> = self.get(&["output", "html", "mathjax-support"], problems);
        let maths = match mathjax {
            Some(true) => Maths::MathJax,
            _ if has("katex") || has("typst-math") => Maths::Dollars,
            _ => Maths::None,
        };
        let redirects = self.get(&["output", "html", "redirect"], problems);
        let hidelines = self.get(&["output", "html", "code", "hidelines"], problems);
        BookToml {
            book,
            maths,
            redirects: redirects.unwrap_or_default(),
            hidelines: hidelines.unwrap_or_default(),
            quiz_language: self.get(&["preprocessor", "quiz", "default-language"], problems),
        }
    }

    fn get<T: DeserializeOwned>(&self, path: &[&str], problems: &mut Problems) -> Option<T> {
        let found = value(self.table, path)?.clone();
        match found.try_into() {
            Ok(value) => Some(value),
            Err(error) => {
                let why = error.message().trim_end();
                let message = format!("'{}' can't be used: {why}", path.join("."));
                problems.left_out(&Place::new(self.file, self.line(path)), message);
                None
            }
        }
    }

    /// Returns the first line that begins with the setting's name, or line 1.
    fn line(&self, path: &[&str]) -> usize {
        let name = path.last().copied().unwrap_or_default();
        let mut lines = self.text.lines();
        let begins = |line: &str| line.trim_start_matches(['[', ' ', '\t']).starts_with(name);
        lines.position(begins).map_or(1, |index| index + 1)
    }
}

fn value<'t>(table: &'t Table, path: &[&str]) -> Option<&'t Value> {
    let (last, parents) = path.split_last()?;
    let mut table = table;
    for name in parents {
        table = table.get(*name)?.as_table()?;
    }
    table.get(*last)
}

/// Returns the 1-based line of a byte offset.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}
