//! Converts answers with a percentage of the points, as in GIFT and Moodle, to answers that are
//! right or wrong.

use std::borrow::Cow;

use super::collect::{Note, shortened};
use super::markup::escape;
use super::numbers::finite;
use crate::course::server::draft::{AnswerDraft, OptionDraft};

pub struct Weighted {
    /// Markdown of an option, or plain text to be typed.
    pub text: String,
    /// Percent of the points. 100 is fully right, and options that cost points are below 0.
    pub percent: f64,
    /// Feedback in Markdown, may be empty.
    pub feedback: String,
}

/// Lowest percentage of a right answer. It is below 100 to allow for rounded thirds.
const FULL: f64 = 99.9;

impl Weighted {
    fn is_right(&self) -> bool {
        self.percent >= FULL
    }

    fn is_partly_right(&self) -> bool {
        self.percent > 0.0 && !self.is_right()
    }
}

pub fn choice(
    answers: &[Weighted],
    several: bool,
    shuffle: bool,
    notes: &mut Vec<Note>,
) -> AnswerDraft {
    if several {
        let shares = answers.iter().map(|answer| answer.percent / 100.0);
        notes.extend(differing(shares.filter(|share| *share > 0.0)));
    } else {
        note_partial_credit(answers, notes);
    }
    AnswerDraft::Choice {
        options: answers
            .iter()
            .map(|answer| OptionDraft {
                text: answer.text.clone(),
                is_correct: answer.is_right() || several && answer.percent > 0.0,
            })
            .collect(),
        several,
        shuffle,
    }
}

/// Returns a note if the right options have different weights.
pub fn differing(mut shares: impl Iterator<Item = f64>) -> Option<Note> {
    let first = shares.next()?;
    shares
        .any(|share| (share - first).abs() > 0.005)
        .then(|| Note::new("its weights", "all right options count the same here"))
}

/// Converts typed answers. An unescaped `*` stands for any text, as in Moodle.
///
/// # Errors
/// Refuses a right answer with such a `*`, because answers here have no wildcards.
pub fn short_answer(
    mut answers: Vec<Weighted>,
    notes: &mut Vec<Note>,
) -> Result<AnswerDraft, String> {
    for answer in answers.iter_mut().filter(|answer| answer.is_right()) {
        answer.text = without_wildcards(&answer.text)?;
    }
    texts(&answers, notes)
}

/// Converts typed answers without wildcards. The first answer that equals the typed text decides.
pub fn texts(answers: &[Weighted], notes: &mut Vec<Note>) -> Result<AnswerDraft, String> {
    note_partial_credit(answers, notes);
    let is_same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
    first_decides(
        answers,
        |answer| answer,
        |one, other| is_same(&one.text, &other.text),
    )?;
    let mut accepted: Vec<String> = Vec::new();
    for answer in answers.iter().filter(|answer| answer.is_right()) {
        if !accepted.iter().any(|other| is_same(other, &answer.text)) {
            accepted.push(answer.text.clone());
        }
    }
    short(accepted, None)
}

/// Refuses the answers if one that is not fully right comes before a right one that it is like.
/// Here the right one would accept both, which would give points for a wrong answer.
fn first_decides<T>(
    answers: &[T],
    weighted: impl Fn(&T) -> &Weighted,
    is_like: impl Fn(&T, &T) -> bool,
) -> Result<(), String> {
    for (at, right) in answers.iter().enumerate() {
        if !weighted(right).is_right() {
            continue;
        }
        let before = answers[..at].iter();
        let caught = before
            .filter(|answer| !weighted(answer).is_right())
            .find(|answer| is_like(answer, right));
        if let Some(caught) = caught {
            return Err(format!(
                "its answer '{}' is not fully right, but lies within the right answer '{}', which is not possible here",
                shortened(&weighted(caught).text),
                shortened(&weighted(right).text)
            ));
        }
    }
    Ok(())
}

fn short(accepted: Vec<String>, tolerance: Option<f64>) -> Result<AnswerDraft, String> {
    match accepted.is_empty() {
        true => Err("none of its answers is fully right".to_owned()),
        false => Ok(AnswerDraft::ShortAnswer {
            accepted,
            tolerance,
        }),
    }
}

