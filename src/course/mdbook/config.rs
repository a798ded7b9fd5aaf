//! book.toml: what of it matters to a course.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::folder::CourseFolder;
use super::source::{Place, Problems};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BookToml {
    pub book: Book,
    output: Output,
    preprocessor: BTreeMap<String, toml::Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Book {
    pub title: Option<String>,
    pub authors: Vec<String>,
    /// Spelled so by books of mdBook's first years.
    author: Option<String>,
    pub description: Option<String>,
    pub language: Option<String>,
    src: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Output {
    html: Html,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Html {
    mathjax_support: bool,
    redirect: BTreeMap<String, String>,
    code: Code,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Code {
    hidelines: BTreeMap<String, String>,
}

/// How formulas are written in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maths {
    /// A dollar is a dollar.
    None,
    /// `\\(…\\)` and `\\[…\\]`, as MathJax is fed through mdBook.
    MathJax,
    /// `$…$` and `$$…$$`, by a preprocessor.
    Dollars,
}

impl BookToml {
    /// None when there is none or it cannot be understood; the problems say which.
    pub fn read(folder: &CourseFolder, problems: &mut Problems) -> Option<Self> {
        let file = Path::new("book.toml");
        let text = match folder.locate_and_read(Path::new(""), "book.toml") {
            Ok((_, text)) => text,
            Err(refusal) => {
                problems.error_in(
                    file,
                    format!("an mdBook needs a book.toml, but it {refusal}"),
                );
                return None;
            }
        };
        match toml::from_str(&text) {
            Ok(book) => Some(book),
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

    pub fn authors(&self) -> Vec<String> {
        let authors = self.book.authors.iter().chain(&self.book.author);
        authors.map(|name| name.trim().to_owned()).collect()
    }

    /// Pages that moved: the old address to the new one.
    pub fn redirects(&self) -> &BTreeMap<String, String> {
        &self.output.html.redirect
    }

    /// What hidden lines of a language begin with, where the book says so.
    pub fn hidelines(&self) -> &BTreeMap<String, String> {
        &self.output.html.code.hidelines
    }

    /// The language of code in quizzes that does not say its own.
    pub fn quiz_language(&self) -> String {
        let quiz = self.preprocessor.get("quiz");
        let language = quiz.and_then(|table| table.get("default-language")?.as_str());
        language.unwrap_or("rust").to_owned()
    }

    pub fn maths(&self) -> Maths {
        if self.output.html.mathjax_support {
            Maths::MathJax
        } else if ["katex", "typst-math"]
            .iter()
            .any(|name| self.preprocessor.contains_key(*name))
        {
            Maths::Dollars
        } else {
            Maths::None
        }
    }
}

/// 1-based.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}
