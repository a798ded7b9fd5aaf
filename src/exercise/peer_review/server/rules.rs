//! The settings of reviews, which tutors change.

use serde_json::json;

use super::pool::{self, PeerRules};
use super::top_up;
use crate::exercise::hand_in::server::store::active;
use crate::exercise::peer_review::{REVIEW_DAYS_LIMIT, REVIEWS_LIMIT};
use crate::platform::audit::AuditEntry;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::http::Cx;
use crate::platform::ids::ExerciseId;
use crate::teaching::server::fields;

/// Reads the fields of the form.
pub fn read(reviews: &str, are_named: bool, days: &str) -> AppResult<PeerRules> {
    let mut problems = FieldProblems::default();
    let reviews = problems.keep(fields::number("reviews", reviews, REVIEWS_LIMIT));
    let days = problems.keep(fields::number("days", days, REVIEW_DAYS_LIMIT));
    if days == Some(0) {
        problems.add("days", "Give at least one day.");
    }
    let (Some(reviews), Some(days)) = (reviews, days) else {
        return Err(problems.error());
    };
    problems.check()?;
    Ok(PeerRules {
        reviews,
        are_named,
        days,
    })
}

/// Saves the settings, and gives works to reviewers or takes them away.
///
/// # Errors
///
/// `Conflict` if the work of the exercise is not handed in. A sentence at the field if names are
/// switched on after works were given to reviewers without names.
pub async fn save(
    conn: &mut Conn,
    by: &Cx,
    (exercise, title): (ExerciseId, &str),
    rules: PeerRules,
) -> AppResult<()> {
    let old = active(conn, exercise).await?.ok_or_else(|| {
        AppError::Conflict("Have learners hand in their work first, and save that.".to_owned())
    })?;
    let are_named_now = rules.are_named && !old.peers_are_named;
    if are_named_now && pool::has_reviews(conn, exercise).await? {
        return Err(AppError::field(
            "are_named",
            "Work was given to reviewers without names, so names can no longer be shown.",
        ));
    }
    pool::save_rules(conn, exercise, rules).await?;
    top_up::settings_changed(conn, exercise).await?;
    let old = json!({
        "exercise": title, "reviews": old.peer_reviews, "are_named": old.peers_are_named, "days": old.peer_days,
    });
    let new = json!({
        "exercise": title, "reviews": rules.reviews, "are_named": rules.are_named, "days": rules.days,
    });
    Ok(AuditEntry::done("assignment.reviews_changed")
        .of("exercise", exercise)
        .change(Some(old), Some(new))
        .by(by)
        .write(conn)
        .await?)
}
