//! Tests of files: their places, their names, and that each is used.

use std::fs;

use super::{COURSE, Sketch, errors_of};

const TOPIC: &str = "+++\ntitle = \"Another\"\n+++\n\nText.\n";

#[test]
fn two_topics_of_one_number_are_both_named() {
    Sketch::new().with("01-start/01-other.md", TOPIC).fails_with(
        "01-start/01-other.md:1: two topics have the number 1: '01-start/01-hello.md' and '01-start/01-other.md'",
    );
    let layout = "title = \"Another\"\n[[block]]\nid = \"a\"\ntype = \"text\"\nmarkdown = \"x\"\n";
    Sketch::new().with("01-start/1-other.layout.toml", layout).fails_with(
        "01-start/1-other.layout.toml:1: two topics have the number 1: '01-start/01-hello.md' and '01-start/1-other.layout.toml'",
    );
}

#[test]
fn numbers_have_no_gaps() {
    Sketch::new().with("01-start/03-other.md", TOPIC).fails_with(
        "01-start/03-other.md:1: the topic has the number 3, but the next of its module is 2: numbers are 1, 2, 3 … without gaps",
    );
    let errors = Sketch::new().with("01-start/00-other.md", TOPIC).errors();
    assert!(
        errors[0].contains("the topic has the number 0"),
        "{errors:?}"
    );
}

#[test]
fn topics_are_ordered_by_number_not_by_name() {
    let mut sketch = Sketch::new();
    for number in 2..=11 {
        sketch = sketch.with(&format!("01-start/{number}-t{number}.md"), TOPIC);
    }
    let numbers: Vec<_> = sketch.read().modules[0]
        .topics
        .iter()
        .map(|topic| topic.number)
        .collect();
    assert_eq!(numbers, (1..=11).collect::<Vec<_>>());
}

#[test]
fn a_key_belongs_to_one_topic_of_the_course() {
    let modules = format!("{COURSE}\n[[module]]\nfolder = \"02-more\"\ntitle = \"More\"\n");
    let sketch = Sketch::new().with("course.toml", modules);
    sketch.with("02-more/01-hello.md", TOPIC).fails_with(
        "02-more/01-hello.md:2: the key 'hello' is already that of the topic at 01-start/01-hello.md:2; keys of topics are unique in the course",
    );
}

#[test]
fn a_key_in_the_front_matter_outlives_a_new_file_name() {
    let topic = Sketch::new().with_front("key = \"old-name\"").first_topic();
    assert_eq!(topic.key, "old-name");
}

#[test]
fn a_file_beside_no_topic_is_refused() {
    Sketch::new().with("01-start/01-helo.quiz.toml", "").fails_with(
        "01-start/01-helo.quiz.toml:1: there is no topic '01-helo.md' or '01-helo.layout.toml' that this file belongs to; did you mean '01-hello'?",
    );
    for part in [
        "prompts.toml",
        "simulations.toml",
        "sports.md",
        "cooking.layout.toml",
    ] {
        let path = format!("01-start/02-gone.{part}");
        let errors = Sketch::new().with(&path, "x").errors();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(
            errors[0].contains("there is no topic '02-gone.md'"),
            "{errors:?}"
        );
    }
}

#[test]
fn a_file_that_nothing_refers_to_is_refused_with_a_guess() {
    Sketch::new().with("img/lost.svg", "<svg/>").fails_with(
        "img/lost.svg: nothing refers to this file: refer to it, or take it out of the folder",
    );
    Sketch::new().with("01-start/01-hello.quizz.toml", "").fails_with(
        "01-start/01-hello.quizz.toml: a topic has no files that end in '.quizz.toml'; did you mean '01-hello.quiz.toml'?",
    );
    Sketch::new()
        .with("01-start/01-hello.xylophone.md", "x")
        .fails_with(
            "01-start/01-hello.xylophone.md: a topic has no files that end in '.xylophone.md'",
        );
    Sketch::new().with("01-start/intro.md", "x").fails_with(
        "01-start/intro.md: nothing refers to this file: refer to it, or take it out of the folder; if it is to be a topic, its name must be NUMBER-NAME.md",
    );
}

#[test]
fn a_folder_of_topics_without_a_module_is_one_mistake() {
    Sketch::new()
        .with("02-more/01-a.md", TOPIC)
        .with("02-more/01-a.quiz.toml", "")
        .fails_with("02-more: the folder has topics, but no [[module]] in course.toml names it");
}

