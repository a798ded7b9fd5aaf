//! Saves the marks of a work, and releases them to its learner.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::claim::{claim_next, ends_at, no_work, replaced};
use super::store::{self, MarkedWork, NewMarks, Points, ReleasedWork, WorkMarker};
use crate::exercise::hand_in::server::store::{from_json, path};
use crate::exercise::marking::{
    BANK_CHARACTERS, BANK_LIMIT, FEEDBACK_CHARACTERS, MARKING, MarkingAction, marking_path,
};
use crate::exercise::rubric::Rubric;
use crate::exercise::{Lines, SaveDecision, SaveToken, decide_save};
use crate::platform::audit::AuditEntry;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{ExerciseId, MarkingCommentId, SubmissionId, UserId};
use crate::platform::markdown;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::store::{NewNotification, notify};

/// Fields of the marking form.
pub struct SentMarks {
    pub page: SaveToken,
    /// Points by criterion; a key is the criterion's place with a `c` before it.
    pub points: HashMap<String, String>,
    pub ticked: Vec<String>,
    pub feedback: String,
    pub action: MarkingAction,
}

/// Saves the marks and carries out the action. Returns the page to go to, if that is another one.
///
/// # Errors
///
/// `Conflict` if another tutor is marking the work, if another page has saved since, if the learner
/// has handed in again, and if the marks are released. `Invalid` if marks without all points would
/// be released.
pub async fn save(
    conn: &mut Conn,
    marker: WorkMarker,
    submission: SubmissionId,
    sent: SentMarks,
    now: DateTime<Utc>,
) -> AppResult<Option<String>> {
    let found = store::work_for_update(conn, marker, submission)
        .await?
        .ok_or_else(no_work)?;
    if found.marker_id != Some(marker.user) {
        return Err(AppError::Conflict(
            "This work is not yours to mark. Another tutor may have started on it.".to_owned(),
        ));
    }
    if found.replaced_by.is_some() {
        return Err(replaced());
    }
    let revision = match decide_save(found.writing(), sent.page) {
        SaveDecision::Keep(revision) => revision,
        SaveDecision::Late => return Ok(None),
        SaveDecision::Stale => {
            return Err(AppError::Conflict(
                "These marks were changed in another tab or on another device. Copy your feedback, then reload the page."
                    .to_owned(),
            ));
        }
    };
    let action = sent.action;
    let mut marks = read(&found, sent, revision, now)?;
    if found.released_at.is_some() {
        return match is_same(&found, &marks) {
            true => Ok(None),
            false => Err(AppError::Conflict(
                "These marks are released. Reload the page to change them.".to_owned(),
            )),
        };
    }
    if let MarkingAction::Insert(comment) = action {
        marks.feedback = inserted(conn, found.exercise_id, comment, &marks.feedback).await?;
    }
    if action.releases() && marks.score.is_none() {
        return Err(AppError::field(
            "",
            "Choose points for each criterion before you release the marks.",
        ));
    }
    marks.feedback_html = markdown::render(&marks.feedback, &|_, _| None).html;
    store::save(conn, submission, &marks).await?;
    match action {
        MarkingAction::Keep => keep(conn, found.exercise_id, &marks.feedback).await?,
        MarkingAction::Forget(comment) => {
            store::forget_comment(conn, found.exercise_id, comment).await?;
        }
        MarkingAction::Release | MarkingAction::ReleaseNext => {
            release(conn, marker, Some(submission)).await?;
        }
        MarkingAction::Save | MarkingAction::Next | MarkingAction::Insert(_) => {}
    }
    Ok(match action {
        MarkingAction::Save => None,
        MarkingAction::Next | MarkingAction::ReleaseNext => {
            let next = claim_next(conn, marker, Some(submission), now).await?;
            Some(next.map_or_else(|| MARKING.to_owned(), marking_path))
        }
        _ => Some(marking_path(submission)),
    })
}

