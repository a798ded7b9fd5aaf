//! Looks at watched folders and monitored addresses. One job does both, and queues itself for the
//! next minute while there is something to watch.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::Utc;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sources::{self, NewSource, SourceKind};
use crate::platform::db::schema::{ingestion_jobs, watched_folders};
use crate::platform::db::{Conn, statement};
use crate::platform::documents::{DOCUMENT_BYTES, endings};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::files::Files;
use crate::platform::ids::{DocumentId, UserId};
use crate::platform::jobs::{self, Job, JobContext};

/// Files that a sweep takes in at once. The next sweep goes on.
const TAKEN: usize = 200;
/// Files and folders that a sweep looks at.
const LOOKED_AT: usize = 50_000;
const DEPTH: usize = 20;
/// Most characters of the sentence about a folder's problem.
const PROBLEM_CHARACTERS: usize = 1_000;
/// A file that changed more recently may still be written.
const SETTLED: Duration = Duration::from_secs(3);

/// Looks at all folders and addresses of an organization.
#[derive(Debug, Serialize, Deserialize)]
pub struct WatchSources {}

impl Job for WatchSources {
    const KIND: &'static str = "watch_sources";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            // Queued first, so that a failure ends nothing.
            jobs::enqueue_next_hour(conn, &self).await
        })
        .await?;
        look(cx).await
    }
}

/// One look within the minute.
#[derive(Debug, Serialize, Deserialize)]
pub struct LookAtSources {}

impl Job for LookAtSources {
    const KIND: &'static str = "look_at_sources";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        look(cx).await
    }
}

#[derive(QueryableByName)]
struct Watches {
    #[diesel(sql_type = Bool)]
    watches: bool,
}

/// Queues the look of the next minute if anything is watched.
pub async fn plan(conn: &mut Conn) -> AppResult<()> {
    let Watches { watches } = statement(
        "select exists (select from watched_folders where enabled)
             or exists (select from monitored_urls where enabled) as watches",
    )
    .get_result(conn)
    .await?;
    if !watches {
        return Ok(());
    }
    // The minute is in the name, because the running job still holds its own.
    let next = Utc::now() + chrono::Duration::minutes(1);
    let name = next.format("%Y%m%d%H%M").to_string();
    jobs::enqueue_once(conn, &LookAtSources {}, &name, next).await
}

/// Fails jobs whose background job has given up, so that nobody waits for them.
async fn fail_abandoned(conn: &mut Conn) -> QueryResult<()> {
    statement(
        "update ingestion_jobs j set status = 'failed', completed_at = now(),
                error_message = 'Something went wrong on our side while this was read. Try it again.'
         where j.status in ('pending', 'processing') and exists (
             select from background_jobs b
             where b.kind = 'read_document' and b.status = 'FAILED'
               and b.payload ->> 'job' = j.ingestion_job_id::text and b.payload ->> 'run' = j.run::text)",
    )
    .execute(conn)
    .await
    .map(drop)
}

