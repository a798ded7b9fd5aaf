//! Reads the QTI interactions that have a counterpart here.

use std::collections::HashSet;

use super::body;
use super::declaration::Declaration;
use super::judging::{self, Side};
use super::scoring::{ScoringProgram, beyond};
use crate::course::server::draft::{AnswerDraft, OptionDraft};
use crate::question_bank::server::exchange::check::few;
use crate::question_bank::server::exchange::collect::{Note, shortened};
use crate::question_bank::server::exchange::markup::Element;
use crate::question_bank::server::exchange::weights;

pub fn read(
    root: &Element,
    interaction: &Element,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let is_choice = |part: &&&Element| {
        part.name.ends_with("Choice") || matches!(part.name.as_str(), "hottext" | "gapText" | "gap")
    };
    few(interaction.walk().iter().filter(is_choice).count())?;
    let asked = |read: &mut dyn FnMut(&ScoringProgram<'_>) -> Result<AnswerDraft, String>| {
        let mut declared = Declaration::of(root, interaction)?;
        // One text is typed, even if several are declared to be right.
        declared.is_single |= interaction.name == "textEntryInteraction";
        read(&ScoringProgram::of(root, &declared)?)
    };
    match interaction.name.as_str() {
        "choiceInteraction" => {
            asked(&mut |program| choice(interaction, program, "simpleChoice", notes))
        }
        "inlineChoiceInteraction" => {
            asked(&mut |program| choice(interaction, program, "inlineChoice", notes))
        }
        "hottextInteraction" => {
            asked(&mut |program| choice(interaction, program, "hottext", notes))
        }
        "textEntryInteraction" => asked(&mut |program| text_entry(program, notes)),
        "orderInteraction" => asked(&mut |program| ordering(interaction, program, notes)),
        "matchInteraction" => asked(&mut |program| matching(interaction, program, notes)),
        "associateInteraction" => asked(&mut |program| association(interaction, program, notes)),
        "gapMatchInteraction" => asked(&mut |program| gaps(interaction, program, notes)),
        "extendedTextInteraction" => {
            Err("it is an essay, which a person would have to grade".to_owned())
        }
        other => Err(format!(
            "QTI's {} has no counterpart here",
            shortened(other)
        )),
    }
}

/// Choices, each as its identifier and its Markdown.
type Choices = Vec<(String, String)>;

fn choices<'a>(
    elements: impl Iterator<Item = &'a Element>,
    notes: &mut Vec<Note>,
) -> Result<Choices, String> {
    elements
        .map(|element| {
            let identifier = element.attribute("identifier").unwrap_or_default();
            let text = body::choice(element, notes);
            match body::missing_picture(element).filter(|_| text.trim().is_empty()) {
                Some(picture) => Err(format!(
                    "one of its choices is only the picture '{}', which is not in the file",
                    shortened(picture)
                )),
                None => Ok((identifier.to_owned(), text)),
            }
        })
        .collect()
}

/// Removes a choice, so that it cannot be used again, and returns its text as one line.
fn take(choices: &mut Choices, identifier: &str) -> Option<String> {
    let at = choices.iter().position(|(known, _)| known == identifier)?;
    Some(body::line(&choices.remove(at).1))
}

fn choice(
    interaction: &Element,
    program: &ScoringProgram<'_>,
    name: &str,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let declared = program.declared;
    let elements: Vec<&Element> = match name {
        // A hottext can be anywhere in the text.
        "hottext" => (interaction.walk().into_iter())
            .filter(|part| part.name == name)
            .collect(),
        name => interaction.all(name).collect(),
    };
    let choices = choices(elements.iter().copied(), notes)?;
    if let Some(unknown) = (declared.correct.iter())
        .find(|right| !choices.iter().any(|(identifier, _)| identifier == *right))
    {
        return Err(format!(
            "its right answer '{}' is none of its choices",
            shortened(unknown)
        ));
    }
    if declared.correct.is_empty() && declared.mapped().next().is_none() && !program.has_rules {
        return Err("nothing declares which answer is right".to_owned());
    }
    judging::note_unknown(program, notes);
    let most = limit(interaction, "maxChoices");
    let right = match declared.is_single {
        true => judging::single(program, &choices, notes)?,
        false => judging::several(program, &choices, most, notes)?,
    };
    let is_single = declared.is_single || most == 1;
    if !is_single {
        note_limits(interaction, choices.len(), notes);
    }
    // If all choices keep their places, nothing is shuffled.
    let shuffle =
        interaction.is_true("shuffle") && !elements.iter().all(|one| one.is_true("fixed"));
    if shuffle {
        note_fixed(&elements, &choices, notes);
    }
    let options = choices
        .into_iter()
        .map(|(identifier, text)| OptionDraft {
            is_correct: right.contains(&identifier),
            text,
        })
        .collect();
    Ok(AnswerDraft::Choice {
        options,
        several: !is_single,
        shuffle,
    })
}

