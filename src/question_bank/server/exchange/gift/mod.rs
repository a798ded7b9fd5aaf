//! GIFT, Moodle's plain-text format for questions. The reader follows Moodle's: blank lines end
//! questions.

mod answers;
mod block;
mod signs;
mod write;

pub use write::write;

use std::ops::Range;

use super::collect::{Collector, Note, QuestionParts, item};
use super::marks::Marks;
use super::markup::Markup;
use super::{Format, Imported};
use crate::course::server::draft::AnswerDraft;
use block::{GiftBlock, blocks};

pub fn read(text: &str) -> Result<Imported, String> {
    let mut collector = Collector::new(Format::Gift);
    let found = blocks(text);
    if !found.blocks.iter().any(|block| block.body().contains('{')) {
        return collector.finish_empty();
    }
    collector.note_categories(found.categories.len());
    for block in found.blocks {
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

fn question(block: &GiftBlock, notes: &mut Vec<Note>) -> Result<QuestionParts, String> {
    let (stem, answers) = stem_and_answers(block.body())?;
    let (markup, prompt) = marked_up(&stem, Markup::Moodle);
    let prompt = markup.spoken(&prompt, notes);
    let (answers, general) = match answers.rsplit_once("####") {
        Some((answers, general)) => (answers.trim(), general),
        None => (answers, ""),
    };
    let (feedback_markup, general) = marked_up(general, markup);
    let general = feedback_markup.markdown(&general, notes);
    let (mut answer, explanation) = answers::read(answers, markup, &general, notes)?;
    let marks = Marks::of(block.comment("tag"), notes);
    if let AnswerDraft::Choice { shuffle, .. } = &mut answer
        && marks.keeps_order
    {
        *shuffle = false;
    }
    Ok(QuestionParts {
        prompt,
        explanation,
        answer,
        purpose: marks.purpose,
        difficulty: marks.difficulty,
    })
}

/// Splits a question into its prompt and the text between the braces. Answers in the middle of the
/// prompt leave a gap there.
fn stem_and_answers(body: &str) -> Result<(String, &str), String> {
    let pairs = pairs(body)?;
    let answers = match pairs.as_slice() {
        [] => {
            return Err("it has no answers in braces: it is a text that asks nothing".to_owned());
        }
        [only] => only.clone(),
        // Programs have braces that their authors did not escape.
        several => {
            let hold_answers = |pair: &&Range<usize>| hold_answers(&body[pair.start + 1..pair.end]);
            let mut found = several.iter().filter(hold_answers);
            match (found.next(), found.next()) {
                (Some(only), None) => only.clone(),
                _ => return Err(SEVERAL_BRACES.to_owned()),
            }
        }
    };
    let (before, after) = (&body[..answers.start], &body[answers.end + 1..]);
    let gap = if after.trim().is_empty() { "" } else { "_____" };
    let answers = body[answers.start + 1..answers.end].trim();
    Ok((format!("{before}{gap}{after}"), answers))
}

const SEVERAL_BRACES: &str =
    "it has braces in more than one place; those of its text need a backslash before them";

/// Finds the outermost pairs of braces.
fn pairs(body: &str) -> Result<Vec<Range<usize>>, String> {
    let mut pairs = Vec::new();
    let mut open = Vec::new();
    for (at, sign) in body.match_indices(['{', '}']) {
        match (sign, open.as_slice()) {
            ("{", _) => open.push(at),
            (_, []) => return Err("its braces are not in pairs".to_owned()),
            (_, [start]) => {
                pairs.push(*start..at);
                open.clear();
            }
            _ => drop(open.pop()),
        }
    }
    match (open.is_empty(), body.contains('}')) {
        (true, _) => Ok(pairs),
        (_, true) => Err(SEVERAL_BRACES.to_owned()),
        (_, false) => Err("its braces are not in pairs".to_owned()),
    }
}

fn hold_answers(braces: &str) -> bool {
    let braces = braces.trim();
    let word = braces.split('#').next().unwrap_or_default().trim();
    let words = ["T", "TRUE", "F", "FALSE"];
    braces.starts_with(['=', '~', '#', '>'])
        || words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Reads the markup that a text names at its beginning, such as `[html]`, or else takes `usual`.
/// Returns the markup and the text with escaped characters restored.
fn marked_up(text: &str, usual: Markup) -> (Markup, String) {
    let text = text.trim();
    let (markup, text) = [
        ("[moodle]", Markup::Moodle),
        ("[html]", Markup::Html),
        ("[plain]", Markup::Plain),
        ("[markdown]", Markup::Markdown),
    ]
    .into_iter()
    .find_map(|(sign, markup)| {
        let (start, rest) = text.split_at_checked(sign.len())?;
        start.eq_ignore_ascii_case(sign).then_some((markup, rest))
    })
    .unwrap_or((usual, text));
    (markup, signs::shown(text).trim().to_owned())
}
