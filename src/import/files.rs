//! Stores the files of a course. Files that it no longer has are removed at the end, see
//! `site_texts.rs`.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use super::site_texts::ReplacedFile;
use crate::course::server::draft::CourseDraft;
use crate::course::server::files::keep;
use crate::platform::db::Conn;
use crate::platform::db::schema::{course_files, stored_files};
use crate::platform::error::{AppError, AppResult};
use crate::platform::files::Files;
use crate::platform::ids::{CourseId, FileId, OrganizationId};

/// Returns the id of each file by its key, and the files that took the place of others.
pub async fn store_files(
    conn: &mut Conn,
    files: &Files,
    organization: OrganizationId,
    course: CourseId,
    draft: &CourseDraft,
) -> AppResult<(HashMap<String, FileId>, Vec<ReplacedFile>)> {
    let (mut stored, mut replaced) = (HashMap::new(), Vec::new());
    let known = known(conn, course).await?;
    for file in &draft.files {
        let content = tokio::fs::read(&file.path)
            .await
            .map_err(|error| AppError::field("", format!("{} can't be read: {error}", file.key)))?;
        let before = known.get(&file.key);
        // An export does not tell the media type of a file that other rules than those of the
        // native format gave.
        let same = before
            .filter(|_| draft.is_export)
            .filter(|(_, sha256)| *sha256 == Sha256::digest(&content)[..]);
        if let Some((id, _)) = same {
            stored.insert(file.key.clone(), *id);
            continue;
        }
        let kind = (file.key.as_str(), file.media_type.as_str());
        let id = keep(conn, files, organization, course, kind, content).await?;
        stored.insert(file.key.clone(), id);
        if let Some((was, _)) = before.filter(|(was, _)| *was != id) {
            replaced.push(ReplacedFile {
                key: file.key.clone(),
                was: *was,
                now: id,
            });
        }
    }
    Ok((stored, replaced))
}

/// Returns the course's files with the hashes of their contents, by name.
async fn known(
    conn: &mut Conn,
    course: CourseId,
) -> QueryResult<HashMap<String, (FileId, Vec<u8>)>> {
    let rows: Vec<(String, FileId, Vec<u8>)> = course_files::table
        .inner_join(stored_files::table.on(stored_files::file_id.eq(course_files::file_id)))
        .filter(course_files::course_id.eq(course))
        .select((
            course_files::name,
            course_files::file_id,
            stored_files::sha256,
        ))
        .load(conn)
        .await?;
    let known = rows.into_iter();
    Ok(known
        .map(|(name, file, sha256)| (name, (file, sha256)))
        .collect())
}
