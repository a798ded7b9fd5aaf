//! Saves and sends a review, and gives a learner another work.

use std::collections::HashMap;

use diesel::sql_types::{Bool, Int4, Jsonb, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::store::{self, PeerReviewRow};
use super::top_up::{lock, subject};
use super::{marks, pool};
use crate::exercise::hand_in::server::store::from_json;
use crate::exercise::marking::server::store::Points;
use crate::exercise::peer_review::REVIEW_CHARACTERS;
use crate::exercise::rubric::Rubric;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures;
use crate::platform::ids::{ExerciseId, PeerReviewId, SubmissionId, UserId};
use crate::platform::markdown;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::store as notifications;

pub fn no_review() -> AppError {
    AppError::NotFound(
        "This review is not yours to give. The work may have gone to somebody else.".to_owned(),
    )
}

/// Fields of the form of a review.
pub struct SentReview {
    /// Points by criterion; a key is the criterion's place with a `c` before it.
    pub points: HashMap<String, String>,
    pub feedback: String,
    /// True if it is sent, false if it is only saved.
    pub is_sent: bool,
}

/// Saves a review, or sends it. A review that was sent stays as it is.
///
/// # Errors
///
/// `Conflict` if it was sent before with other values, and `Invalid` if it is sent without all
/// points or without feedback.
pub async fn save(
    conn: &mut Conn,
    user: UserId,
    review: PeerReviewId,
    sent: SentReview,
) -> AppResult<()> {
    let found = store::of_reviewer(conn, user, review)
        .await?
        .ok_or_else(no_review)?;
    let rubric: Rubric = from_json(found.rubric.clone())?;
    let mut problems = FieldProblems::default();
    let feedback = sent.feedback.replace("\r\n", "\n").replace('\0', "");
    if feedback.chars().count() > REVIEW_CHARACTERS as usize {
        problems.add("feedback", figures::use_at_most(REVIEW_CHARACTERS));
    }
    let criteria = rubric.criteria.iter().enumerate();
    let points: Vec<Option<i32>> = criteria
        .map(|(at, criterion)| {
            let typed = sent.points.get(&format!("c{at}"))?;
            let points = typed.parse::<i32>().ok();
            points.filter(|points| criterion.level_of(*points).is_some())
        })
        .collect();
    let score = rubric.score(&points, 0);
    if sent.is_sent {
        if score.is_none() {
            problems.add(
                "",
                "Choose points for each criterion before you send the review.",
            );
        }
        if feedback.trim().is_empty() {
            problems.add(
                "feedback",
                "Write what is good and what would make it better.",
            );
        }
    }
    problems.check()?;
    let points = Points { version: 1, points };
    let points = serde_json::to_value(points).map_err(|error| AppError::internal(&error))?;
    if found.sent_at.is_some() {
        return match found.points == points && found.feedback == feedback {
            true => Ok(()),
            false => Err(AppError::Conflict(
                "You have sent this review. It can no longer be changed.".to_owned(),
            )),
        };
    }
    let html = markdown::render(&feedback, &|_, _| None).html;
    statement(
        "update peer_reviews
         set points = $2, feedback = $3, feedback_html = $4, score = $5, is_begun = true,
             sent_at = case when $6 then now() end
         where review_id = $1",
    )
    .bind::<Uuid, _>(review)
    .bind::<Jsonb, _>(&points)
    .bind::<Text, _>(&feedback)
    .bind::<Text, _>(&html)
    .bind::<Nullable<Int4>, _>(score)
    .bind::<Bool, _>(sent.is_sent)
    .execute(conn)
    .await?;
    match sent.is_sent {
        true => after_sending(conn, user, &found).await,
        false => Ok(()),
    }
}

async fn after_sending(conn: &mut Conn, user: UserId, review: &PeerReviewRow) -> AppResult<()> {
    marks::count(conn, review.submission_id).await?;
    let given = store::given(conn, user, review.exercise_id).await?;
    if given.iter().all(|given| given.is_sent) {
        let subject = subject(review.exercise_id);
        notifications::seen(conn, user, NotificationKind::Deadline, &subject).await?;
    }
    Ok(())
}

/// Gives the learner the work with the fewest reviews that still needs some. Returns its review.
///
/// # Errors
///
/// `Conflict` if the learner has reviews to send first, or if no work needs a review.
pub async fn take(conn: &mut Conn, user: UserId, exercise: ExerciseId) -> AppResult<PeerReviewId> {
    lock(conn, exercise).await?;
    let given = store::given(conn, user, exercise).await?;
    if given.iter().any(|given| !given.is_sent) {
        return Err(AppError::Conflict(
            "Send the reviews that you have first.".to_owned(),
        ));
    }
    let work = spare(conn, user, exercise).await?;
    let Some(work) = work else {
        return Err(AppError::Conflict(
            "No work needs another review at the moment.".to_owned(),
        ));
    };
    pool::give(conn, exercise, &[work], &[user]).await?;
    let given = store::given(conn, user, exercise).await?;
    let new = given.iter().find(|given| !given.is_sent);
    new.map(|given| given.review_id).ok_or_else(no_review)
}

/// Returns the work with the fewest reviews that the learner could review besides their own ones.
pub async fn spare(
    conn: &mut Conn,
    user: UserId,
    exercise: ExerciseId,
) -> AppResult<Option<SubmissionId>> {
    let works = pool::works(conn, exercise).await?;
    let Some(own) = works.iter().find(|row| row.author == user) else {
        return Ok(None);
    };
    let pairs = pool::pairs(conn, exercise).await?;
    let received = |row: &pool::PeerWorkRow| {
        let of_work = pairs.iter().filter(|pair| pair.work_id == row.work_id);
        of_work.filter(|pair| pair.is_received).count()
    };
    let may_take = |row: &&pool::PeerWorkRow| {
        let is_known = pairs
            .iter()
            .any(|pair| pair.work_id == row.work_id && pair.reviewer_id == user);
        let wanted = usize::try_from(row.wanted).unwrap_or_default();
        row.is_open
            && row.author != user
            && row.cohort_id == own.cohort_id
            && !is_known
            && received(row) < wanted
    };
    let free = works.iter().filter(may_take);
    Ok(free
        .min_by_key(|row| received(row))
        .map(|row| row.submission_id))
}
