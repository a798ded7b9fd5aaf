//! Reads `NUMBER-NAME.quiz.toml`: the questions of a topic.

use std::path::PathBuf;

use super::fields::Fields;
use super::limits;
use super::reading::{Keyed, Reading};
use super::source::{TomlSource, TomlValue};
use crate::course::server::draft::{
    AnswerDraft, OptionDraft, QuestionDraft, QuestionPurpose, TracingOutcome,
};

#[derive(Clone, Copy)]
enum Type {
    Choice,
    Several,
    ShortAnswer,
    Tracing,
    Ordering,
    Matching,
}

const TYPES: &[(&str, Type)] = &[
    ("choice", Type::Choice),
    ("several", Type::Several),
    ("short-answer", Type::ShortAnswer),
    ("tracing", Type::Tracing),
    ("ordering", Type::Ordering),
    ("matching", Type::Matching),
];

const PURPOSES: &[(&str, QuestionPurpose)] = &[
    ("quiz", QuestionPurpose::Quiz),
    ("exam", QuestionPurpose::Exam),
    ("both", QuestionPurpose::Both),
];

/// Reads a quiz file. None if the file can't be understood. Then references to its questions are
/// not reported as wrong.
pub fn read(reading: &Reading, file: PathBuf) -> Option<Vec<QuestionDraft>> {
    let source = TomlSource::open(reading, file)?;
    let table = source.parse()?;
    let mut fields = Fields::new(&source, "a quiz file", &table);
    let tables = fields.tables("question", "a question", limits::QUESTIONS);
    if tables.is_empty() {
        fields.complain("a quiz file needs at least one [[question]]");
    }
    fields.finish();
    Some(tables.into_iter().map(question).collect())
}

fn question(mut fields: Fields<'_>) -> QuestionDraft {
    let purpose = fields
        .choice("purpose", PURPOSES)
        .unwrap_or(QuestionPurpose::Quiz);
    let draft = QuestionDraft {
        key: key(&mut fields, Keyed::Question),
        prompt: fields.required_markdown("prompt", limits::PROMPT),
        explanation: fields.markdown("explanation", limits::PROMPT),
        purpose,
        difficulty: fields
            .number("difficulty", 0.0..=1.0)
            .map(|number| number as f32),
        answer: answer(&mut fields),
    };
    fields.finish();
    draft
}

/// Reads a required key that is unique in the course.
pub fn key(fields: &mut Fields<'_>, what: Keyed) -> String {
    let Some(value) = fields.require("key") else {
        return String::new();
    };
    let key = match value.source.reading.is_export() {
        true => value.line(limits::KEY),
        false => value.slug(limits::KEY),
    };
    if !key.is_empty() {
        value.source.reading.claim(what, &key, value.place());
    }
    key
}

fn answer(fields: &mut Fields<'_>) -> AnswerDraft {
    match fields.required_choice("type", TYPES) {
        Some(Type::Choice) => choice(fields, false),
        Some(Type::Several) => choice(fields, true),
        Some(Type::ShortAnswer) => short_answer(fields),
        Some(Type::Tracing) => tracing(fields),
        Some(Type::Ordering) => ordering(fields),
        Some(Type::Matching) => matching(fields),
        None => {
            ask_for_every_type(fields);
            AnswerDraft::Ordering { items: Vec::new() }
        }
    }
}

/// Marks the keys of all types as asked for. If the type is missing, any of them may be right, and
/// complaints about unknown keys would mislead.
fn ask_for_every_type(fields: &mut Fields<'_>) {
    for key in [
        "options",
        "shuffle",
        "answers",
        "tolerance",
        "language",
        "program",
        "prints",
        "fails",
        "fails_at_line",
        "items",
        "pairs",
    ] {
        fields.get(key);
    }
}

fn choice(fields: &mut Fields<'_>, several: bool) -> AnswerDraft {
    fields.rename(if several {
        "a question of type several"
    } else {
        "a question of type choice"
    });
    let values = fields.required_list("options", 2, limits::OPTIONS);
    let mut options: Vec<OptionDraft> = Vec::new();
    for value in &values {
        if let Some(option) = option(*value, &options) {
            options.push(option);
        }
    }
    if options.len() == values.len() && !values.is_empty() {
        check_right_options(fields, &options, several);
    }
    AnswerDraft::Choice {
        options,
        several,
        shuffle: fields.flag("shuffle", true),
    }
}

fn option(value: TomlValue<'_>, before: &[OptionDraft]) -> Option<OptionDraft> {
    let mut fields = Fields::of(value, "an option")?;
    let text = fields.required_markdown("text", limits::OPTION);
    let is_correct = fields.flag("correct", false);
    fields.finish();
    if before.iter().any(|other| other.text.trim() == text.trim()) {
        value.doubt(format!("the option \"{}\" is there twice", text.trim()));
    }
    Some(OptionDraft { text, is_correct })
}

