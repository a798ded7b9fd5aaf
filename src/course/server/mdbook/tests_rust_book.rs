//! The Rust book, read from its folder to the HTML that learners see. The book is not part of this
//! repository. Without the book the tests print a note and pass, except in CI.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::{Overrides, read};
use crate::course::server::draft::{AnswerDraft, CourseDraft, TopicBody, TopicDraft};
use crate::platform::markdown::{TargetKind, render};

fn body(topic: &TopicDraft) -> &str {
    match &topic.body {
        TopicBody::Markdown(text) => text,
        TopicBody::Blocks(_) => panic!("a page is Markdown"),
    }
}

fn rust_book() -> Option<CourseDraft> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("LYCEUM_SHARED").map_or_else(beside, PathBuf::from);
    let folder = shared.join("courses/rust-book");
    if !folder.is_dir() {
        let absent = format!("{} is absent, the Rust book was not read", folder.display());
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{absent}");
        eprintln!("SKIPPED: {absent}");
        return None;
    }
    match read(&folder, &Overrides::default()) {
        Ok(read) => Some(read.draft),
        Err(errors) => panic!("{errors:#?}"),
    }
}

fn all_topics(draft: &CourseDraft) -> impl Iterator<Item = &TopicDraft> {
    draft.modules.iter().flat_map(|module| &module.topics)
}

#[test]
fn the_rust_book_arrives_whole() {
    let Some(draft) = rust_book() else { return };
    assert_eq!(draft.slug, "the-rust-programming-language");
    let titles: Vec<_> = draft
        .modules
        .iter()
        .map(|module| module.title.as_str())
        .collect();
    assert_eq!(titles.len(), 24);
    assert_eq!(
        (titles[0], titles[4], titles[23]),
        ("Front matter", "Understanding Ownership", "Appendix")
    );
    assert!(!draft.modules[0].gates && !draft.modules[23].gates && draft.modules[1].gates);
    assert_eq!(all_topics(&draft).count(), 120);

    let questions: Vec<_> = all_topics(&draft)
        .flat_map(|topic| &topic.questions)
        .collect();
    assert_eq!(questions.len(), 222);
    let keys: HashSet<_> = questions
        .iter()
        .map(|question| question.key.as_str())
        .collect();
    assert_eq!(keys.len(), 222);
    let count = |kind: fn(&AnswerDraft) -> bool| {
        questions
            .iter()
            .filter(|question| kind(&question.answer))
            .count()
    };
    assert_eq!(
        count(|answer| matches!(answer, AnswerDraft::Choice { .. })),
        141
    );
    assert_eq!(
        count(|answer| matches!(answer, AnswerDraft::ShortAnswer { .. })),
        17
    );
    assert_eq!(
        count(|answer| matches!(answer, AnswerDraft::Tracing { .. })),
        64
    );
    for topic in all_topics(&draft) {
        for question in &topic.questions {
            let place = format!("<div data-question=\"{}\"></div>", question.key);
            assert_eq!(body(topic).matches(&place).count(), 1, "{}", question.key);
        }
    }
}

/// Syntax of books that no learner may see on a page.
const BOOK_SYNTAX: [&str; 13] = [
    "{{#",
    "{{ #",
    "Listing&gt;",
    "&lt;Listing",
    "language-aquascope",
    "language-ide",
    "@Perm",
    "`[]`",
    "(focus",
    "ANCHOR",
    "rustdoc_include",
    "&lt;!--",
    ".md)",
];

#[test]
fn no_syntax_of_the_rust_book_is_left_on_any_page() {
    let Some(draft) = rust_book() else { return };
    let files: HashMap<_, _> = draft
        .files
        .iter()
        .map(|file| (file.key.as_str(), file))
        .collect();
    let resolve = |target: &str, kind: TargetKind| {
        if let Some(key) = target.strip_prefix("file:") {
            assert!(files[key].path.is_file(), "{key}");
            return Some(format!("/files/{key}"));
        }
        assert!(
            kind == TargetKind::Link || target.starts_with("https://"),
            "{target}"
        );
        Some(target.replace("topic:", "/topics/"))
    };
    let mut pages = HashMap::new();
    for topic in all_topics(&draft) {
        pages.insert(topic.key.as_str(), render(body(topic), &resolve));
        for question in &topic.questions {
            let mut texts = vec![question.prompt.as_str()];
            texts.extend(question.explanation.as_deref());
            if let AnswerDraft::Choice { options, .. } = &question.answer {
                texts.extend(options.iter().map(|option| option.text.as_str()));
            }
            for text in texts {
                assert_clean(&question.key, &render(text, &resolve).html);
            }
        }
    }
    for (key, page) in &pages {
        assert_clean(key, &page.html);
        assert_eq!(page.removed, [] as [String; 0], "{key}");
        for line in page.text.lines() {
            let hidden =
                line.trim_start() == "#" || line.starts_with("# fn ") || line.starts_with("#fn ");
            assert!(!hidden && !line.starts_with("# use "), "{key}: {line}");
        }
        for target in page
            .html
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
            let in_course = if path.is_empty() {
                Some(*key)
            } else {
                path.strip_prefix("/topics/")
            };
            match in_course {
                Some(topic) => {
                    let html = &pages
                        .get(topic)
                        .unwrap_or_else(|| panic!("{key}: {target}"))
                        .html;
                    let there = fragment.is_empty() || html.contains(&format!("id=\"{fragment}\""));
                    assert!(there, "{key}: {target}");
                }
                None => assert!(
                    path.contains("://") || path.starts_with("/files/"),
                    "{key}: {target}"
                ),
            }
        }
    }
}

fn assert_clean(what: &str, html: &str) {
    for syntax in BOOK_SYNTAX {
        if let Some(at) = html.find(syntax) {
            let found: String = html[at..].chars().take(80).collect();
            panic!("{what}: {found}");
        }
    }
}

#[test]
fn the_elements_of_the_rust_book_are_what_they_mean() {
    let Some(draft) = rust_book() else { return };
    let topic = |key: &str| {
        let found = all_topics(&draft).find(|topic| topic.key == key);
        body(found.unwrap_or_else(|| panic!("{key}")))
    };
    let ownership = topic("ch04-01-what-is-ownership");
    assert!(ownership.contains("```rust labels=\"2=L1,3=L3,7=L2\"\nfn main() {\n    let n = 5;\n"));
    assert!(ownership.contains("> [!NOTE]\n> In this chapter, we will use many code examples"));
    let guessing = topic("ch02-00-guessing-game-tutorial");
    assert!(
        guessing.contains(
            "<figcaption>Listing 2-1: Code that gets a guess from the user and prints it"
        )
    );
    assert!(guessing.contains("```rust title=\"src/main.rs\"\nuse std::io;\n"));
    let references = topic("ch04-02-references-and-borrowing");
    assert!(
        references.contains(
            "**Read** (<span class=\"perm perm-read\" title=\"read permission\">R</span>)"
        )
    );
    let cross_reference = "[“The Borrow Checker Finds Permission Violations”]\
                           (topic:ch04-02-references-and-borrowing#the-borrow-checker-finds-permission-violations)";
    assert!(topic("ch20-01-unsafe-rust").contains(cross_reference));
}
