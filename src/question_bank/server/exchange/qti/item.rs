//! Converts one item to one question.

use std::collections::HashMap;

use super::declaration::short;
use super::{DIFFICULTY, PURPOSE, answers, body};
use crate::course::server::draft::QuestionPurpose;
use crate::question_bank::server::exchange::collect::{Note, QuestionParts, shortened};
use crate::question_bank::server::exchange::markup::{Element, Node, escape};

pub fn read(root: &Element, notes: &mut Vec<Note>) -> Result<QuestionParts, String> {
    if root.is_true("adaptive") {
        return Err(
            "it changes with each attempt (adaptive), which is not possible here".to_owned(),
        );
    }
    let is_fixed = |template: &Element| template.first("defaultValue").is_some();
    if root.first("templateProcessing").is_some() || !root.all("templateDeclaration").all(is_fixed)
    {
        return Err("it draws its values anew each time, which is not possible here".to_owned());
    }
    let root = &with_values(root)?;
    if root.first("assessmentStimulusRef").is_some() {
        return Err("it is about a text that is in another file".to_owned());
    }
    let body = root.first("itemBody").ok_or("it has no body")?;
    let interaction = interaction(body)?;
    note_lost(root, notes);
    Ok(QuestionParts {
        answer: answers::read(root, interaction, notes)?,
        prompt: prompt(root, body, interaction, notes),
        explanation: body::explanation(root, notes),
        purpose: match outcome(root, PURPOSE).as_deref() {
            Some("exam") => QuestionPurpose::Exam,
            Some("both") => QuestionPurpose::Both,
            _ => QuestionPurpose::Quiz,
        },
        difficulty: outcome(root, DIFFICULTY)
            .and_then(|number| number.parse().ok())
            .filter(|number| (0.0..=1.0).contains(number)),
    })
}

/// Most places at which one item prints values of its template.
const MAX_PRINTED: usize = 200;

/// Replaces printed variables of the template by their fixed values.
///
/// # Errors
/// Refuses long values and many places, because an item could grow without bounds.
fn with_values(root: &Element) -> Result<Element, String> {
    fn filled(element: &Element, values: &HashMap<&str, String>) -> Element {
        let children = element.children.iter().map(|child| match child {
            Node::Element(child) if child.name == "printedVariable" => {
                let value = values.get(child.attribute("identifier").unwrap_or_default());
                value.map_or_else(
                    || Node::from(child.clone()),
                    |value| Node::Text(value.clone()),
                )
            }
            Node::Element(child) => filled(child, values).into(),
            Node::Text(_) => child.clone(),
        });
        let copy = Element {
            name: element.name.clone(),
            attributes: element.attributes.clone(),
            children: Vec::new(),
        };
        copy.holding(children)
    }
    let mut values: HashMap<&str, String> = HashMap::new();
    for declaration in root.all("templateDeclaration") {
        if let Some((name, value)) = (declaration.attribute("identifier")).zip(initial(declaration))
        {
            short(&value)?;
            values.entry(name).or_insert(value);
        }
    }
    if values.is_empty() {
        return Ok(root.clone());
    }
    let is_printed = |part: &&Element| {
        part.name == "printedVariable"
            && (part.attribute("identifier")).is_some_and(|name| values.contains_key(name))
    };
    let printed = root.walk().into_iter().filter(is_printed).count();
    if printed > MAX_PRINTED {
        return Err(format!(
            "it prints values of its template at {printed} places, more than {MAX_PRINTED}"
        ));
    }
    Ok(filled(root, &values))
}

/// Notes the parts of an item that questions here don't have.
fn note_lost(root: &Element, notes: &mut Vec<Note>) {
    for part in root.walk() {
        let name = part.attribute("identifier").unwrap_or_default();
        match part.name.as_str() {
            "printedVariable" => notes.push(Note::new(
                format!("the value of {} in a text", shortened(name)),
                "texts are the same for everybody here",
            )),
            "endAttemptInteraction" => notes.push(Note::new(
                format!(
                    "the button '{}'",
                    shortened(part.attribute("title").unwrap_or_default())
                ),
                "there are no hints between attempts here",
            )),
            _ => {}
        }
    }
}

/// Returns the prompt of the item. Some items have only a title.
fn prompt(root: &Element, body: &Element, interaction: &Element, notes: &mut Vec<Note>) -> String {
    let prompt = body::prompt(body, interaction, notes);
    let title = root.attribute("title").unwrap_or_default().trim();
    if !prompt.trim().is_empty() || title.is_empty() {
        return prompt;
    }
    notes.push(Note::new(
        "its missing prompt",
        "its title is taken as what it asks; read whether it says enough",
    ));
    escape::text(title)
}

fn interaction(body: &Element) -> Result<&Element, String> {
    let interactions: Vec<&Element> = body
        .walk()
        .into_iter()
        .filter(|element| {
            element.name.ends_with("Interaction") && element.name != "endAttemptInteraction"
        })
        .collect();
    match interactions.as_slice() {
        [] => Err("it is a text that asks nothing".to_owned()),
        [one] => Ok(one),
        more => Err(format!(
            "it asks {} things at once; make them questions of their own",
            more.len()
        )),
    }
}

/// Returns the initial value of an outcome.
fn outcome(root: &Element, identifier: &str) -> Option<String> {
    let is_it = |outcome: &&Element| outcome.attribute("identifier") == Some(identifier);
    initial(root.all("outcomeDeclaration").find(is_it)?)
}

fn initial(declaration: &Element) -> Option<String> {
    let value = declaration.first("defaultValue")?.first("value")?.text();
    Some(value.trim().to_owned())
}
