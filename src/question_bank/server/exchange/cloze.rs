//! Reads Moodle's texts with gaps, for example `{1:NUMERICAL:=4:0.1}`. A text with exactly one gap
//! becomes a question of the gap's type.

use std::ops::Range;

use super::check::few;
use super::collect::{Note, shortened};
use super::markup::{Markup, words};
use super::numbers;
use super::weights::{self, Weighted};
use crate::course::server::draft::AnswerDraft;

/// Placeholder for the gap in the prompt.
pub const GAP: &str = "_____";

pub struct Gap {
    /// Byte range of the whole gap in the text, braces included.
    pub range: Range<usize>,
    kind: GapKind,
    answers: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GapKind {
    Text { minds_case: bool },
    Number,
    Choice { several: bool, shuffle: bool },
}

fn kind(name: &str) -> Option<GapKind> {
    let choice = |several, shuffle| Some(GapKind::Choice { several, shuffle });
    match name.to_ascii_uppercase().as_str() {
        "SHORTANSWER" | "SA" | "MW" => Some(GapKind::Text { minds_case: false }),
        "SHORTANSWER_C" | "SAC" | "MWC" => Some(GapKind::Text { minds_case: true }),
        "NUMERICAL" | "NM" => Some(GapKind::Number),
        "MULTICHOICE" | "MC" | "MULTICHOICE_V" | "MCV" | "MULTICHOICE_H" | "MCH" => {
            choice(false, false)
        }
        "MULTICHOICE_S" | "MCS" | "MULTICHOICE_VS" | "MCVS" | "MULTICHOICE_HS" | "MCHS" => {
            choice(false, true)
        }
        "MULTIRESPONSE" | "MR" | "MULTIRESPONSE_H" | "MRH" => choice(true, false),
        "MULTIRESPONSE_S" | "MRS" | "MULTIRESPONSE_HS" | "MRHS" => choice(true, true),
        _ => None,
    }
}

/// Returns the gaps of a text, in order.
pub fn gaps(text: &str) -> Vec<Gap> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find('{') {
        let start = at + offset;
        at = start + 1;
        let Some((kind, answers)) = head(text, at) else {
            continue;
        };
        let Some(end) = end(&text[answers..]) else {
            break;
        };
        at = answers + end + 1;
        found.push(Gap {
            range: start..at,
            kind,
            answers: answers..answers + end,
        });
    }
    found
}

/// Reads the type of a gap from `1:NUMERICAL:`. Returns the type and the position at which the
/// answers begin.
fn head(text: &str, start: usize) -> Option<(GapKind, usize)> {
    const LONGEST: usize = 40;
    let end = (start + LONGEST).min(text.len());
    let bytes = &text.as_bytes()[start..end];
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let rest = bytes[digits..].strip_prefix(b":")?;
    let length = rest.iter().position(|byte| *byte == b':')?;
    let name = std::str::from_utf8(&rest[..length]).ok()?;
    Some((kind(name.trim())?, start + digits + length + 2))
}

/// Finds the first closing brace without a backslash before it.
fn end(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'}' => return Some(at),
            _ => {}
        }
    }
    None
}

/// Returns the answer that the gap asks for and the explanation, which joins `general` with the
/// feedback of the single answers.
pub fn answer(
    text: &str,
    gap: &Gap,
    general: &str,
    notes: &mut Vec<Note>,
) -> Result<(AnswerDraft, Option<String>), String> {
    let parts = split(&text[gap.answers.clone()], '~');
    few(parts.len())?;
    let answers: Vec<Weighted> = parts
        .into_iter()
        .filter(|part| !part.trim().is_empty())
        .map(|part| weighted(&part, gap.kind, notes))
        .collect();
    match gap.kind {
        GapKind::Choice { several, shuffle } => {
            let explanation = weights::explanation(general, weights::of_options(&answers));
            let answer = weights::choice(&answers, several, shuffle, notes);
            Ok((answer, explanation))
        }
        GapKind::Text { minds_case } => {
            if minds_case {
                notes.push(weights::case());
            }
            let explanation = weights::explanation(general, answers.iter().map(weights::of_typed));
            Ok((weights::short_answer(answers, notes)?, explanation))
        }
        GapKind::Number => {
            let numbers = answers.into_iter().map(number);
            let numbers: Vec<_> = numbers.collect::<Result<_, String>>()?;
            let said = numbers.iter().map(|(answer, _)| weights::of_typed(answer));
            let explanation = weights::explanation(general, said);
            Ok((weights::number(&numbers, notes)?, explanation))
        }
    }
}

/// Reads one answer: `=right#feedback`, `%50%partly right` or `wrong`.
fn weighted(part: &str, kind: GapKind, notes: &mut Vec<Note>) -> Weighted {
    let pieces = split(part, '#');
    let (answer, said) = match pieces.split_first() {
        Some((answer, said)) => (answer.trim().to_owned(), said.join("#")),
        None => (String::new(), String::new()),
    };
    let percentage = answer.strip_prefix('%').and_then(|rest| {
        let (percent, rest) = rest.split_once('%')?;
        let percent = numbers::finite(percent)?;
        Some((percent, rest))
    });
    let (percent, answer) = match (answer.strip_prefix('='), percentage) {
        (Some(right), _) => (100.0, right),
        (None, Some(weighted)) => weighted,
        (None, None) => (0.0, answer.as_str()),
    };
    let answer = unescaped(answer);
    Weighted {
        text: match kind {
            GapKind::Choice { .. } => Markup::Html.spoken(&answer, notes),
            _ => words(&answer).trim().to_owned(),
        },
        percent,
        feedback: Markup::Html.markdown(&unescaped(&said), notes),
    }
}

fn number(mut answer: Weighted) -> Result<(Weighted, f64), String> {
    let (number, tolerance) = answer.text.split_once(':').unwrap_or((&answer.text, ""));
    if answer.percent <= 0.0 && number.trim() == "*" {
        return Ok((answer, 0.0));
    }
    let (number, off) = numbers::with_tolerance(number, tolerance)?;
    answer.text = number;
    Ok((answer, off))
}

/// Splits the text at every `sign` without a backslash before it. Escapes stay in the pieces.
fn split(text: &str, sign: char) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == sign {
            pieces.push(String::new());
            continue;
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
            if c == '\\' {
                piece.extend(chars.next());
            }
        }
    }
    pieces
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('}' | '#' | '~' | '/' | '"' | '\\')) => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

/// Returns the reason to refuse a text with this many gaps, for any number but one.
pub fn several(count: usize) -> String {
    match count {
        0 => "it has no gap that asks something".to_owned(),
        count => format!("it has {count} gaps, and one question has one answer here"),
    }
}

/// Finds the gap `[[2]]` of Moodle's other gap types. Returns its byte range and its number.
/// Refuses a text with no gap or several.
pub fn numbered_gap(text: &str) -> Result<(Range<usize>, usize), String> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find("[[") {
        let start = at + offset;
        let rest = &text[start + 2..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        at = start + 2;
        if rest[digits..].starts_with("]]")
            && let Ok(number) = rest[..digits].parse::<usize>()
        {
            at = start + 2 + digits + 2;
            found.push((start..at, number));
        }
    }
    match <[_; 1]>::try_from(found) {
        Ok([gap]) => Ok(gap),
        Err(found) => Err(several(found.len())),
    }
}

/// Returns the reason to refuse a Moodle question type without a counterpart.
pub fn unknown(kind: &str) -> String {
    format!(
        "questions of Moodle's type '{}' have no counterpart here",
        shortened(kind)
    )
}
