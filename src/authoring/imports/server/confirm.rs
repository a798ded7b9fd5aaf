//! Imports a course that was uploaded and seen.

use serde_json::json;

use super::previews::{self, UploadedCourse, describe, no_upload, seen};
use super::{apart, unpack};
use crate::enrollment::server::store::course_id;
use crate::import::{self, NewCourse};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::Admin;
use crate::platform::error::{AppError, AppResult};

/// Imports an upload, and returns the course's name in addresses. A form that is sent twice imports
/// once.
///
/// # Errors
///
/// A conflict if the effect is not the one that was `seen`. Then nothing is imported, and the page
/// shows the present effect.
pub async fn import(admin: &Admin, named: &str, was_seen: String) -> AppResult<String> {
    let cx = admin.0.cx.clone();
    let waiting = cx
        .within(async move |conn| previews::find(conn, admin, named).await)
        .await?;
    let content = match waiting {
        UploadedCourse {
            imported_as: Some(slug),
            ..
        } => return Ok(slug),
        UploadedCourse { content, .. } => content.ok_or_else(no_upload)?,
    };
    let course = unpack::read(content, waiting.slug).await?;
    let (organization, files) = (cx.organization.organization_id, cx.app.files.clone());
    let (draft, name) = (course.draft.clone(), waiting.file_name.clone());
    let (owner, id, named) = (admin.clone(), waiting.import_id, named.to_owned());
    let expected = was_seen.clone();
    let within = cx.clone();
    let imported = apart(async move {
        let by = within.clone();
        within
            .within(async move |conn| {
                let again = previews::find(conn, &owner, &named).await?;
                if let Some(slug) = again.imported_as {
                    return Ok(slug);
                }
                let new = NewCourse::Draft;
                let summary = import::store_draft(conn, &files, organization, draft, new).await?;
                if seen(&summary) != expected {
                    return Err(changed());
                }
                previews::note_imported(conn, id, &summary.slug).await?;
                let course = course_id(conn, &summary.slug).await?.ok_or_else(no_upload)?;
                let counts = json!({
                    "file": name, "slug": summary.slug, "new": summary.is_new,
                    "topics_added": summary.topics.added.len(), "topics_updated": summary.topics.updated.len(),
                    "topics_retired": summary.topics.retired.len(),
                });
                AuditEntry::done("course.imported")
                    .of("course", course)
                    .change(None, Some(counts))
                    .by(&by)
                    .write(conn)
                    .await?;
                Ok(summary.slug)
            })
            .await
    })
    .await;
    if let Err(AppError::Conflict(_)) = imported {
        let draft = course.draft.clone();
        let db = cx.app.db.clone();
        let summary = apart(async move { import::dry_run(&db, organization, draft).await }).await?;
        let preview = describe(id, &waiting.file_name, &course, &summary);
        cx.within(async move |conn| previews::renew(conn, id, &preview).await)
            .await?;
    }
    imported
}

fn changed() -> AppError {
    AppError::Conflict(
        "The course has changed since you saw this preview. Nothing was imported. Check the preview again; it is up to date now."
            .to_owned(),
    )
}
