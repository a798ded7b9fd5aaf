//! Uploaded courses that wait for their admin's confirmation.

use chrono::{Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::unpack::UnpackedCourse;
use crate::authoring::imports::{
    COURSE_UPLOAD, CourseImportPage, CoursePreview, NamedParts, PartChanges,
};
use crate::course::CourseTitle;
use crate::import::{Changes, ImportSummary};
use crate::platform::auth::guard::Admin;
use crate::platform::db::Conn;
use crate::platform::db::schema::course_import_previews;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::Flash;
use crate::platform::ids::UserId;

/// Courses of one admin that wait at the same time. A further one replaces the oldest.
const WAITING: i64 = 3;
const KEPT_FOR: Duration = Duration::days(1);
/// Most names in a list of the preview.
const NAMED: usize = 200;

/// An upload.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = course_import_previews)]
pub struct UploadedCourse {
    pub import_id: Uuid,
    pub uploaded_by: UserId,
    pub file_name: String,
    /// None once the course is imported.
    pub content: Option<Vec<u8>>,
    pub slug: Option<String>,
    pub preview: Value,
    /// Name in addresses of the imported course.
    pub imported_as: Option<String>,
}

pub fn no_upload() -> AppError {
    AppError::NotFound(
        "This upload is no longer here: uploads are kept for a day. Upload the course again."
            .to_owned(),
    )
}

/// Describes the effect of an import for the page.
pub fn describe(
    id: Uuid,
    file: &str,
    course: &UnpackedCourse,
    summary: &ImportSummary,
) -> CoursePreview {
    let parts = [
        ("Topics", &summary.topics),
        ("Questions", &summary.questions),
        ("Exercises", &summary.exercises),
        ("Cold calls", &summary.cold_calls),
    ];
    let left_out = course.left_out.iter().take(NAMED).cloned();
    CoursePreview {
        id: id.to_string(),
        file: file.to_owned(),
        course_title: CourseTitle::new(summary.course.clone(), course.draft.language.clone()),
        slug: summary.slug.clone(),
        is_new: summary.is_new,
        page_is_kept: summary.page_is_kept,
        is_book: course.is_book,
        parts: parts.map(|(name, changes)| part(name, changes)).to_vec(),
        files: summary.files,
        moved: summary.moved.clone(),
        left_out: left_out.collect(),
        seen: seen(summary),
    }
}

/// Identifies an effect.
pub fn seen(summary: &ImportSummary) -> String {
    let digest = Sha256::digest(format!("{summary:?}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn part(name: &str, changes: &Changes) -> PartChanges {
    PartChanges {
        name: name.to_owned(),
        added: named(&changes.added),
        updated: named(&changes.updated),
        retired: named(&changes.retired),
        kept: named(&changes.kept),
        unchanged: changes.unchanged,
    }
}

fn named(names: &[String]) -> NamedParts {
    NamedParts {
        count: names.len(),
        names: names.iter().take(NAMED).cloned().collect(),
    }
}

/// Keeps an upload until it is confirmed, for a day at most.
pub async fn keep(conn: &mut Conn, uploaded: &UploadedCourse) -> AppResult<()> {
    let older: Vec<Uuid> = course_import_previews::table
        .filter(course_import_previews::uploaded_by.eq(uploaded.uploaded_by))
        .order(course_import_previews::created_at.desc())
        .offset(WAITING - 1)
        .select(course_import_previews::import_id)
        .load(conn)
        .await?;
    diesel::delete(course_import_previews::table)
        .filter(course_import_previews::import_id.eq_any(older))
        .execute(conn)
        .await?;
    diesel::insert_into(course_import_previews::table)
        .values(uploaded)
        .execute(conn)
        .await?;
    Ok(())
}

/// Returns the admin's own upload, locked until the transaction ends.
pub async fn find(conn: &mut Conn, admin: &Admin, named: &str) -> AppResult<UploadedCourse> {
    let id = Uuid::parse_str(named).map_err(|_| no_upload())?;
    course_import_previews::table
        .filter(course_import_previews::import_id.eq(id))
        .filter(course_import_previews::uploaded_by.eq(admin.0.user_id()))
        .filter(course_import_previews::created_at.gt(Utc::now() - KEPT_FOR))
        .select(UploadedCourse::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?
        .ok_or_else(no_upload)
}

pub async fn page(
    conn: &mut Conn,
    admin: &Admin,
    named: &str,
    flash: Option<Flash>,
) -> AppResult<CourseImportPage> {
    let error = flash
        .filter(|flash| flash.form == COURSE_UPLOAD)
        .and_then(|flash| flash.error);
    let mut problems: Vec<String> = match error {
        Some(AppError::Invalid(problems)) => problems.into_iter().map(|(_, said)| said).collect(),
        Some(error) => vec![error.to_string()],
        None => Vec::new(),
    };
    if named.is_empty() {
        return Ok(CourseImportPage {
            preview: None,
            problems,
        });
    }
    let id = Uuid::parse_str(named).ok();
    let stored: Option<Value> = course_import_previews::table
        .filter(course_import_previews::import_id.nullable().eq(id))
        .filter(course_import_previews::uploaded_by.eq(admin.0.user_id()))
        .filter(course_import_previews::created_at.gt(Utc::now() - KEPT_FOR))
        .filter(course_import_previews::imported_as.is_null())
        .select(course_import_previews::preview)
        .first(conn)
        .await
        .optional()?;
    let preview = match stored {
        Some(stored) => {
            Some(serde_json::from_value(stored).map_err(|error| AppError::internal(&error))?)
        }
        None => {
            problems.push(no_upload().to_string());
            None
        }
    };
    Ok(CourseImportPage { preview, problems })
}

/// Notes what became of an upload, and forgets its content.
pub async fn note_imported(conn: &mut Conn, id: Uuid, slug: &str) -> QueryResult<()> {
    diesel::update(course_import_previews::table.find(id))
        .set((
            course_import_previews::imported_as.eq(slug),
            course_import_previews::content.eq(None::<Vec<u8>>),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Replaces the effect that an upload shows.
pub async fn renew(conn: &mut Conn, id: Uuid, preview: &CoursePreview) -> AppResult<()> {
    let preview = serde_json::to_value(preview).map_err(|error| AppError::internal(&error))?;
    diesel::update(course_import_previews::table.find(id))
        .set(course_import_previews::preview.eq(preview))
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes an upload that its admin does not want to import.
pub async fn discard(conn: &mut Conn, admin: &Admin, named: &str) -> AppResult<()> {
    let id = Uuid::parse_str(named).ok();
    diesel::delete(course_import_previews::table)
        .filter(course_import_previews::import_id.nullable().eq(id))
        .filter(course_import_previews::uploaded_by.eq(admin.0.user_id()))
        .execute(conn)
        .await?;
    Ok(())
}
