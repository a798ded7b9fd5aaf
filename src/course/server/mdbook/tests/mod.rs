//! Small whole books, made here, are read from the folder to the draft.

mod mistakes;
mod pages;
mod quizzes;
mod reach;

use std::path::Path;

use super::{Overrides, Read, read};
use crate::course::server::draft::{CourseError, TopicBody, TopicDraft};
use crate::testing::CourseFolder;

/// Makes a folder with these files. book.toml is added if missing.
fn folder(files: &[(&str, &str)]) -> CourseFolder {
    let book = (
        "book.toml",
        "[book]\ntitle = \"A Small Book\"\nauthors = [\"Ada\"]\n",
    );
    CourseFolder::of(&[&[book], files].concat())
}

fn try_book(files: &[(&str, &str)]) -> Result<Read, Vec<CourseError>> {
    read(folder(files).path(), &Overrides::default())
}

fn book(files: &[(&str, &str)]) -> Read {
    try_book(files).unwrap_or_else(|errors| panic!("{}", said(&errors).join("\n")))
}

fn said(errors: &[CourseError]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

fn body(topic: &TopicDraft) -> &str {
    match &topic.body {
        TopicBody::Markdown(text) => text,
        TopicBody::Blocks(_) => panic!("a page is Markdown"),
    }
}

/// Reads the book as a strict import does.
fn strict_book(files: &[(&str, &str)]) -> Result<Read, Vec<CourseError>> {
    let overrides = Overrides {
        strict: true,
        ..Overrides::default()
    };
    read(folder(files).path(), &overrides)
}

/// Returns the text of a book's only page.
fn page(text: &str) -> String {
    let read = book(&[
        ("src/SUMMARY.md", "- [Page](page.md)\n"),
        ("src/page.md", text),
        ("src/p.png", ""),
    ]);
    assert_eq!(said(&read.warnings), [] as [String; 0]);
    body(&read.draft.modules[0].topics[0]).to_owned()
}

/// A quiz with questions of every type that books have.
const QUIZ: &str = r#"
[multipart]
q = "**Shared** text."

[[questions]]
id = "one"
type = "MultipleChoice"
prompt.prompt = """
What of [A](a.html)?

```
fn a() {`[new]`}
```
"""
prompt.distractors = ["b", "c"]
answer.answer = "a"
context = "Because."

[[questions]]
type = "MultipleChoice"
multipart = "q"
prompt.prompt = "Which?"
prompt.distractors = ["x", "y"]
prompt.answerIndex = 1
answer.answer = ["m", "n"]

[[questions]]
id = "short"
type = "ShortAnswer"
prompt.prompt = "Say it"
answer.answer = "it"
answer.alternatives = ["that"]

[[questions]]
id = "trace"
type = "Tracing"
prompt.program = """
fn main() {}
"""
answer.doesCompile = false
answer.lineNumber = 1
"#;

#[test]
fn a_book_becomes_a_course() {
    let read = book(&[
        (
            "book.toml",
            "[book]\ntitle = \"Über Rust\"\nauthors = [\"Ada\"]\nlanguage = \"de\"\nsrc = \"text\"\n\
             description = \"Short.\"\n[output.html]\nmathjax-support = true\n",
        ),
        (
            "text/SUMMARY.md",
            "# Summary\n\n[Preface](README.md)\n\n- [One](one/README.md)\n    - [Deep](one/deep.md)\n- [Draft]()\n\
             \n[Thanks](thanks.md)\n",
        ),
        ("text/README.md", "# Preface\n\nHello.\n"),
        (
            "text/one/README.md",
            "# One\n\nThe first chapter. See [Deep](deep.md#part).\n\n### Sub\n",
        ),
        (
            "text/one/deep.md",
            "Deep\n====\n\nMore\n\nPart\n----\n\n\\\\(x_1\\\\) costs $5 or [the pdf](../a.pdf).\n",
        ),
        ("text/thanks.md", "# Thanks\n"),
        ("text/a.pdf", "%PDF"),
        (
            "LICENSE",
            "MIT License\n\nPermission is hereby granted, free of charge, to any person",
        ),
    ]);
    let draft = &read.draft;
    assert_eq!(draft.slug, "uber-rust");
    assert_eq!(
        (draft.language.as_str(), draft.summary.as_str()),
        ("de", "Short.")
    );
    assert_eq!(draft.license.as_deref(), Some("MIT"));
    assert!(!draft.settings.gated);
    let modules: Vec<_> = draft
        .modules
        .iter()
        .map(|m| (m.number, m.title.as_str(), m.gates))
        .collect();
    assert_eq!(
        modules,
        [
            (1, "Front matter", false),
            (2, "One", true),
            (3, "Back matter", false)
        ]
    );
    assert_eq!(draft.modules[1].summary, "The first chapter. See Deep.");
    let topics = &draft.modules[1].topics;
    assert_eq!(
        topics
            .iter()
            .map(|topic| topic.key.as_str())
            .collect::<Vec<_>>(),
        ["one", "one-deep"]
    );
    assert_eq!(
        body(&topics[0]),
        "The first chapter. See [Deep](topic:one-deep#part).\n\n## Sub\n"
    );
    assert_eq!(
        body(&topics[1]),
        "More\n\n## Part\n\n$x_1$ costs $5 or [the pdf](file:a.pdf).\n"
    );
    assert_eq!(draft.files[0].media_type, "application/pdf");
}

#[test]
fn the_caller_may_say_more() {
    let files = [
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        ("src/a.md", "# A\n\nText.\n"),
    ];
    let overrides = Overrides {
        slug: Some("mine".to_owned()),
        summary: Some("Mine.".to_owned()),
        ..Overrides::default()
    };
    let draft = read(folder(&files).path(), &overrides).unwrap().draft;
    assert_eq!(
        (draft.slug.as_str(), draft.summary.as_str()),
        ("mine", "Mine.")
    );
    assert_eq!(draft.title, "A Small Book");
}
