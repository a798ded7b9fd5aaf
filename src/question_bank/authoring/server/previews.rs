//! Uploaded question files that wait for their tutor's confirmation. The file itself is kept, so
//! that its effect is judged anew whenever it is shown and when it is confirmed.

use chrono::{Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::forecast::{IntakeForecast, forecast};
use super::imports::{self, Sent};
use super::intake::{self, IntakeFile};
use super::origin::{self, SameName};
use super::{report, store};
use crate::course::QuestionPurpose;
use crate::course::server::draft::QuestionDraft;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::db::schema::question_import_previews;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ImportId, UserId};
use crate::question_bank::authoring::{ChangedQuestion, ImportPreview, LeftOutGroup, PreviewList};
use crate::question_bank::server::bank;
use crate::question_bank::server::exchange::{self, Imported};

/// Files of one tutor that wait at the same time. A further one replaces the oldest.
const WAITING: i64 = 5;
const KEPT_FOR: Duration = Duration::days(1);
/// Most questions that a list of the preview names.
const NAMED: usize = 200;

/// An uploaded file.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = question_import_previews)]
pub struct Uploaded {
    pub import_id: ImportId,
    pub course_id: CourseId,
    pub uploaded_by: UserId,
    pub file_name: String,
    pub content: Vec<u8>,
    pub place: String,
    pub purpose: intake::Purpose,
}

/// Keeps the file until it is confirmed, for a day at most.
pub async fn keep(conn: &mut Conn, uploaded: &Uploaded) -> AppResult<()> {
    let older = question_import_previews::table
        .filter(question_import_previews::uploaded_by.eq(uploaded.uploaded_by))
        .order(question_import_previews::created_at.desc())
        .offset(WAITING - 1)
        .select(question_import_previews::import_id);
    let older: Vec<ImportId> = older.load(conn).await?;
    diesel::delete(question_import_previews::table)
        .filter(question_import_previews::import_id.eq_any(older))
        .execute(conn)
        .await?;
    diesel::insert_into(question_import_previews::table)
        .values(uploaded)
        .execute(conn)
        .await?;
    Ok(())
}