async fn look(cx: &JobContext) -> AppResult<()> {
    cx.within(async move |conn| {
        fail_abandoned(conn).await?;
        plan(conn).await
    })
    .await?;
    let files = Files::new(&cx.config).map_err(|error| AppError::internal(&error))?;
    check_addresses(cx, &files).await?;
    let folders: Vec<WatchedFolder> = cx
        .within(async move |conn| {
            Ok(watched_folders::table
                .filter(watched_folders::enabled)
                .filter(watched_folders::auto_process)
                .order(watched_folders::path)
                .select(WatchedFolder::as_select())
                .load(conn)
                .await?)
        })
        .await?;
    for folder in folders {
        let id = folder.watched_folder_id;
        let problem = sweep(cx, &files, folder).await?;
        cx.within(async move |conn| {
            diesel::update(watched_folders::table.find(id))
                .set((
                    watched_folders::last_swept_at.eq(Utc::now()),
                    watched_folders::last_problem.eq(problem),
                ))
                .execute(conn)
                .await?;
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct DueAddress {
    #[diesel(sql_type = SqlUuid)]
    monitored_url_id: Uuid,
    #[diesel(sql_type = Text)]
    url: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    created_by: Option<UserId>,
}

async fn check_addresses(cx: &JobContext, files: &Files) -> AppResult<()> {
    let (files, organization) = (files.clone(), cx.organization.organization_id);
    cx.within(async move |conn| {
        let due: Vec<DueAddress> = statement(
            "update monitored_urls set next_check_at = now() + make_interval(mins => check_interval)
             where enabled and next_check_at <= now()
             returning monitored_url_id, url, created_by",
        )
        .load(conn)
        .await?;
        for address in due {
            let mut source = NewSource::of(SourceKind::Url, &address.url, address.created_by);
            source.url = Some(address.monitored_url_id);
            sources::add(conn, &files, organization, source).await?;
        }
        Ok(())
    })
    .await
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = watched_folders)]
struct WatchedFolder {
    watched_folder_id: Uuid,
    path: String,
    file_types: Vec<Option<String>>,
    recursive: bool,
    created_by: Option<UserId>,
}

/// A file that a sweep found.
#[derive(Debug, PartialEq)]
struct FoundFile {
    path: PathBuf,
    /// Path below the folder.
    name: String,
    stamp: String,
}

/// Takes in the files that are new or have changed. Returns a sentence about a problem.
async fn sweep(cx: &JobContext, files: &Files, folder: WatchedFolder) -> AppResult<Option<String>> {
    let roots = cx.config.documents.watch_roots.clone();
    let searched = folder.clone();
    let found = tokio::task::spawn_blocking(move || search(&roots, &searched));
    let found = match found.await.map_err(|error| AppError::internal(&error))? {
        Ok(found) => found,
        Err(sentence) => return Ok(Some(sentence)),
    };
    let known = known_stamps(cx, &folder).await?;
    let is_new = |file: &FoundFile| {
        let key = key(&folder, &file.name);
        !known.contains(&(key, file.stamp.clone()))
    };
    let new: Vec<FoundFile> = found.into_iter().filter(is_new).collect();
    // Only files that were taken in count, so that those with problems hold up no others.
    let mut taken = 0;
    let mut problem: Option<String> = None;
    for file in new {
        if taken == TAKEN {
            break;
        }
        let path = file.path.clone();
        let stamp = file.stamp.clone();
        let read = tokio::task::spawn_blocking(move || read_whole(&path, &stamp));
        let content = match read.await.map_err(|error| AppError::internal(&error))? {
            Ok(Some(content)) => content,
            // It is changing now. The next sweep looks again.
            Ok(None) => continue,
            Err(sentence) => {
                problem = Some(format!("{}: {sentence}", file.name));
                continue;
            }
        };
        let mut source = NewSource::of(SourceKind::Folder, &file.name, folder.created_by);
        source.key = key(&folder, &file.name);
        source.content = Some(content);
        source.folder = Some(folder.watched_folder_id);
        source.stamp = Some(file.stamp.clone());
        let (files, organization) = (files.clone(), cx.organization.organization_id);
        let added = cx
            .within(async move |conn| {
                let noted = source.clone();
                if let sources::Added::Same { document, .. } =
                    sources::add(conn, &files, organization, source).await?
                {
                    note_same(conn, &noted, document).await?;
                }
                Ok(())
            })
            .await;
        match added {
            Ok(()) => taken += 1,
            Err(error) => {
                problem = Some(format!("{}: {error}", file.name));
                // Other files would fail too. The next sweep goes on.
                if matches!(error, AppError::Busy | AppError::Unreachable) {
                    break;
                }
            }
        }
    }
    Ok(problem.map(|said| said.chars().take(PROBLEM_CHARACTERS).collect()))
}

fn key(folder: &WatchedFolder, name: &str) -> String {
    format!("folder:{}:{name}", folder.watched_folder_id)
}

/// Notes a file whose content a document has already, so that the next sweep knows it.
async fn note_same(conn: &mut Conn, source: &NewSource, document: DocumentId) -> QueryResult<()> {
    diesel::insert_into(ingestion_jobs::table)
        .values((
            ingestion_jobs::source_type.eq(source.kind.name()),
            ingestion_jobs::source.eq(&source.source),
            ingestion_jobs::source_key.eq(&source.key),
            ingestion_jobs::status.eq("completed"),
            ingestion_jobs::document_id.eq(document),
            ingestion_jobs::watched_folder_id.eq(source.folder),
            ingestion_jobs::stamp.eq(&source.stamp),
            ingestion_jobs::nugget_count.eq(0),
            ingestion_jobs::error_message
                .eq("A document has the same content, so nothing new was made."),
            ingestion_jobs::completed_at.eq(Utc::now()),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// The stamps of the files that were taken in, whatever became of them.
async fn known_stamps(
    cx: &JobContext,
    folder: &WatchedFolder,
) -> AppResult<HashSet<(String, String)>> {
    let folder = folder.watched_folder_id;
    let stamps: Vec<(String, Option<String>)> = cx
        .within(async move |conn| {
            Ok(ingestion_jobs::table
                .filter(ingestion_jobs::watched_folder_id.eq(folder))
                .filter(ingestion_jobs::stamp.is_not_null())
                .select((ingestion_jobs::source_key, ingestion_jobs::stamp))
                .load(conn)
                .await?)
        })
        .await?;
    let stamps = stamps.into_iter();
    Ok(stamps
        .filter_map(|(key, stamp)| Some((key, stamp?)))
        .collect())
}

/// Resolves a folder, which must be below one of the roots after links are followed.
///
/// # Errors
///
/// A sentence.
pub fn below_roots(roots: &[PathBuf], path: &Path) -> Result<PathBuf, String> {
    let folder = path
        .canonicalize()
        .map_err(|_| "There is no such folder on the server.".to_owned())?;
    let is_below = roots
        .iter()
        .filter_map(|root| root.canonicalize().ok())
        .any(|root| folder.starts_with(root));
    if !is_below {
        return Err(
            "The folder is not below one that the server’s configuration allows.".to_owned(),
        );
    }
    match folder.is_dir() {
        true => Ok(folder),
        false => Err("This is a file. Enter a folder.".to_owned()),
    }
}

fn search(roots: &[PathBuf], folder: &WatchedFolder) -> Result<Vec<FoundFile>, String> {
    let top = below_roots(roots, Path::new(&folder.path))?;
    let types: Vec<String> = folder.file_types.iter().flatten().cloned().collect();
    let mut found = Vec::new();
    let mut folders = vec![(top.clone(), 0)];
    let mut looked_at = 0;
    while let Some((within, depth)) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&within) else {
            continue;
        };
        for entry in entries.flatten() {
            looked_at += 1;
            if looked_at > LOOKED_AT {
                return Err(
                    "The folder has too many files. Watch the folders within it.".to_owned(),
                );
            }
            // Links could lead out of the folder.
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let path = entry.path();
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if is_hidden || kind.is_symlink() {
                continue;
            }
            if kind.is_dir() {
                if folder.recursive && depth < DEPTH {
                    folders.push((path, depth + 1));
                }
                continue;
            }
            let ending = path
                .extension()
                .map(|ending| ending.to_string_lossy().to_lowercase());
            if ending.is_some_and(|ending| types.contains(&ending))
                && let Some(file) = found_file(&top, path)
            {
                found.push(file);
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn found_file(top: &Path, path: PathBuf) -> Option<FoundFile> {
    let metadata = std::fs::symlink_metadata(&path).ok()?;
    let age = SystemTime::now().duration_since(metadata.modified().ok()?);
    if !metadata.is_file() || age.is_ok_and(|age| age < SETTLED) {
        return None;
    }
    let name = path.strip_prefix(top).ok()?.to_string_lossy().into_owned();
    let name: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let stamp = stamp(&metadata)?;
    (name.chars().count() <= 1_000).then_some(FoundFile { path, name, stamp })
}

fn stamp(metadata: &std::fs::Metadata) -> Option<String> {
    let modified = metadata.modified().ok()?;
    let since = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(format!("{} {}", metadata.len(), since.as_nanos()))
}

/// Reads a file. None if it changed meanwhile.
fn read_whole(path: &Path, seen: &str) -> Result<Option<Vec<u8>>, String> {
    let unreadable = |_| "The server may not read this file.".to_owned();
    let metadata = std::fs::symlink_metadata(path).map_err(unreadable)?;
    if !metadata.is_file() || stamp(&metadata).as_deref() != Some(seen) {
        return Ok(None);
    }
    if metadata.len() > DOCUMENT_BYTES as u64 {
        return Err("The file is too large.".to_owned());
    }
    let content = std::fs::read(path).map_err(unreadable)?;
    let after = std::fs::symlink_metadata(path).map_err(unreadable)?;
    Ok((stamp(&after).as_deref() == Some(seen)).then_some(content))
}

/// Watches a folder.
///
/// # Errors
///
/// Sentences at the fields.
pub async fn add_folder(
    conn: &mut Conn,
    roots: &[PathBuf],
    (path, types, recursive): (&str, &str, bool),
    by: UserId,
) -> AppResult<()> {
    let mut problems = FieldProblems::default();
    let known: Vec<&str> = endings().collect();
    let mut chosen: Vec<String> = types
        .split([',', ' ', ';'])
        .map(|ending| ending.trim().trim_start_matches('.').to_lowercase())
        .filter(|ending| !ending.is_empty())
        .collect();
    chosen.sort();
    chosen.dedup();
    if chosen.is_empty() {
        chosen = known.iter().map(|&ending| ending.to_owned()).collect();
    }
    if let Some(other) = chosen
        .iter()
        .find(|ending| !known.contains(&ending.as_str()))
    {
        let other: String = other.chars().take(20).collect();
        problems.add(
            "types",
            format!("Files of the type “{other}” can’t be read."),
        );
    }
    let path = path.trim();
    let resolved = match path.is_empty() || path.len() > 1_000 {
        true => Err("Enter the path of a folder on the server.".to_owned()),
        false => below_roots(roots, Path::new(path)),
    };
    let folder = problems.keep(resolved.map_err(|said| AppError::field("path", said)));
    let Some(folder) = folder.and_then(|folder| folder.to_str().map(str::to_owned)) else {
        return Err(problems.error());
    };
    problems.check()?;
    diesel::insert_into(watched_folders::table)
        .values((
            watched_folders::path.eq(&folder),
            watched_folders::file_types.eq(&chosen),
            watched_folders::recursive.eq(recursive),
            watched_folders::created_by.eq(by),
        ))
        .on_conflict((watched_folders::organization_id, watched_folders::path))
        .do_update()
        .set((
            watched_folders::file_types.eq(&chosen),
            watched_folders::recursive.eq(recursive),
            watched_folders::enabled.eq(true),
        ))
        .execute(conn)
        .await?;
    jobs::enqueue(conn, &LookAtSources {}).await?;
    plan(conn).await
}

/// Pauses, resumes, checks or removes a source.
///
/// # Errors
///
/// Not found if there is no such source; a sentence for another action.
pub async fn change(conn: &mut Conn, id: &str, is_folder: bool, action: &str) -> AppResult<()> {
    let missing = || {
        AppError::NotFound(
            "This source is no longer here. Somebody may have removed it.".to_owned(),
        )
    };
    let id: Uuid = id.parse().map_err(|_| missing())?;
    let (table, key) = match is_folder {
        true => ("watched_folders", "watched_folder_id"),
        false => ("monitored_urls", "monitored_url_id"),
    };
    let text = match (action, is_folder) {
        ("pause", _) => format!("update {table} set enabled = false where {key} = $1"),
        ("resume", _) | ("check", true) => {
            format!("update {table} set enabled = true where {key} = $1")
        }
        ("check", false) => {
            format!("update {table} set next_check_at = now(), enabled = true where {key} = $1")
        }
        ("remove", _) => format!("delete from {table} where {key} = $1"),
        _ => return Err(AppError::field("", "Choose what becomes of the source.")),
    };
    let changed = statement(text).bind::<SqlUuid, _>(id).execute(conn).await?;
    if changed == 0 {
        return Err(missing());
    }
    if action == "check" {
        jobs::enqueue(conn, &LookAtSources {}).await?;
    }
    plan(conn).await
}
