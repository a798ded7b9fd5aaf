//! Small whole books, made here, are read from the folder to the draft.

use std::collections::HashSet;
use std::path::Path;

use super::{Overrides, Read, read};
use crate::course::server::draft::{
    AnswerDraft, CourseError, TopicBody, TopicDraft, TracingOutcome,
};

/// Makes a folder with these files. book.toml is added if missing.
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
    assert_eq!(page("Write `{{#include}}`:\n"), "Write `{{#include}}`:\n");
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

    /// Reading ends with a course or with errors for any unfinished markup.
    #[test]
    fn any_page_is_read_without_panic(pieces in proptest::collection::vec(0..PIECES.len(), 0..24)) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        let maths = "[output.html]\nmathjax-support = true\n";
        let _ = try_book(&[("book.toml", maths), ("src/SUMMARY.md", "- [A](a.md)\n"), ("src/a.md", &text), ("src/q.toml", QUIZ)]);
    }
}

const PIECES: [&str; 40] = [
    "---\nx: é\n---\n",
    "{{%é}}",
    "\\\\(é",
    "\\\\)",
    "\\[é",
    "\\]",
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
fn a_quiz_brings_the_questions_that_can_be_read() {
    let question = "[[questions]]\nid = \"x\"\ntype = \"MultipleChoice\"\nprompt.prompt = \"P\"\n\
                    prompt.distractors = [\"b\"]\nanswer.answer = \"a\"\n";
    let without_id = question.replace("id = \"x\"\n", "");
    let files = [
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        (
            "src/a.md",
            "{{#quiz ../q1.toml}}\n{{#quiz ../q2.toml}}\n{{#quiz ../q3.toml}}\n{{#quiz ../no.toml}}\n\
             {{#quiz ../q1.toml}}\n{{#quiz ../q4.toml}}\n",
        ),
        ("q1.toml", &format!("{question}\n{question}")),
        ("q2.toml", &format!("# another file\n{question}")),
        (
            "q3.toml",
            &format!(
                "[[questions]]\ntype = \"Essay\"\nprompt.prompt = \"P\"\nanswer.answer = 1\n\
                 {without_id}[[questions]]\ntype = \"Essay\"\nprompt.prompt = \"P\"\nanswer.answer = \"a\"\n\
                 [[questions]]\ntype = \"ShortAnswer\"\nmultipart = \"no\"\nprompt.prompt = \"P\"\nanswer.answer = \"a\"\n"
            ),
        ),
        ("q4.toml", "[[questions]\n"),
    ];
    let expected = [
        "q1.toml:8: the question id 'x' is used twice; here it is 'q1-2'",
        "q2.toml:2: the question id 'x' is used twice; here it is 'q2-1'",
        "q3.toml:1: this question cannot be read: data did not match any variant of untagged enum OneOrMore",
        "q3.toml:14: [multipart] has no 'no'",
        "src/a.md:4: the quiz '../no.toml' does not exist",
        "src/a.md:5: the quiz '../q1.toml' is on this page already",
        "q4.toml:1: this quiz cannot be read: ",
        "q3.toml:10: questions of type 'Essay' are not known; there are MultipleChoice, ShortAnswer and Tracing",
    ];
    let read = book(&files);
    let warnings = said(&read.warnings);
    assert_eq!(warnings.len(), expected.len(), "{warnings:#?}");
    for (said, expected) in warnings.iter().zip(expected) {
        assert!(said.starts_with(expected), "{said}");
    }
    let topic = &read.draft.modules[0].topics[0];
    let keys: Vec<_> = topic
        .questions
        .iter()
        .map(|question| &question.key)
        .collect();
    assert_eq!(keys, ["x", "q1-2", "q2-1", "q3-2"]);
    // Each of the questions has a place in the text, and no other question has.
    for key in &keys {
        assert!(body(topic).contains(&format!("<div data-question=\"{key}\"></div>")));
    }
    assert_eq!(body(topic).matches("data-question").count(), 4);
    assert_eq!(said(&strict_book(&files).unwrap_err()), warnings);
}

#[test]
fn ids_of_questions_that_no_course_can_have_are_replaced() {
    let question = |id: &str| {
        format!(
            "[[questions]]\nid = \"{id}\"\ntype = \"ShortAnswer\"\nprompt.prompt = \"P\"\nanswer.answer = \"a\"\n"
        )
    };
    let quiz = [
        question(""),
        question("file:x"),
        question(&"long".repeat(60)),
    ]
    .concat();
    let read = book(&[
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        ("src/a.md", "{{#quiz ../q.toml}}\n"),
        ("q.toml", &quiz),
    ]);
    let questions = &read.draft.modules[0].topics[0].questions;
    let keys: Vec<_> = questions
        .iter()
        .map(|question| question.key.as_str())
        .collect();
    assert_eq!(keys, ["q-1", "q-2", "q-3"]);
    assert_eq!(read.warnings.len(), 3);
}

/// Mistakes of authors in real books, all of which mdBook builds.
const FORGETFUL: [(&str, &str); 4] = [
    (
        "src/SUMMARY.md",
        "- [A](a.md)\n- [B](b.md)\n  - [B 1](b1.md)\n- [A again](./a.md)\n- [Web](https://example.org)\n- [](c.md)\n",
    ),
    (
        "src/a.md",
        "Before\n\n{{#include gone.md}}\n\n```rust\n{{#include c.rs:gone}}\n```\n\n{{#include }}\n\n\
         ```rust\nfn a() {}\n{{#rustdoc_include }}\n```\n\n{{#playground gone.rs}}\n\nAfter\n",
    ),
    ("src/b1.md", "See [B](b.md), {{#include a.md}}\n"),
    ("src/c.md", "{{#include c.md}}\n"),
];

#[test]
fn a_book_is_taken_without_what_it_lacks() {
    let files = [&FORGETFUL[..], &[("src/c.rs", "// ANCHOR: a\n")]].concat();
    let read = book(&files);
    let titles: Vec<_> = (read.draft.modules.iter())
        .flat_map(|module| {
            module
                .topics
                .iter()
                .map(|topic| (module.number, module.title.as_str(), topic.title.as_str()))
        })
        .collect();
    assert_eq!(titles, [(1, "A", "A"), (2, "B", "B 1"), (3, "c", "c")]);
    assert_eq!(
        body(&read.draft.modules[0].topics[0]),
        "Before\n\n```rust\nfn a() {}\n\n```\n\nAfter\n"
    );
    let a = [
        "src/a.md:3: the include 'gone.md' does not exist",
        "src/a.md:6: 'c.rs' has no ANCHOR named 'gone'",
        "src/a.md:9: this include names no file",
        "src/a.md:13: this include names no file",
        "src/a.md:16: the include 'gone.rs' does not exist",
    ];
    let rest = [
        "src/SUMMARY.md:6: this chapter has no title; it was called 'c'",
        "src/SUMMARY.md:2: the page 'b.md' does not exist",
        "src/SUMMARY.md:4: the page './a.md' is listed already, in line 1",
        "src/SUMMARY.md:5: the page 'https://example.org' does not exist",
        "src/c.md:1: the include 'c.md' includes itself",
        "src/b1.md:1: 'b.md' is not among the pages of SUMMARY.md",
    ];
    let mut expected = [&a[..], &rest].concat();
    let mut warnings = said(&read.warnings);
    expected.sort_unstable();
    warnings.sort_unstable();
    assert_eq!(warnings, expected);
    // A broken link does not stop even a strict import.
    assert_eq!(strict_book(&files).unwrap_err().len(), expected.len() - 1);
}

#[test]
fn a_book_of_which_no_page_can_be_read_is_refused() {
    let errors = try_book(&[("src/SUMMARY.md", "- [A](a.md)\n")]).unwrap_err();
    assert_eq!(
        said(&errors),
        ["src/SUMMARY.md: none of the pages that are listed can be read"]
    );
}

#[test]
fn what_is_for_other_tools_is_not_for_learners() {
    let read = book(&[
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        (
            "src/a.md",
            "---\nminutes: 5\n---\n\n# A\n\nText {{% session }} {{%outline x}}and {{#magic}}.\n\n\
             <img src=\"gone.png\" alt=\"a &lt; b\"> and <img src=\"gone.svg\">.\n",
        ),
    ]);
    assert_eq!(
        body(&read.draft.modules[0].topics[0]),
        "Text {{% session }} and .\n\na &lt; b and .\n"
    );
    assert_eq!(
        said(&read.warnings),
        [
            "src/a.md:9: the image 'gone.png' does not exist",
            "src/a.md:9: the image 'gone.svg' does not exist",
            "src/a.md:7: '{{%outline}}' is not known here and was left out",
            "src/a.md:7: '{{#magic}}' is not known here and was left out",
        ]
    );
}

#[test]
fn a_listing_that_is_never_closed_ends_with_its_code() {
    let read = book(&[
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        (
            "src/a.md",
            "> <Listing number=\"1\" file-name=\"x.rs\" caption=\"One\">\n>\n> ```rust\n> a\n> ```\n\nBetween\n\n\
             <Listing number=\"2\">\n\n```rust\nb\n```\n\n</Listing>\n\n<Listing caption=\"No `code`\">\n\nAfter\n\n\
             <Listing file-name=\"y.rs\">\n\n```rust\nc\n```\n\n</Listing>\n",
        ),
    ]);
    assert_eq!(
        body(&read.draft.modules[0].topics[0]),
        "> <figure class=\"listing\">\n>\n> ```rust title=\"x.rs\"\n> a\n> ```\n>\n\
         > <figcaption>Listing 1: One</figcaption>\n> </figure>\n\nBetween\n\n\
         <figure class=\"listing\">\n\n```rust\nb\n```\n\n<figcaption>Listing 2</figcaption>\n</figure>\n\n\
         No <code>code</code>\n\nAfter\n\n```rust title=\"y.rs\"\nc\n```\n"
    );
    assert_eq!(
        said(&read.warnings),
        [
            "src/a.md:1: this <Listing> is never closed; it was ended behind its code",
            "src/a.md:17: this <Listing> is never closed and has no code; its caption was kept",
        ]
    );
}

#[test]
fn what_may_not_be_read_ends_the_import() {
    let files = [
        (
            "src/SUMMARY.md",
            "- [A](a.md)\n- [Out](../../out.md)\n- [Top](/etc/hostname)\n",
        ),
        (
            "src/a.md",
            "{{#include gone.md}}\n\n![up](../../secret.png)\n\n{{#quiz ../../q.toml}}\n\n\
             {{#include /etc/hostname}}\n{{#include ../../x.rs}}\n",
        ),
    ];
    let root = "leaves the course folder; --root DIR names a wider folder whose files may be used";
    let absolute = "is an absolute path; only files of the course folder can be used";
    assert_eq!(
        said(&try_book(&files).unwrap_err()),
        [
            format!("src/a.md:7: the include '/etc/hostname' {absolute}"),
            format!("src/a.md:8: the include '../../x.rs' {root}"),
            format!("src/SUMMARY.md:2: the page '../../out.md' {root}"),
            format!("src/SUMMARY.md:3: the page '/etc/hostname' {absolute}"),
            format!("src/a.md:5: the quiz '../../q.toml' {root}"),
            format!("src/a.md:3: the image '../../secret.png' {root}"),
        ]
    );
}

/// A book in a repository whose code, pictures and pages it shows.
#[test]
fn a_book_inside_a_repository_reaches_as_far_as_its_root() {
    let repository = folder(&[
        ("docs/book/book.toml", "[book]\ntitle = \"Inside\"\n"),
        (
            "docs/book/src/SUMMARY.md",
            "- [A](a.md)\n- [Changes](../../../CHANGELOG.md)\n",
        ),
        (
            "docs/book/src/a.md",
            "```rust\n{{#include ../../../code/main.rs:main}}\n```\n\n![logo](../../logo.png) \
             [changes](../../../CHANGELOG.md#one), {{#include ../../../code/main.rs:gone}}\n\n\
             {{#quiz ../../quizzes/q.toml}}\n",
        ),
        ("docs/logo.png", "png"),
        ("docs/quizzes/q.toml", &QUIZ.replace("[A](a.html)", "it")),
        (
            "code/main.rs",
            "// ANCHOR: main\nfn main() {}\n// ANCHOR_END: main\n",
        ),
        (
            "CHANGELOG.md",
            "# Changes\n\n## One\n\n[A](docs/book/src/a.md)\n",
        ),
    ]);
    let book = repository.path().join("docs/book");
    let within = |root: &Path| {
        let overrides = Overrides {
            root: Some(root.to_path_buf()),
            ..Overrides::default()
        };
        read(&book, &overrides)
    };
    let read = within(repository.path()).unwrap();
    assert_eq!(
        said(&read.warnings),
        ["src/a.md:5: '../../../code/main.rs' has no ANCHOR named 'gone'"]
    );
    let topics: Vec<_> = read
        .draft
        .modules
        .iter()
        .map(|module| &module.topics[0])
        .collect();
    assert_eq!(
        (topics[0].key.as_str(), topics[1].key.as_str()),
        ("a", "changelog")
    );
    let text = body(topics[0]);
    assert!(text.starts_with("```rust\nfn main() {}\n```\n"), "{text}");
    assert!(
        text.contains("![logo](file:logo.png) [changes](topic:changelog#one)"),
        "{text}"
    );
    assert_eq!(body(topics[1]), "## One\n\n[A](topic:a)\n");
    assert_eq!(topics[0].questions.len(), 4);
    // The key of a question does not depend on the root.
    assert_eq!(topics[0].questions[1].key, "quizzes-q-2");

    let errors = within(&repository.path().join("docs")).unwrap_err();
    assert!(!errors.is_empty());
    let said = said(&errors);
    assert!(
        said.iter()
            .all(|said| said.ends_with("leaves the folder that --root names")),
        "{said:#?}"
    );
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(within(elsewhere.path()).is_err());
}

#[test]
fn settings_of_the_wrong_kind_are_left_out() {
    let read = book(&[
        (
            "book.toml",
            "[book]\ntitle = \"T\"\nauthors = \"Ada\"\nlanguage = \"zh_CN\"\n[output.html]\nmathjax-support = \"yes\"\n\
             [preprocessor.quiz]\ndefault-language = \"c\"\n",
        ),
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        ("src/a.md", "Costs $5 and $6.\n"),
    ]);
    assert_eq!(read.draft.language, "zh-CN");
    assert_eq!(read.draft.authors, [] as [&str; 0]);
    let said = said(&read.warnings);
    assert!(
        said[0].starts_with("book.toml:3: 'book.authors' can't be used: "),
        "{said:#?}"
    );
    assert!(said[1].starts_with("book.toml:6: 'output.html.mathjax-support' can't be used: "));
    assert_eq!(said.len(), 2);
}

#[test]
fn titles_that_are_too_long_are_cut() {
    let long = "é".repeat(300);
    let read = book(&[
        (
            "book.toml",
            &format!("[book]\ntitle = \"{long}\"\nlanguage = \"?\"\n"),
        ),
        ("src/SUMMARY.md", &format!("- [{long}](a.md)\n")),
        ("src/a.md", "Text\0.\n"),
    ]);
    let module = &read.draft.modules[0];
    assert_eq!(
        [&read.draft.title, &module.title, &module.topics[0].title]
            .map(|title| title.chars().count()),
        [200; 3]
    );
    assert_eq!(read.draft.language, "en");
    assert_eq!(body(&module.topics[0]), "Text\u{fffd}.\n");
    assert_eq!(read.warnings.len(), 3);
}

#[test]
fn formulas_of_mathjax() {
    let formulas = |text: &str| {
        let read = book(&[
            ("book.toml", "[output.html]\nmathjax-support = true\n"),
            ("src/SUMMARY.md", "- [A](a.md)\n"),
            ("src/a.md", text),
        ]);
        body(&read.draft.modules[0].topics[0]).to_owned()
    };
    for (written, read) in [
        (
            "\\\\( x\\_1 \\\\\\\\ y \\\\{a\\\\} \\\\) and",
            "$x_1 \\\\ y \\{a\\}$ and",
        ),
        ("So \\(x_1 * y_1 \\{a\\}\\) is", "So $x_1 * y_1 \\{a\\}$ is"),
        ("\\\\[\nx [1](a.md)\n\\\\]", "$$\nx [1](a.md)\n$$"),
        ("> \\[\n> x\n> \\]", "> $$\n> x\n> $$"),
        ("\\[ x \\].", "$$x$$."),
        ("$$ x $$", "$$ x $$"),
        // Escaped brackets of ordinary text stay.
        (
            "f\\(x\\), see \\[1\\] and [a]\\(b\\)",
            "f\\(x\\), see \\[1\\] and [a]\\(b\\)",
        ),
        ("`\\(x\\)` \\(", "`\\(x\\)` \\("),
        ("\\( a\n\nb \\)", "\\( a\n\nb \\)"),
    ] {
        assert_eq!(formulas(&format!("{written}\n")), format!("{read}\n"));
    }
    assert_eq!(page("So \\(x\\) is\n"), "So \\(x\\) is\n");
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
    assert_eq!(errors.len(), 5, "{:?}", said(&errors));
    assert!(errors.iter().all(|error| error.message.contains("leaves the course folder") && error.line.is_some()));
}

#[test]
fn what_is_no_book_is_said_to_be_none() {
    let dir = tempfile::tempdir().unwrap();
    let errors = read(dir.path(), &Overrides::default()).unwrap_err();
    assert!(
        said(&errors)[0].starts_with("src/SUMMARY.md: "),
        "{:?}",
        said(&errors)
    );
    let errors = try_book(&[("book.toml", "[book]\ntitle = \n")]).unwrap_err();
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
