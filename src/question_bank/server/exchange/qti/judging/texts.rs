//! The typed texts that bring all points.

use super::{NO_POINTS, TOO_MANY, disagrees, full, is_full};
use crate::course::server::native::limits;
use crate::question_bank::server::exchange::check::few;
use crate::question_bank::server::exchange::collect::{Note, shortened};
use crate::question_bank::server::exchange::qti::operators::Operator;
use crate::question_bank::server::exchange::qti::scoring::{QtiValue, ScoringProgram};
use crate::question_bank::server::exchange::weights;
use crate::question_bank::server::exchange::weights::{Weighted, partial_credit};

/// A text that is nobody's answer to any question.
const NOBODYS: &str = "\u{2204}zq\u{2205}";

/// Returns the typed texts that bring all points. Notes if upper and lower case differ.
pub fn texts(program: &ScoringProgram<'_>, notes: &mut Vec<Note>) -> Result<Vec<Weighted>, String> {
    let declared = program.declared;
    let candidates = candidates(program);
    few(candidates.len())?;
    let points = |text: &str| program.points(&declared.response([text]));
    let mut scored = Vec::new();
    for text in &candidates {
        scored.push((text, points(text)?));
    }
    let nobodys = points(NOBODYS)?;
    let most = scored
        .iter()
        .map(|(_, points)| *points)
        .fold(nobodys, f64::max);
    if most <= 0.0 {
        return Err(NO_POINTS.to_owned());
    }
    if is_full(nobodys, most) {
        return Err(TOO_MANY.to_owned());
    }
    let mut right: Vec<&String> = Vec::new();
    let mut minds_case = false;
    for (text, _) in scored.iter().filter(|(_, points)| is_full(*points, most)) {
        for longer in [format!("{text} {NOBODYS}"), format!("{NOBODYS} {text}")] {
            if is_full(points(&longer)?, most) {
                return Err(format!(
                    "its scoring rules accept every text with '{}' in it, which is not possible here",
                    shortened(text)
                ));
            }
        }
        for other in [text.to_lowercase(), text.to_uppercase()] {
            minds_case |= !is_full(points(&other)?, most);
        }
        if !right.iter().any(|known| is_like(known, text)) {
            right.push(text);
        }
    }
    let is_right = |text: &str| {
        declared
            .correct
            .iter()
            .any(|correct| is_like(correct, text))
    };
    if !declared.correct.is_empty() && !right.iter().any(|text| is_right(text)) {
        let right: Vec<&str> = right.iter().map(|text| text.as_str()).collect();
        return Err(disagrees(&right.join(", "), &declared.correct));
    }
    let partly = scored
        .iter()
        .filter(|(_, points)| *points > nobodys.max(0.0))
        .filter(|(text, _)| !right.iter().any(|known| is_like(known, text)));
    notes.extend(partly.map(|(text, _)| partial_credit(text)));
    if minds_case {
        notes.push(weights::case());
    }
    Ok(right.into_iter().map(|text| full(text.clone())).collect())
}

fn is_like(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Returns all texts that an item names, the right ones first.
fn candidates(program: &ScoringProgram<'_>) -> Vec<String> {
    let declared = program.declared;
    let mut found: Vec<String> = declared.correct.clone();
    found.extend(declared.mapped().map(|entry| entry.key.clone()));
    let named = program.named().into_iter();
    found.extend(named.filter_map(|value| QtiValue::One(value.clone()).as_text()));
    for (operator, _) in program.operations() {
        if let Operator::PatternMatch(pattern) = operator {
            found.extend(pattern.texts.iter().map(|text| text.trim().to_owned()));
        }
    }
    let mut candidates: Vec<String> = Vec::new();
    let most = limits::ANSWERS * 10;
    for text in found {
        if candidates.len() > most {
            // More than `few` allows.
            break;
        }
        if !text.trim().is_empty() && !candidates.contains(&text) {
            candidates.push(text);
        }
    }
    candidates
}