fn without_wildcards(answer: &str) -> Result<String, String> {
    let mut out = String::with_capacity(answer.len());
    for c in answer.chars() {
        if c == '*' && !unescape(&mut out) {
            return Err(format!(
                "its answer '{}' has a place for any text (*)",
                shortened(answer)
            ));
        }
        out.push(c);
    }
    Ok(out)
}

/// Removes a backslash at the end of the text. Returns false if there is none.
fn unescape(text: &mut String) -> bool {
    let is_escaped = text.ends_with('\\');
    if is_escaped {
        text.pop();
    }
    is_escaped
}

/// Converts numbers, each with its tolerance. The first number that is near enough to the typed one
/// decides.
pub fn number(answers: &[(Weighted, f64)], notes: &mut Vec<Note>) -> Result<AnswerDraft, String> {
    note_partial_credit(answers.iter().map(|(answer, _)| answer), notes);
    first_decides(
        answers,
        |(answer, _)| answer,
        |(one, off), (other, other_off)| match (finite(&one.text), finite(&other.text)) {
            (Some(one), Some(other)) => (one - other).abs() <= off + other_off,
            _ => false,
        },
    )?;
    let mut accepted: Vec<String> = Vec::new();
    let mut tolerance: Option<f64> = None;
    for (answer, off) in answers.iter().filter(|(answer, _)| answer.is_right()) {
        if tolerance.is_some_and(|other| other != *off) {
            return Err("its answers have different tolerances".to_owned());
        }
        tolerance = Some(*off);
        if !accepted.contains(&answer.text) {
            accepted.push(answer.text.clone());
        }
    }
    short(accepted, tolerance)
}

/// Converts pairs. A right side without a left one is a distractor, which is left out with a note.
pub fn matching(
    pairs: impl IntoIterator<Item = (String, String)>,
    notes: &mut Vec<Note>,
) -> AnswerDraft {
    let mut kept = Vec::new();
    for (left, right) in pairs {
        if left.trim().is_empty() {
            notes.push(Note::new(
                format!("the answer '{}'", shortened(&right)),
                "answers without a partner can't be in a matching question here",
            ));
        } else {
            kept.push((left, right));
        }
    }
    AnswerDraft::Matching { pairs: kept }
}

/// Joins the general feedback and the feedback of single answers. `answers` holds pairs of an
/// answer and its feedback, both in Markdown. Returns None if there is no feedback.
pub fn explanation<'a>(
    general: &str,
    answers: impl IntoIterator<Item = (Cow<'a, str>, &'a str)>,
) -> Option<String> {
    let mut paragraphs = vec![general.trim().to_owned()];
    for (answer, feedback) in answers {
        let (answer, feedback) = (answer.trim(), feedback.trim());
        let paragraph = if feedback.is_empty()
            || answer.is_empty()
            || format!("{answer}{feedback}").contains('\n')
        {
            feedback.to_owned()
        } else {
            format!("{answer}: {feedback}")
        };
        if !paragraphs.contains(&paragraph) {
            paragraphs.push(paragraph);
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n\n"))
}

/// Returns the options with their feedback, all in Markdown.
pub fn of_options(answers: &[Weighted]) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    answers
        .iter()
        .map(|answer| (Cow::from(&answer.text), answer.feedback.as_str()))
}

/// Returns a typed answer, escaped as Markdown, and its feedback. The answer `*` means any other,
/// so its name is empty.
pub fn of_typed(answer: &Weighted) -> (Cow<'_, str>, &str) {
    let name = match answer.text.as_str() {
        "*" => String::new(),
        text => escape::text(text),
    };
    (Cow::from(name), answer.feedback.as_str())
}

fn note_partial_credit<'a>(answers: impl IntoIterator<Item = &'a Weighted>, notes: &mut Vec<Note>) {
    let partly = answers
        .into_iter()
        .filter(|answer| answer.is_partly_right());
    notes.extend(partly.map(|answer| partial_credit(&answer.text)));
}

pub fn partial_credit(answer: &str) -> Note {
    Note::new(
        format!("the part of the points for '{}'", shortened(answer)),
        "an answer is right or wrong here; this one counts as wrong",
    )
}

pub fn some_items() -> Note {
    Note::new(
        "the choice of some of its items",
        "learners put all of its items in order here",
    )
}

pub fn case() -> Note {
    Note::new(
        "the difference of capital and small letters",
        "it makes none in short answers here",
    )
}
