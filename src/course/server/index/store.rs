//! Queries of the index.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write;
use std::ops::Range;

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Float4, Float8, Int2, Int4, Jsonb, Nullable, Text, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::Passage;
use super::bm25::Postings;
use super::chunks::Chunk;
use super::lsa::{DIMENSIONS, from_bytes};
use crate::platform::db::schema::course_chunks;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, TopicId};

/// The text of a course that every learner of it may read.
pub struct Contents {
    pub language: String,
    pub revision: Option<Uuid>,
    pub topics: Vec<TopicContents>,
}

pub struct TopicContents {
    pub topic_id: TopicId,
    pub title: String,
    /// HTML of the blocks, in order.
    pub blocks: Vec<String>,
}

/// A chunk as it is stored.
pub struct ChunkRow {
    pub chunk_id: String,
    pub topic_id: TopicId,
    pub content_hash: String,
    pub chunk: Chunk,
}

/// The chunks of a topic: the first number, and how many.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct TopicChunks(TopicId, i32, i32);

impl TopicChunks {
    pub fn new(topic: TopicId, chunks: Range<usize>) -> Self {
        Self(topic, number(chunks.start), number(chunks.len()))
    }
}

fn number(at: usize) -> i32 {
    i32::try_from(at).unwrap_or(i32::MAX)
}

#[derive(QueryableByName)]
struct IndexedCourseRow {
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    revision: Option<Uuid>,
}

#[derive(QueryableByName)]
struct ReadBlockRow {
    #[diesel(sql_type = SqlUuid)]
    topic_id: TopicId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Nullable<Text>)]
    html: Option<String>,
}

/// Reads the text of a course. Leaves out hidden topics, blocks for one kind of learner and videos.
pub async fn contents(conn: &mut Conn, course: CourseId) -> QueryResult<Option<Contents>> {
    // The revision is read first: a change in between is then indexed once more, and never missed.
    let read: Option<IndexedCourseRow> = statement(
        "select c.language, r.revision from courses c left join course_revisions r on r.course_id = c.course_id
         where c.course_id = $1",
    )
    .bind::<SqlUuid, _>(course)
    .get_result(conn)
    .await
    .optional()?;
    let Some(read) = read else {
        return Ok(None);
    };
    let rows: Vec<ReadBlockRow> = statement(
        "select t.topic_id, t.title, case when b.content_key is null then b.html else a.html end as html
         from topics t
         left join topic_blocks b on b.topic_id = t.topic_id and b.study_persona = 'normal'
             and (b.content_key is not null or b.tutor_persona is null) and b.block_type <> 'video'
         left join topic_content_assets a on a.topic_id = t.topic_id and a.content_key = b.content_key
             and a.persona_key is null
         where t.course_id = $1 and t.retired_at is null
         order by t.module_no, t.topic_number, b.position",
    )
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await?;
    let mut topics: Vec<TopicContents> = Vec::new();
    for row in rows {
        if topics
            .last()
            .is_none_or(|last| last.topic_id != row.topic_id)
        {
            topics.push(TopicContents {
                topic_id: row.topic_id,
                title: row.title,
                blocks: Vec::new(),
            });
        }
        if let (Some(topic), Some(html)) = (topics.last_mut(), row.html) {
            topic.blocks.push(html);
        }
    }
    Ok(Some(Contents {
        language: read.language,
        revision: read.revision,
        topics,
    }))
}

/// Whether the course exists and has changed since it was indexed.
pub async fn is_outdated(conn: &mut Conn, course: CourseId, version: i16) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct FoundPassageRow {
        #[diesel(sql_type = Bool)]
        is_outdated: bool,
    }
    let found: Option<FoundPassageRow> = statement(
        "select (i.revision, i.version) is distinct from (r.revision, $2) as is_outdated
         from courses c
         left join course_revisions r on r.course_id = c.course_id
         left join course_indexes i on i.course_id = c.course_id
         where c.course_id = $1",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<Int2, _>(version)
    .get_result(conn)
    .await
    .optional()?;
    Ok(found.is_some_and(|found| found.is_outdated))
}

/// Whether the stored index is of the course's present state, and this revision is not.
pub async fn has_newer(
    conn: &mut Conn,
    course: CourseId,
    revision: Option<Uuid>,
    version: i16,
) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct StoredRevisionRow {
        #[diesel(sql_type = Nullable<SqlUuid>)]
        revision: Option<Uuid>,
    }
    let stored: Option<StoredRevisionRow> =
        statement("select revision from course_indexes where course_id = $1")
            .bind::<SqlUuid, _>(course)
            .get_result(conn)
            .await
            .optional()?;
    let is_other = stored.is_some_and(|stored| stored.revision != revision);
    Ok(is_other && !is_outdated(conn, course, version).await?)
}