#[test]
fn readme_license_and_hidden_files_are_left_alone() {
    Sketch::new()
        .with("README.md", "x")
        .with("LICENSE-MIT", "x")
        .with("img/LICENSE.txt", "x")
        .with(".git/config", b"\xff\xfe")
        .with(".editorconfig", "")
        .read();
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_refused_wherever_they_lead() {
    let folder = Sketch::new()
        .with_text("![x](x.svg)")
        .with("01-start/y.svg", "<svg/>")
        .on_disk();
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::os::unix::fs::symlink(secret.path(), folder.path().join("01-start/x.svg")).unwrap();
    std::os::unix::fs::symlink(
        folder.path().join("01-start/y.svg"),
        folder.path().join("inside.svg"),
    )
    .unwrap();
    std::os::unix::fs::symlink("/", folder.path().join("root")).unwrap();
    let errors = errors_of(folder.path());
    for link in ["01-start/x.svg", "inside.svg", "root"] {
        let expected =
            format!("{link}: symbolic links are not allowed in a course: put the file itself here");
        assert!(errors.contains(&expected), "{errors:#?}");
    }
    assert!(
        errors
            .iter()
            .any(|error| error
                .starts_with("01-start/01-hello.md:4: the file 'x.svg' does not exist"))
    );
}

#[cfg(unix)]
#[test]
fn the_course_folder_itself_may_be_reached_through_a_link() {
    let folder = Sketch::new().on_disk();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("course");
    std::os::unix::fs::symlink(folder.path(), &link).unwrap();
    assert!(errors_of(&link).is_empty());
}

#[test]
fn paths_stay_inside_the_course() {
    let outside = Sketch::new().with_text("![x](../../secret.svg)");
    outside.fails_with(
        "01-start/01-hello.md:4: the path '../../secret.svg' leads out of the course folder",
    );
    let absolute = Sketch::new().with_text("[x](/etc/passwd)");
    absolute.fails_with(
        "01-start/01-hello.md:4: the path '/etc/passwd' must be relative to the file that it is written in",
    );
}

#[test]
fn files_over_the_limit_are_refused() {
    let folder = Sketch::new().with_text("[x](big.pdf)").on_disk();
    let big = fs::File::create(folder.path().join("01-start/big.pdf")).unwrap();
    big.set_len(20 * 1024 * 1024 + 1).unwrap();
    let expected = "01-start/big.pdf: the file has more than the 20 MB that a file may have";
    assert_eq!(errors_of(folder.path()), [expected]);
    big.set_len(20 * 1024 * 1024).unwrap();
    assert!(errors_of(folder.path()).is_empty());
}

#[test]
fn texts_are_utf8_without_control_characters() {
    Sketch::new()
        .with("01-start/01-hello.sports.md", b"fine\nnot \xff fine\n")
        .fails_with("01-start/01-hello.sports.md:2: the file is not UTF-8 text");
    Sketch::new()
        .with_text("a\nb\u{0}c")
        .fails_with("01-start/01-hello.md:5: the line has a control character in it");
    Sketch::new().with("description.md", "a\r\nb\r\n").read();
    Sketch::new().with("description.md", "\u{feff}a\n").read();
}

#[test]
fn names_are_plain() {
    let sketch = Sketch::new()
        .with("01-start/two words.svg", "<svg/>")
        .with_text("![x](<two words.svg>)");
    sketch.fails_with(
        "01-start/two words.svg: names of files and folders have only ASCII letters, digits, '.', '-' and '_'",
    );
    Sketch::new().with("01-start/02-Other.md", TOPIC).fails_with(
        "01-start/02-Other.md:1: 'Other' can't be a key: after its number the file's name has lowercase letters, digits and single hyphens, at most 80",
    );
}

#[test]
fn kinds_of_files_that_a_course_cant_serve_are_refused() {
    Sketch::new().with_text("[x](tool.exe)").with("01-start/tool.exe", "MZ").fails_with(
        "01-start/01-hello.md:4: '01-start/tool.exe' is not of a kind of file that a course can have; see docs/course-format.md for the list",
    );
}

#[test]
fn folders_are_not_endlessly_deep() {
    let errors = Sketch::new().with("a/b/c/d/e/f/g/h/i/x.svg", "x").errors();
    assert_eq!(errors, ["a/b/c/d/e/f/g/h: folders go at most 8 deep"]);
}
