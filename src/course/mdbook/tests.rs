//! Whole books, small ones made here, from the folder to the draft.

use std::collections::HashSet;
use std::path::Path;

use super::{Overrides, Read, read};
use crate::course::draft::{AnswerDraft, CourseError, TopicBody, TopicDraft, TracingOutcome};

/// A folder with these files; book.toml is added where it is not among them.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let book = (
        "book.toml",
        "[book]\ntitle = \"A Small Book\"\nauthors = [\"Ada\"]\n",
    );
    for (path, text) in [&[book], files].concat() {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
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

/// The text of a book's only page.
fn page(text: &str) -> String {
    let read = book(&[
        ("src/SUMMARY.md", "- [Page](page.md)\n"),
        ("src/page.md", text),
        ("src/p.png", ""),
    ]);
    assert_eq!(said(&read.warnings), [] as [String; 0]);
    body(&read.draft.modules[0].topics[0]).to_owned()
}

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
    assert!(draft.slug.starts_with("ber-rust-"), "{}", draft.slug);
    assert_eq!(
        (draft.language.as_str(), draft.summary.as_str()),
        ("de", "Short.")
    );
    assert_eq!(draft.licence.as_deref(), Some("MIT"));
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

#[test]
fn listings_captions_and_file_names() {
    let text = "<Listing number=\"3-1\" file-name=\"src/main.rs\" caption=\"Using `a<T>` & [b](#end)\">\n\n\
                ```rust,ignore\nfn a() {}\n```\n\n</Listing>\n\n\
                > <Listing file-name=\"x.rs\">\n>\n> <!-- no -->\n>\n> ```rust\n> # hidden\n> b\n> ```\n>\n\
                > </Listing>\n\n\
                <span class=\"filename\">Filename: Cargo.toml</span>\n\n```toml\n[a]\n```\n\n\
                <span class=\"caption\">Listing 3-2: A\ntable</span>\n\n\
                <img src=\"p.png\" class=\"center\" />\n\n<span class=\"caption\">Figure 1: A `p`</span>\n\n## End\n";
    assert_eq!(
        page(text),
        "<figure class=\"listing\">\n\n```rust title=\"src/main.rs\"\nfn a() {}\n```\n\n\
         <figcaption>Listing 3-1: Using <code>a&lt;T&gt;</code> &amp; <a href=\"#end\">b</a></figcaption>\n\
         </figure>\n\n\
         > ```rust title=\"x.rs\"\n> b\n> ```\n\n\
         <figure class=\"listing\">\n\n```toml title=\"Cargo.toml\"\n[a]\n```\n\n\
         <figcaption>Listing 3-2: A table</figcaption>\n</figure>\n\n\
         <figure>\n\n<img src=\"file:p.png\" class=\"center\" />\n\n\
         <figcaption>Figure 1: A <code>p</code></figcaption>\n</figure>\n\n## End\n"
    );
}

#[test]
fn comments_permissions_icons_and_unknown_directives_leave_no_sign() {
    let text = "A [link][x]<!-- ignore --> has @Perm{read}@Perm[lost]{write} <i class=\"fa fa-level-up\"></i> and\n\
                `@Perm{own}` <i>as</i> is.\n<!-- a\n\n{{#include none}} -->\n\n[x]: page.html\n";
    assert_eq!(
        page(text),
        "A [link](topic:page) has <span class=\"perm perm-read\" title=\"read permission\">R</span><span \
         class=\"perm perm-write perm-lost\" title=\"write permission lost\"><s>W</s></span> ↱ and\n\
         `@Perm{own}` <i>as</i> is.\n"
    );
}

#[test]
fn dollars_are_dollars_and_escaped_directives_are_shown() {
    assert_eq!(
        page("It costs $5 and $6, `$x`.\n"),
        "It costs \\$5 and \\$6, `$x`.\n"
    );
    assert_eq!(page("Write \\{{#include x}}:\n"), "Write {{#include x}}:\n");
    assert_eq!(page("```hbs\n{{#if a}}\n```\n"), "```hbs\n{{#if a}}\n```\n");
}

#[test]
fn what_mdbook_itself_adds_to_html() {
    let text = "An eye (<i class=\"fa fa-eye\"></i>).\n\n<div class=\"hidden\">\n\nNot *shown* <div>x</div>\n\n</div>\n\n\
                <div class=\"warning\">\n\nMind the [page](page.md).\n\n</div>\n\n<div>kept</div>\n";
    assert_eq!(
        page(text),
        "An eye (👁).\n\n<aside class=\"callout warning\"><p class=\"callout-title\">Warning</p>\n\n\
         Mind the [page](topic:page).\n\n</aside>\n\n<div>kept</div>\n"
    );
}

#[test]
fn fences_in_fences_keep_their_blank_lines() {
    let text = "Use ```` ``` ```` here.\n\n~~~markdown\n```rust\n\n\n# a\n```\n~~~\n";
    assert_eq!(
        page(text),
        "Use ```` ``` ```` here.\n\n````markdown\n```rust\n\n\n# a\n```\n````\n"
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Whatever an author leaves unfinished, reading ends with a course or with errors.
    #[test]
    fn any_page_is_read_without_panic(pieces in proptest::collection::vec(0..PIECES.len(), 0..24)) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        let _ = try_book(&[("src/SUMMARY.md", "- [A](a.md)\n"), ("src/a.md", &text), ("src/q.toml", QUIZ)]);
    }
}

const PIECES: [&str; 34] = [
    "{{#include a.md}}",
    "{{#quiz q.toml}}",
    "\\{{#x}}",
    "{{#",
    "}}",
    "<Listing caption=\"é `[\">",
    "</Listing>",
    "<!--",
    "-->",
    "```rust\n",
    "```aquascope,interpreter\n",
    "```admonish bug\n",
    "`[é]`",
    "#fn main() { f(`[]`\n",
    "```\n",
    "> ",
    "- ",
    "\n\n",
    "\n",
    "# Ünï {#x .y}",
    "\n===\n",
    "[é][",
    "]",
    "(a.md#é%",
    "![",
    "](x \"t\")",
    "[r]: a.md\n",
    "@Perm[lost]{own}",
    "<div class=\"hidden\">",
    "</div>",
    "<span class=\"caption\">é",
    "</span>",
    "$",
    "> *Note*: é ",
];

#[test]
fn links_inside_of_links_and_of_emphasis_keep_their_words() {
    let text = "*See [the **`a`** page](page.md \"T\")* and [![pic](p.png)](page.html), <https://a.example>\n";
    let rewritten = "*See [the **`a`** page](topic:page \"T\")* and [![pic](file:p.png)](topic:page), \
                     <https://a.example>\n";
    assert_eq!(page(text), rewritten);
}

#[test]
fn what_leads_nowhere_is_told_and_unlinked() {
    let read = book(&[
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        (
            "src/a.md",
            "# A\n\n[gone](gone.html), [*ref*][r], ![pic](no.png)\n\n{{#magic x}}\n\n[r]: old.md\n",
        ),
    ]);
    assert_eq!(body(&read.draft.modules[0].topics[0]), "gone, *ref*, pic\n");
    assert_eq!(
        said(&read.warnings),
        [
            "src/a.md:3: 'gone.html' does not exist",
            "src/a.md:3: 'old.md' is not among the pages of SUMMARY.md",
            "src/a.md:3: the image 'no.png' does not exist",
            "src/a.md:5: '{{#magic}}' is not known here and was left out",
        ]
    );
}

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
fn quizzes_become_questions_at_their_places() {
    let read = book(&[
        ("src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n"),
        (
            "src/a.md",
            "# A\n\nBefore\n{{#quiz ../quizzes/ch 1.toml}}\nAfter\n",
        ),
        ("src/b.md", "- item\n\n  {{#quiz ../quizzes/ch 1.toml}}\n"),
        ("quizzes/ch 1.toml", QUIZ),
    ]);
    let [a, b] = [
        &read.draft.modules[0].topics[0],
        &read.draft.modules[1].topics[0],
    ];
    let places = "Before\n\n<div data-question=\"one\"></div>\n\n<div data-question=\"quizzes-ch-1-2\"></div>\n\n\
                  <div data-question=\"short\"></div>\n\n<div data-question=\"trace\"></div>\n\nAfter\n";
    assert_eq!(body(a), places);
    assert!(
        body(b).contains("\n  <div data-question=\"one-in-b\"></div>\n"),
        "{}",
        body(b)
    );
    let code = "```rust labels=\"1=changed\"\nfn a() {new}\n```";
    assert_eq!(
        a.questions[0].prompt,
        format!("What of [A](topic:a)?\n\n{code}")
    );
    assert_eq!(a.questions[0].explanation.as_deref(), Some("Because."));
    assert_eq!(a.questions[1].prompt, "**Shared** text.\n\nWhich?");
    let AnswerDraft::Choice {
        options,
        several,
        shuffle,
    } = &a.questions[1].answer
    else {
        panic!()
    };
    let order: Vec<_> = options
        .iter()
        .map(|o| (o.text.as_str(), o.is_correct))
        .collect();
    assert_eq!(
        order,
        [("x", false), ("m", true), ("n", true), ("y", false)]
    );
    assert!(*several && !shuffle);
    let AnswerDraft::ShortAnswer { accepted, .. } = &a.questions[2].answer else {
        panic!()
    };
    assert_eq!(accepted, &["it", "that"]);
    let AnswerDraft::Tracing {
        program, outcome, ..
    } = &a.questions[3].answer
    else {
        panic!()
    };
    assert_eq!(
        (program.as_str(), outcome),
        ("fn main() {}\n", &TracingOutcome::FailsAtLine(Some(1)))
    );
    let keys: HashSet<_> = a
        .questions
        .iter()
        .chain(&b.questions)
        .map(|q| q.key.as_str())
        .collect();
    assert_eq!(keys.len(), 8);
}

#[test]
fn errors_of_quizzes_name_their_lines() {
    let question = "[[questions]]\nid = \"x\"\ntype = \"MultipleChoice\"\nprompt.prompt = \"P\"\n\
                    prompt.distractors = [\"b\"]\nanswer.answer = \"a\"\n";
    let errors = try_book(&[
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        (
            "src/a.md",
            "{{#quiz ../q1.toml}}\n{{#quiz ../q2.toml}}\n{{#quiz ../q3.toml}}\n{{#quiz ../no.toml}}\n\
             {{#quiz ../../q.toml}}\n{{#quiz ../q1.toml}}\n",
        ),
        ("q1.toml", &format!("{question}\n{question}")),
        ("q2.toml", &format!("# another file\n{question}")),
        ("q3.toml", "[[questions]]\ntype = \"Essay\"\nprompt.prompt = \"P\"\nanswer.answer = 1\n"),
    ])
    .unwrap_err();
    let said = said(&errors);
    assert_eq!(said[0], "q1.toml:8: the question id 'x' is used twice");
    assert_eq!(said[1], "q2.toml:2: the question id 'x' is used twice");
    assert!(
        said[2].starts_with("q3.toml:4: this quiz cannot be read:"),
        "{}",
        said[2]
    );
    assert_eq!(said[3], "src/a.md:4: the quiz '../no.toml' does not exist");
    assert_eq!(
        said[4],
        "src/a.md:5: the quiz '../../q.toml' leaves the course folder"
    );
    assert_eq!(
        said[5],
        "src/a.md:6: the quiz '../q1.toml' is on this page already"
    );
}

#[test]
fn all_errors_are_found_in_one_go() {
    let errors = try_book(&[
        (
            "src/SUMMARY.md",
            "- [A](a.md)\n- [B](b.md)\n- [A again](./a.md)\n- [Out](../../out.md)\n",
        ),
        (
            "src/a.md",
            "{{#include gone.md}}\n\n![up](../../secret.png)\n\n<Listing number=\"1\">\n",
        ),
    ])
    .unwrap_err();
    assert_eq!(
        said(&errors),
        [
            "src/a.md:1: the include 'gone.md' does not exist",
            "src/SUMMARY.md:2: the page 'b.md' does not exist",
            "src/SUMMARY.md:3: the page './a.md' is listed already, in line 1",
            "src/SUMMARY.md:4: the page '../../out.md' leaves the course folder",
            "src/a.md:5: this <Listing> is never closed",
            "src/a.md:3: the image '../../secret.png' leaves the course folder",
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_refused_wherever_they_are_used() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.toml"), "secret").unwrap();
    let dir = folder(&[
        ("src/SUMMARY.md", "- [A](a.md)\n- [S](s.toml)\n"),
        (
            "src/a.md",
            "{{#include s.toml}}\n{{#quiz s.toml}}\n\n![s](s.toml) [s](s.toml)\n",
        ),
    ]);
    std::os::unix::fs::symlink(
        outside.path().join("secret.toml"),
        dir.path().join("src/s.toml"),
    )
    .unwrap();
    let errors = read(dir.path(), &Overrides::default()).unwrap_err();
    assert_eq!(errors.len(), 4, "{:?}", said(&errors));
    assert!(errors.iter().all(|error| error.message.contains("leaves the course folder") && error.line.is_some()));
}

#[test]
fn what_is_no_book_is_said_to_be_none() {
    let dir = tempfile::tempdir().unwrap();
    let errors = read(dir.path(), &Overrides::default()).unwrap_err();
    assert_eq!(
        said(&errors),
        ["book.toml: an mdBook needs a book.toml, but it does not exist"]
    );
    let errors = try_book(&[("book.toml", "[book]\ntitle = 3\n")]).unwrap_err();
    assert!(
        said(&errors)[0].starts_with("book.toml:2: "),
        "{:?}",
        said(&errors)
    );
    let errors = try_book(&[]).unwrap_err();
    assert!(
        said(&errors)[0].starts_with("src/SUMMARY.md: "),
        "{:?}",
        said(&errors)
    );
    assert!(read(Path::new("/nowhere/at/all"), &Overrides::default()).is_err());
}
