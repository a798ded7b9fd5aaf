//! Finds the answers to which an item's scoring rules give all points, by running the rules for
//! every possible answer. The form of the rules does not matter, and an item whose rules contradict
//! its declared answer is refused.

use super::declaration::{Declaration, sides};
use super::operators::{Operator, Tolerance};
use super::scoring::{Expression, QtiValue, ScoringProgram, range};
use crate::course::server::native::limits;
use crate::question_bank::server::exchange::check::few;
use crate::question_bank::server::exchange::collect::{Note, shortened};
use crate::question_bank::server::exchange::numbers::{finite, middle, unambiguous};
use crate::question_bank::server::exchange::weights;
use crate::question_bank::server::exchange::weights::{Weighted, partial_credit};

/// A text that is nobody's answer to any question.
const NOBODYS: &str = "\u{2204}zq\u{2205}";
const NO_POINTS: &str = "its scoring rules give no answer any points";
const COMPUTES: &str = "its scoring rules compute with the answer, which is not possible here";
const TOO_MANY: &str = "its scoring rules give all points to more answers than can be named";

/// True if the points are full. The tolerance is one millionth, because thirds are rounded.
fn is_full(points: f64, most: f64) -> bool {
    points >= most - most.abs() * 1e-6
}

/// Notes that the item's template is unknown, so that its declared answer is taken without a check.
pub fn note_unknown(program: &ScoringProgram<'_>, notes: &mut Vec<Note>) {
    notes.extend(program.unknown_template.as_ref().map(|template| {
        Note::new(
            format!("its scoring rules '{}'", shortened(template)),
            "they are not known here; what it declares to be right is taken",
        )
    }));
}

fn disagrees(by_rules: &str, declared: &[String]) -> String {
    format!(
        "its scoring rules give all points to '{}', but it declares '{}' to be right",
        shortened(by_rules),
        shortened(&declared.join(", "))
    )
}

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

/// Returns the identifiers in the order that brings all points.
pub fn order(program: &ScoringProgram<'_>, identifiers: &[String]) -> Result<Vec<String>, String> {
    let declared = &program.declared.correct;
    if declared.is_empty() && identifiers.len() > FEW {
        return Err("nothing declares which order is right".to_owned());
    }
    if identifiers.len() > limits::ITEMS {
        // The check of the finished question refuses it.
        return Ok(declared.clone());
    }
    let points = |order: &[String]| {
        let order = order.iter().map(String::as_str);
        program.points(&program.declared.response(order))
    };
    let from = if declared.is_empty() {
        identifiers
    } else {
        declared
    };
    let mut all = Vec::new();
    for order in orders(from) {
        let points = points(&order)?;
        all.push((order, points));
    }
    let most = all.iter().map(|(_, points)| *points).fold(0.0, f64::max);
    if most <= 0.0 {
        return Err(NO_POINTS.to_owned());
    }
    let mut full = all
        .into_iter()
        .filter(|(_, points)| is_full(*points, most))
        .map(|(order, _)| order);
    match (full.next(), full.next()) {
        (Some(order), None) if declared.is_empty() || order == *declared => Ok(order),
        (Some(order), None) => Err(disagrees(&order.join(", "), declared)),
        _ => Err("more than one order of its items brings all points".to_owned()),
    }
}

/// Up to this number of items, all orders are tried.
const FEW: usize = 6;

/// Returns all orders of up to `FEW` items, or else the orders in which two items have changed
/// places.
fn orders(items: &[String]) -> Vec<Vec<String>> {
    let mut orders = vec![items.to_vec()];
    if items.len() <= FEW {
        orders = vec![Vec::new()];
        for _ in items {
            let longer = |order: &Vec<String>| -> Vec<Vec<String>> {
                let left = items.iter().filter(|item| !order.contains(item));
                let with = |item: &String| [order.as_slice(), std::slice::from_ref(item)].concat();
                left.map(with).collect()
            };
            orders = orders.iter().flat_map(longer).collect();
        }
        return orders;
    }
    for one in 0..items.len() {
        for other in one + 1..items.len() {
            let mut order = items.to_vec();
            order.swap(one, other);
            orders.push(order);
        }
    }
    orders
}

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

fn full(text: String) -> Weighted {
    Weighted {
        text,
        percent: 100.0,
        feedback: String::new(),
    }
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

/// A part of the number line within which all numbers bring the same points.
#[derive(Debug, Clone, Copy)]
struct Interval {
    from: f64,
    to: f64,
    /// True if both ends belong to it.
    is_closed: bool,
}

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

/// A number that answers are compared with, and the range around it within which they are equal to
/// it.
struct Named {
    number: f64,
    off: f64,
    from: f64,
    to: f64,
}

impl Named {
    fn exact(number: f64) -> Self {
        Self {
            number,
            off: 0.0,
            from: number,
            to: number,
        }
    }
}

/// The operations of the rules that look at the answer, with what they compare it to.
fn compared<'a>(program: &'a ScoringProgram<'_>) -> Result<Vec<(&'a Operator, Vec<f64>)>, String> {
    let mut found = Vec::new();
    for (operator, operands) in program.operations() {
        if !operands.iter().any(|operand| program.is_answer(operand)) {
            continue;
        }
        few(found.len())?;
        let mut numbers = Vec::new();
        for operand in operands
            .iter()
            .filter(|operand| !program.is_answer(operand))
        {
            let value = steady(program, operand)?;
            let values = value.values().iter().cloned();
            numbers.extend(values.filter_map(|value| QtiValue::One(value).as_number()));
        }
        found.push((operator, numbers));
    }
    Ok(found)
}

