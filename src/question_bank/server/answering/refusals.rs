//! Refusals that quizzes and exams word alike. `what` is the learner's word, such as "attempt".

use crate::platform::error::AppError;

pub fn not_yours(what: &str) -> AppError {
    AppError::NotFound(format!("This {what} does not exist, or it is not yours."))
}

pub fn nothing_here() -> AppError {
    AppError::NotFound("There is nothing of this kind to see here.".to_owned())
}

/// `of` names the questions' owner, such as "This attempt".
pub fn no_such_question(of: &str) -> AppError {
    AppError::field(
        "question",
        format!("{of} has no question with this number."),
    )
}

/// Explains that all attempts allowed are used.
pub fn all_used(what: &str, allowed: i64) -> String {
    match allowed {
        1 => format!("You have used your only {what}. Your tutor can allow another one."),
        _ => format!("You have used all {allowed} {what}s. Your tutor can allow another one."),
    }
}
