//! One item as one question.

use super::{DIFFICULTY, PURPOSE, answers, body};
use crate::course::draft::QuestionPurpose;
use crate::quiz::exchange::collect::{Note, Parts};
use crate::quiz::exchange::markup::Element;

pub fn read(root: &Element, notes: &mut Vec<Note>) -> Result<Parts, String> {
    if root.is_true("adaptive") {
        return Err("it changes with each try (adaptive), which is not possible here".to_owned());
    }
    if root.first("templateDeclaration").is_some() {
        return Err("it draws its values anew each time, which is not possible here".to_owned());
    }
    if root.first("assessmentStimulusRef").is_some() {
        return Err("it is about a text that is in another file".to_owned());
    }
    let body = root.first("itemBody").ok_or("it has no body")?;
    let interaction = interaction(body)?;
    Ok(Parts {
        answer: answers::read(root, interaction, notes)?,
        prompt: body::prompt(body, interaction, notes),
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

/// The value that an outcome has from the beginning.
fn outcome(root: &Element, identifier: &str) -> Option<String> {
    let declaration = root
        .all("outcomeDeclaration")
        .find(|declaration| declaration.attribute("identifier") == Some(identifier))?;
    let value = declaration.first("defaultValue")?.first("value")?.text();
    Some(value.trim().to_owned())
}
