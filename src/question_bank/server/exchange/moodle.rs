//! Reads the XML to which Moodle exports its question bank.

use std::collections::HashSet;

use super::check::few;
use super::cloze;
use super::collect::{Collector, Note, QuestionParts, item, shortened};
use super::marks::Marks;
use super::markup::{Element, Markup, words};
use super::numbers;
use super::weights::{self, Weighted};
use super::{Format, Imported};
use crate::course::server::draft::{AnswerDraft, OptionDraft};

pub fn read(root: &Element) -> Result<Imported, String> {
    let mut collector = Collector::new(Format::MoodleXml);
    let mut category = String::new();
    let mut categories = HashSet::new();
    for question in root.all("question") {
        if question.attribute("type") == Some("category") {
            category = plain(question, "category");
            continue;
        }
        categories.insert(category.clone());
        let name = plain(question, "name");
        let id = said(question, "idnumber");
        let identity = if id.is_empty() { &name } else { &id };
        let item = item(collector.next_number(), &name);
        let mut notes = Vec::new();
        let parts = parts(question, &mut notes);
        collector.add(&item, Some(identity), parts, notes)?;
    }
    collector.note_categories(categories.len());
    collector.finish()
}

fn parts(question: &Element, notes: &mut Vec<Note>) -> Result<QuestionParts, String> {
    if said(question, "hidden") == "1" {
        return Err("it is hidden in Moodle: an old version, or deleted".to_owned());
    }
    few(question
        .elements()
        .filter(|part| matches!(part.name.as_str(), "answer" | "subquestion"))
        .count())?;
    let kind = question.attribute("type").unwrap_or_default();
    if let "cloze" | "multianswer" | "gapselect" | "ddwtos" = kind {
        return with_a_gap(question, kind, notes);
    }
    let prompt = spoken_text(question, "questiontext", notes);
    note_unsaid(question, notes);
    let general = text(question, "generalfeedback", notes);
    let (answer, explanation) = match kind {
        "multichoice" | "multichoiceset" | "oumultiresponse" => choice(question, &general, notes),
        "truefalse" => true_false(question, &general, notes)?,
        "shortanswer" => short_answer(question, &general, notes)?,
        "numerical" => numerical(question, &general, notes)?,
        "matching" | "match" | "ddmatch" => (
            matching(question, notes),
            weights::explanation(&general, []),
        ),
        "ordering" => (
            ordering(question, notes)?,
            weights::explanation(&general, []),
        ),
        "essay" => return Err("it is an essay, which a person would have to grade".to_owned()),
        "description" => return Err("it is a text that asks nothing".to_owned()),
        other => return Err(cloze::unknown(other)),
    };
    Ok(whole(question, prompt, answer, explanation, notes))
}

/// Completes the question with the settings in its tags.
fn whole(
    question: &Element,
    prompt: String,
    mut answer: AnswerDraft,
    explanation: Option<String>,
    notes: &mut Vec<Note>,
) -> QuestionParts {
    let tags = question.all("tags").flat_map(|tags| tags.all("tag"));
    let marks = Marks::of(tags.map(plain_text), notes);
    if let AnswerDraft::Choice { shuffle, .. } = &mut answer
        && marks.keeps_order
    {
        *shuffle = false;
    }
    let points = said(question, "defaultgrade");
    if numbers::finite(&points).is_some_and(|points| points != 1.0) {
        notes.push(Note::new(
            "how many points it brings",
            "all questions count the same here",
        ));
    }
    QuestionParts {
        prompt,
        explanation,
        answer,
        purpose: marks.purpose,
        difficulty: marks.difficulty,
    }
}

/// Reads a text with one gap. Its answer is typed, or chosen from a list in the text or in the
/// question.
fn with_a_gap(
    question: &Element,
    kind: &str,
    notes: &mut Vec<Note>,
) -> Result<QuestionParts, String> {
    let source = plain(question, "questiontext");
    note_unsaid(question, notes);
    let general = text(question, "generalfeedback", notes);
    let (gap, answer, explanation) = match kind {
        "cloze" | "multianswer" => {
            let gaps = cloze::gaps(&source);
            let [gap] = gaps.as_slice() else {
                return Err(cloze::several(gaps.len()));
            };
            let (answer, explanation) = cloze::answer(&source, gap, &general, notes)?;
            (gap.range.clone(), answer, explanation)
        }
        _ => {
            let (gap, number) = cloze::numbered_gap(&source)?;
            let answer = from_a_list(question, number, notes)?;
            (gap, answer, weights::explanation(&general, []))
        }
    };
    let source = format!(
        "{}{}{}",
        &source[..gap.start],
        cloze::GAP,
        &source[gap.end..]
    );
    let prompt = match question.first("questiontext") {
        Some(child) => markup(child, Markup::Html).spoken(&source, notes),
        None => String::new(),
    };
    Ok(whole(question, prompt, answer, explanation, notes))
}

/// Reads the options of a gap. `number` is the right option, starting at 1. Options of other groups
/// belong to other gaps.
fn from_a_list(
    question: &Element,
    number: usize,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    let all: Vec<&Element> = question
        .elements()
        .filter(|part| matches!(part.name.as_str(), "selectoption" | "dragbox"))
        .collect();
    few(all.len())?;
    let right = number.checked_sub(1).and_then(|at| all.get(at));
    let right =
        right.ok_or_else(|| format!("its gap asks for answer {number}, which is missing"))?;
    let group = said(right, "group");
    let options = all
        .iter()
        .filter(|option| said(option, "group") == group)
        .map(|option| OptionDraft {
            text: Markup::Html.spoken(&plain_text(option), notes),
            is_correct: std::ptr::eq(*option, *right),
        });
    Ok(AnswerDraft::Choice {
        options: options.collect(),
        several: false,
        shuffle: !matches!(said(question, "shuffleanswers").as_str(), "false" | "0"),
    })
}

