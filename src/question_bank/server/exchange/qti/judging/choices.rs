//! The options of a choice that bring all points.

use super::{NO_POINTS, TOO_MANY, disagrees, is_full};
use crate::course::server::native::limits;
use crate::question_bank::server::exchange::collect::{Note, shortened};
use crate::question_bank::server::exchange::qti::scoring::{QtiValue, ScoringProgram};
use crate::question_bank::server::exchange::weights;
use crate::question_bank::server::exchange::weights::partial_credit;

/// Returns the identifiers of the choices that each bring all points. Adds notes for choices that
/// bring some.
pub fn single(
    program: &ScoringProgram<'_>,
    choices: &[(String, String)],
    notes: &mut Vec<Note>,
) -> Result<Vec<String>, String> {
    let declared = program.declared;
    let mut points = Vec::new();
    for (identifier, _) in choices {
        points.push(program.points(&declared.response([identifier.as_str()]))?);
    }
    let nothing = program.points(&QtiValue::Null)?;
    let most = points.iter().copied().fold(nothing, f64::max);
    if most <= 0.0 {
        return Err(NO_POINTS.to_owned());
    }
    let scored = || choices.iter().zip(&points);
    let right: Vec<String> = scored()
        .filter(|(_, points)| is_full(**points, most))
        .map(|((identifier, _), _)| identifier.clone())
        .collect();
    if is_full(nothing, most) || right.len() == choices.len() {
        return Err(TOO_MANY.to_owned());
    }
    if let Some(wrong) = declared.correct.iter().find(|key| !right.contains(key)) {
        let text = |identifier: &String| {
            let choice = choices.iter().find(|(known, _)| known == identifier);
            choice.map_or(identifier.clone(), |(_, text)| text.clone())
        };
        let right: Vec<String> = right.iter().map(text).collect();
        return Err(disagrees(&right.join(", "), &[text(wrong)]));
    }
    let partly = scored().filter(|(_, points)| **points > 0.0 && !is_full(**points, most));
    notes.extend(partly.map(|((_, text), _)| partial_credit(text)));
    Ok(right)
}

/// Returns the identifiers of the choices that together bring all points.
pub fn several(
    program: &ScoringProgram<'_>,
    choices: &[(String, String)],
    most_choices: usize,
    notes: &mut Vec<Note>,
) -> Result<Vec<String>, String> {
    if choices.len() > limits::OPTIONS {
        let (found, most) = (choices.len(), limits::OPTIONS);
        return Err(format!("it has {found} options, and {most} are possible"));
    }
    let declared = program.declared;
    let points = |set: usize| {
        let picked = choices.iter().enumerate();
        let picked = picked.filter(|(at, _)| set & (1 << at) != 0);
        program.points(&declared.response(picked.map(|(_, (identifier, _))| identifier.as_str())))
    };
    let said = choices.iter().enumerate();
    let said: usize = said
        .filter(|(_, (identifier, _))| declared.correct.contains(identifier))
        .map(|(at, _)| 1 << at)
        .sum();
    let allowed = match most_choices {
        0 => choices.len(),
        most => most.max(said.count_ones() as usize),
    };
    let mut all: Vec<(usize, f64)> = Vec::new();
    for set in 0..1usize << choices.len() {
        if set.count_ones() as usize <= allowed {
            all.push((set, points(set)?));
        }
    }
    let most = all.iter().map(|(_, points)| *points).fold(0.0, f64::max);
    if most <= 0.0 {
        return Err(NO_POINTS.to_owned());
    }
    let full: Vec<usize> = all
        .iter()
        .filter(|(_, points)| is_full(*points, most))
        .map(|(set, _)| *set)
        .collect();
    // If wrong choices cost nothing, the right ones are those that are in every full answer.
    let needed = full.iter().fold(usize::MAX, |one, other| one & other);
    let in_set = |set: usize| {
        let choices = choices.iter().enumerate();
        choices
            .filter(move |(at, _)| set & (1 << at) != 0)
            .map(|(_, choice)| choice)
    };
    let named = |set: usize| -> Vec<String> { in_set(set).map(|(_, text)| text.clone()).collect() };
    if said != 0 && !full.contains(&said) {
        let by_rules = full.iter().min_by_key(|set| set.count_ones());
        let by_rules = named(by_rules.copied().unwrap_or(0)).join(", ");
        return Err(disagrees(&by_rules, &named(said)));
    }
    if needed == 0 || !full.contains(&needed) {
        return Err(
            "different sets of its options bring all points, which is not possible here".to_owned(),
        );
    }
    let right = if said == 0 { needed } else { said };
    let idle = named(right & !needed);
    notes.extend(idle.iter().map(|text| {
        Note::new(
            format!("that '{}' need not be chosen", shortened(text)),
            "it is declared to be right, and without it an answer is not fully right here",
        )
    }));
    let scored = |set: usize| all.iter().find(|(known, _)| *known == set).map(|(_, p)| *p);
    let nothing = scored(0).unwrap_or(0.0);
    let wrong = (0..choices.len()).filter(|at| right & (1 << at) == 0);
    for at in wrong {
        if scored(1 << at).is_some_and(|points| points > nothing.max(0.0)) {
            notes.push(partial_credit(&choices[at].1));
        }
    }
    let shares = (0..choices.len()).filter(|at| needed & (1 << at) != 0);
    let shares: Option<Vec<f64>> = shares.map(|at| scored(1 << at)).collect();
    let shares = shares.unwrap_or_default().into_iter();
    notes.extend(weights::differing(shares.map(|share| share / most)));
    Ok(in_set(right)
        .map(|(identifier, _)| identifier.clone())
        .collect())
}
