//! The XML that Moodle exports its question bank as.

use super::check::few;
use super::collect::{Collector, Note, Parts, item, shortened};
use super::markup::{Element, Markup, html, text_of};
use super::numbers::finite;
use super::weights::{self, Weighted};
use super::{Format, Imported};
use crate::course::draft::{AnswerDraft, OptionDraft, QuestionPurpose};

pub fn read(root: &Element) -> Result<Imported, String> {
    let mut collector = Collector::new(Format::MoodleXml);
    for question in root.all("question") {
        if question.attribute("type") == Some("category") {
            continue;
        }
        let name = plain(question, "name");
        let id = said(question, "idnumber");
        let identity = if id.is_empty() { &name } else { &id };
        let item = item(collector.next_number(), &name);
        let mut notes = Vec::new();
        let parts = parts(question, &mut notes);
        collector.add(&item, Some(identity), parts, notes)?;
    }
    collector.finish()
}

fn parts(question: &Element, notes: &mut Vec<Note>) -> Result<Parts, String> {
    if said(question, "hidden") == "1" {
        return Err("it is hidden in Moodle: an old version, or deleted".to_owned());
    }
    few(question
        .elements()
        .filter(|part| matches!(part.name.as_str(), "answer" | "subquestion"))
        .count())?;
    let prompt = text(question, "questiontext", notes);
    note_unsaid(question, notes);
    let general = text(question, "generalfeedback", notes);
    let (answer, explanation) = match question.attribute("type").unwrap_or_default() {
        "multichoice" => choice(question, &general, notes),
        "truefalse" => true_false(question, &general, notes)?,
        "shortanswer" => short_answer(question, &general, notes)?,
        "numerical" => numerical(question, &general, notes)?,
        "matching" | "ddmatch" => (
            matching(question, notes),
            weights::explanation(&general, []),
        ),
        "ordering" => (
            ordering(question, notes)?,
            weights::explanation(&general, []),
        ),
        "essay" => return Err("it is an essay, which a person would have to grade".to_owned()),
        "description" => return Err("it is a text that asks nothing".to_owned()),
        other => {
            return Err(format!(
                "questions of Moodle's type '{}' have no counterpart here",
                shortened(other)
            ));
        }
    };
    Ok(Parts {
        prompt,
        explanation,
        answer,
        purpose: QuestionPurpose::Quiz,
        difficulty: None,
    })
}

/// What Moodle says by itself where nobody wrote anything else.
const USUAL: [(&str, &str); 3] = [
    ("correctfeedback", "Your answer is correct."),
    (
        "partiallycorrectfeedback",
        "Your answer is partially correct.",
    ),
    ("incorrectfeedback", "Your answer is incorrect."),
];

/// What an author has to say to some of those who answer, or between their tries.
fn note_unsaid(question: &Element, notes: &mut Vec<Note>) {
    for (name, usual) in USUAL {
        let said = text_of(&html::parse(&plain(question, name)));
        if !said.trim().is_empty() && said.trim() != usual {
            notes.push(Note::new(
                format!("its {name} '{}'", shortened(&said)),
                "the same explanation is shown after every answer here",
            ));
        }
    }
    let is_hint = |hint: &Element| !plain_text(hint).is_empty();
    if question.all("hint").any(is_hint) {
        notes.push(Note::new("its hints", "there are none between tries here"));
    }
}

fn choice(
    question: &Element,
    general: &str,
    notes: &mut Vec<Note>,
) -> (AnswerDraft, Option<String>) {
    let several = matches!(said(question, "single").as_str(), "false" | "0");
    let shuffle = !matches!(said(question, "shuffleanswers").as_str(), "false" | "0");
    let answers: Vec<Weighted> = question
        .all("answer")
        .map(|answer| Weighted {
            text: own_text(answer, Markup::Moodle, notes),
            percent: percent(answer),
            feedback: text(answer, "feedback", notes),
        })
        .collect();
    let explanation = weights::explanation(general, weights::of_options(&answers));
    (
        weights::choice(&answers, several, shuffle, notes),
        explanation,
    )
}

fn true_false(
    question: &Element,
    general: &str,
    notes: &mut Vec<Note>,
) -> Result<(AnswerDraft, Option<String>), String> {
    let mut options = Vec::new();
    let mut feedback = Vec::new();
    for (name, label) in [("true", "True"), ("false", "False")] {
        let answer = question
            .all("answer")
            .find(|answer| plain_text(answer).eq_ignore_ascii_case(name))
            .ok_or_else(|| format!("it does not say whether '{name}' is right"))?;
        options.push(OptionDraft {
            text: label.to_owned(),
            is_correct: percent(answer) >= 100.0,
        });
        feedback.push(text(answer, "feedback", notes));
    }
    let said = feedback.iter().map(|said| ("".into(), said.as_str()));
    let explanation = weights::explanation(general, said);
    let answer = AnswerDraft::Choice {
        options,
        several: false,
        shuffle: false,
    };
    Ok((answer, explanation))
}