/// Feedback that Moodle fills in by itself. No note is needed for it.
const USUAL: [(&str, &str); 3] = [
    ("correctfeedback", "Your answer is correct."),
    (
        "partiallycorrectfeedback",
        "Your answer is partially correct.",
    ),
    ("incorrectfeedback", "Your answer is incorrect."),
];

/// Adds notes for feedback that depends on the result, and for hints between attempts. Questions
/// have neither here.
fn note_unsaid(question: &Element, notes: &mut Vec<Note>) {
    for (name, usual) in USUAL {
        let said = words(&plain(question, name));
        if !said.trim().is_empty() && said.trim() != usual {
            notes.push(Note::new(
                format!("its {name} '{}'", shortened(&said)),
                "the same explanation is shown after every answer here",
            ));
        }
    }
    let is_hint = |hint: &Element| !plain_text(hint).is_empty();
    if question.all("hint").any(is_hint) {
        notes.push(Note::new(
            "its hints",
            "there are none between attempts here",
        ));
    }
}

fn choice(
    question: &Element,
    general: &str,
    notes: &mut Vec<Note>,
) -> (AnswerDraft, Option<String>) {
    let several = matches!(said(question, "single").as_str(), "false" | "0")
        || question.attribute("type") != Some("multichoice");
    let shuffle = !matches!(said(question, "shuffleanswers").as_str(), "false" | "0");
    let answers: Vec<Weighted> = question
        .all("answer")
        .map(|answer| Weighted {
            text: markup(answer, Markup::Moodle).spoken(&plain_text(answer), notes),
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
            .find(|answer| plain_text(answer).eq_ignore_ascii_case(name));
        // If the other answer is right, this one may be missing from the file.
        let is_right = |answer: &Element| percent(answer) >= 100.0;
        let others = question
            .all("answer")
            .filter(|answer| is_right(answer))
            .count();
        if answer.is_none() && others != 1 {
            return Err(format!("it does not say whether '{name}' is right"));
        }
        options.push(OptionDraft {
            text: label.to_owned(),
            is_correct: answer.is_some_and(is_right),
        });
        feedback.extend(answer.map(|answer| text(answer, "feedback", notes)));
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
        let mut typed = typed(answer, notes);
        let tolerance = said(answer, "tolerance");
        if typed.percent <= 0.0 && typed.text == "*" {
            answers.push((typed, 0.0));
            continue;
        }
        let (number, off) = numbers::with_tolerance(&typed.text, &tolerance)?;
        typed.text = number;
        answers.push((typed, off));
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
        let left = line(markup(pair, Markup::Html).spoken(&plain_text(pair), notes));
        let right = match pair.first("answer") {
            // Answers of the drag-and-drop type name a format. Those of the plain matching type are
            // plain text.
            Some(answer) => {
                let markup = markup(answer, Markup::Plain);
                line(markup.spoken(&plain_text(answer), notes))
            }
            None => String::new(),
        };
        pairs.push((left, right));
    }
    weights::matching(pairs, notes)
}

/// Reads a question of the ordering plugin, in which the fraction of an answer is its position.
fn ordering(question: &Element, notes: &mut Vec<Note>) -> Result<AnswerDraft, String> {
    if !matches!(said(question, "selecttype").as_str(), "" | "0" | "ALL") {
        notes.push(weights::some_items());
    }
    let mut items: Vec<(f64, String)> = question
        .all("answer")
        .map(|answer| {
            let place = answer.attribute("fraction").and_then(numbers::finite);
            (
                place.unwrap_or(0.0),
                line(markup(answer, Markup::Html).spoken(&plain_text(answer), notes)),
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
        .and_then(numbers::finite)
        .unwrap_or(0.0)
}

/// Returns the text of a setting.
fn said(element: &Element, name: &str) -> String {
    element
        .first(name)
        .map(|child| child.text().trim().to_owned())
        .unwrap_or_default()
}

/// Returns the `<text>` of a child, unconverted.
fn plain(element: &Element, name: &str) -> String {
    element.first(name).map(plain_text).unwrap_or_default()
}

fn plain_text(element: &Element) -> String {
    said(element, "text")
}

/// Returns the `<text>` of a child as Markdown.
fn text(element: &Element, name: &str, notes: &mut Vec<Note>) -> String {
    match element.first(name) {
        Some(child) => own_text(child, Markup::Html, notes),
        None => String::new(),
    }
}

/// Returns the `<text>` of a child as Markdown that is not empty, as `Markup::spoken` does.
fn spoken_text(element: &Element, name: &str, notes: &mut Vec<Note>) -> String {
    match element.first(name) {
        Some(child) => markup(child, Markup::Html).spoken(&plain_text(child), notes),
        None => String::new(),
    }
}

fn own_text(element: &Element, usual: Markup, notes: &mut Vec<Note>) -> String {
    markup(element, usual).markdown(&plain_text(element), notes)
}

/// Returns the markup that the element's `format` names, or else `usual`.
fn markup(element: &Element, usual: Markup) -> Markup {
    match element.attribute("format") {
        Some("html") => Markup::Html,
        Some("moodle_auto_format") => Markup::Moodle,
        Some("plain_text") => Markup::Plain,
        Some("markdown") => Markup::Markdown,
        _ => usual,
    }
}

/// Joins the lines of an item or of a side of a pair, which can only have one.
fn line(markdown: String) -> String {
    markdown.replace("\\\n", " ")
}
