//! The answers of an application as they are stored: each question as it was asked, with its
//! answer. Checks the applicant's details, too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::admission::{ABOUT_CHARACTERS, AskedQuestion, PHONE_CHARACTERS};
use crate::platform::auth::check_display_name;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;

/// Value of the column `answers_json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationAnswers {
    pub version: u8,
    pub answers: Vec<AskedQuestion>,
}

impl ApplicationAnswers {
    /// Reads the stored value. A value of another shape counts as empty.
    pub fn of(stored: &Value) -> Self {
        serde_json::from_value(stored.clone()).unwrap_or_default()
    }

    pub fn to_json(&self) -> Value {
        json!({ "version": 1, "answers": self.answers })
    }

    /// Returns the questions as they are asked now, with the answers given so far.
    pub fn asked_now(&self, questions: Vec<AskedQuestion>) -> Vec<AskedQuestion> {
        let answer = |question: &AskedQuestion| {
            let mut answers = self.answers.iter();
            answers
                .find(|old| old.question_id == question.question_id)
                .map(|old| old.answer.clone())
        };
        questions
            .into_iter()
            .map(|question| AskedQuestion {
                answer: answer(&question).unwrap_or_default(),
                ..question
            })
            .collect()
    }
}

/// Puts the typed answers into the questions. Keys are ids of questions. Answers that are far too
/// long to store are cut.
pub fn typed(
    questions: Vec<AskedQuestion>,
    answers: &BTreeMap<String, String>,
) -> Vec<AskedQuestion> {
    const MOST: usize = 4 * crate::admission::ANSWER_CHARACTERS as usize;
    questions
        .into_iter()
        .map(|question| {
            let typed = answers.get(&question.key());
            let answer = typed.map_or("", |answer| answer.trim());
            AskedQuestion {
                answer: answer.replace("\r\n", "\n").chars().take(MOST).collect(),
                ..question
            }
        })
        .collect()
}

/// Returns name and phone number as they are stored.
///
/// # Errors
///
/// Names every field that is wrong.
pub fn check_details(name: &str, phone: &str, about: &str) -> AppResult<(String, Option<String>)> {
    let name = check_display_name(name);
    let phone = phone.trim();
    let is_phone = phone.chars().count() <= PHONE_CHARACTERS as usize
        && phone
            .chars()
            .all(|c| c.is_ascii_digit() || " +-()/.".contains(c));
    let problems: Vec<_> = [
        ("name", name.as_ref().err().cloned()),
        (
            "phone",
            (!is_phone).then(|| "Enter a phone number, such as +49 30 1234567.".to_owned()),
        ),
        (
            "about",
            (about.trim().chars().count() > ABOUT_CHARACTERS as usize)
                .then(|| figures::use_at_most(ABOUT_CHARACTERS)),
        ),
    ]
    .into_iter()
    .filter_map(|(field, problem)| Some((field.to_owned(), problem?)))
    .collect();
    match name {
        Ok(name) if problems.is_empty() => {
            Ok((name, (!phone.is_empty()).then(|| phone.to_owned())))
        }
        _ => Err(AppError::Invalid(problems)),
    }
}
