//! Reserves work for the tutor who marks it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::store::{self, MarkedWork, WorkMarker};
use crate::exercise::marking::CLAIM_MINUTES;
use crate::platform::audit::AuditEntry;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::SubmissionId;

pub fn no_work() -> AppError {
    AppError::NotFound("There is no such work, or it is in a course of others.".to_owned())
}

pub fn replaced() -> AppError {
    AppError::Conflict(
        "The learner has handed in again. Reload the page to mark the new version.".to_owned(),
    )
}

/// End of a claim that is made or extended now.
pub fn ends_at(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::minutes(i64::from(CLAIM_MINUTES))
}

/// Reserves the oldest work that waits, except `after`. None if no work waits.
pub async fn claim_next(
    conn: &mut Conn,
    marker: WorkMarker,
    after: Option<SubmissionId>,
    now: DateTime<Utc>,
) -> AppResult<Option<SubmissionId>> {
    let next = store::next(conn, marker, after).await?;
    if let Some(next) = next {
        store::claim(conn, marker.user, next, ends_at(now)).await?;
    }
    Ok(next)
}

/// Reserves a work. Takes back its marks if they are released.
///
/// # Errors
///
/// `Conflict` while another tutor is marking it, and if the learner has handed in again.
pub async fn claim(
    conn: &mut Conn,
    marker: WorkMarker,
    submission: SubmissionId,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let found = store::work_for_update(conn, marker, submission)
        .await?
        .ok_or_else(no_work)?;
    if found.replaced_by.is_some() {
        return Err(replaced());
    }
    if is_taken(&found, marker) {
        return Err(AppError::Conflict(
            "Another tutor is marking this work.".to_owned(),
        ));
    }
    if let Some(released_at) = found.released_at {
        let old = json!({ "released": true, "released_at": released_at, "score": found.score, "points": found.points });
        AuditEntry::done("marks.taken_back")
            .of("submission", submission)
            .change(Some(old), Some(json!({ "released": false })))
            .by_user(marker.user)
            .write(conn)
            .await?;
    }
    Ok(store::claim(conn, marker.user, submission, ends_at(now)).await?)
}

/// True while another tutor is marking the work.
pub fn is_taken(work: &MarkedWork, marker: WorkMarker) -> bool {
    work.is_claimed && work.marker_id != Some(marker.user)
}
