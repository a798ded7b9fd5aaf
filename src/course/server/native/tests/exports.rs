//! Exports of a site: what they may have that authors of files may not.

use super::Sketch;
use crate::course::server::draft::{QuestionDraft, TopicBody};
use crate::course::server::native::write;

const QUIZ: &str = "[[question]]\nkey = \"site:1\"\ntype = \"choice\"\nprompt = \"Q\"\n\
                    options = [{ text = \"a\", correct = true }, { text = \"b\" }]\n";
const TEXT: &str = "# Title\n\n<img src=\"file:pictures/a.png\">\n\n[x](file:odd.bin) [y](topic:gone#here) [z](gone.md)\n\n\
                    <div data-question=\"site:1\"></div>\n";

fn export() -> Sketch {
    let sketch = Sketch::new();
    let manifest = String::from_utf8(sketch.files["course.toml"].clone()).unwrap();
    sketch
        .with("course.toml", format!("exported = true\n{manifest}"))
        .with_text(TEXT)
        .with_quiz(QUIZ)
        .with("pictures/a.png", "a")
        .with("odd.bin", "b")
        .with("from-files/c.png", "c")
}

#[test]
fn texts_of_an_export_are_taken_as_they_are() {
    let course = export().read();
    assert!(course.is_export);
    let topic = &course.modules[0].topics[0];
    assert_eq!(topic.body, TopicBody::Markdown(format!("{TEXT}\n")));
    let keys = topic.questions.iter().map(|question| question.key.as_str());
    assert_eq!(keys.collect::<Vec<_>>(), ["site:1"]);
    let files: Vec<_> = (course.files.iter())
        .map(|file| (file.key.as_str(), file.media_type.as_str()))
        .collect();
    assert_eq!(
        files,
        [
            ("from-files/c.png", "image/png"),
            ("odd.bin", "application/octet-stream"),
            ("pictures/a.png", "image/png"),
        ]
    );
    // Without the mark everything is checked.
    let manifest = String::from_utf8(export().files["course.toml"].clone()).unwrap();
    let plain = export().with("course.toml", manifest.replace("exported = true\n", ""));
    assert!(plain.errors().len() >= 6, "{:?}", plain.errors());
}

#[test]
fn what_is_written_is_read_as_it_was() {
    let mut course = export().read();
    let mut topic = course.modules[0].topics[0].clone();
    topic.key = "second".to_owned();
    topic.number = 2;
    topic.is_draft = true;
    topic.body = TopicBody::Markdown(String::new());
    topic.questions = vec![QuestionDraft {
        key: "other".to_owned(),
        explanation: Some("It's\n\"so\" \\ '''\n".to_owned()),
        difficulty: Some(0.3),
        ..topic.questions[0].clone()
    }];
    course.modules[0].topics.push(topic);
    let mut again = Sketch {
        files: Default::default(),
    };
    for (name, text) in write::texts(&course) {
        again = again.with(&name, text);
    }
    for file in &mut course.files {
        again = again.with(&file.key, "x");
        file.path = Default::default();
    }
    let mut read = again.read();
    read.files
        .iter_mut()
        .for_each(|file| file.path = Default::default());
    assert_eq!(read, course);
}
