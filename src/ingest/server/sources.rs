//! Takes sources in: a file, a text or an address becomes a job that reads it. The same content
//! twice makes nothing new.

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;

use super::cut::hash;
use super::read_job::ReadSource;
use super::store;
use crate::ingest::{PASTED_CHARACTERS, TITLE_CHARACTERS};
use crate::platform::auth::guard::SignedIn;
use crate::platform::auth::limits::DOCUMENTS_ADDED;
use crate::platform::db::schema::{documents, ingestion_jobs, monitored_urls};
use crate::platform::db::{self, Conn};
use crate::platform::documents::{DOCUMENT_BYTES, detect};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::fetch;
use crate::platform::files::Files;
use crate::platform::ids::{DocumentId, FileId, IngestionJobId, OrganizationId, UserId};
use crate::platform::{figures, jobs, names};

/// Media type of all files of documents, so that no browser ever shows one as a page of this site.
pub(super) const MEDIA_TYPE: &str = "application/octet-stream";

/// The kind of a source, as the database names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    File,
    Text,
    Url,
    Folder,
}

impl SourceKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Text => "text",
            Self::Url => "url",
            Self::Folder => "folder",
        }
    }

    pub fn named(name: &str) -> Self {
        match name {
            "text" => Self::Text,
            "url" => Self::Url,
            "folder" => Self::Folder,
            _ => Self::File,
        }
    }
}

/// A source that is to be read.
#[derive(Debug, Clone)]
pub struct NewSource {
    pub kind: SourceKind,
    /// Name of the file, path in the folder, or address.
    pub source: String,
    /// Equal for versions of the same source. Files and texts of different people are different
    /// sources, even if they have the same name.
    pub key: String,
    pub title: Option<String>,
    /// None for an address, which the job fetches.
    pub content: Option<Vec<u8>>,
    pub by: Option<UserId>,
    pub folder: Option<Uuid>,
    pub url: Option<Uuid>,
    pub stamp: Option<String>,
}

impl NewSource {
    pub fn of(kind: SourceKind, source: &str, by: Option<UserId>) -> Self {
        let key = match (kind, by) {
            (SourceKind::File | SourceKind::Text, Some(by)) => {
                format!("{}:{by}:{source}", kind.name())
            }
            _ => format!("{}:{source}", kind.name()),
        };
        Self {
            kind,
            source: source.to_owned(),
            key,
            title: None,
            content: None,
            by,
            folder: None,
            url: None,
            stamp: None,
        }
    }
}

/// The person who adds a source, and where its content is kept.
pub struct Adder {
    pub files: Files,
    pub organization: OrganizationId,
    pub by: UserId,
}

impl Adder {
    /// Takes a source from the teacher's limit.
    ///
    /// # Errors
    ///
    /// Too many, if the teacher has added more than the limit allows.
    pub async fn within_limit(teacher: &SignedIn) -> AppResult<Self> {
        let by = teacher.user_id();
        DOCUMENTS_ADDED.take(&teacher.cx, &by.to_string()).await?;
        Ok(Self {
            files: teacher.cx.app.files.clone(),
            organization: teacher.cx.organization.organization_id,
            by,
        })
    }

    async fn add(&self, conn: &mut Conn, source: NewSource) -> AppResult<Added> {
        add(conn, &self.files, self.organization, source).await
    }
}

/// The outcome of adding a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    Queued(IngestionJobId),
    /// A document has the same content already.
    Same {
        document: DocumentId,
        title: String,
    },
}

