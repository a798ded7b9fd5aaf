//! Reports of unfair reviews, and what tutors decide about them.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::marks;
use super::review::no_review;
use super::store::{self, PeerReviewRow};
use super::top_up::{lock, top_up};
use crate::exercise::hand_in::server::store::path;
use crate::exercise::marking::marking_path;
use crate::exercise::marking::server::store::WorkMarker;
use crate::exercise::peer_review::REPORT_CHARACTERS;
use crate::platform::audit::AuditEntry;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{PeerReviewId, UserId};
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{NewNotification, notify};

/// Reports a review of the learner's own work to the tutors. Returns the page of the exercise.
///
/// # Errors
///
/// `Invalid` without a reason, and `Conflict` if a tutor has decided already.
pub async fn report(
    conn: &mut Conn,
    user: UserId,
    review: PeerReviewId,
    reason: &str,
) -> AppResult<String> {
    let found = store::of_author(conn, user, review)
        .await?
        .ok_or_else(|| AppError::NotFound("There is no such review of your work.".to_owned()))?;
    let page = path(conn, found.exercise_id).await?;
    let reason = reason.trim().replace('\0', "");
    if found.is_reported {
        return Ok(page);
    }
    if reason.is_empty() {
        return Err(AppError::field("reason", "Say what is unfair about it."));
    }
    if reason.chars().count() > REPORT_CHARACTERS as usize {
        return Err(AppError::field(
            "reason",
            figures::use_at_most(REPORT_CHARACTERS),
        ));
    }
    statement("update peer_reviews set reported_at = now(), report = $2 where review_id = $1")
        .bind::<Uuid, _>(review)
        .bind::<Text, _>(&reason)
        .execute(conn)
        .await?;
    let tutors = tutors(conn, &found).await?;
    let new = NewNotification {
        kind: NotificationKind::Question,
        subject: format!("peer-review/{review}"),
        course: Some(found.course_id),
        title: format!("{} reports a review of “{}”", found.author, found.exercise),
        body: reason,
        path: marking_path(found.submission_id),
    };
    notify(conn, &tutors, &new).await?;
    Ok(page)
}

#[derive(QueryableByName)]
struct ReportedToRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
}

async fn tutors(conn: &mut Conn, review: &PeerReviewRow) -> QueryResult<Vec<UserId>> {
    let rows: Vec<ReportedToRow> = statement(
        "select t.user_id from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
         where ct.course_id = $1 and ct.is_active and t.user_id not in ($2, $3)",
    )
    .bind::<Uuid, _>(review.course_id)
    .bind::<Uuid, _>(review.author_id)
    .bind::<Uuid, _>(review.reviewer_id)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// Decides whether a review counts, and tells the author. Returns the page of the work.
pub async fn settle(
    conn: &mut Conn,
    marker: WorkMarker,
    review: PeerReviewId,
    is_left_out: bool,
) -> AppResult<String> {
    let found = store::of_tutor(conn, marker, review)
        .await?
        .ok_or_else(no_review)?;
    lock(conn, found.exercise_id).await?;
    statement("update peer_reviews set settled_at = now(), is_left_out = $2 where review_id = $1")
        .bind::<Uuid, _>(review)
        .bind::<Bool, _>(is_left_out)
        .execute(conn)
        .await?;
    marks::count(conn, found.submission_id).await?;
    top_up(conn, found.exercise_id).await?;
    AuditEntry::done("peer_review.settled")
        .of("exercise", found.exercise_id)
        .change(
            Some(json!({ "settled": found.is_settled, "score": found.score })),
            Some(json!({ "review": review, "submission": found.submission_id, "left_out": is_left_out })),
        )
        .by_user(marker.user)
        .write(conn)
        .await?;
    if found.is_reported {
        let new = NewNotification {
            kind: NotificationKind::Message,
            subject: format!("peer-review/{review}"),
            course: Some(found.course_id),
            title: format!("Your report about a review of “{}”", found.exercise),
            body: match is_left_out {
                true => "Your tutor has left the review out of your mark.",
                false => "Your tutor has read the review. It stays a part of your mark.",
            }
            .to_owned(),
            path: path(conn, found.exercise_id).await?,
        };
        notify(conn, &[found.author_id], &new).await?;
    }
    Ok(marking_path(found.submission_id))
}
