//! Stores the nuggets of a document that was read.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{BATCH, IngestionJobRow, language};
use crate::ingest::NuggetStatus;
use crate::ingest::server::read_job::Made;
use crate::ingest::server::slides;
use crate::platform::db::schema::{nugget_sources, nuggets};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{DocumentId, NuggetId};

pub struct NuggetCounts {
    pub made: i32,
    pub kept: i32,
    pub retired: i32,
}

#[derive(QueryableByName)]
struct OldNugget {
    #[diesel(sql_type = SqlUuid)]
    nugget_id: NuggetId,
    #[diesel(sql_type = Text)]
    content_hash: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    gone_at: Option<DateTime<Utc>>,
}

/// Stores the nuggets of a document. Those whose text stays keep their ids, media and edits; those
/// whose text is gone are retired.
pub async fn put(
    conn: &mut Conn,
    job: &IngestionJobRow,
    document: DocumentId,
    made: &Made,
) -> AppResult<NuggetCounts> {
    let old: Vec<OldNugget> = statement(
        "select n.nugget_id, n.content_hash, s.gone_at
         from nugget_sources s join nuggets n on n.nugget_id = s.nugget_id
         where s.document_id = $1 order by s.gone_at desc nulls first, s.chunk_index",
    )
    .bind::<SqlUuid, _>(document)
    .load(conn)
    .await?;
    let mut known: HashMap<&str, VecDeque<&OldNugget>> = HashMap::new();
    for nugget in &old {
        known
            .entry(&nugget.content_hash)
            .or_default()
            .push_back(nugget);
    }
    let mut kept: Vec<(NuggetId, usize, bool)> = Vec::new();
    let mut new: Vec<usize> = Vec::new();
    for (at, (described, _)) in made.nuggets.iter().enumerate() {
        let hash = described.nugget.hash();
        match known.get_mut(hash.as_str()).and_then(VecDeque::pop_front) {
            Some(found) => kept.push((found.nugget_id, at, found.gone_at.is_some())),
            None => new.push(at),
        }
    }
    let gone: Vec<NuggetId> = known
        .into_values()
        .flatten()
        .filter(|nugget| nugget.gone_at.is_none())
        .map(|nugget| nugget.nugget_id)
        .collect();
    retire_gone(conn, document, &gone).await?;
    keep(conn, document, made, &kept).await?;
    insert(conn, job, document, made, &new).await?;
    let count = |length: usize| i32::try_from(length).unwrap_or(i32::MAX);
    Ok(NuggetCounts {
        made: count(new.len()),
        kept: count(kept.len()),
        retired: count(gone.len()),
    })
}

async fn retire_gone(conn: &mut Conn, document: DocumentId, gone: &[NuggetId]) -> QueryResult<()> {
    if gone.is_empty() {
        return Ok(());
    }
    diesel::update(nugget_sources::table)
        .filter(nugget_sources::document_id.eq(document))
        .filter(nugget_sources::nugget_id.eq_any(gone))
        .set(nugget_sources::gone_at.eq(Utc::now()))
        .execute(conn)
        .await?;
    diesel::update(nuggets::table)
        .filter(nuggets::nugget_id.eq_any(gone))
        .filter(nuggets::retired_at.is_null())
        .set(nuggets::retired_at.eq(Utc::now()))
        .execute(conn)
        .await
        .map(drop)
}

/// Brings the places of kept nuggets up to date in one statement. Edits of people stay.
async fn keep(
    conn: &mut Conn,
    document: DocumentId,
    made: &Made,
    kept: &[(NuggetId, usize, bool)],
) -> AppResult<()> {
    if kept.is_empty() {
        return Ok(());
    }
    let (mut ids, mut titles, mut paths, mut metadata) = (vec![], vec![], vec![], vec![]);
    let (mut from, mut to, mut places, mut returned) = (vec![], vec![], vec![], vec![]);
    for (id, at, is_back) in kept {
        let Some((described, _)) = made.nuggets.get(*at) else {
            continue;
        };
        ids.push(id.0);
        titles.push(described.nugget.title.clone());
        paths.push(json!(described.nugget.heading_path));
        metadata.push(to_json(&described.metadata)?);
        from.push(page(described.nugget.page_from));
        to.push(page(described.nugget.page_to));
        places.push(page(*at));
        returned.push(*is_back);
    }
    statement(
        "with kept as (
             select * from unnest($2, $3, $4, $5, $6, $7, $8, $9)
                 as k (id, title, path, metadata, page_from, page_to, place, is_back)),
         placed as (
             update nugget_sources s set page_from = k.page_from, page_to = k.page_to, chunk_index = k.place, gone_at = null
             from kept k where s.document_id = $1 and s.nugget_id = k.id)
         update nuggets n set
             title = case when n.is_edited then n.title else k.title end,
             heading_path = array(select jsonb_array_elements_text(k.path)),
             metadata = case when n.is_edited then n.metadata else k.metadata end,
             retired_at = case when k.is_back then null else n.retired_at end
         from kept k where n.nugget_id = k.id",
    )
    .bind::<SqlUuid, _>(document)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(titles)
    .bind::<Array<Jsonb>, _>(paths)
    .bind::<Array<Jsonb>, _>(metadata)
    .bind::<Array<Int4>, _>(from)
    .bind::<Array<Int4>, _>(to)
    .bind::<Array<Int4>, _>(places)
    .bind::<Array<Bool>, _>(returned)
    .execute(conn)
    .await?;
    Ok(())
}

fn page(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn to_json(value: &impl serde::Serialize) -> AppResult<Value> {
    serde_json::to_value(value).map_err(|error| AppError::internal(&error))
}

async fn insert(
    conn: &mut Conn,
    job: &IngestionJobRow,
    document: DocumentId,
    made: &Made,
    new: &[usize],
) -> AppResult<()> {
    let language = language(made);
    for batch in new.chunks(BATCH) {
        let mut rows = Vec::with_capacity(batch.len());
        let mut sources = Vec::with_capacity(batch.len());
        for at in batch {
            let Some((described, made_slides)) = made.nuggets.get(*at) else {
                continue;
            };
            let nugget = &described.nugget;
            let id = NuggetId(Uuid::new_v4());
            rows.push((
                nuggets::nugget_id.eq(id),
                nuggets::title.eq(&nugget.title),
                nuggets::heading_path.eq(&nugget.heading_path),
                nuggets::content.eq(&nugget.content),
                nuggets::content_html.eq(&described.html),
                nuggets::metadata.eq(to_json(&described.metadata)?),
                nuggets::status.eq(NuggetStatus::Ready),
                nuggets::slides.eq(slides::to_json(made_slides)),
                nuggets::language.eq(&language),
                nuggets::content_hash.eq(nugget.hash()),
            ));
            sources.push((
                nugget_sources::nugget_id.eq(id),
                nugget_sources::document_id.eq(document),
                nugget_sources::ingestion_job_id.eq(job.ingestion_job_id),
                nugget_sources::source_type.eq(&job.source_type),
                nugget_sources::source_path.eq(&job.source),
                nugget_sources::page_from.eq(page(nugget.page_from)),
                nugget_sources::page_to.eq(page(nugget.page_to)),
                nugget_sources::chunk_index.eq(page(*at)),
            ));
        }
        diesel::insert_into(nuggets::table)
            .values(rows)
            .execute(conn)
            .await?;
        diesel::insert_into(nugget_sources::table)
            .values(sources)
            .execute(conn)
            .await?;
    }
    Ok(())
}
