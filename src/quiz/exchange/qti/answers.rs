//! The interactions of QTI that have a counterpart.

use std::collections::HashSet;

use super::body;
use super::declaration::Declaration;
use crate::course::draft::{AnswerDraft, OptionDraft};
use crate::quiz::exchange::check::few;
use crate::quiz::exchange::collect::{Note, shortened};
use crate::quiz::exchange::markup::Element;
use crate::quiz::exchange::weights::{self, partial_credit};

pub fn read(
    root: &Element,
    interaction: &Element,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let is_choice = |part: &&&Element| part.name.ends_with("Choice");
    few(interaction.walk().iter().filter(is_choice).count())?;
    let declared = || Declaration::of(root, interaction);
    match interaction.name.as_str() {
        "choiceInteraction" => choice(interaction, &declared()?, "simpleChoice", notes),
        "inlineChoiceInteraction" => choice(interaction, &declared()?, "inlineChoice", notes),
        "textEntryInteraction" => text_entry(root, &declared()?, notes),
        "orderInteraction" => ordering(interaction, &declared()?, notes),
        "matchInteraction" => matching(interaction, &declared()?, notes),
        "associateInteraction" => association(interaction, &declared()?, notes),
        "extendedTextInteraction" => {
            Err("it is an essay, which a person would have to grade".to_owned())
        }
        other => Err(format!(
            "QTI's {} has no counterpart here",
            shortened(other)
        )),
    }
}

/// What can be chosen: identifier and Markdown.
type Choices = Vec<(String, String)>;

fn choices<'a>(elements: impl Iterator<Item = &'a Element>, notes: &mut Vec<Note>) -> Choices {
    elements
        .map(|element| {
            let identifier = element.attribute("identifier").unwrap_or_default();
            (identifier.to_owned(), body::choice(element, notes))
        })
        .collect()
}

/// The choice's text as one line, taken out so that it can't be used again.
fn take(choices: &mut Choices, identifier: &str) -> Option<String> {
    let at = choices.iter().position(|(known, _)| known == identifier)?;
    Some(choices.remove(at).1.replace("\\\n", " "))
}

fn choice(
    interaction: &Element,
    declared: &Declaration,
    name: &str,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let right = declared.right()?;
    let choices = choices(interaction.all(name), notes);
    if let Some(unknown) = right
        .iter()
        .find(|right| !choices.iter().any(|(identifier, _)| identifier == *right))
    {
        return Err(format!(
            "its right answer '{}' is none of its choices",
            shortened(unknown)
        ));
    }
    if declared.is_single {
        let partly = declared.partly_right();
        notes.extend(partly.map(|identifier| {
            let choice = choices.iter().find(|(known, _)| known == identifier);
            partial_credit(choice.map_or(identifier, |(_, text)| text))
        }));
    }
    let options = choices
        .into_iter()
        .map(|(identifier, text)| OptionDraft {
            is_correct: right.contains(&identifier.as_str()),
            text,
        })
        .collect();
    Ok(AnswerDraft::Choice {
        options,
        several: !declared.is_single,
        shuffle: interaction.is_true("shuffle"),
    })
}

fn text_entry(
    root: &Element,
    declared: &Declaration,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let rules = root
        .first("responseProcessing")
        .map(Element::walk)
        .unwrap_or_default();
    few(rules.iter().filter(|rule| rule.name == "equal").count())?;
    const BEYOND: [&str; 6] = [
        "patternMatch",
        "substring",
        "stringMatch",
        "equalRounded",
        "customOperator",
        "mathOperator",
    ];
    if let Some(rule) = rules
        .iter()
        .find(|rule| BEYOND.contains(&rule.name.as_str()))
    {
        return Err(format!(
            "its answer is judged by a rule ({}) that has no counterpart here",
            rule.name
        ));
    }
    let (mut accepted, tolerance) = numbers(&rules, declared)?;
    if declared.minds_case {
        notes.push(Note::new(
            "the difference of capital and small letters",
            "it makes none in short answers here",
        ));
    }
    let right = declared.right().unwrap_or_default();
    let also = declared.equally_right();
    let mut all: Vec<String> = Vec::new();
    let declared_right = right.into_iter().chain(also).map(str::to_owned);
    for answer in declared_right.chain(accepted.drain(..)) {
        let is_known = |known: &String| known.to_lowercase() == answer.to_lowercase();
        if !all.iter().any(is_known) {
            all.push(answer);
        }
    }
    notes.extend(
        declared
            .partly_right()
            .filter(|answer| {
                !all.iter()
                    .any(|known| known.to_lowercase() == answer.to_lowercase())
            })
            .map(partial_credit),
    );
    match all.is_empty() {
        true => Err("nothing declares which answer is right".to_owned()),
        false => Ok(AnswerDraft::ShortAnswer {
            accepted: all,
            tolerance,
        }),
    }
}

