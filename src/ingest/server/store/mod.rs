//! Queries of sources, documents and nuggets.

mod nuggets;

use chrono::Utc;
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::read_job::Made;
use super::sources::MEDIA_TYPE;
use crate::platform::db::schema::{
    document_pages, documents, ingestion_jobs, monitored_urls, stored_files,
};
use crate::platform::db::{Conn, statement};
use crate::platform::documents::DocumentFormat;
use crate::platform::error::{AppError, AppResult};
use crate::platform::fetch::Known;
use crate::platform::files::delete::delete_unused;
use crate::platform::files::{Files, StoredFile};
use crate::platform::ids::{DocumentId, FileId, IngestionJobId, OrganizationId, UserId};

/// Rows that one statement inserts.
const BATCH: usize = 400;

/// A job that runs.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ingestion_jobs)]
pub struct IngestionJobRow {
    pub ingestion_job_id: IngestionJobId,
    pub source_type: String,
    pub source: String,
    pub source_key: String,
    pub metadata: Value,
    pub file_id: Option<FileId>,
    pub watched_folder_id: Option<Uuid>,
    pub monitored_url_id: Option<Uuid>,
    pub run: i32,
    pub requested_by: Option<UserId>,
}

pub struct StoredPage {
    pub number: i32,
    pub label: String,
    pub content: String,
    pub html: String,
}

/// A source that was read.
pub struct TakenIn {
    pub title: String,
    pub format: DocumentFormat,
    pub content_hash: String,
    /// Content that is not stored yet.
    pub content: Option<Vec<u8>>,
    pub known: Option<Known>,
    pub made: Made,
}

/// Marks the job as running. None if it was canceled, has ended or was replaced by a retry.
pub async fn begin(
    conn: &mut Conn,
    job: IngestionJobId,
    run: i32,
) -> AppResult<Option<IngestionJobRow>> {
    Ok(diesel::update(ingestion_jobs::table.find(job))
        .filter(ingestion_jobs::run.eq(run))
        .filter(ingestion_jobs::status.eq_any(["pending", "processing"]))
        .set((
            ingestion_jobs::status.eq("processing"),
            ingestion_jobs::started_at.eq(Utc::now()),
        ))
        .returning(IngestionJobRow::as_returning())
        .get_result(conn)
        .await
        .optional()?)
}

/// Notes how many pages were read. False if the job is to stop.
pub async fn note_progress(
    conn: &mut Conn,
    job: IngestionJobId,
    run: i32,
    done: usize,
    total: usize,
) -> QueryResult<bool> {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let total = (total > 0).then(|| count(total));
    let changed = diesel::update(ingestion_jobs::table.find(job))
        .filter(ingestion_jobs::run.eq(run))
        .filter(ingestion_jobs::status.eq("processing"))
        .set((
            ingestion_jobs::pages_done.eq(count(done)),
            ingestion_jobs::pages_total.eq(total),
        ))
        .execute(conn)
        .await?;
    Ok(changed > 0)
}

/// The error about a job that can't be changed any more.
pub async fn job_ended(conn: &mut Conn, job: IngestionJobId) -> QueryResult<AppError> {
    let status: Option<String> = ingestion_jobs::table
        .find(job)
        .select(ingestion_jobs::status)
        .first(conn)
        .await
        .optional()?;
    Ok(match status.as_deref() {
        None => AppError::NotFound(
            "There is no such job. Its document may have been deleted.".to_owned(),
        ),
        Some("pending" | "processing") => {
            AppError::Conflict("The source is being read already.".to_owned())
        }
        Some(_) => AppError::Conflict("The job has ended already.".to_owned()),
    })
}

async fn end(
    conn: &mut Conn,
    job: &IngestionJobRow,
    status: &str,
    said: Option<&str>,
    nuggets: Option<i32>,
) -> QueryResult<bool> {
    let said: Option<String> = said.map(|said| said.chars().take(2_000).collect());
    let changed = diesel::update(ingestion_jobs::table.find(job.ingestion_job_id))
        .filter(ingestion_jobs::run.eq(job.run))
        .filter(ingestion_jobs::status.eq("processing"))
        .set((
            ingestion_jobs::status.eq(status),
            ingestion_jobs::error_message.eq(said),
            ingestion_jobs::nugget_count.eq(nuggets),
            ingestion_jobs::completed_at.eq(Utc::now()),
        ))
        .execute(conn)
        .await?;
    Ok(changed > 0)
}

