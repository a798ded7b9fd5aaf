//! The job that reads a source: in another process, then cut, described and stored in one
//! transaction. A job that is interrupted runs again and stores everything once.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

use super::cut::{cut, hash};
use super::metadata::{Described, describe};
use super::slides;
use super::sources::{self, NewSource, SourceKind};
use super::store::{self, IngestionJobRow, StoredPage, TakenIn};
use crate::ingest::{NuggetSlide, TITLE_CHARACTERS};
use crate::platform::documents::child::{self, Whole};
use crate::platform::documents::{
    Block, DocumentFormat, ReadPage, detect, markdown, plain_text, unpack,
};
use crate::platform::error::{AppError, AppResult};
use crate::platform::fetch::{self, Fetched, Fetcher, Known};
use crate::platform::files::Files;
use crate::platform::ids::IngestionJobId;
use crate::platform::jobs::{Job, JobContext};

/// Time between two looks at whether the job was canceled.
const LOOK: Duration = Duration::from_millis(700);

/// Most characters of a source's name. The column of its key takes 100 more.
const SOURCE_CHARACTERS: usize = 2_000;

/// Reads the source of an ingestion job.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadSource {
    pub job: Uuid,
    /// A run that was replaced by a retry stores nothing.
    pub run: i32,
}

/// The end of a run that stores no document.
enum Ended {
    /// A sentence for people.
    Refused(String),
    Cancelled,
    /// The address has not changed since it was read last.
    Unchanged(Known),
    /// The files of a zip were queued.
    Unpacked {
        queued: usize,
        said: String,
    },
    Failed(AppError),
}

impl From<AppError> for Ended {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Internal(_) | AppError::Busy | AppError::Unreachable => Self::Failed(error),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl Job for ReadSource {
    const KIND: &'static str = "read_document";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let (id, run) = (IngestionJobId(self.job), self.run);
        let job = cx
            .within(async move |conn| store::begin(conn, id, run).await)
            .await?;
        let Some(job) = job else { return Ok(()) };
        let files = Files::new(&cx.config).map_err(|error| AppError::internal(&error))?;
        match take_in(cx, &files, &job).await {
            Ok(taken) => {
                let organization = cx.organization.organization_id;
                cx.within(async move |conn| {
                    store::store(conn, &files, organization, &job, taken).await
                })
                .await
            }
            Err(Ended::Cancelled) => Ok(()),
            Err(Ended::Refused(sentence)) => {
                cx.within(async move |conn| Ok(store::fail(conn, &job, &sentence).await?))
                    .await
            }
            Err(Ended::Unchanged(known)) => {
                cx.within(async move |conn| Ok(store::unchanged(conn, &job, &known).await?))
                    .await
            }
            Err(Ended::Unpacked { queued, said }) => {
                cx.within(async move |conn| Ok(store::unpacked(conn, &job, queued, &said).await?))
                    .await
            }
            Err(Ended::Failed(error)) => Err(error),
        }
    }
}

async fn take_in(cx: &JobContext, files: &Files, job: &IngestionJobRow) -> Result<TakenIn, Ended> {
    let kind = SourceKind::named(&job.source_type);
    let (name, content, known) = content(cx, files, job, kind).await?;
    let format = match kind {
        SourceKind::Text => DocumentFormat::Markdown,
        _ => detect(&name, &content).map_err(Ended::Refused)?,
    };
    if format == DocumentFormat::Zip {
        return Err(unpack_files(cx, files, job, content).await?);
    }
    let content_hash = hash(&content);
    let fetched = known.is_some();
    if fetched && is_same(cx, job, &content_hash).await? {
        return Err(Ended::Unchanged(known.unwrap_or_default()));
    }
    let whole = read(cx, job, format, &content).await?;
    let title = title(job, &whole, &name);
    let made = tokio::task::spawn_blocking({
        let title = title.clone();
        move || make(whole, &title)
    });
    let made = made.await.map_err(|error| AppError::internal(&error))?;
    if made.nuggets.is_empty() {
        return Err(Ended::Refused("The document has no text.".to_owned()));
    }
    Ok(TakenIn {
        title,
        format,
        content_hash,
        content: fetched.then_some(content),
        known,
        made,
    })
}

/// Returns the name, the content, and for an address what it says of its version.
async fn content(
    cx: &JobContext,
    files: &Files,
    job: &IngestionJobRow,
    kind: SourceKind,
) -> Result<(String, Vec<u8>, Option<Known>), Ended> {
    let id = job.ingestion_job_id;
    if kind == SourceKind::Url {
        let known = cx
            .within(async move |conn| Ok(store::known_version(conn, id).await?))
            .await?;
        let url = fetch::parse(&job.source).map_err(Ended::Refused)?;
        let fetcher = Fetcher {
            is_private: cx.config.documents.fetch_private,
        };
        return match fetcher.fetch(&url, &known).await.map_err(Ended::Refused)? {
            Fetched::Unchanged => Err(Ended::Unchanged(known)),
            Fetched::Page(page) => Ok((page.name, page.content, Some(page.known))),
        };
    }
    let file = cx
        .within(async move |conn| Ok(store::file_of_job(conn, id).await?))
        .await?;
    let Some(file) = file else {
        return Err(Ended::Refused(
            "The content is no longer here. Add it again.".to_owned(),
        ));
    };
    let content = files.read(&file).await?;
    Ok((job.source.clone(), content.to_vec(), None))
}

/// True if the document of this source was made of the same content.
async fn is_same(
    cx: &JobContext,
    job: &IngestionJobRow,
    content_hash: &str,
) -> Result<bool, Ended> {
    let (key, content_hash) = (job.source_key.clone(), content_hash.to_owned());
    let same = cx
        .within(async move |conn| Ok(store::has_content(conn, &key, &content_hash).await?))
        .await?;
    Ok(same)
}

