//! Reads fields that several forms of tutors share.

use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::teaching::REASON_CHARACTERS;

/// Of a text that says why: something, and not a novel.
pub fn reason(typed: &str) -> AppResult<String> {
    let reason = typed.trim();
    match reason.chars().count() {
        0 => Err(AppError::field(
            "reason",
            "Enter a reason. It is kept on record and sent to the learner.",
        )),
        length if length <= REASON_CHARACTERS as usize => Ok(reason.to_owned()),
        _ => Err(AppError::field(
            "reason",
            figures::use_at_most(REASON_CHARACTERS),
        )),
    }
}

/// Parses the value of a form's field as a number from 0 to `most`.
pub fn number(field: &str, typed: &str, most: i32) -> AppResult<i32> {
    typed
        .trim()
        .parse()
        .ok()
        .filter(|number| (0..=most).contains(number))
        .ok_or_else(|| AppError::field(field, format!("Enter a whole number from 0 to {most}.")))
}
