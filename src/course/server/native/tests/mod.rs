//! Courses in small temporary folders: a sound one, and copies with one mistake each.

mod documentation;
mod exports;
mod folders;
mod layouts;
mod manifests;
mod questions;
mod texts;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::read;
use crate::course::server::draft::{CourseDraft, TopicDraft};

/// A folder with a course that is sound until a test adds or removes something.
struct Sketch {
    files: BTreeMap<String, Vec<u8>>,
}

const COURSE: &str = r#"slug = "sketch"
title = "A sketch"
summary = "Short."
language = "en"
level = "beginner"

[[module]]
folder = "01-start"
title = "Start"
"#;

impl Sketch {
    fn new() -> Self {
        Self {
            files: BTreeMap::new(),
        }
        .with("course.toml", COURSE)
        .with("description.md", "A page.\n")
        .with(
            "01-start/01-hello.md",
            "+++\ntitle = \"Hello\"\n+++\n\nWelcome.\n",
        )
    }

    fn with(mut self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.files.insert(path.to_owned(), text.as_ref().to_vec());
        self
    }

    fn without(mut self, path: &str) -> Self {
        self.files.remove(path).expect("the sketch has this file");
        self
    }

    /// Gives the first topic this text below its front matter, which ends on line 3.
    fn with_text(self, text: &str) -> Self {
        self.with(
            "01-start/01-hello.md",
            format!("+++\ntitle = \"Hello\"\n+++\n{text}\n"),
        )
    }

    /// Gives the first topic these lines in its front matter, beginning on line 3.
    fn with_front(self, lines: &str) -> Self {
        self.with(
            "01-start/01-hello.md",
            format!("+++\ntitle = \"Hello\"\n{lines}\n+++\n\nWelcome.\n"),
        )
    }

    fn with_quiz(self, text: &str) -> Self {
        self.with("01-start/01-hello.quiz.toml", text)
    }

    fn on_disk(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in &self.files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    fn read(&self) -> CourseDraft {
        let folder = self.on_disk();
        read(folder.path()).unwrap_or_else(|errors| panic!("{errors:#?}"))
    }

    fn first_topic(&self) -> TopicDraft {
        self.read().modules[0].topics[0].clone()
    }

    fn errors(&self) -> Vec<String> {
        errors_of(self.on_disk().path())
    }

    /// Asserts that reading reports exactly this mistake.
    #[track_caller]
    fn fails_with(&self, expected: &str) {
        assert_eq!(self.errors(), [expected]);
    }
}

fn errors_of(folder: &Path) -> Vec<String> {
    match read(folder) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn the_smallest_course_is_read() {
    let course = Sketch::new().read();
    assert_eq!(
        (course.slug.as_str(), course.description.as_str()),
        ("sketch", "A page.\n")
    );
    assert_eq!(
        course.settings,
        crate::course::server::draft::CourseSettings::PACED
    );
    assert_eq!(
        (course.price_cents, course.cohort_only, course.files.len()),
        (0, false, 0)
    );
    let [module] = course.modules.as_slice() else {
        panic!("one module")
    };
    assert_eq!(
        (module.number, module.title.as_str(), module.gates),
        (1, "Start", true)
    );
    let [topic] = module.topics.as_slice() else {
        panic!("one topic")
    };
    assert_eq!(
        (topic.number, topic.key.as_str(), topic.title.as_str()),
        (1, "hello", "Hello")
    );
    assert_eq!(
        topic.body,
        crate::course::server::draft::TopicBody::Markdown("\nWelcome.\n".to_owned())
    );
}

#[test]
fn all_mistakes_are_told_at_once_in_order() {
    let errors = Sketch::new()
        .with(
            "course.toml",
            COURSE
                .replace("title = \"A sketch\"\n", "")
                .replace("beginner", "beginer"),
        )
        .with_text("![x](no.svg)\n[y](topic:nowhere)")
        .with_quiz("[[question]]\nkey = \"Q\"\ntype = \"choice\"\n")
        .errors();
    let expected = [
        "01-start/01-hello.md:4: the file 'no.svg' does not exist",
        "01-start/01-hello.md:5: there is no topic 'nowhere'",
        "01-start/01-hello.quiz.toml:1: 'options' is missing in a question of type choice",
        "01-start/01-hello.quiz.toml:1: 'prompt' is missing in a question",
        "01-start/01-hello.quiz.toml:2: 'key' is \"Q\", but may have only lowercase letters, digits and single hyphens between them",
        "course.toml:1: 'title' is missing in course.toml",
        "course.toml:4: 'level' is \"beginer\", but must be one of \"beginner\", \"intermediate\", \"advanced\"; did you mean 'beginner'?",
    ];
    assert_eq!(errors, expected);
}

#[test]
fn a_folder_that_is_not_there_is_said_to_be_missing() {
    let errors = errors_of(Path::new("no/such/course"));
    assert!(
        errors[0].contains("no/such/course can't be opened"),
        "{errors:?}"
    );
}