pub async fn chunk_ids(conn: &mut Conn, course: CourseId) -> QueryResult<HashSet<String>> {
    let ids: Vec<String> = course_chunks::table
        .filter(course_chunks::course_id.eq(course))
        .select(course_chunks::chunk_id)
        .load(conn)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Writes the chunks of the course. Those that it has already only get their new places.
pub async fn replace_chunks(
    conn: &mut Conn,
    course: CourseId,
    chunks: &[ChunkRow],
) -> QueryResult<()> {
    let ids: Vec<&str> = chunks.iter().map(|row| row.chunk_id.as_str()).collect();
    statement("delete from course_chunks where course_id = $1 and chunk_id <> all($2)")
        .bind::<SqlUuid, _>(course)
        .bind::<Array<Text>, _>(ids)
        .execute(conn)
        .await?;
    for (at, part) in chunks.chunks(ROWS_AT_ONCE).enumerate() {
        store_chunks(conn, course, number(at * ROWS_AT_ONCE), part).await?;
    }
    Ok(())
}

const ROWS_AT_ONCE: usize = 500;

async fn store_chunks(
    conn: &mut Conn,
    course: CourseId,
    first: i32,
    rows: &[ChunkRow],
) -> QueryResult<()> {
    let values = rows.iter().zip(first..).map(|(row, chunk_no)| {
        let chunk = &row.chunk;
        (
            course_chunks::chunk_id.eq(&row.chunk_id),
            course_chunks::course_id.eq(course),
            course_chunks::topic_id.eq(row.topic_id),
            course_chunks::chunk_no.eq(chunk_no),
            course_chunks::heading_path.eq(&chunk.heading_path),
            course_chunks::anchor.eq(&chunk.anchor),
            course_chunks::starts_at.eq(number(chunk.range.start)),
            course_chunks::ends_at.eq(number(chunk.range.end)),
            course_chunks::content.eq(&chunk.text),
            course_chunks::content_hash.eq(&row.content_hash),
        )
    });
    diesel::insert_into(course_chunks::table)
        .values(values.collect::<Vec<_>>())
        .on_conflict((course_chunks::organization_id, course_chunks::chunk_id))
        .do_update()
        .set((
            course_chunks::chunk_no.eq(diesel::upsert::excluded(course_chunks::chunk_no)),
            course_chunks::anchor.eq(diesel::upsert::excluded(course_chunks::anchor)),
            course_chunks::starts_at.eq(diesel::upsert::excluded(course_chunks::starts_at)),
            course_chunks::ends_at.eq(diesel::upsert::excluded(course_chunks::ends_at)),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Writes the directions of the chunks.
pub async fn store_directions(
    conn: &mut Conn,
    course: CourseId,
    chunks: &[ChunkRow],
    directions: &[Vec<f32>],
) -> QueryResult<()> {
    let rows: Vec<_> = chunks.iter().zip(directions).collect();
    for part in rows.chunks(ROWS_AT_ONCE) {
        let ids: Vec<&str> = part.iter().map(|(row, _)| row.chunk_id.as_str()).collect();
        let directions: Vec<String> = part.iter().map(|(_, of)| array(of.iter())).collect();
        statement(
            "update course_chunks k
             set direction = (x.direction || array_fill(0::real, array[$4 - cardinality(x.direction)]))::vector
             from (select u.chunk_id, u.direction::real[] as direction from unnest($2, $3) as u (chunk_id, direction)) x
             where k.course_id = $1 and k.chunk_id = x.chunk_id",
        )
        .bind::<SqlUuid, _>(course)
        .bind::<Array<Text>, _>(ids)
        .bind::<Array<Text>, _>(directions)
        .bind::<Int4, _>(number(DIMENSIONS))
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// Chunks that are compared by meaning with those that have the question's words.
const NEAREST: i64 = 50;

/// Returns the chunks whose directions are nearest, with the cosine of the angle, best first.
pub async fn nearest(
    conn: &mut Conn,
    course: CourseId,
    mut direction: Vec<f32>,
    open_topics: Option<&[TopicId]>,
) -> QueryResult<Vec<(i32, f32)>> {
    #[derive(QueryableByName)]
    struct NearChunkRow {
        #[diesel(sql_type = Int4)]
        chunk_no: i32,
        #[diesel(sql_type = Float8)]
        distance: f64,
    }
    direction.resize(DIMENSIONS, 0.0);
    let rows: Vec<NearChunkRow> = statement(
        "select k.chunk_no, k.direction <=> $2::vector as distance from course_chunks k
         where k.course_id = $1 and ($3 is null or k.topic_id = any($3)) and vector_norm(k.direction) > 0
         order by distance, k.chunk_no limit $4",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<Array<Float4>, _>(direction)
    .bind::<Nullable<Array<SqlUuid>>, _>(open_topics.map(<[TopicId]>::to_vec))
    .bind::<BigInt, _>(NEAREST)
    .load(conn)
    .await?;
    let near = rows
        .into_iter()
        .map(|row| (row.chunk_no, 1.0 - row.distance as f32));
    Ok(near.collect())
}

/// A word of the course with its chunks.
pub struct TermEntry {
    pub term: String,
    pub postings: Postings,
    /// As `lsa::to_bytes` makes it.
    pub direction: Option<Vec<u8>>,
}

/// Writes the words of the course's chunks.
pub async fn replace_terms(
    conn: &mut Conn,
    course: CourseId,
    terms: &[TermEntry],
) -> QueryResult<()> {
    statement("delete from course_terms where course_id = $1")
        .bind::<SqlUuid, _>(course)
        .execute(conn)
        .await?;
    for part in terms.chunks(TERMS_AT_ONCE) {
        store_terms(conn, course, part).await?;
    }
    Ok(())
}

const TERMS_AT_ONCE: usize = 5_000;

async fn store_terms(conn: &mut Conn, course: CourseId, terms: &[TermEntry]) -> QueryResult<()> {
    let names: Vec<&str> = terms.iter().map(|entry| entry.term.as_str()).collect();
    let of_chunks = |entry: &TermEntry| array(entry.postings.iter().map(|(chunk, _)| chunk));
    let of_weights = |entry: &TermEntry| array(entry.postings.iter().map(|(_, weight)| weight));
    let directions: Vec<_> = terms
        .iter()
        .map(|entry| entry.direction.as_deref())
        .collect();
    // Arrays of arrays must be rectangular, so the arrays are sent in PostgreSQL's notation.
    statement(
        "insert into course_terms (course_id, term, chunk_nos, weights, direction)
         select $1, x.term, x.chunk_nos::integer[], x.weights::real[], x.direction
         from unnest($2, $3, $4, $5) as x (term, chunk_nos, weights, direction)",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<Array<Text>, _>(names)
    .bind::<Array<Text>, _>(terms.iter().map(of_chunks).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(terms.iter().map(of_weights).collect::<Vec<_>>())
    .bind::<Array<Nullable<Binary>>, _>(directions)
    .execute(conn)
    .await
    .map(drop)
}

fn array(values: impl Iterator<Item = impl std::fmt::Display>) -> String {
    let mut text = String::from("{");
    for (at, value) in values.enumerate() {
        let comma = if at > 0 { "," } else { "" };
        let _ = write!(text, "{comma}{value}");
    }
    text.push('}');
    text
}

pub async fn note_indexed(
    conn: &mut Conn,
    course: CourseId,
    (revision, version): (Option<Uuid>, i16),
    topics: &[TopicChunks],
) -> QueryResult<()> {
    statement(
        "insert into course_indexes (course_id, revision, version, topics) values ($1, $2, $3, $4)
         on conflict (course_id) do update
         set revision = excluded.revision, version = excluded.version, topics = excluded.topics, indexed_at = now()",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<Nullable<SqlUuid>, _>(revision)
    .bind::<Int2, _>(version)
    .bind::<Jsonb, _>(serde_json::to_value(topics).unwrap_or_default())
    .execute(conn)
    .await
    .map(drop)
}

#[derive(QueryableByName)]
pub struct IndexRow {
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Jsonb)]
    topics: Value,
}

/// The chunks that a question may find.
pub enum OpenChunks {
    All,
    Of(Vec<Range<i32>>),
}

impl OpenChunks {
    pub fn contains(&self, chunk: i32) -> bool {
        match self {
            Self::All => true,
            Self::Of(ranges) => ranges.iter().any(|range| range.contains(&chunk)),
        }
    }
}

impl IndexRow {
    pub fn open_chunks(&self, open_topics: Option<&[TopicId]>) -> OpenChunks {
        let Some(open) = open_topics else {
            return OpenChunks::All;
        };
        let open: HashSet<&TopicId> = open.iter().collect();
        let topics: Vec<TopicChunks> =
            serde_json::from_value(self.topics.clone()).unwrap_or_default();
        let ranges = topics
            .into_iter()
            .filter(|TopicChunks(topic, ..)| open.contains(topic))
            .map(|TopicChunks(_, first, count)| first..first + count);
        OpenChunks::Of(ranges.collect())
    }
}

/// Returns the course's index. None if the course was never indexed.
pub async fn index(conn: &mut Conn, course: CourseId) -> QueryResult<Option<IndexRow>> {
    statement(
        "select c.language, i.topics from course_indexes i join courses c on c.course_id = i.course_id
         where i.course_id = $1",
    )
    .bind::<SqlUuid, _>(course)
    .get_result(conn)
    .await
    .optional()
}

#[derive(QueryableByName)]
pub struct TermRow {
    #[diesel(sql_type = Array<Int4>)]
    chunk_nos: Vec<i32>,
    #[diesel(sql_type = Array<Float4>)]
    weights: Vec<f32>,
    #[diesel(sql_type = Nullable<Binary>)]
    direction: Option<Vec<u8>>,
}

impl TermRow {
    /// Returns the direction of the term, if several chunks have it.
    pub fn direction(&self) -> Option<Vec<f32>> {
        self.direction.as_deref().map(from_bytes)
    }

    pub fn postings(&self) -> impl Iterator<Item = (i32, f32)> {
        self.chunk_nos
            .iter()
            .copied()
            .zip(self.weights.iter().copied())
    }
}

pub async fn terms(
    conn: &mut Conn,
    course: CourseId,
    asked: &BTreeSet<&str>,
) -> QueryResult<Vec<TermRow>> {
    statement("select chunk_nos, weights, direction from course_terms where course_id = $1 and term = any($2)")
        .bind::<SqlUuid, _>(course)
        .bind::<Array<Text>, _>(asked.iter().copied().collect::<Vec<_>>())
        .load(conn)
        .await
}

#[derive(QueryableByName)]
struct TermDirection {
    #[diesel(sql_type = Text)]
    term: String,
    #[diesel(sql_type = Binary)]
    direction: Vec<u8>,
}

/// Returns the directions of those of the terms that several chunks have.
pub async fn term_directions(
    conn: &mut Conn,
    course: CourseId,
    asked: &BTreeSet<&str>,
) -> QueryResult<HashMap<String, Vec<f32>>> {
    let rows: Vec<TermDirection> = statement(
        "select term, direction from course_terms
         where course_id = $1 and term = any($2) and direction is not null",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<Array<Text>, _>(asked.iter().copied().collect::<Vec<_>>())
    .load(conn)
    .await?;
    let directions = rows
        .into_iter()
        .map(|row| (row.term, from_bytes(&row.direction)));
    Ok(directions.collect())
}

#[derive(QueryableByName)]
struct PassageRow {
    #[diesel(sql_type = Int4)]
    chunk_no: i32,
    #[diesel(sql_type = Text)]
    chunk_id: String,
    #[diesel(sql_type = SqlUuid)]
    topic_id: TopicId,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Array<Text>)]
    heading_path: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    anchor: Option<String>,
    #[diesel(sql_type = Text)]
    content: String,
    #[diesel(sql_type = Int4)]
    starts_at: i32,
    #[diesel(sql_type = Int4)]
    ends_at: i32,
}

/// Reads ranked chunks, without those of topics that were hidden since the course was indexed.
pub async fn passages(
    conn: &mut Conn,
    course: CourseId,
    ranking: &[(i32, f32)],
) -> QueryResult<Vec<Passage>> {
    let scores: HashMap<i32, f32> = ranking.iter().copied().collect();
    let rows: Vec<PassageRow> = statement(
        "select k.chunk_no, k.chunk_id, k.topic_id, t.slug, t.title, t.module_no, k.heading_path, k.anchor, k.content,
                k.starts_at, k.ends_at
         from unnest($2) with ordinality as x (chunk_no, rank)
         join course_chunks k on k.course_id = $1 and k.chunk_no = x.chunk_no
         join topics t on t.topic_id = k.topic_id and t.retired_at is null
         order by x.rank",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<Array<Int4>, _>(ranking.iter().map(|(chunk, _)| *chunk).collect::<Vec<_>>())
    .load(conn)
    .await?;
    let passages = rows.into_iter().map(|row| Passage {
        score: scores.get(&row.chunk_no).copied().unwrap_or_default(),
        chunk_id: row.chunk_id,
        topic_id: row.topic_id,
        topic_slug: row.slug,
        topic_title: row.title,
        module_no: row.module_no,
        heading_path: row.heading_path,
        anchor: row.anchor,
        text: row.content,
        start: row.starts_at,
        end: row.ends_at,
    });
    Ok(passages.collect())
}