fn check_right_options(fields: &Fields<'_>, options: &[OptionDraft], several: bool) {
    match options.iter().filter(|option| option.is_correct).count() {
        0 => {
            fields.complain("the question has no right answer: mark one option with correct = true")
        }
        1 => {}
        _ if several => {}
        count => fields.complain(format!(
            "the question has {count} right options: make it type = \"several\", or mark only one"
        )),
    }
}

fn short_answer(fields: &mut Fields<'_>) -> AnswerDraft {
    fields.rename("a question of type short-answer");
    let values = fields.required_list("answers", 1, limits::ANSWERS);
    let tolerance = fields.number("tolerance", 0.0..=1e15);
    let mut accepted: Vec<String> = Vec::new();
    for value in values {
        let answer = value.line(limits::ANSWER);
        let is_same = |other: &String| other.to_lowercase() == answer.to_lowercase();
        if accepted.iter().any(is_same) {
            value.doubt(format!(
                "the answer \"{answer}\" is there twice (upper and lower case are the same)"
            ));
        }
        if tolerance.is_some() && !answer.parse::<f64>().is_ok_and(f64::is_finite) {
            value.complain(format!(
                "with a tolerance every answer must be a number, but \"{answer}\" is none"
            ));
        }
        accepted.push(answer);
    }
    AnswerDraft::ShortAnswer {
        accepted,
        tolerance,
    }
}

fn tracing(fields: &mut Fields<'_>) -> AnswerDraft {
    fields.rename("a question of type tracing");
    let language = fields.required_line("language", limits::LANGUAGE);
    let program = fields
        .require("program")
        .map(|value| without_last_break(value, limits::PROGRAM));
    let program = program.unwrap_or_default();
    if fields.has_any(&["program"]) && program.trim().is_empty() {
        fields.complain("the program is empty");
    }
    let outcome = tracing_outcome(fields, program.lines().count());
    AnswerDraft::Tracing {
        language,
        program,
        outcome,
    }
}

fn tracing_outcome(fields: &mut Fields<'_>, lines: usize) -> TracingOutcome {
    let prints = fields
        .get("prints")
        .map(|value| without_last_break(value, limits::OUTPUT));
    let most = i32::try_from(lines.max(1)).unwrap_or(i32::MAX);
    let is_line_given = fields.has_any(&["fails_at_line"]);
    let line = fields
        .integer("fails_at_line", 1..=most)
        .and_then(|line| u32::try_from(line).ok());
    let fails = fields.flag("fails", false);
    if [prints.is_some(), is_line_given, fails]
        .iter()
        .filter(|given| **given)
        .count()
        != 1
    {
        fields.complain(
            "a tracing question says what the program does in exactly one of 'prints', 'fails_at_line' and fails = true",
        );
    }
    match prints {
        Some(output) => TracingOutcome::Prints(output),
        None => TracingOutcome::FailsAtLine(line),
    }
}

/// Reads a text. Line breaks at its end belong to the notation, except in exports.
fn without_last_break(value: TomlValue<'_>, limit: usize) -> String {
    let text = value.text(limit);
    match value.source.reading.is_export() {
        true => text,
        false => text.trim_end_matches('\n').to_owned(),
    }
}

fn ordering(fields: &mut Fields<'_>) -> AnswerDraft {
    fields.rename("a question of type ordering");
    AnswerDraft::Ordering {
        items: fields.required_lines("items", 2, limits::ITEMS, limits::ITEM),
    }
}

fn matching(fields: &mut Fields<'_>) -> AnswerDraft {
    fields.rename("a question of type matching");
    let mut pairs: Vec<(String, String)> = Vec::new();
    for value in fields.required_list("pairs", 2, limits::ITEMS) {
        let Some([left, right]) = sides(value) else {
            continue;
        };
        let pair = (left.line(limits::ITEM), right.line(limits::ITEM));
        if pairs.iter().any(|(other, _)| *other == pair.0) {
            left.doubt(format!("\"{}\" is on the left of two pairs", pair.0));
        }
        if pairs.iter().any(|(_, other)| *other == pair.1) {
            right.doubt(format!("\"{}\" is on the right of two pairs", pair.1));
        }
        pairs.push(pair);
    }
    AnswerDraft::Matching { pairs }
}

fn sides(value: TomlValue<'_>) -> Option<[TomlValue<'_>; 2]> {
    let array = value.raw().as_array().filter(|array| array.len() == 2);
    let Some(array) = array else {
        value.complain("a pair is a list of two texts: [\"left\", \"right\"]");
        return None;
    };
    let mut sides = array
        .iter()
        .map(|side| TomlValue::new(value.source, value.name, side));
    Some([sides.next()?, sides.next()?])
}