/// The numbers that rules compare the answer with, and how far it may be off.
fn numbers(
    rules: &[&Element],
    declared: &Declaration,
) -> Result<(Vec<String>, Option<f64>), String> {
    if !declared.is_number {
        return Ok((Vec::new(), None));
    }
    let mut accepted = Vec::new();
    let mut tolerance = None;
    for rule in rules.iter().filter(|rule| rule.name == "equal") {
        let off = off_by(rule)?;
        if tolerance.is_some_and(|known| known != off) {
            return Err("its answers have different tolerances".to_owned());
        }
        tolerance = Some(off);
        let values = rule.all("baseValue").map(Element::text);
        accepted.extend(values.map(|value| value.trim().to_owned()));
    }
    Ok((accepted, Some(tolerance.unwrap_or(0.0))))
}

/// An absolute tolerance, the same to both sides.
fn off_by(equal: &Element) -> Result<f64, String> {
    let numbers: Option<Vec<f64>> = equal
        .attribute("tolerance")
        .unwrap_or_default()
        .split_whitespace()
        .map(|number| number.parse().ok())
        .collect();
    match (equal.attribute("toleranceMode"), numbers.as_deref()) {
        (None | Some("exact"), _) => Ok(0.0),
        (Some("absolute"), Some([off])) => Ok(*off),
        (Some("absolute"), Some([below, above])) if below == above => Ok(*below),
        (Some("absolute"), _) => Err("its tolerance is not the same to both sides".to_owned()),
        _ => Err("its tolerance is in percent, which is not possible here".to_owned()),
    }
}

fn ordering(
    interaction: &Element,
    declared: &Declaration,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let mut choices = choices(interaction.all("simpleChoice"), notes);
    let items: Option<Vec<String>> = declared
        .correct
        .iter()
        .map(|identifier| take(&mut choices, identifier))
        .collect();
    match items {
        Some(items) if choices.is_empty() => Ok(AnswerDraft::Ordering { items }),
        Some(_) => Err("only some of its items belong to the right order".to_owned()),
        None => Err("its right order names an item that it does not have".to_owned()),
    }
}

/// The pairs that are right, as identifiers.
fn pairs(declared: &Declaration) -> Result<Vec<(&str, &str)>, String> {
    declared
        .right()?
        .into_iter()
        .map(|pair| {
            let mut sides = pair.split_whitespace();
            match (sides.next(), sides.next(), sides.next()) {
                (Some(left), Some(right), None) => Ok((left, right)),
                _ => Err(format!("its right answer '{}' is no pair", shortened(pair))),
            }
        })
        .collect()
}

const NOT_ONE_TO_ONE: &str = "its pairs are not one to one, which is not possible here";

fn matching(
    interaction: &Element,
    declared: &Declaration,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let mut sets = interaction.all("simpleMatchSet");
    let (Some(left), Some(right)) = (sets.next(), sets.next()) else {
        return Err("it lacks one of its two sets".to_owned());
    };
    let mut left = choices(left.all("simpleAssociableChoice"), notes);
    let mut right = choices(right.all("simpleAssociableChoice"), notes);
    let mut matched = Vec::new();
    for (one, other) in pairs(declared)? {
        let pair = take(&mut left, one).zip(take(&mut right, other));
        matched.push(pair.ok_or(NOT_ONE_TO_ONE)?);
    }
    if !left.is_empty() {
        return Err(NOT_ONE_TO_ONE.to_owned());
    }
    let spare = right.into_iter().map(|(_, text)| (String::new(), text));
    Ok(weights::matching(matched.into_iter().chain(spare), notes))
}

fn association(
    interaction: &Element,
    declared: &Declaration,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let mut choices = choices(interaction.all("simpleAssociableChoice"), notes);
    let mut matched = Vec::new();
    let mut used = HashSet::new();
    for (one, other) in pairs(declared)? {
        if !used.insert(one) || !used.insert(other) {
            return Err(NOT_ONE_TO_ONE.to_owned());
        }
        let pair = take(&mut choices, one).zip(take(&mut choices, other));
        matched.push(pair.ok_or(NOT_ONE_TO_ONE)?);
    }
    match choices.is_empty() {
        true => Ok(AnswerDraft::Matching { pairs: matched }),
        false => Err(NOT_ONE_TO_ONE.to_owned()),
    }
}
