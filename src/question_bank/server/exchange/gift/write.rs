//! Writes questions as GIFT. Texts are marked as Markdown. Line breaks and signs are escaped, so
//! that every text is one line.

use std::fmt::Write;

use super::answers::true_false;
use super::signs;
use crate::course::server::draft::{AnswerDraft, OptionDraft, QuestionDraft, QuestionPurpose};
use crate::question_bank::server::exchange::check::is_clean;
use crate::question_bank::server::exchange::collect::{called, pictures, shortened};
use crate::question_bank::server::exchange::marks::{DIFFICULTY, KEEP_ORDER, PURPOSE, PURPOSES};
use crate::question_bank::server::exchange::markup::formulas;
use crate::question_bank::server::exchange::{LeftOut, Written};
use crate::question_bank::server::number;

/// Writes the questions. Omitted parts are also listed in the file, as comments.
pub fn write(questions: &[QuestionDraft]) -> Written<String> {
    let mut content = String::from("// Questions in GIFT, with texts in Markdown.\n");
    let mut left_out = Vec::new();
    for question in questions {
        let item = called(question);
        match answers(&question.answer).and_then(|answers| whole(question, &answers)) {
            Ok(text) => {
                content.push('\n');
                content.push_str(&text);
                left_out.extend(pictures(question).iter().map(|name| LeftOut {
                    item: format!("{item}, the picture '{}'", shortened(name)),
                    why: "GIFT holds no files".to_owned(),
                }));
            }
            Err(why) => {
                let _ = write!(content, "\n// {item} is left out: {why}\n");
                left_out.push(LeftOut { item, why });
            }
        }
    }
    Written { content, left_out }
}

fn whole(question: &QuestionDraft, answers: &[String]) -> Result<String, String> {
    let mut out = comment(question);
    let _ = write!(
        out,
        "[markdown]{} {{",
        signs::escaped(&formulas::write(&clean(&question.prompt)?))
    );
    let explanation = match &question.explanation {
        Some(text) => format!("####{}", marked(text)?),
        None => String::new(),
    };
    match answers {
        [one] => {
            let _ = write!(out, "{one}{explanation}");
        }
        several => {
            for line in several.iter().chain([&explanation]) {
                if !line.is_empty() {
                    let _ = write!(out, "\n\t{line}");
                }
            }
            out.push('\n');
        }
    }
    out.push_str("}\n");
    Ok(out)
}

/// Returns a comment with the key as Moodle's ID number, and tags for settings that GIFT cannot
/// express.
fn comment(question: &QuestionDraft) -> String {
    let mut marks = Vec::new();
    if is_clean(&question.key) && !question.key.contains('\n') {
        marks.push(format!("[id:{}]", question.key.replace(']', "\\]")));
    }
    let purpose = PURPOSES
        .iter()
        .find(|(_, purpose)| *purpose == question.purpose && *purpose != QuestionPurpose::Quiz);
    if let Some((name, _)) = purpose {
        marks.push(format!("[tag:{PURPOSE}{name}]"));
    }
    if let Some(difficulty) = question.difficulty {
        marks.push(format!("[tag:{DIFFICULTY}{difficulty}]"));
    }
    if matches!(&question.answer, AnswerDraft::Choice { shuffle: false, .. }) {
        marks.push(format!("[tag:{KEEP_ORDER}]"));
    }
    match marks.is_empty() {
        true => String::new(),
        false => format!("// {}\n", marks.join(" ")),
    }
}

/// Returns the text between the braces, one line for each answer.
fn answers(answer: &AnswerDraft) -> Result<Vec<String>, String> {
    match answer {
        AnswerDraft::Choice {
            options, several, ..
        } => {
            let is = |is_true| *answer == true_false(is_true);
            match (is(true), is(false)) {
                (true, _) => Ok(vec!["TRUE".to_owned()]),
                (_, true) => Ok(vec!["FALSE".to_owned()]),
                _ => choice(options, *several),
            }
        }
        AnswerDraft::ShortAnswer {
            accepted,
            tolerance: None,
        } => accepted.iter().map(|text| typed(text)).collect(),
        AnswerDraft::ShortAnswer {
            accepted,
            tolerance: Some(tolerance),
        } => numbers(accepted, *tolerance),
        AnswerDraft::Matching { pairs } => pairs.iter().map(pair).collect(),
        AnswerDraft::Ordering { .. } => Err("GIFT has no questions about an order".to_owned()),
        AnswerDraft::Tracing { .. } => {
            Err("GIFT has no questions about what a program prints".to_owned())
        }
    }
}

fn choice(options: &[OptionDraft], several: bool) -> Result<Vec<String>, String> {
    let right = options.iter().filter(|option| option.is_correct).count();
    let share = rounded(100.0 / right.max(1) as f64);
    let line = |option: &OptionDraft| {
        let text = marked(&option.text)?;
        Ok(match (several, option.is_correct) {
            (true, true) => format!("~%{share}%{text}"),
            (true, false) => format!("~%-{share}%{text}"),
            // A percentage at the beginning would be read as a weight.
            (false, true) if text.starts_with('%') => format!("=[markdown]{text}"),
            (false, true) => format!("={text}"),
            (false, false) if text.starts_with('%') => format!("~%0%{text}"),
            (false, false) => format!("~{text}"),
        })
    };
    options.iter().map(line).collect()
}

/// Formats percent with five decimals, as Moodle writes thirds and sevenths.
fn rounded(percent: f64) -> String {
    let text = format!("{percent:.5}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn typed(text: &str) -> Result<String, String> {
    let text = clean(text)?;
    if text.contains("->") {
        return Err(format!(
            "its answer '{}' has '->', which means a pair in GIFT",
            shortened(&text)
        ));
    }
    // An unescaped star means any text.
    let escaped = signs::escaped(&text.replace('*', "\\*"));
    let weight = if text.starts_with('%') { "%100%" } else { "" };
    let plain = if text.starts_with('[') { "[plain]" } else { "" };
    Ok(format!("={weight}{plain}{escaped}"))
}

fn numbers(accepted: &[String], tolerance: f64) -> Result<Vec<String>, String> {
    let mut lines = vec!["#".to_owned()];
    for number in accepted {
        let plain = number::plain(number)
            .ok_or_else(|| format!("its answer '{}' is not a number", shortened(number)))?;
        let has_comma = number.contains(',');
        let written = if has_comma { &plain } else { number.trim() };
        lines.push(format!("={written}:{tolerance}"));
    }
    Ok(lines)
}

fn pair((left, right): &(String, String)) -> Result<String, String> {
    if left.contains("->") {
        return Err(format!(
            "'{}' has '->', which GIFT can't have in the left side of a pair",
            shortened(left)
        ));
    }
    Ok(format!("={} -> {}", marked(left)?, marked(right)?))
}

/// Escapes a text within a Markdown question. A text that begins with a bracket gets `[markdown]`
/// before it, because the bracket would be read as a mark of markup.
fn marked(text: &str) -> Result<String, String> {
    let text = formulas::write(&clean(text)?);
    let mark = if text.starts_with('[') {
        "[markdown]"
    } else {
        ""
    };
    Ok(format!("{mark}{}", signs::escaped(&text)))
}

fn clean(text: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    match is_clean(&text) {
        true => Ok(text),
        false => Err("it has a control character".to_owned()),
    }
}
