//! GIFT, the plain-text format of Moodle. It is read as Moodle reads it, blank lines ending questions.

mod answers;
mod block;
mod signs;
mod write;

pub use write::write;

use super::collect::{Collector, Note, Parts, item};
use super::markup::Markup;
use super::{Format, Imported};
use crate::course::draft::{AnswerDraft, QuestionPurpose};
use block::{Block, blocks};

/// Marks of our own files, as tags that Moodle keeps.
const KEEP_ORDER: &str = "keep-order";
const PURPOSE: &str = "purpose-";
const DIFFICULTY: &str = "difficulty-";

const PURPOSES: [(&str, QuestionPurpose); 3] = [
    ("quiz", QuestionPurpose::Quiz),
    ("exam", QuestionPurpose::Exam),
    ("both", QuestionPurpose::Both),
];

pub fn read(text: &str) -> Result<Imported, String> {
    let mut collector = Collector::new(Format::Gift);
    for block in blocks(text) {
        let mut notes = Vec::new();
        let name = block.name();
        let item = match name.is_empty() {
            true => format!("{}, line {}", item(collector.next_number(), ""), block.line),
            false => item(collector.next_number(), &name),
        };
        let parts = question(&block, &mut notes);
        let identity = block.comment("id").next().unwrap_or(name);
        collector.add(&item, Some(&identity), parts, notes)?;
    }
    collector.finish()
}

fn question(block: &Block, notes: &mut Vec<Note>) -> Result<Parts, String> {
    let (stem, answers) = stem_and_answers(block.body())?;
    let (markup, prompt) = marked_up(&stem, Markup::Moodle);
    let prompt = markup.markdown(&prompt, notes);
    let (answers, general) = match answers.rsplit_once("####") {
        Some((answers, general)) => (answers.trim(), general),
        None => (answers, ""),
    };
    let (feedback_markup, general) = marked_up(general, markup);
    let general = feedback_markup.markdown(&general, notes);
    let (mut answer, explanation) = answers::read(answers, markup, &general, notes)?;
    if let AnswerDraft::Choice { shuffle, .. } = &mut answer
        && block.comment("tag").any(|tag| tag == KEEP_ORDER)
    {
        *shuffle = false;
    }
    Ok(Parts {
        prompt,
        explanation,
        answer,
        purpose: block
            .comment("tag")
            .find_map(|tag| purpose(&tag))
            .unwrap_or(QuestionPurpose::Quiz),
        difficulty: block
            .comment("tag")
            .find_map(|tag| tag.strip_prefix(DIFFICULTY)?.parse().ok())
            .filter(|difficulty| (0.0..=1.0).contains(difficulty)),
    })
}

fn purpose(tag: &str) -> Option<QuestionPurpose> {
    let name = tag.strip_prefix(PURPOSE)?;
    PURPOSES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, purpose)| *purpose)
}

/// The question's text, with a gap where answers stand in the middle of it, and what is between the braces.
fn stem_and_answers(body: &str) -> Result<(String, &str), String> {
    let (before, rest) = match (body.find('{'), body.find('}')) {
        (Some(open), Some(close)) if open < close => (&body[..open], &body[open + 1..]),
        (None, None) => {
            return Err("it has no answers in braces: it is a text that asks nothing".to_owned());
        }
        _ => return Err("its braces are not in pairs".to_owned()),
    };
    let (answers, after) = rest.split_once('}').unwrap_or((rest, ""));
    if answers.contains('{') || after.contains(['{', '}']) {
        return Err(
            "it has braces in more than one place; those of its text need a backslash before them"
                .to_owned(),
        );
    }
    let gap = if after.trim().is_empty() { "" } else { "_____" };
    Ok((format!("{before}{gap}{after}"), answers.trim()))
}

/// The markup that a text says at its beginning, and the text as it was meant.
fn marked_up(text: &str, usual: Markup) -> (Markup, String) {
    let text = text.trim();
    let (markup, text) = [
        ("[moodle]", Markup::Moodle),
        ("[html]", Markup::Html),
        ("[plain]", Markup::Plain),
        ("[markdown]", Markup::Markdown),
    ]
    .into_iter()
    .find_map(|(sign, markup)| Some((markup, text.strip_prefix(sign)?)))
    .unwrap_or((usual, text));
    (markup, signs::shown(text).trim().to_owned())
}