/// Queues the source to be read.
///
/// # Errors
///
/// A sentence for content that is too large.
pub async fn add(
    conn: &mut Conn,
    files: &Files,
    organization: OrganizationId,
    source: NewSource,
) -> AppResult<Added> {
    // Two uploads of the same content wait for each other, whoever sends them.
    let content_hash = source.content.as_deref().map(hash);
    let locked = content_hash.as_ref().unwrap_or(&source.key);
    db::lock(conn, &format!("document/{organization}/{locked}")).await?;
    let mut file: Option<FileId> = None;
    if let (Some(content), Some(content_hash)) = (source.content, &content_hash) {
        if content.len() > DOCUMENT_BYTES {
            return Err(AppError::field(
                "",
                format!(
                    "“{}” has {}. At most {} are read.",
                    source.source,
                    figures::megabytes(content.len()),
                    figures::megabytes(DOCUMENT_BYTES)
                ),
            ));
        }
        let known: Option<(DocumentId, String)> = documents::table
            .filter(documents::content_hash.eq(content_hash))
            .select((documents::document_id, documents::title))
            .first(conn)
            .await
            .optional()?;
        if let Some((document, title)) = known {
            return Ok(Added::Same { document, title });
        }
        file = Some(files.put(conn, organization, MEDIA_TYPE, content).await?);
    }
    // The same content may wait already under another name. An address has no content yet.
    let is_same = ingestion_jobs::source_key
        .eq(&source.key)
        .or(ingestion_jobs::file_id.is_not_null());
    let waiting: Option<IngestionJobId> = ingestion_jobs::table
        .filter(is_same)
        .filter(ingestion_jobs::status.eq_any(["pending", "processing"]))
        .filter(ingestion_jobs::file_id.is_not_distinct_from(file))
        .select(ingestion_jobs::ingestion_job_id)
        .first(conn)
        .await
        .optional()?;
    if let Some(job) = waiting {
        return Ok(Added::Queued(job));
    }
    let job: IngestionJobId = diesel::insert_into(ingestion_jobs::table)
        .values((
            ingestion_jobs::source_type.eq(source.kind.name()),
            ingestion_jobs::source.eq(&source.source),
            ingestion_jobs::source_key.eq(&source.key),
            ingestion_jobs::metadata.eq(json!({ "version": 1, "title": source.title })),
            ingestion_jobs::file_id.eq(file),
            ingestion_jobs::watched_folder_id.eq(source.folder),
            ingestion_jobs::monitored_url_id.eq(source.url),
            ingestion_jobs::stamp.eq(source.stamp),
            ingestion_jobs::requested_by.eq(source.by),
        ))
        .returning(ingestion_jobs::ingestion_job_id)
        .get_result(conn)
        .await?;
    jobs::enqueue(conn, &ReadSource { job: job.0, run: 1 }).await?;
    Ok(Added::Queued(job))
}

/// The name of an uploaded file as it is shown: without folders, control characters and marks that
/// turn text.
pub fn file_name(sent: &str) -> String {
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = names::tidy(&name);
    let count = name.chars().count();
    match count {
        0 => "file".to_owned(),
        _ => name.chars().skip(count.saturating_sub(200)).collect(),
    }
}

/// Queues a file. A file that can't be read is refused at once.
///
/// # Errors
///
/// A sentence that names the file.
pub async fn add_file(
    conn: &mut Conn,
    adder: &Adder,
    sent_name: &str,
    content: Vec<u8>,
) -> AppResult<Added> {
    let name = file_name(sent_name);
    detect(&name, &content).map_err(|said| AppError::field("", format!("{name}: {said}")))?;
    let mut source = NewSource::of(SourceKind::File, &name, Some(adder.by));
    source.content = Some(content);
    adder.add(conn, source).await
}

/// Queues a pasted text.
///
/// # Errors
///
/// All problems of the form at once.
pub async fn add_text(conn: &mut Conn, adder: &Adder, title: &str, text: &str) -> AppResult<Added> {
    let mut problems = FieldProblems::default();
    let title = names::tidy(title);
    let text = text.replace('\0', "");
    if title.is_empty() {
        problems.add("title", "Enter a title.");
    } else if title.chars().count() > TITLE_CHARACTERS as usize {
        problems.add("title", figures::use_at_most(TITLE_CHARACTERS));
    }
    if text.trim().is_empty() {
        problems.add("text", "Paste a text.");
    } else if text.chars().count() > PASTED_CHARACTERS as usize {
        problems.add("text", figures::use_at_most(PASTED_CHARACTERS));
    }
    problems.check()?;
    let mut source = NewSource::of(SourceKind::Text, &title, Some(adder.by));
    source.title = Some(title);
    source.content = Some(text.into_bytes());
    adder.add(conn, source).await
}

