//! The interactions of QTI that have a counterpart.

use std::collections::HashSet;

use super::body;
use super::declaration::Declaration;
use super::judging::{Judging, judging};
use crate::course::draft::{AnswerDraft, OptionDraft};
use crate::quiz::exchange::check::few;
use crate::quiz::exchange::collect::{Note, shortened};
use crate::quiz::exchange::markup::Element;
use crate::quiz::exchange::weights::{self, Weighted, partial_credit};

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
    let mut right = declared.right()?;
    if declared.is_single {
        // As good as the declared one: a question with two right answers of one is refused later.
        let also = declared.equally_right().filter(|key| !right.contains(key));
        let also: Vec<&str> = also.collect();
        right.extend(also);
    }
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
    let lesser = (declared.points.iter())
        .filter(|(key, points)| *points > 0.0 && !right.contains(&key.as_str()));
    notes.extend(lesser.map(|(identifier, _)| {
        let choice = choices.iter().find(|(known, _)| known == identifier);
        partial_credit(choice.map_or(identifier, |(_, text)| text))
    }));
    if !declared.is_single {
        let counting = declared
            .points
            .iter()
            .filter(|(key, points)| *points > 0.0 && right.contains(&key.as_str()));
        notes.extend(weights::differing(counting.map(|(_, points)| *points)));
        note_limits(interaction, choices.len(), notes);
    }
    note_fixed(interaction, name, &choices, notes);
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

/// How many may be chosen, where that says more than which are right.
fn note_limits(interaction: &Element, choices: usize, notes: &mut Vec<Note>) {
    let limit = |name| -> usize {
        let text = interaction.attribute(name).unwrap_or_default();
        text.trim().parse().unwrap_or(0)
    };
    let why = "one can choose as many as one likes here";
    let (most, least) = (limit("maxChoices"), limit("minChoices"));
    if (1..choices).contains(&most) {
        notes.push(Note::new(format!("the limit of {most} choices"), why));
    }
    if least > 1 {
        notes.push(Note::new(format!("the demand for {least} choices"), why));
    }
}

/// Choices that keep their place while the others are shuffled.
fn note_fixed(interaction: &Element, name: &str, choices: &Choices, notes: &mut Vec<Note>) {
    if !interaction.is_true("shuffle") {
        return;
    }
    let fixed = (interaction.all(name).zip(choices))
        .filter(|(choice, _)| choice.is_true("fixed"))
        .map(|(_, (_, text))| {
            Note::new(
                format!("the fixed place of '{}'", shortened(text)),
                "either all options are shuffled here or none",
            )
        });
    notes.extend(fixed);
}

fn text_entry(
    root: &Element,
    declared: &Declaration,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let (answers, minds_case) = match judging(root, declared)? {
        Judging::Declared { minds_case } => (typed(declared, notes)?, minds_case),
        Judging::Conditions { named, minds_case } => {
            let weighted = named.into_iter().map(|named| {
                let answer = Weighted {
                    text: named.text,
                    percent: named.share * 100.0,
                    feedback: String::new(),
                };
                (answer, named.off)
            });
            (weighted.collect(), minds_case)
        }
    };
    if minds_case || declared.minds_case {
        notes.push(weights::case());
    }
    if declared.is_number {
        return weights::number(&answers, notes);
    }
    let answers: Vec<Weighted> = answers.into_iter().map(|(answer, _)| answer).collect();
    weights::texts(&answers, notes)
}

/// What is declared to be right, and what is mapped to as many points as the best.
fn typed(declared: &Declaration, notes: &mut Vec<Note>) -> Result<Vec<(Weighted, f64)>, String> {
    let right: Vec<&str> = declared
        .right()?
        .into_iter()
        .chain(declared.equally_right())
        .collect();
    let is_right = |answer: &str| {
        right
            .iter()
            .any(|right| right.to_lowercase() == answer.to_lowercase())
    };
    let partly = declared.partly_right().filter(|answer| !is_right(answer));
    notes.extend(partly.map(partial_credit));
    let answers = right.iter().map(|text| {
        let answer = Weighted {
            text: (*text).to_owned(),
            percent: 100.0,
            feedback: String::new(),
        };
        (answer, 0.0)
    });
    Ok(answers.collect())
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
