//! The typed numbers that bring all points.

use super::compared_numbers::{Named, bounds, named_numbers};
use super::number_line::{Interval, inside, pieces, runs};
use super::{COMPUTES, NO_POINTS, TOO_MANY, disagrees, full, is_full};
use crate::question_bank::server::exchange::check::few;
use crate::question_bank::server::exchange::collect::Note;
use crate::question_bank::server::exchange::numbers::{finite, middle, unambiguous};
use crate::question_bank::server::exchange::qti::operators::Operator;
use crate::question_bank::server::exchange::qti::precision::Tolerance;
use crate::question_bank::server::exchange::qti::scoring::{Expression, QtiValue, ScoringProgram};
use crate::question_bank::server::exchange::weights::{Weighted, partial_credit};

/// True if the rules compare the answer as a number although it is declared as a text.
pub fn is_numeric(program: &ScoringProgram<'_>) -> bool {
    let is_comparison = |(operator, operands): &(&Operator, &[Expression])| {
        let compares = match operator {
            Operator::Equal(tolerance) => !matches!(tolerance, Tolerance::None),
            Operator::EqualRounded(_)
            | Operator::Less
            | Operator::Greater
            | Operator::AtMost
            | Operator::AtLeast => true,
            _ => false,
        };
        compares && operands.iter().any(|operand| program.is_answer(operand))
    };
    let mut right = program.declared.correct.iter();
    right.all(|text| finite(text).is_some()) && program.operations().iter().any(is_comparison)
}

/// The numbers that bring all points when they are typed, each with how far one may be off.
pub fn numbers(
    program: &ScoringProgram<'_>,
    notes: &mut Vec<Note>,
) -> Result<Vec<(Weighted, f64)>, String> {
    if program.hands_on_answer() {
        return Err(COMPUTES.to_owned());
    }
    let mapped = program.declared.mapped().map(|entry| &entry.key);
    let texts = program.declared.correct.iter().chain(mapped);
    let texts = texts.chain(&program.written).map(String::as_str);
    unambiguous(texts, program.has_decimal_comma)?;
    let named = named_numbers(program)?;
    let bounds = bounds(program, &named)?;
    few(bounds.len())?;
    let texts = numbers_as_written(program);
    let declared = program.declared;
    let mut scored = Vec::new();
    for piece in pieces(&bounds, declared.is_integer()) {
        let inside = inside(piece, declared.is_integer());
        scored.push((piece, program.points(&QtiValue::number(inside))?));
    }
    let most = scored.iter().map(|(_, points)| *points).fold(0.0, f64::max);
    if most <= 0.0 {
        return Err(NO_POINTS.to_owned());
    }
    let right = runs(&scored, |points| is_full(points, most));
    let mut answers = Vec::new();
    for run in right {
        if run.from.is_infinite() || run.to.is_infinite() {
            return Err(TOO_MANY.to_owned());
        }
        let parts: Vec<(usize, &Named)> = named
            .iter()
            .enumerate()
            .filter(|(_, named)| named.from >= run.from && named.to <= run.to)
            .collect();
        if run.is_closed && covers(&parts, run) {
            answers.extend(parts.into_iter().map(|(at, named)| {
                let text = written_as(named.number, &texts);
                (at, (full(text), named.off))
            }));
            continue;
        }
        if !run.is_closed {
            notes.push(Note::new(
                format!("that {} or {} is not right itself", run.from, run.to),
                "the ends of a range belong to it here",
            ));
        }
        let (text, off) = around(run, &texts).ok_or(TOO_MANY)?;
        answers.push((named.len(), (full(text), off)));
    }
    answers.sort_by_key(|(at, _)| *at);
    let answers: Vec<(Weighted, f64)> = answers.into_iter().map(|(_, answer)| answer).collect();
    let accepts = |key: &String| {
        let number = finite(key);
        number.is_some_and(|number| {
            program
                .points(&QtiValue::number(number))
                .is_ok_and(|points| is_full(points, most))
        })
    };
    if !declared.correct.is_empty() && !declared.correct.iter().any(accepts) {
        let right: Vec<&str> = answers
            .iter()
            .map(|(answer, _)| answer.text.as_str())
            .collect();
        return Err(disagrees(&right.join(", "), &declared.correct));
    }
    for run in runs(&scored, |points| points > 0.0 && !is_full(points, most)) {
        let name = match around(run, &texts) {
            Some((text, 0.0)) => text,
            _ => format!("{} to {}", run.from, run.to),
        };
        notes.push(partial_credit(&name));
    }
    Ok(answers)
}

/// True if the ranges together are exactly the run.
fn covers(parts: &[(usize, &Named)], run: Interval) -> bool {
    let mut ranges: Vec<(f64, f64)> = parts.iter().map(|(_, part)| (part.from, part.to)).collect();
    ranges.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut reached = run.from;
    for (from, to) in ranges {
        if from > reached {
            return false;
        }
        reached = reached.max(to);
    }
    !parts.is_empty() && reached == run.to && parts.iter().any(|(_, part)| part.from == run.from)
}

/// All numbers of the item as its file writes them.
fn numbers_as_written(program: &ScoringProgram<'_>) -> Vec<String> {
    let declared = program.declared;
    let mapped = declared.mapped().map(|entry| &entry.key);
    let texts = declared
        .correct
        .iter()
        .chain(mapped)
        .chain(&program.written);
    texts
        .filter(|text| text.trim().parse::<f64>().is_ok_and(f64::is_finite))
        .cloned()
        .collect()
}

fn written_as(number: f64, texts: &[String]) -> String {
    let known = texts.iter().find(|text| finite(text) == Some(number));
    known.map_or(number.to_string(), |text| text.trim().to_owned())
}

/// A run as its middle, in the spelling of the file if possible, and the distance to both ends.
fn around(run: Interval, texts: &[String]) -> Option<(String, f64)> {
    let written = |number: f64| {
        let places = match number == 0.0 {
            true => 0,
            false => (11 - number.abs().log10().floor() as i64).clamp(0, 15) as usize,
        };
        let text = format!("{number:.places$}");
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        }
    };
    let (text, off) = middle(&written(run.from), &written(run.to))?;
    let number = finite(&text)?;
    let is_near = |known: &&String| {
        finite(known).is_some_and(|known| (known - number).abs() <= number.abs() * 1e-9)
    };
    let text = texts.iter().find(is_near).cloned().unwrap_or(text);
    Some((text, off))
}
