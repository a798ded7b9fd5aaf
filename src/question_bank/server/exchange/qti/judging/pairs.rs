//! The pairs that bring all points.

use super::{TOO_MANY, disagrees, is_full};
use crate::course::server::native::limits;
use crate::question_bank::server::exchange::collect::{Note, shortened};
use crate::question_bank::server::exchange::qti::declaration::sides;
use crate::question_bank::server::exchange::qti::scoring::ScoringProgram;

/// The side of each pair that a spare choice can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    First,
    Second,
}

/// Returns the pairs that together bring all points. `choices` are those of `side`: the spare ones
/// among them must not be right too.
pub fn pairs(
    program: &ScoringProgram<'_>,
    side: Side,
    choices: &[(String, String)],
    notes: &mut Vec<Note>,
) -> Result<Vec<(String, String)>, String> {
    let declared = program.declared;
    let right: Vec<String> = match declared.correct.is_empty() {
        false => declared.correct.clone(),
        true => {
            let mapped = declared.mapped().filter(|entry| entry.points > 0.0);
            mapped.map(|entry| entry.key.clone()).collect()
        }
    };
    if right.is_empty() {
        return Err("nothing declares which answer is right".to_owned());
    }
    let split = |pair: &String| {
        let both = sides(pair).map(|(one, other)| (one.to_owned(), other.to_owned()));
        both.ok_or_else(|| format!("its right answer '{}' is no pair", shortened(pair)))
    };
    let pairs: Vec<(String, String)> = right.iter().map(split).collect::<Result<_, _>>()?;
    if pairs.len() > limits::ITEMS {
        // The check of the finished question refuses it.
        return Ok(pairs);
    }
    let points = |pairs: &[(String, String)]| {
        let written: Vec<String> = pairs
            .iter()
            .map(|(one, other)| format!("{one} {other}"))
            .collect();
        program.points(&declared.response(written.iter().map(String::as_str)))
    };
    let all = points(&pairs)?;
    if all <= 0.0 {
        return Err("its scoring rules give what it declares to be right no points".to_owned());
    }
    for other in neighbors(&pairs).chain(replaced(&pairs, side, choices)) {
        let points = points(&other)?;
        if !is_full(points, all) {
            continue;
        }
        if other.is_empty() {
            return Err(TOO_MANY.to_owned());
        }
        if !is_full(all, points) {
            let other = other.iter().map(|(one, other)| format!("{one} {other}"));
            return Err(disagrees(&other.collect::<Vec<_>>().join(", "), &right));
        }
        if other.len() == pairs.len() {
            return Err("other pairs than those that it declares bring all points too".to_owned());
        }
        notes.push(Note::new(
            "a pair that need not be made",
            "it is declared to be right, and without it an answer is not fully right here",
        ));
    }
    Ok(pairs)
}

/// Returns sets of pairs that differ a little: one pair is missing, or two pairs have exchanged
/// partners.
fn neighbors(pairs: &[(String, String)]) -> impl Iterator<Item = Vec<(String, String)>> {
    let mut found = Vec::new();
    for one in 0..pairs.len() {
        let mut fewer = pairs.to_vec();
        fewer.remove(one);
        found.push(fewer);
        for other in one + 1..pairs.len() {
            let mut crossed = pairs.to_vec();
            let partner = crossed[one].1.clone();
            crossed[one].1 = std::mem::replace(&mut crossed[other].1, partner);
            let is_other = pairs[one].0 != pairs[other].0 && pairs[one].1 != pairs[other].1;
            if is_other {
                found.push(crossed);
            }
        }
    }
    found.into_iter()
}

/// Returns sets of pairs in which one choice has given its place to a spare one.
fn replaced(
    pairs: &[(String, String)],
    side: Side,
    choices: &[(String, String)],
) -> impl Iterator<Item = Vec<(String, String)>> {
    let is_spare = move |name: &&String| {
        !pairs.iter().any(|(first, second)| match side {
            Side::First => first == *name,
            Side::Second => second == *name,
        })
    };
    let spare = choices.iter().map(|(name, _)| name).filter(is_spare);
    spare.flat_map(move |name| {
        (0..pairs.len()).map(move |at| {
            let mut other = pairs.to_vec();
            match side {
                Side::First => other[at].0.clone_from(name),
                Side::Second => other[at].1.clone_from(name),
            }
            other
        })
    })
}