async fn read(
    cx: &JobContext,
    job: &IngestionJobRow,
    format: DocumentFormat,
    content: &[u8],
) -> Result<Whole, Ended> {
    let (sender, receiver) = watch::channel((0, 0));
    let mut tell = move |done: usize, total: usize| {
        sender.send_replace((done, total));
    };
    let reading = child::read(format, content, &mut tell);
    tokio::pin!(reading);
    let mut looks = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            read = &mut reading => return read.map_err(Ended::Refused),
            _ = looks.tick() => {
                let (done, total) = *receiver.borrow();
                let (id, run) = (job.ingestion_job_id, job.run);
                let goes_on = cx
                    .within(async move |conn| Ok(store::note_progress(conn, id, run, done, total).await?))
                    .await?;
                if !goes_on {
                    return Err(Ended::Cancelled);
                }
            }
        }
    }
}

/// The key of a file in a zip. A long one ends with a hash, so that it fits and stays different.
fn key_in_zip(zip: &str, name: &str) -> String {
    let key = format!("{zip}/{name}");
    if key.chars().count() <= SOURCE_CHARACTERS {
        return key;
    }
    let begin: String = key.chars().take(SOURCE_CHARACTERS).collect();
    format!("{begin}:{}", hash(key.as_bytes()))
}

/// Queues the files of a zip as sources of their own.
async fn unpack_files(
    cx: &JobContext,
    files: &Files,
    job: &IngestionJobRow,
    content: Vec<u8>,
) -> Result<Ended, Ended> {
    let unpacked = tokio::task::spawn_blocking(move || unpack::unpack(&content));
    let unpacked = unpacked.await.map_err(|error| AppError::internal(&error))?;
    let unpacked = unpacked.map_err(Ended::Refused)?;
    let organization = cx.organization.organization_id;
    let (mut queued, mut problems) = (0, Vec::new());
    for file in unpacked {
        // The end of a long name stays, because it tells what the file is.
        let name = format!("{}/{}", job.source, file.name);
        let count = name.chars().count();
        let name: String = name
            .chars()
            .skip(count.saturating_sub(SOURCE_CHARACTERS))
            .collect();
        match detect(&file.name, &file.content) {
            Ok(DocumentFormat::Zip) => {
                problems.push(format!("{}: a zip within a zip is not read.", file.name))
            }
            Err(said) => problems.push(format!("{}: {said}", file.name)),
            Ok(_) => {
                // The content is here already, so an address is not fetched again.
                let kind = match SourceKind::named(&job.source_type) {
                    SourceKind::Url => SourceKind::File,
                    kind => kind,
                };
                let mut source = NewSource::of(kind, &name, job.requested_by);
                source.key = key_in_zip(&job.source_key, &file.name);
                source.content = Some(file.content);
                source.folder = job.watched_folder_id;
                let files = files.clone();
                cx.within(async move |conn| sources::add(conn, &files, organization, source).await)
                    .await?;
                queued += 1;
            }
        }
    }
    if queued == 0 {
        return Err(Ended::Refused(format!(
            "The zip has no file that can be read. {}",
            problems.first().cloned().unwrap_or_default()
        )));
    }
    problems.truncate(5);
    Ok(Ended::Unpacked {
        queued,
        said: problems.join(" "),
    })
}

/// The title as it was typed, as the document says, its first heading, or the name of the file.
fn title(job: &IngestionJobRow, whole: &Whole, name: &str) -> String {
    let typed = job.metadata.get("title").and_then(|title| title.as_str());
    let heading = || {
        let blocks = whole.pages.iter().take(2).flat_map(|page| &page.blocks);
        let mut headings = blocks.filter_map(|block| match block {
            Block::Heading { level: 1, text } => Some(plain_text(text)),
            _ => None,
        });
        headings.next()
    };
    let stem = || {
        let name = name.rsplit('/').next().unwrap_or(name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        stem.replace(['_', '-'], " ")
    };
    let title = typed
        .map(str::to_owned)
        .or_else(|| whole.document.title.clone())
        .or_else(heading)
        .unwrap_or_else(stem);
    let title: String = crate::platform::names::tidy(&title)
        .chars()
        .take(TITLE_CHARACTERS as usize)
        .collect();
    match title.is_empty() {
        true => "Untitled".to_owned(),
        false => title,
    }
}

/// Everything that is made of a document.
pub struct Made {
    pub whole: Whole,
    pub pages: Vec<StoredPage>,
    pub nuggets: Vec<(Described, Vec<NuggetSlide>)>,
}

fn make(whole: Whole, title: &str) -> Made {
    let pages = whole.pages.iter().map(stored_page).collect();
    let nuggets = describe(cut(&whole.pages, title));
    let nuggets = nuggets.into_iter().map(|described| {
        let slides = slides::slides(&described.nugget.title, &described.html);
        (described, slides)
    });
    Made {
        nuggets: nuggets.collect(),
        pages,
        whole,
    }
}

fn stored_page(page: &ReadPage) -> StoredPage {
    // The page that shows the text has a title and a heading above it.
    let below = page.blocks.iter().cloned().map(|block| match block {
        Block::Heading { level, text } => Block::Heading {
            level: (level + 2).min(6),
            text,
        },
        other => other,
    });
    let content = markdown(&below.collect::<Vec<_>>());
    StoredPage {
        number: i32::try_from(page.number).unwrap_or(i32::MAX),
        label: page.label.chars().take(500).collect(),
        html: crate::platform::markdown::render(&content, &|_, _| None).html,
        content,
    }
}