/// Returns the tutor's own file, if it still waits.
pub async fn find(conn: &mut Conn, tutor: &TutorOf, named: &str) -> AppResult<Option<Uploaded>> {
    let Ok(id) = Uuid::parse_str(named) else {
        return Ok(None);
    };
    let found = question_import_previews::table
        .filter(question_import_previews::import_id.eq(ImportId(id)))
        .filter(question_import_previews::course_id.eq(tutor.course))
        .filter(question_import_previews::uploaded_by.eq(tutor.signed_in.user_id()))
        .filter(question_import_previews::created_at.gt(Utc::now() - KEPT_FOR))
        .select(Uploaded::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(found)
}

/// Reads the questions of a file on a blocking thread, because a hostile file takes as much work as
/// the limits allow.
///
/// # Errors
/// A sentence at the field `file`.
pub async fn read(name: String, content: Vec<u8>) -> AppResult<Imported> {
    let read = tokio::task::spawn_blocking(move || exchange::read(&name, &content));
    read.await
        .map_err(|error| AppError::internal(&error))?
        .map_err(|sentence| AppError::field("file", sentence))
}

/// The effect of a file, or the reason why it cannot be imported now.
struct Judgment {
    outcome: Result<(IntakeForecast, Vec<String>), String>,
    has_namesake: bool,
}

async fn judge(
    conn: &mut Conn,
    uploaded: &Uploaded,
    same_name: SameName,
    imported: &Imported,
) -> AppResult<Judgment> {
    let course = uploaded.course_id;
    let place = store::place(conn, course, &uploaded.place, QuestionPurpose::Both).await;
    let place = match place {
        Ok(place) => place,
        Err(AppError::Invalid(_)) => {
            return Ok(Judgment {
                outcome: Err("The topic is not in use any more. Upload the file again.".to_owned()),
                has_namesake: false,
            });
        }
        Err(error) => return Err(error),
    };
    let stem = origin::stem(&uploaded.file_name, &place);
    let questions = &imported.questions;
    let has_namesake = intake::has_namesake(conn, course, &stem).await?;
    let origin = match imports::must_be_alone(conn, course, &stem).await {
        Ok(()) => intake::origin(conn, course, &stem, questions, same_name).await,
        Err(error) => Err(error),
    };
    let outcome = match origin {
        Ok(origin) => {
            let file = IntakeFile {
                course,
                place,
                purpose: uploaded.purpose,
                stem: &stem,
                origin: &origin,
                same_name,
                questions,
            };
            let plan = intake::plan(conn, &file).await?;
            let found = forecast(conn, &file, &plan).await?;
            Ok((found, plan.missing))
        }
        Err(AppError::Invalid(problems)) => {
            let sentences: Vec<String> = problems.into_iter().map(|(_, said)| said).collect();
            Err(sentences.join(" "))
        }
        Err(error) => return Err(error),
    };
    Ok(Judgment {
        outcome,
        has_namesake,
    })
}

/// Identifies an effect, so that a confirmation imports what its tutor has seen.
fn seen(forecast: &IntakeForecast, same_name: SameName) -> String {
    let mut lines = vec![same_name.name().to_owned()];
    lines.extend(forecast.trace.iter().cloned());
    exchange::digest(lines.join("\n").as_bytes())
}

/// Returns the preview of a file. Nothing is stored.
pub async fn preview(
    conn: &mut Conn,
    uploaded: &Uploaded,
    same_name: &str,
    imported: &Imported,
) -> AppResult<ImportPreview> {
    let same_name = SameName::parse(same_name);
    let Judgment {
        outcome,
        has_namesake,
    } = judge(conn, uploaded, same_name, imported).await?;
    let (forecast, missing, problem) = match outcome {
        Ok((forecast, missing)) => (forecast, missing, None),
        Err(problem) => (IntakeForecast::default(), Vec::new(), Some(problem)),
    };
    let places = store::places(conn, uploaded.course_id).await?;
    let place = places
        .into_iter()
        .find(|(value, _)| *value == uploaded.place);
    let begun = report::begun(&uploaded.file_name, imported);
    let seen = seen(&forecast, same_name);
    let mut left_out = begun.left_out;
    if !forecast.seconds.is_empty() {
        left_out.push(LeftOutGroup {
            is_refused: false,
            why: intake::SECOND.to_owned(),
            more: forecast.seconds.len().saturating_sub(NAMED),
            items: forecast.seconds.into_iter().take(NAMED).collect(),
        });
    }
    let changed = forecast.changed.len();
    let shown = forecast.changed.iter().take(NAMED);
    Ok(ImportPreview {
        id: uploaded.import_id.to_string(),
        file: uploaded.file_name.clone(),
        format: imported.format.label().to_owned(),
        place: place.map(|(_, label)| label).unwrap_or_default(),
        purpose: match uploaded.purpose {
            Some(purpose) => purpose.label().to_owned(),
            None => "as the file says".to_owned(),
        },
        same_name: same_name.name().to_owned(),
        has_namesake,
        problem,
        added: list(forecast.added),
        changed: shown.map(|(before, after)| change(before, after)).collect(),
        more_changed: changed.saturating_sub(NAMED),
        unchanged: list(forecast.unchanged),
        kept: list(forecast.kept),
        missing: list(missing),
        refused: begun.refused,
        left_out,
        seen,
    })
}

fn list(mut items: Vec<String>) -> PreviewList {
    let count = items.len();
    items.truncate(NAMED);
    PreviewList { count, items }
}

/// Names the parts of a question that a new version changes.
fn change(before: &QuestionDraft, after: &QuestionDraft) -> ChangedQuestion {
    let parts = [
        ("question", before.prompt != after.prompt),
        ("answers", before.answer != after.answer),
        ("explanation", before.explanation != after.explanation),
        ("use", before.purpose != after.purpose),
        ("difficulty", before.difficulty != after.difficulty),
    ];
    let parts: Vec<&str> = (parts.into_iter())
        .filter(|(_, is_changed)| *is_changed)
        .map(|(part, _)| part)
        .collect();
    ChangedQuestion {
        before: report::beginning(before),
        after: report::beginning(after),
        parts: parts.join(", "),
    }
}

/// A confirmation, with the effect that its tutor has seen.
pub struct Confirmation {
    pub uploaded: Uploaded,
    pub imported: Imported,
    pub same_name: String,
    pub seen: String,
}

/// Imports a confirmed file.
///
/// # Errors
/// A conflict if the effect is not the one that was seen.
pub async fn confirm(
    conn: &mut Conn,
    tutor: &TutorOf,
    confirmation: Confirmation,
) -> AppResult<()> {
    let uploaded = confirmation.uploaded;
    bank::lock(conn, tutor.course).await?;
    // The form was sent twice.
    if imports::is_begun(conn, tutor.course, uploaded.import_id).await? {
        return Ok(());
    }
    let same_name = SameName::parse(&confirmation.same_name);
    let judged = judge(conn, &uploaded, same_name, &confirmation.imported).await?;
    let (forecast, _) = judged.outcome.map_err(|said| AppError::field("", said))?;
    if seen(&forecast, same_name) != confirmation.seen {
        return Err(AppError::Conflict(
            "The question bank has changed since you saw this preview. Nothing was imported. Check the preview again; it is up to date now.".to_owned(),
        ));
    }
    let sent = Sent {
        id: uploaded.import_id,
        file: uploaded.file_name,
        place: uploaded.place,
        purpose: uploaded.purpose,
        same_name,
        imported: confirmation.imported,
    };
    imports::begin(conn, tutor, &sent).await?;
    drop_upload(conn, tutor, sent.id).await
}

/// Deletes a file that its tutor does not want to import.
pub async fn drop_upload(conn: &mut Conn, tutor: &TutorOf, id: ImportId) -> AppResult<()> {
    diesel::delete(question_import_previews::table)
        .filter(question_import_previews::import_id.eq(id))
        .filter(question_import_previews::course_id.eq(tutor.course))
        .filter(question_import_previews::uploaded_by.eq(tutor.signed_in.user_id()))
        .execute(conn)
        .await?;
    Ok(())
}
