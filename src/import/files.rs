//! Stores the files of a course, and removes those that it no longer has.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::course::server::draft::CourseDraft;
use crate::course::server::files::{OF_QUESTIONS, OF_TOPICS, keep};
use crate::platform::db::Conn;
use crate::platform::db::schema::course_files;
use crate::platform::error::{AppError, AppResult};
use crate::platform::files::Files;
use crate::platform::ids::{CourseId, FileId, OrganizationId};

/// Returns the id of each file by its key. The pictures of imported question files stay, and so do
/// those that were added in the editor.
pub async fn store_files(
    conn: &mut Conn,
    files: &Files,
    organization: OrganizationId,
    course: CourseId,
    draft: &CourseDraft,
) -> AppResult<HashMap<String, FileId>> {
    let mut stored = HashMap::new();
    for file in &draft.files {
        let content = tokio::fs::read(&file.path)
            .await
            .map_err(|error| AppError::field("", format!("{} can't be read: {error}", file.key)))?;
        let kind = (file.key.as_str(), file.media_type.as_str());
        let id = keep(conn, files, organization, course, kind, content).await?;
        stored.insert(file.key.clone(), id);
    }
    let names: Vec<&str> = draft.files.iter().map(|file| file.key.as_str()).collect();
    diesel::delete(
        course_files::table
            .filter(course_files::course_id.eq(course))
            .filter(course_files::name.ne_all(names))
            .filter(course_files::name.not_like(format!("{OF_QUESTIONS}%")))
            .filter(course_files::name.not_like(format!("{OF_TOPICS}%"))),
    )
    .execute(conn)
    .await?;
    Ok(stored)
}