fn short_answer(
    question: &Element,
    general: &str,
    notes: &mut Vec<Note>,
) -> Result<(AnswerDraft, Option<String>), String> {
    if said(question, "usecase") == "1" {
        notes.push(weights::case());
    }
    let answers: Vec<Weighted> = question
        .all("answer")
        .map(|answer| typed(answer, notes))
        .collect();
    let explanation = weights::explanation(general, answers.iter().map(weights::of_typed));
    Ok((weights::short_answer(answers, notes)?, explanation))
}

fn numerical(
    question: &Element,
    general: &str,
    notes: &mut Vec<Note>,
) -> Result<(AnswerDraft, Option<String>), String> {
    if question
        .first("units")
        .is_some_and(|units| units.first("unit").is_some())
    {
        notes.push(Note::new(
            "its units",
            "numbers stand alone here; say in the question in which unit",
        ));
    }
    let mut answers = Vec::new();
    for answer in question.all("answer") {
        let tolerance = match said(answer, "tolerance").replace(',', ".").as_str() {
            "" => 0.0,
            text => finite(text)
                .ok_or_else(|| format!("its tolerance '{}' is not a number", shortened(text)))?,
        };
        answers.push((typed(answer, notes), tolerance.abs()));
    }
    let said = answers.iter().map(|(answer, _)| weights::of_typed(answer));
    let explanation = weights::explanation(general, said);
    Ok((weights::number(&answers, notes)?, explanation))
}

fn typed(answer: &Element, notes: &mut Vec<Note>) -> Weighted {
    Weighted {
        text: plain_text(answer),
        percent: percent(answer),
        feedback: text(answer, "feedback", notes),
    }
}

fn matching(question: &Element, notes: &mut Vec<Note>) -> AnswerDraft {
    let mut pairs = Vec::new();
    for pair in question.all("subquestion") {
        let left = line(own_text(pair, Markup::Html, notes));
        let right = match pair.first("answer") {
            // Those of the drag-and-drop type have a format, those of the other are plain.
            Some(answer) => line(own_text(answer, Markup::Plain, notes)),
            None => String::new(),
        };
        pairs.push((left, right));
    }
    weights::matching(pairs, notes)
}

/// The plugin's answers have their place as their fraction.
fn ordering(question: &Element, notes: &mut Vec<Note>) -> Result<AnswerDraft, String> {
    if !matches!(said(question, "selecttype").as_str(), "" | "0" | "ALL") {
        return Err("it shows only some of its items, which is not possible here".to_owned());
    }
    let mut items: Vec<(f64, String)> = question
        .all("answer")
        .map(|answer| {
            let place = answer.attribute("fraction").and_then(|f| f.parse().ok());
            (
                place.unwrap_or(0.0),
                line(own_text(answer, Markup::Html, notes)),
            )
        })
        .collect();
    items.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    Ok(AnswerDraft::Ordering {
        items: items.into_iter().map(|(_, item)| item).collect(),
    })
}

fn percent(answer: &Element) -> f64 {
    answer
        .attribute("fraction")
        .and_then(|fraction| fraction.trim().parse().ok())
        .unwrap_or(0.0)
}

/// What a setting says.
fn said(element: &Element, name: &str) -> String {
    element
        .first(name)
        .map(|child| child.text().trim().to_owned())
        .unwrap_or_default()
}

/// The `<text>` in a child, as it is.
fn plain(element: &Element, name: &str) -> String {
    element.first(name).map(plain_text).unwrap_or_default()
}

fn plain_text(element: &Element) -> String {
    said(element, "text")
}

/// The `<text>` in a child, as Markdown.
fn text(element: &Element, name: &str, notes: &mut Vec<Note>) -> String {
    match element.first(name) {
        Some(child) => own_text(child, Markup::Html, notes),
        None => String::new(),
    }
}

fn own_text(element: &Element, usual: Markup, notes: &mut Vec<Note>) -> String {
    let markup = match element.attribute("format") {
        Some("html") => Markup::Html,
        Some("moodle_auto_format") => Markup::Moodle,
        Some("plain_text") => Markup::Plain,
        Some("markdown") => Markup::Markdown,
        _ => usual,
    };
    markup.markdown(&plain_text(element), notes)
}

/// Items and pairs are one line each.
fn line(markdown: String) -> String {
    markdown.replace("\\\n", " ")
}