/// Notes why a source could not be read.
pub async fn fail(conn: &mut Conn, job: &IngestionJobRow, sentence: &str) -> QueryResult<()> {
    if end(conn, job, "failed", Some(sentence), None).await?
        && let Some(url) = job.monitored_url_id
    {
        // The next check waits longer after each failure, for a day at most.
        statement(
            "update monitored_urls set last_checked = now(), last_problem = $2, failures = failures + 1,
                    next_check_at = now() + least(make_interval(mins => check_interval * (failures + 1)), '1 day')
             where monitored_url_id = $1",
        )
        .bind::<SqlUuid, _>(url)
        .bind::<Text, _>(sentence)
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// Ends a job whose address has not changed.
pub async fn unchanged(conn: &mut Conn, job: &IngestionJobRow, known: &Known) -> QueryResult<()> {
    let said = "The page has not changed, so nothing new was made.";
    let document: Option<DocumentId> = documents::table
        .filter(documents::source_key.eq(&job.source_key))
        .select(documents::document_id)
        .first(conn)
        .await
        .optional()?;
    if end(conn, job, "completed", Some(said), Some(0)).await? {
        diesel::update(ingestion_jobs::table.find(job.ingestion_job_id))
            .set(ingestion_jobs::document_id.eq(document))
            .execute(conn)
            .await?;
        checked(conn, job, known).await?;
    }
    Ok(())
}

/// Ends the job of a zip, whose files have jobs of their own.
pub async fn unpacked(
    conn: &mut Conn,
    job: &IngestionJobRow,
    queued: usize,
    said: &str,
) -> QueryResult<()> {
    let plural = if queued == 1 { "" } else { "s" };
    let said = format!("Unpacked {queued} file{plural}. {said}");
    if end(conn, job, "completed", Some(said.trim()), None).await? {
        forget_file(conn, job).await?;
    }
    Ok(())
}

/// Deletes the zip, whose files are kept.
async fn forget_file(conn: &mut Conn, job: &IngestionJobRow) -> QueryResult<()> {
    diesel::update(ingestion_jobs::table.find(job.ingestion_job_id))
        .set(ingestion_jobs::file_id.eq(None::<FileId>))
        .execute(conn)
        .await?;
    if let Some(file) = job.file_id
        && let Err(error) = delete_unused(conn, file).await
    {
        tracing::warn!(%error, "a zip could not be deleted");
    }
    Ok(())
}

async fn checked(conn: &mut Conn, job: &IngestionJobRow, known: &Known) -> QueryResult<()> {
    let Some(url) = job.monitored_url_id else {
        return Ok(());
    };
    diesel::update(monitored_urls::table.find(url))
        .set((
            monitored_urls::last_checked.eq(Utc::now()),
            monitored_urls::etag.eq(&known.etag),
            monitored_urls::last_modified.eq(&known.last_modified),
            monitored_urls::failures.eq(0),
            monitored_urls::last_problem.eq(None::<String>),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Marks of the version of a monitored address that was read last. Nothing if its document
/// was deleted, so that it is read again.
pub async fn known_version(conn: &mut Conn, job: IngestionJobId) -> QueryResult<Known> {
    let found: Option<(Option<Uuid>, String)> = ingestion_jobs::table
        .find(job)
        .select((ingestion_jobs::monitored_url_id, ingestion_jobs::source_key))
        .first(conn)
        .await
        .optional()?;
    let Some((Some(url), key)) = found else {
        return Ok(Known::default());
    };
    let is_here: bool = diesel::select(diesel::dsl::exists(
        documents::table.filter(documents::source_key.eq(key)),
    ))
    .get_result(conn)
    .await?;
    let known: Option<(Option<String>, Option<String>)> = monitored_urls::table
        .find(url)
        .select((monitored_urls::etag, monitored_urls::last_modified))
        .first(conn)
        .await
        .optional()?;
    Ok(match known.filter(|_| is_here) {
        Some((etag, last_modified)) => Known {
            etag,
            last_modified,
        },
        None => Known::default(),
    })
}

pub async fn has_content(conn: &mut Conn, key: &str, content_hash: &str) -> QueryResult<bool> {
    let same = documents::table
        .filter(documents::source_key.eq(key))
        .filter(documents::content_hash.eq(content_hash));
    diesel::select(diesel::dsl::exists(same))
        .get_result(conn)
        .await
}

pub async fn file_of_job(conn: &mut Conn, job: IngestionJobId) -> QueryResult<Option<StoredFile>> {
    let file: Option<Option<FileId>> = ingestion_jobs::table
        .find(job)
        .select(ingestion_jobs::file_id)
        .first(conn)
        .await
        .optional()?;
    match file.flatten() {
        Some(file) => stored_files::table
            .find(file)
            .select(StoredFile::as_select())
            .first(conn)
            .await
            .optional(),
        None => Ok(None),
    }
}

/// Stores what was read, in the caller's transaction. Nothing is stored if the job was canceled or
/// retried meanwhile.
pub async fn store(
    conn: &mut Conn,
    files: &Files,
    organization: OrganizationId,
    job: &IngestionJobRow,
    mut taken: TakenIn,
) -> AppResult<()> {
    let is_wanted: Option<i32> = ingestion_jobs::table
        .find(job.ingestion_job_id)
        .filter(ingestion_jobs::run.eq(job.run))
        .filter(ingestion_jobs::status.eq("processing"))
        .select(ingestion_jobs::run)
        .for_update()
        .first(conn)
        .await
        .optional()?;
    if is_wanted.is_none() {
        return Ok(());
    }
    let file = match taken.content.take() {
        Some(content) => Some(files.put(conn, organization, MEDIA_TYPE, content).await?),
        None => job.file_id,
    };
    let (document, old_file) = put_document(conn, job, &taken, file).await?;
    put_pages(conn, document, &taken.made.pages).await?;
    let counts = nuggets::put(conn, job, document, &taken.made).await?;
    let pages = i32::try_from(taken.made.pages.len()).unwrap_or(i32::MAX);
    diesel::update(ingestion_jobs::table.find(job.ingestion_job_id))
        .set((
            ingestion_jobs::status.eq("completed"),
            ingestion_jobs::document_id.eq(document),
            ingestion_jobs::file_id.eq(None::<FileId>),
            ingestion_jobs::pages_done.eq(pages),
            ingestion_jobs::pages_total.eq(pages),
            ingestion_jobs::nugget_count.eq(counts.made + counts.kept),
            ingestion_jobs::metadata.eq(json!({
                "version": 1, "made": counts.made, "kept": counts.kept, "retired": counts.retired,
            })),
            ingestion_jobs::error_message.eq(None::<String>),
            ingestion_jobs::completed_at.eq(Utc::now()),
        ))
        .execute(conn)
        .await?;
    if let Some(known) = &taken.known {
        checked(conn, job, known).await?;
    }
    if let Some(old) = old_file.filter(|old| Some(*old) != file) {
        delete_unused(conn, old).await?;
    }
    Ok(())
}

/// The language that the document names. None if it names none, or more than a tag.
fn language(made: &Made) -> Option<String> {
    let language = made.whole.document.language.clone();
    language.filter(|language| language.len() <= 35 && !language.is_empty())
}

/// Adds or changes the row of the document. Returns its id, and the file that it had.
async fn put_document(
    conn: &mut Conn,
    job: &IngestionJobRow,
    taken: &TakenIn,
    file: Option<FileId>,
) -> AppResult<(DocumentId, Option<FileId>)> {
    let old: Option<Option<FileId>> = documents::table
        .filter(documents::source_key.eq(&job.source_key))
        .select(documents::file_id)
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let read = &taken.made.whole.document;
    let count = i32::try_from(taken.made.pages.len()).unwrap_or(i32::MAX);
    let values = (
        documents::title.eq(&taken.title),
        documents::format.eq(taken.format.name()),
        documents::file_id.eq(file),
        documents::content_hash.eq(&taken.content_hash),
        documents::language.eq(language(&taken.made)),
        documents::page_kind.eq(&read.page_kind),
        documents::page_count.eq(count),
        documents::notes.eq(read.notes.clone()),
        documents::read_at.eq(Utc::now()),
    );
    let document: DocumentId = diesel::insert_into(documents::table)
        .values((
            documents::source_type.eq(&job.source_type),
            documents::source_path.eq(&job.source),
            documents::source_key.eq(&job.source_key),
            documents::added_by.eq(job.requested_by),
            values.clone(),
        ))
        .on_conflict((documents::organization_id, documents::source_key))
        .do_update()
        .set(values)
        .returning(documents::document_id)
        .get_result(conn)
        .await?;
    Ok((document, old.flatten()))
}

async fn put_pages(conn: &mut Conn, document: DocumentId, pages: &[StoredPage]) -> AppResult<()> {
    diesel::delete(document_pages::table.filter(document_pages::document_id.eq(document)))
        .execute(conn)
        .await?;
    for batch in pages.chunks(BATCH) {
        let rows: Vec<_> = batch
            .iter()
            .map(|page| {
                (
                    document_pages::document_id.eq(document),
                    document_pages::page_no.eq(page.number),
                    document_pages::label.eq(&page.label),
                    document_pages::content.eq(&page.content),
                    document_pages::content_html.eq(&page.html),
                )
            })
            .collect();
        diesel::insert_into(document_pages::table)
            .values(rows)
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Deletes a document with its pages, jobs and those nuggets that no other document has. False if
/// there is no such document.
pub async fn delete_document(conn: &mut Conn, document: DocumentId) -> AppResult<bool> {
    let file: Option<Option<FileId>> = documents::table
        .find(document)
        .select(documents::file_id)
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let Some(file) = file else { return Ok(false) };
    statement(
        "delete from nuggets n where exists (
             select from nugget_sources s where s.nugget_id = n.nugget_id and s.document_id = $1)
         and not exists (
             select from nugget_sources s where s.nugget_id = n.nugget_id and s.document_id <> $1)",
    )
    .bind::<SqlUuid, _>(document)
    .execute(conn)
    .await?;
    diesel::delete(documents::table.find(document))
        .execute(conn)
        .await?;
    if let Some(file) = file {
        delete_unused(conn, file).await?;
    }
    Ok(true)
}
