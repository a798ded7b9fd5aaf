//! Mistakes of authors: what is left out of a course with a warning, and what ends an import.

use super::*;

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