/// The numbers that answers are compared with, in the order of the file, each once.
fn named_numbers(program: &ScoringProgram<'_>) -> Result<Vec<Named>, String> {
    let mut found: Vec<Named> = Vec::new();
    let mut add = |named: Named| {
        let is_known = |known: &Named| known.number == named.number && known.off == named.off;
        if !found.iter().any(is_known) {
            found.push(named);
        }
    };
    for (operator, numbers) in compared(program)? {
        few(numbers.len())?;
        for number in numbers {
            match operator {
                Operator::Equal(tolerance) => {
                    if is_uneven(tolerance) {
                        return Err("its tolerance is not the same to both sides".to_owned());
                    }
                    let (from, to) = range(tolerance, number);
                    let off = match tolerance {
                        Tolerance::None => 0.0,
                        Tolerance::Absolute { below, .. } => *below,
                        Tolerance::Percent { below, .. } => {
                            without_noise(number.abs() * below / 100.0)
                        }
                    };
                    add(Named {
                        number,
                        off,
                        from,
                        to,
                    });
                }
                Operator::Match | Operator::Member => add(Named::exact(number)),
                _ => {}
            }
        }
    }
    let mapped = program.declared.mapped();
    for number in mapped.filter_map(|entry| finite(&entry.key)) {
        add(Named::exact(number));
    }
    Ok(found)
}

/// Rounds away the noise of binary fractions.
fn without_noise(number: f64) -> f64 {
    format!("{number:.12e}").parse().unwrap_or(number)
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

/// The numbers at which the rules may begin or cease to give points.
fn bounds(program: &ScoringProgram<'_>, named: &[Named]) -> Result<Vec<f64>, String> {
    let mut found: Vec<f64> = Vec::new();
    let declared: &Declaration = program.declared;
    found.extend(declared.correct.iter().filter_map(|key| finite(key)));
    found.extend(named.iter().flat_map(|named| [named.from, named.to]));
    for (operator, numbers) in compared(program)? {
        match operator {
            Operator::EqualRounded(rounding) => {
                for number in numbers {
                    let (number, half) = (rounding.round(number), rounding.step(number) / 2.0);
                    found.extend([number - half, number + half]);
                }
            }
            Operator::Less | Operator::Greater | Operator::AtMost | Operator::AtLeast => {
                found.extend(numbers);
            }
            Operator::Equal(_) | Operator::Match | Operator::Member | Operator::IsNull => {}
            _ => return Err(COMPUTES.to_owned()),
        }
    }
    found.retain(|number| number.is_finite());
    found.sort_by(f64::total_cmp);
    found.dedup();
    Ok(found)
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

/// The value of what an answer is compared with; it must not depend on the answer.
fn steady(program: &ScoringProgram<'_>, operand: &Expression) -> Result<QtiValue, String> {
    let changes = match operand {
        Expression::Mapped => true,
        Expression::Operation(_, operands) => operands.iter().any(|part| program.is_answer(part)),
        _ => false,
    };
    match changes {
        true => Err(COMPUTES.to_owned()),
        false => program.constant(operand),
    }
}

fn is_uneven(tolerance: &Tolerance) -> bool {
    match tolerance {
        Tolerance::None => false,
        Tolerance::Absolute { below, above, .. } | Tolerance::Percent { below, above, .. } => {
            below != above
        }
    }
}

/// Splits the number line at the bounds. For integers, parts without an integer are left out.
fn pieces(bounds: &[f64], is_integer: bool) -> Vec<Interval> {
    let mut pieces = Vec::new();
    let mut from = f64::NEG_INFINITY;
    for bound in bounds.iter().copied().chain([f64::INFINITY]) {
        pieces.push(Interval {
            from,
            to: bound,
            is_closed: false,
        });
        if bound.is_finite() {
            pieces.push(Interval {
                from: bound,
                to: bound,
                is_closed: true,
            });
        }
        from = bound;
    }
    if !is_integer {
        return pieces;
    }
    let whole = pieces.into_iter().map(|piece| match piece.is_closed {
        true => piece,
        false => Interval {
            from: piece.from.floor() + 1.0,
            to: piece.to.ceil() - 1.0,
            is_closed: true,
        },
    });
    whole
        .filter(|piece| {
            piece.from <= piece.to && piece.from.fract() == 0.0 || piece.from.is_infinite()
        })
        .collect()
}

fn inside(piece: Interval, is_integer: bool) -> f64 {
    let inside = match (piece.from.is_finite(), piece.to.is_finite()) {
        (true, true) => piece.from / 2.0 + piece.to / 2.0,
        (true, false) => piece.from + piece.from.abs().max(1.0),
        (false, true) => piece.to - piece.to.abs().max(1.0),
        (false, false) => 0.0,
    };
    match is_integer {
        true => inside.floor(),
        false => inside,
    }
}

/// Joins neighboring pieces for which `holds` is true.
fn runs(scored: &[(Interval, f64)], holds: impl Fn(f64) -> bool) -> Vec<Interval> {
    let mut runs: Vec<Interval> = Vec::new();
    for pieces in scored.split(|(_, points)| !holds(*points)) {
        if let (Some((first, _)), Some((last, _))) = (pieces.first(), pieces.last()) {
            runs.push(Interval {
                from: first.from,
                to: last.to,
                is_closed: first.is_closed && last.is_closed,
            });
        }
    }
    runs
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
