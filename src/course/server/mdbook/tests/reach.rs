//! The files that a book may use: those of its folder, or of the root that the caller names.

use super::*;

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
