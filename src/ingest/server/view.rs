//! The data of the pages about documents and nuggets.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{no_document, nugget_view, upload};
use crate::ingest::{
    DOCUMENT_UPLOAD, DocumentLine, DocumentPage, DocumentsPage, IngestionLine, IngestionStatus,
    NuggetQuery, PAGE, ShownPage, WatchedSource,
};
use crate::platform::db::schema::document_pages;
use crate::platform::db::{Conn, statement};
use crate::platform::documents::DocumentFormat;
use crate::platform::error::AppResult;
use crate::platform::http::flash::Flash;
use crate::platform::ids::{DocumentId, IngestionJobId};
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// The person that looks at a page, and their rights.
pub struct Looker {
    pub is_admin: bool,
    pub roots: Vec<String>,
    pub flash: Option<Flash>,
    pub clock: Clock,
}

#[derive(QueryableByName)]
struct DocumentRow {
    #[diesel(sql_type = SqlUuid)]
    document_id: DocumentId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    source_path: String,
    #[diesel(sql_type = Text)]
    format: String,
    #[diesel(sql_type = Text)]
    page_kind: String,
    #[diesel(sql_type = Int4)]
    page_count: i32,
    #[diesel(sql_type = BigInt)]
    notes: i64,
    #[diesel(sql_type = BigInt)]
    nuggets: i64,
    #[diesel(sql_type = Timestamptz)]
    read_at: DateTime<Utc>,
}

pub async fn home(conn: &mut Conn, looker: &Looker, page: u32) -> AppResult<DocumentsPage> {
    let mut rows: Vec<DocumentRow> = statement(
        "select d.document_id, d.title, d.source_path, d.format, d.page_kind, d.page_count, d.read_at,
                cardinality(d.notes)::bigint as notes,
                (select count(*) from nugget_sources s join nuggets n on n.nugget_id = s.nugget_id
                 where s.document_id = d.document_id and n.retired_at is null) as nuggets
         from documents d order by d.read_at desc, d.document_id limit $1 offset $2",
    )
    .bind::<BigInt, _>(PAGE + 1)
    .bind::<BigInt, _>(i64::from(page) * PAGE)
    .load(conn)
    .await?;
    let has_more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let documents = rows.into_iter().map(|row| DocumentLine {
        id: row.document_id,
        title: row.title,
        source: row.source_path,
        format: format_label(&row.format),
        pages: counted(row.page_count, &row.page_kind),
        nuggets: row.nuggets,
        notes: row.notes,
        read: looker.clock.ago(row.read_at),
    });
    let documents = documents.collect();
    let jobs = jobs(conn, None, &looker.clock).await?;
    let mut sources = sources(conn, &looker.clock).await?;
    // Paths of the server are for admins.
    sources.retain(|source| looker.is_admin || !source.is_folder);
    let (said, problems) = said(looker.flash.as_ref());
    Ok(DocumentsPage {
        documents,
        has_more,
        jobs,
        sources,
        is_admin: looker.is_admin,
        roots: looker.roots.clone(),
        said,
        problems,
    })
}

fn format_label(name: &str) -> String {
    match DocumentFormat::named(name) {
        Some(format) => format.label().to_owned(),
        None => name.to_owned(),
    }
}

/// “1 page”, “12 slides”.
fn counted(count: i32, kind: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {kind}{plural}")
}

/// Sentences about an upload, and its problems.
fn said(flash: Option<&Flash>) -> (Vec<String>, Vec<String>) {
    let Some(flash) = flash.filter(|flash| flash.form == DOCUMENT_UPLOAD) else {
        return (Vec::new(), Vec::new());
    };
    let values = |name: &str| -> Vec<String> {
        let values = flash.values.iter().filter(|(known, _)| known == name);
        values.map(|(_, value)| value.clone()).collect()
    };
    let mut said: Vec<String> = values(upload::QUEUED)
        .into_iter()
        .map(|count| match count.as_str() {
            "1" => "1 file is being read.".to_owned(),
            count => format!("{count} files are being read."),
        })
        .collect();
    said.extend(values(upload::SAME));
    let mut problems: Vec<String> = flash.error.iter().map(ToString::to_string).collect();
    problems.extend(values(upload::PROBLEM));
    (said, problems)
}

#[derive(QueryableByName)]
struct IngestionRow {
    #[diesel(sql_type = SqlUuid)]
    ingestion_job_id: IngestionJobId,
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Int4)]
    pages_done: i32,
    #[diesel(sql_type = Nullable<Int4>)]
    pages_total: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    error_message: Option<String>,
    #[diesel(sql_type = Jsonb)]
    metadata: Value,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    document_id: Option<DocumentId>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