/// Reads the fields. Only points of a level and checks of the rubric are taken.
fn read(
    found: &MarkedWork,
    sent: SentMarks,
    revision: i32,
    now: DateTime<Utc>,
) -> AppResult<NewMarks> {
    let rubric: Rubric = from_json(found.rubric.clone().unwrap_or_default())?;
    let feedback = sent.feedback.replace("\r\n", "\n");
    if feedback.chars().count() > FEEDBACK_CHARACTERS as usize {
        return Err(too_long());
    }
    let criteria = rubric.criteria.iter().enumerate();
    let points = criteria.map(|(at, criterion)| {
        let Some(typed) = sent.points.get(&format!("c{at}")) else {
            return Ok(None);
        };
        let points = typed.parse::<i32>().ok();
        let points = points.filter(|points| criterion.level_of(*points).is_some());
        points.map(Some).ok_or_else(|| {
            AppError::field(
                "",
                format!("“{}” does not have these points.", criterion.name),
            )
        })
    });
    let points: Vec<Option<i32>> = points.collect::<AppResult<_>>()?;
    let checks = rubric.checks.iter().map(|check| check.name.clone());
    let ticked = checks.filter(|name| sent.ticked.contains(name)).collect();
    Ok(NewMarks {
        score: rubric.score(&points, found.late_percent),
        points: to_json(&Points { version: 1, points })?,
        checked: to_json(&Lines::of(ticked))?,
        feedback,
        feedback_html: String::new(),
        writing: SaveToken {
            revision,
            ..sent.page
        },
        claimed_until: ends_at(now),
    })
}

fn to_json(value: &impl Serialize) -> AppResult<Value> {
    serde_json::to_value(value).map_err(|error| AppError::internal(&error))
}

fn is_same(found: &MarkedWork, marks: &NewMarks) -> bool {
    found.points == marks.points
        && found.checked == marks.checked
        && found.feedback == marks.feedback
}

fn too_long() -> AppError {
    AppError::field("feedback", figures::use_at_most(FEEDBACK_CHARACTERS))
}

/// Returns the feedback with a kept comment at its end.
async fn inserted(
    conn: &mut Conn,
    exercise: ExerciseId,
    comment: MarkingCommentId,
    feedback: &str,
) -> AppResult<String> {
    let bank = store::bank(conn, exercise).await?;
    let comment = bank
        .into_iter()
        .find(|kept| kept.comment_id == comment)
        .ok_or_else(|| AppError::Conflict("This comment is no longer kept.".to_owned()))?;
    let feedback = match feedback.trim_end() {
        "" => comment.body,
        before => format!("{before}\n\n{}", comment.body),
    };
    match feedback.chars().count() > FEEDBACK_CHARACTERS as usize {
        true => Err(too_long()),
        false => Ok(feedback),
    }
}

/// Keeps the feedback as a comment to use again.
async fn keep(conn: &mut Conn, exercise: ExerciseId, feedback: &str) -> AppResult<()> {
    let body = feedback.trim();
    let problem = match body.chars().count() {
        0 => Some("Write the feedback that you want to keep.".to_owned()),
        length if length > BANK_CHARACTERS as usize => Some(format!(
            "To keep it, {}",
            figures::use_at_most(BANK_CHARACTERS).to_lowercase()
        )),
        _ if store::bank(conn, exercise).await?.len() >= BANK_LIMIT => {
            Some(format!("{BANK_LIMIT} comments are kept. Delete one first."))
        }
        _ => None,
    };
    match problem {
        Some(problem) => Err(AppError::field("feedback", problem)),
        None => Ok(store::keep_comment(conn, exercise, body).await?),
    }
}

/// Releases the marks of one work, or of all that the tutor has marked, and tells their learners.
/// Returns the number of works.
pub async fn release(
    conn: &mut Conn,
    marker: WorkMarker,
    only: Option<SubmissionId>,
) -> AppResult<usize> {
    let released = store::release(conn, marker, only).await?;
    let same_exercise = |a: &ReleasedWork, b: &ReleasedWork| a.exercise_id == b.exercise_id;
    for works in released.chunk_by(same_exercise) {
        let Some(first) = works.first() else {
            continue;
        };
        let learners: Vec<UserId> = works.iter().map(|work| work.learner_id).collect();
        let news = NewNotification {
            kind: NotificationKind::Message,
            subject: format!("marks {}", first.exercise_id),
            course: Some(first.course_id),
            title: format!("Your work on “{}” is marked", first.title),
            body: "Your tutor has released the marks and the feedback.".to_owned(),
            path: path(conn, first.exercise_id).await?,
        };
        notify(conn, &learners, &news).await?;
        let scores = works.iter();
        let scores = scores.map(|work| (work.submission_id.to_string(), json!(work.score)));
        let scores: serde_json::Map<String, Value> = scores.collect();
        AuditEntry::done("marks.released")
            .of("exercise", first.exercise_id)
            .change(
                Some(json!({ "released": false })),
                Some(json!({ "released": true, "works": works.len(), "scores": scores })),
            )
            .by_user(marker.user)
            .write(conn)
            .await?;
    }
    Ok(released.len())
}
