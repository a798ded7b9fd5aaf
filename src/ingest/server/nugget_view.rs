//! The data of the pages about nuggets.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::view::shown;
use super::{cut, metadata, no_nugget, slides};
use crate::ingest::{
    NuggetLine, NuggetMetadata, NuggetPage, NuggetQuery, NuggetVersion, NuggetsPage, PAGE,
};
use crate::platform::db::schema::{documents, nugget_versions, topic_nuggets};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{DocumentId, NuggetId};
use crate::platform::time::Clock;
use crate::platform::ui::Html;

#[derive(QueryableByName)]
struct NuggetRow {
    #[diesel(sql_type = SqlUuid)]
    nugget_id: NuggetId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Array<Text>)]
    heading_path: Vec<String>,
    #[diesel(sql_type = Jsonb)]
    metadata: Value,
    #[diesel(sql_type = Bool)]
    is_edited: bool,
    #[diesel(sql_type = Bool)]
    is_retired: bool,
    #[diesel(sql_type = Nullable<Int4>)]
    page_from: Option<i32>,
    #[diesel(sql_type = Nullable<Int4>)]
    page_to: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    page_kind: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    document_id: Option<DocumentId>,
    #[diesel(sql_type = Nullable<Text>)]
    document: Option<String>,
}

/// Columns of a [`NuggetRow`] with their tables.
const NUGGETS: &str = "n.nugget_id, n.title, n.heading_path, n.metadata, n.is_edited,
        n.retired_at is not null as is_retired, s.page_from, s.page_to, d.page_kind, d.document_id, d.title as document
     from (select * from nuggets o
           -- Nuggets of topics belong to the course of the topic.
           where not exists (select from topic_nuggets t where t.nugget_id = o.nugget_id)) n
     left join lateral (select * from nugget_sources s where s.nugget_id = n.nugget_id
                          and ($1 is null or s.document_id = $1)
                        order by s.gone_at desc nulls first, s.created_at limit 1) s on true
     left join documents d on d.document_id = s.document_id";

/// Nuggets that match the query, in the order of their documents.
pub(super) async fn lines(
    conn: &mut Conn,
    query: &NuggetQuery,
    limit: i64,
) -> AppResult<Vec<NuggetLine>> {
    let document: Option<Uuid> = query.document.parse().ok();
    let rows: Vec<NuggetRow> = statement(format!(
        "select {NUGGETS}
         where ($1 is null or s.document_id is not null)
           and ($2 = '' or n.words @@ websearch_to_tsquery('simple', $2))
           and ($3 = '' or exists (
                select from jsonb_array_elements_text(coalesce(n.metadata -> 'concepts', '[]')) c where lower(c) = lower($3)))
           and case $4 when 'retired' then n.retired_at is not null when 'all' then true else n.retired_at is null end
         order by d.title, d.document_id, s.chunk_index, n.created_at, n.nugget_id
         limit $5 offset $6"
    ))
    .bind::<Nullable<SqlUuid>, _>(document)
    .bind::<Text, _>(query.q.trim())
    .bind::<Text, _>(query.concept.trim())
    .bind::<Text, _>(&query.show)
    .bind::<BigInt, _>(limit)
    .bind::<BigInt, _>(i64::from(query.page) * PAGE)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(line).collect())
}

fn line(row: NuggetRow) -> NuggetLine {
    let metadata: NuggetMetadata = serde_json::from_value(row.metadata).unwrap_or_default();
    let kind = row.page_kind.unwrap_or_else(|| "page".to_owned());
    let above = row.heading_path.len().saturating_sub(1);
    NuggetLine {
        id: row.nugget_id,
        title: row.title,
        under: row.heading_path[..above].join(" › "),
        concepts: metadata.concepts,
        difficulty: metadata.difficulty,
        minutes: metadata.minutes,
        page_from: row.page_from,
        place: match (row.page_from, row.page_to) {
            (Some(from), Some(to)) if from < to => format!("{kind}s {from} to {to}"),
            (Some(from), _) => format!("{kind} {from}"),
            _ => String::new(),
        },
        document: row.document_id.zip(row.document),
        is_edited: row.is_edited,
        is_retired: row.is_retired,
    }
}