/// Queues a web address, and checks it every `minutes` from then on if they are not zero.
///
/// # Errors
///
/// A sentence at the field.
pub async fn add_address(
    conn: &mut Conn,
    adder: &Adder,
    typed: &str,
    minutes: &str,
) -> AppResult<Added> {
    let mut problems = FieldProblems::default();
    let url = problems.keep(fetch::parse(typed).map_err(|said| AppError::field("url", said)));
    let minutes = match minutes.trim() {
        "" | "0" => Some(0),
        typed => typed
            .parse::<i32>()
            .ok()
            .filter(|minutes| (5..=43_200).contains(minutes)),
    };
    if minutes.is_none() {
        problems.add("every", "Choose how often the page is checked.");
    }
    let (Some(mut url), Some(minutes)) = (url, minutes) else {
        return Err(problems.error());
    };
    url.set_fragment(None);
    let mut source = NewSource::of(SourceKind::Url, url.as_str(), Some(adder.by));
    if minutes > 0 {
        let next = Utc::now() + chrono::Duration::minutes(i64::from(minutes));
        let monitored: Uuid = diesel::insert_into(monitored_urls::table)
            .values((
                monitored_urls::url.eq(url.as_str()),
                monitored_urls::check_interval.eq(minutes),
                monitored_urls::next_check_at.eq(next),
                monitored_urls::created_by.eq(adder.by),
            ))
            .on_conflict((monitored_urls::organization_id, monitored_urls::url))
            .do_update()
            .set((
                monitored_urls::check_interval.eq(minutes),
                monitored_urls::enabled.eq(true),
            ))
            .returning(monitored_urls::monitored_url_id)
            .get_result(conn)
            .await?;
        source.url = Some(monitored);
        super::watch::plan(conn).await?;
    }
    adder.add(conn, source).await
}

/// Cancels a job that waits or runs. Its process is killed within a second.
///
/// # Errors
///
/// A conflict if it has ended.
pub async fn cancel(conn: &mut Conn, job: IngestionJobId) -> AppResult<()> {
    let changed = diesel::update(ingestion_jobs::table.find(job))
        .filter(ingestion_jobs::status.eq_any(["pending", "processing"]))
        .set((
            ingestion_jobs::status.eq("cancelled"),
            ingestion_jobs::completed_at.eq(Utc::now()),
        ))
        .execute(conn)
        .await?;
    match changed {
        0 => Err(store::job_ended(conn, job).await?),
        _ => Ok(()),
    }
}

/// Queues a job again that failed or was canceled.
///
/// # Errors
///
/// A conflict if it waits, runs or succeeded.
pub async fn retry(conn: &mut Conn, job: IngestionJobId) -> AppResult<()> {
    let run: Option<i32> = diesel::update(ingestion_jobs::table.find(job))
        .filter(ingestion_jobs::status.eq_any(["failed", "cancelled"]))
        .set((
            ingestion_jobs::status.eq("pending"),
            ingestion_jobs::run.eq(ingestion_jobs::run + 1),
            ingestion_jobs::error_message.eq(None::<String>),
            ingestion_jobs::pages_done.eq(0),
            ingestion_jobs::pages_total.eq(None::<i32>),
            ingestion_jobs::started_at.eq(None::<chrono::DateTime<Utc>>),
            ingestion_jobs::completed_at.eq(None::<chrono::DateTime<Utc>>),
        ))
        .returning(ingestion_jobs::run)
        .get_result(conn)
        .await
        .optional()?;
    match run {
        Some(run) => jobs::enqueue(conn, &ReadSource { job: job.0, run }).await,
        None => Err(store::job_ended(conn, job).await?),
    }
}
