//! Causes of internal errors within a job, which people see only as a reference. An admin who looks
//! after the jobs sees the cause.

use std::cell::RefCell;

use crate::error::{AppError, AppResult};

/// Longest reason that is stored with a job, in characters.
const REASON: usize = 500;

tokio::task_local! {
    static CAUSE: RefCell<Option<String>>;
}

/// Keeps the cause of an internal error for the job that runs, if one does.
pub fn note_cause(cause: &str) {
    let _ = CAUSE.try_with(|kept| kept.borrow_mut().replace(cause.to_owned()));
}

/// Runs the work of a job. The second value is the cause of an internal error.
pub(super) async fn with_cause(
    work: impl Future<Output = AppResult<()>>,
) -> (AppResult<()>, Option<String>) {
    let run = async {
        let outcome = work.await;
        (outcome, CAUSE.with(RefCell::take))
    };
    CAUSE.scope(RefCell::default(), run).await
}

/// Returns the reason of a failure, in words for an admin.
pub(super) fn reason(error: &AppError, cause: Option<&str>) -> String {
    let whole = match (error, cause) {
        (AppError::Internal(_), Some(cause)) => cause.to_owned(),
        _ => error.to_string(),
    };
    whole.chars().filter(|c| *c != '\0').take(REASON).collect()
}