fn limit(interaction: &Element, name: &str) -> usize {
    let text = interaction.attribute(name).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

/// Adds notes for a maximum below the number of choices and for a minimum above one. Neither exists
/// here.
fn note_limits(interaction: &Element, choices: usize, notes: &mut Vec<Note>) {
    let why = "one can choose as many as one likes here";
    let (most, least) = (
        limit(interaction, "maxChoices"),
        limit(interaction, "minChoices"),
    );
    if (1..choices).contains(&most) {
        notes.push(Note::new(format!("the limit of {most} choices"), why));
    }
    if least > 1 {
        notes.push(Note::new(format!("the demand for {least} choices"), why));
    }
}

/// Adds notes for choices that keep their place while the others are shuffled.
fn note_fixed(elements: &[&Element], choices: &Choices, notes: &mut Vec<Note>) {
    let fixed = (elements.iter().zip(choices))
        .filter(|(choice, _)| choice.is_true("fixed"))
        .map(|(_, (_, text))| {
            Note::new(
                format!("the fixed place of '{}'", shortened(text)),
                "either all options are shuffled here or none",
            )
        });
    notes.extend(fixed);
}

fn text_entry(program: &ScoringProgram<'_>, notes: &mut Vec<Note>) -> Result<AnswerDraft, String> {
    if let Some(template) = &program.unknown_template {
        return Err(beyond(template));
    }
    let declared = program.declared;
    if declared.correct.is_empty() && declared.mapped().next().is_none() && !program.has_rules {
        return Err("nothing declares which answer is right".to_owned());
    }
    if declared.is_number() || judging::is_numeric(program) {
        let answers = judging::numbers(program, notes)?;
        return weights::number(&answers, notes);
    }
    let answers = judging::texts(program, notes)?;
    weights::texts(&answers, notes)
}

fn ordering(
    interaction: &Element,
    program: &ScoringProgram<'_>,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let mut choices = choices(interaction.all("simpleChoice"), notes)?;
    let identifiers: Vec<String> = choices.iter().map(|(name, _)| name.clone()).collect();
    let declared = &program.declared.correct;
    if declared.iter().any(|name| !identifiers.contains(name)) {
        return Err("its right order names an item that it does not have".to_owned());
    }
    if !declared.is_empty() && declared.len() != identifiers.len() {
        return Err("only some of its items belong to the right order".to_owned());
    }
    judging::note_unknown(program, notes);
    let order = judging::order(program, &identifiers)?;
    let items: Option<Vec<String>> = order
        .iter()
        .map(|identifier| take(&mut choices, identifier))
        .collect();
    match items {
        Some(items) if choices.is_empty() => Ok(AnswerDraft::Ordering { items }),
        _ => Err("only some of its items belong to the right order".to_owned()),
    }
}

const NOT_ONE_TO_ONE: &str = "its pairs are not one to one, which is not possible here";

fn matching(
    interaction: &Element,
    program: &ScoringProgram<'_>,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let mut sets = interaction.all("simpleMatchSet");
    let (Some(left), Some(right)) = (sets.next(), sets.next()) else {
        return Err("it lacks one of its two sets".to_owned());
    };
    let left = choices(left.all("simpleAssociableChoice"), notes)?;
    let right = choices(right.all("simpleAssociableChoice"), notes)?;
    judging::note_unknown(program, notes);
    let pairs = judging::pairs(program, Side::Second, &right, notes)?;
    matched(left, right, pairs, notes)
}

/// Matches texts by pairs of identifiers. Each side may be used once, and the left ones must all be
/// used.
fn matched(
    mut left: Choices,
    mut right: Choices,
    pairs: Vec<(String, String)>,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let mut matched = Vec::new();
    for (one, other) in pairs {
        let pair = take(&mut left, &one).zip(take(&mut right, &other));
        matched.push(pair.ok_or(NOT_ONE_TO_ONE)?);
    }
    if !left.is_empty() {
        return Err(NOT_ONE_TO_ONE.to_owned());
    }
    let spare = right
        .into_iter()
        .map(|(_, text)| (String::new(), body::line(&text)));
    Ok(weights::matching(matched.into_iter().chain(spare), notes))
}

/// Reads a text with gaps as a matching question. Each gap, named by its number, matches the text
/// that belongs into it. A text with one gap is a single choice.
fn gaps(
    interaction: &Element,
    program: &ScoringProgram<'_>,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let gaps: Choices = (body::gaps(interaction).into_iter())
        .map(|(identifier, label)| (identifier.to_owned(), label))
        .collect();
    let is_text = |part: &&Element| matches!(part.name.as_str(), "gapText" | "gapImg");
    let texts = choices(interaction.elements().filter(is_text), notes)?;
    judging::note_unknown(program, notes);
    let pairs = judging::pairs(program, Side::First, &texts, notes)?;
    if let ([_], [(text, _)]) = (gaps.as_slice(), pairs.as_slice()) {
        let options = texts.into_iter().map(|(identifier, content)| OptionDraft {
            is_correct: identifier == *text,
            text: content,
        });
        return Ok(AnswerDraft::Choice {
            options: options.collect(),
            several: false,
            shuffle: interaction.is_true("shuffle"),
        });
    }
    let pairs = pairs.into_iter().map(|(text, gap)| (gap, text)).collect();
    matched(gaps, texts, pairs, notes)
}

fn association(
    interaction: &Element,
    program: &ScoringProgram<'_>,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let mut choices = choices(interaction.all("simpleAssociableChoice"), notes)?;
    judging::note_unknown(program, notes);
    let pairs = judging::pairs(program, Side::Second, &choices, notes)?;
    let mut used = HashSet::new();
    let is_one_to_one = (pairs.iter()).all(|(one, other)| used.insert(one) && used.insert(other));
    if !is_one_to_one {
        return Err(NOT_ONE_TO_ONE.to_owned());
    }
    let mut matched = Vec::new();
    for (one, other) in &pairs {
        let pair = take(&mut choices, one).zip(take(&mut choices, other));
        matched.push(pair.ok_or(NOT_ONE_TO_ONE)?);
    }
    match choices.is_empty() {
        true => Ok(AnswerDraft::Matching { pairs: matched }),
        false => Err(NOT_ONE_TO_ONE.to_owned()),
    }
}