/// Jobs that run, and the last ones that ended. With a document, only its last one.
async fn jobs(
    conn: &mut Conn,
    document: Option<DocumentId>,
    clock: &Clock,
) -> AppResult<Vec<IngestionLine>> {
    let rows: Vec<IngestionRow> = statement(
        "select ingestion_job_id, source, status, pages_done, pages_total, error_message, metadata, document_id, created_at
         from ingestion_jobs
         where $1 is null or document_id = $1
         order by (status in ('pending', 'processing')) desc, created_at desc, ingestion_job_id
         limit case when $1 is null then 25 else 1 end",
    )
    .bind::<Nullable<SqlUuid>, _>(document)
    .load(conn)
    .await?;
    let lines = rows.into_iter().map(|row| {
        let status = IngestionStatus::parse(&row.status);
        let said = match (row.error_message, status) {
            (Some(said), _) => said,
            (None, IngestionStatus::Completed) => made(&row.metadata),
            (None, _) => String::new(),
        };
        IngestionLine {
            id: row.ingestion_job_id,
            source: row.source,
            status,
            done: row.pages_done,
            total: row.pages_total,
            said,
            document: row.document_id,
            at: clock.ago(row.created_at),
        }
    });
    Ok(lines.collect())
}

/// “12 nuggets are new, 3 are as they were, 1 is retired.”
fn made(metadata: &Value) -> String {
    let count = |name: &str| {
        metadata
            .get(name)
            .and_then(Value::as_i64)
            .unwrap_or_default()
    };
    let parts = [
        ("new", count("made")),
        ("unchanged", count("kept")),
        ("retired", count("retired")),
    ];
    let parts = parts.iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!("Nuggets: {}.", parts.join(", ")),
    }
}

#[derive(QueryableByName)]
struct SourceRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    is_folder: bool,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    how: String,
    #[diesel(sql_type = Bool)]
    enabled: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    checked: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    last_problem: Option<String>,
}

async fn sources(conn: &mut Conn, clock: &Clock) -> AppResult<Vec<WatchedSource>> {
    let rows: Vec<SourceRow> = statement(
        "select monitored_url_id as id, false as is_folder, url as place, check_interval::text as how, enabled,
                last_checked as checked, last_problem
         from monitored_urls
         union all
         select watched_folder_id, true, path, array_to_string(file_types, ', '), enabled, last_swept_at, last_problem
         from watched_folders
         order by 2, 3 limit 200",
    )
    .load(conn)
    .await?;
    let lines = rows.into_iter().map(|row| WatchedSource {
        id: row.id.to_string(),
        is_folder: row.is_folder,
        place: row.place,
        how: match row.is_folder {
            true => row.how,
            false => every(&row.how),
        },
        is_enabled: row.enabled,
        checked: row
            .checked
            .map(|checked| clock.ago(checked))
            .unwrap_or_default(),
        problem: row.last_problem.unwrap_or_default(),
    });
    Ok(lines.collect())
}

fn every(minutes: &str) -> String {
    match minutes {
        "60" => "every hour".to_owned(),
        "1440" => "every day".to_owned(),
        "10080" => "every week".to_owned(),
        minutes => format!("every {minutes} minutes"),
    }
}

#[derive(QueryableByName)]
struct OneDocument {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    source_type: String,
    #[diesel(sql_type = Text)]
    source_path: String,
    #[diesel(sql_type = Text)]
    format: String,
    #[diesel(sql_type = Text)]
    page_kind: String,
    #[diesel(sql_type = Int4)]
    page_count: i32,
    #[diesel(sql_type = Array<Text>)]
    notes: Vec<String>,
    #[diesel(sql_type = Timestamptz)]
    read_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    course: Option<String>,
}

pub async fn document(
    conn: &mut Conn,
    looker: &Looker,
    id: DocumentId,
    page: i32,
) -> AppResult<DocumentPage> {
    let found: Option<OneDocument> = statement(
        "select d.title, d.source_type, d.source_path, d.format, d.page_kind, d.page_count, d.notes, d.read_at,
                c.slug as course
         from documents d left join courses c on c.course_id = d.course_id where d.document_id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn)
    .await
    .optional()?;
    let found = found.ok_or_else(no_document)?;
    let query = NuggetQuery {
        document: id.to_string(),
        ..NuggetQuery::default()
    };
    let nuggets = nugget_view::lines(conn, &query, 5_000).await?;
    let shown = shown(conn, id, page.clamp(1, found.page_count.max(1))).await?;
    let job = jobs(conn, Some(id), &looker.clock)
        .await?
        .into_iter()
        .next();
    let is_url = found.source_type == "url" && found.source_path.starts_with("http");
    Ok(DocumentPage {
        id,
        slug: crate::authoring::server::slug_of(&found.title)
            .chars()
            .take(60)
            .collect(),
        title: found.title,
        source_url: is_url.then(|| found.source_path.clone()),
        source: found.source_path,
        format: format_label(&found.format),
        page_kind: found.page_kind,
        pages: found.page_count,
        notes: found.notes,
        read: looker.clock.ago(found.read_at),
        nuggets,
        shown,
        is_admin: looker.is_admin,
        course: found.course,
        job,
    })
}

pub(super) async fn shown(
    conn: &mut Conn,
    document: DocumentId,
    page: i32,
) -> AppResult<Option<ShownPage>> {
    let found: Option<(i32, String, String)> = document_pages::table
        .find((document, page))
        .select((
            document_pages::page_no,
            document_pages::label,
            document_pages::content_html,
        ))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(number, label, html)| ShownPage {
        number,
        label,
        html: Html(html),
    }))
}
