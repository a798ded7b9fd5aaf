//! Reading and writing questions: samples as the tools write them, round trips, and malicious
//! files.

mod foreign;
mod gift;
mod hostile;
mod judging;
mod markup;
mod mdbook;
mod moodle;
mod pictures;
mod qti;
mod round_trip;
mod rules;

use super::{Format, Imported, LeftOut, read};
use crate::course::server::draft::{AnswerDraft, OptionDraft, QuestionDraft};

fn read_text(name: &str, text: &str) -> Imported {
    read(name, text.as_bytes()).unwrap()
}

fn one(name: &str, text: &str) -> QuestionDraft {
    let imported = read_text(name, text);
    assert_eq!(imported.left_out, []);
    assert_eq!(imported.questions.len(), 1);
    imported.questions.into_iter().next().unwrap()
}

fn refusal(name: &str, bytes: &[u8]) -> String {
    read(name, bytes).unwrap_err()
}

fn option(text: &str, is_correct: bool) -> OptionDraft {
    OptionDraft {
        text: text.to_owned(),
        is_correct,
    }
}

fn single(options: &[(&str, bool)]) -> AnswerDraft {
    choice(options, false, true)
}

fn choice(options: &[(&str, bool)], several: bool, shuffle: bool) -> AnswerDraft {
    AnswerDraft::Choice {
        options: options
            .iter()
            .map(|(text, right)| option(text, *right))
            .collect(),
        several,
        shuffle,
    }
}

fn short(accepted: &[&str], tolerance: Option<f64>) -> AnswerDraft {
    AnswerDraft::ShortAnswer {
        accepted: accepted.iter().map(|&text| text.to_owned()).collect(),
        tolerance,
    }
}

fn matching(pairs: &[(&str, &str)]) -> AnswerDraft {
    AnswerDraft::Matching {
        pairs: pairs
            .iter()
            .map(|&(left, right)| (left.to_owned(), right.to_owned()))
            .collect(),
    }
}

fn ordering(items: &[&str]) -> AnswerDraft {
    AnswerDraft::Ordering {
        items: items.iter().map(|&item| item.to_owned()).collect(),
    }
}

fn left_out(imported: &Imported) -> Vec<(&str, &str)> {
    imported
        .left_out
        .iter()
        .map(|LeftOut { item, why }| (item.as_str(), why.as_str()))
        .collect()
}

#[test]
fn the_content_tells_the_format() {
    let format = |name: &str, text: &str| read_text(name, text).format;
    assert_eq!(format("a.txt", "Is it?{T}"), Format::Gift);
    assert_eq!(format("a.xml", "Is it?{T}"), Format::Gift);
    assert_eq!(format("a.txt", "<p>Is it?</p>{T}"), Format::Gift);
    let moodle = "\u{feff}<?xml version=\"1.0\"?>\n<quiz><question type=\"essay\"/></quiz>";
    assert_eq!(format("a.txt", moodle), Format::MoodleXml);
    let item = "<assessmentItem identifier=\"a\"/>";
    assert_eq!(format("a.xml", item), Format::Qti);
    let toml =
        "[[questions]]\ntype = \"ShortAnswer\"\nprompt.prompt = \"?\"\nanswer.answer = \"a\"\n";
    assert_eq!(format("a.txt", toml), Format::MdBookToml);
}