pub async fn nuggets(conn: &mut Conn, query: &NuggetQuery) -> AppResult<NuggetsPage> {
    let mut nuggets = lines(conn, query, PAGE + 1).await?;
    let has_more = nuggets.len() > PAGE as usize;
    nuggets.truncate(PAGE as usize);
    let documents: Vec<(DocumentId, String)> = documents::table
        .order((documents::title, documents::document_id))
        .select((documents::document_id, documents::title))
        .limit(500)
        .load(conn)
        .await?;
    Ok(NuggetsPage {
        nuggets,
        has_more,
        documents: documents
            .into_iter()
            .map(|(id, title)| (id.to_string(), title))
            .collect(),
    })
}

#[derive(QueryableByName)]
struct OneNugget {
    #[diesel(sql_type = Text)]
    content: String,
    #[diesel(sql_type = Text)]
    content_html: String,
    #[diesel(sql_type = Jsonb)]
    metadata: Value,
    #[diesel(sql_type = Nullable<Jsonb>)]
    slides: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    language: Option<String>,
}

/// Fails for a nugget that is not in the store: those of topics belong to the topic's course.
pub(super) async fn check_stored(conn: &mut Conn, id: NuggetId) -> AppResult<()> {
    let of_topic = topic_nuggets::table.filter(topic_nuggets::nugget_id.eq(id));
    let is_of_topic: bool = diesel::select(diesel::dsl::exists(of_topic))
        .get_result(conn)
        .await?;
    match is_of_topic {
        true => Err(no_nugget()),
        false => Ok(()),
    }
}

pub async fn nugget(
    conn: &mut Conn,
    id: NuggetId,
    page: i32,
    clock: &Clock,
) -> AppResult<NuggetPage> {
    let row: Option<NuggetRow> = statement(format!("select {NUGGETS} where n.nugget_id = $2"))
        .bind::<Nullable<SqlUuid>, _>(None::<Uuid>)
        .bind::<SqlUuid, _>(id)
        .get_result(conn)
        .await
        .optional()?;
    let row = row.ok_or_else(no_nugget)?;
    let page_kind = row.page_kind.clone();
    let line = line(row);
    let found: OneNugget = statement(
        "select content, content_html, metadata, slides, language from nuggets where nugget_id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn)
    .await?;
    let metadata: NuggetMetadata = serde_json::from_value(found.metadata).unwrap_or_default();
    let from = line.page_from.unwrap_or(1);
    let page = if page > 0 { page } else { from };
    let shown = match &line.document {
        Some((document, _)) => shown(conn, *document, page).await?,
        None => None,
    };
    let versions: Vec<(String, String, DateTime<Utc>)> = nugget_versions::table
        .filter(nugget_versions::nugget_id.eq(id))
        .order(nugget_versions::created_at.desc())
        .select((
            nugget_versions::title,
            nugget_versions::content,
            nugget_versions::created_at,
        ))
        .limit(20)
        .load(conn)
        .await?;
    let versions = versions
        .into_iter()
        .map(|(title, content, at)| NuggetVersion {
            title,
            content,
            replaced: clock.date_time(at),
        });
    let similar = similar(conn, id, &metadata).await?;
    Ok(NuggetPage {
        seen: seen(&line.title, &found.content),
        versions: versions.collect(),
        slides: slides::of_json(found.slides.as_ref()),
        language: found.language.unwrap_or_default(),
        html: Html(found.content_html),
        content: found.content,
        page_kind: page_kind.unwrap_or_else(|| "page".to_owned()),
        metadata,
        shown,
        similar,
        line,
    })
}

/// Identifies a text, so that an old form overwrites no newer one.
pub fn seen(title: &str, content: &str) -> String {
    cut::hash(format!("{title}\n{content}").as_bytes())
}

/// Nuggets that share most concepts with this one.
async fn similar(conn: &mut Conn, id: NuggetId, of: &NuggetMetadata) -> AppResult<Vec<NuggetLine>> {
    let names = of.concepts.iter().chain(&of.prerequisites);
    let names: Vec<String> = names.map(|name| metadata::key(name)).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<NuggetRow> = statement(format!(
        "select {NUGGETS}
         cross join lateral (
             select count(*) as shared
             from jsonb_array_elements_text(coalesce(n.metadata -> 'concepts', '[]') || coalesce(n.metadata -> 'prerequisites', '[]')) c
             where lower(c) = any($3)) k
         where n.nugget_id <> $2 and n.retired_at is null and k.shared > 0
         order by k.shared desc, n.created_at, n.nugget_id limit 6"
    ))
    .bind::<Nullable<SqlUuid>, _>(None::<Uuid>)
    .bind::<SqlUuid, _>(id)
    .bind::<Array<Text>, _>(names)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(line).collect())
}
