//! Retrieval: finds the passages of a course that answer a question. A job cuts the text that every
//! learner of the course may read into chunks, and stores for each word the chunks that have it.
//! Questions of quizzes, exams and practice are not in the index, nor are their answers.

mod bm25;
pub mod chunks;
mod fuse;
mod lsa;
mod store;
mod terms;

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{Duration, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::chunks::chunks;
use self::store::{ChunkRow, Contents, TermEntry, TermRow, TopicChunks};
use self::terms::{Stems, words};
use super::search::without_practice;
use crate::platform::db::{Conn, Db, lock};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, OrganizationId, TopicId};
use crate::platform::jobs::{Job, JobContext, enqueue_once};
use crate::platform::markdown::pieces;

/// Version of the stored form. Raise it with every change of the form or of the chunks.
const VERSION: i16 = 1;

/// Characters of a question that are read.
const QUESTION_CHARACTERS: usize = 2_000;

/// Seconds after a change until the course is indexed. Changes that follow each other are then
/// indexed once.
const PATIENCE: i64 = 10;

/// A passage of a course that was found for a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    pub chunk_id: String,
    pub topic_id: TopicId,
    pub topic_slug: String,
    pub topic_title: String,
    pub module_no: i32,
    /// Headings above the passage, outermost first.
    pub heading_path: Vec<String>,
    /// Id of the nearest heading in the topic's page.
    pub anchor: Option<String>,
    /// Plain text as the page shows it. Code and tables have their line breaks.
    pub text: String,
    /// Range in the topic's plain text, in characters.
    pub start: i32,
    pub end: i32,
    /// Comparable only with the scores of the same question.
    pub score: f32,
}

/// By what passages are compared with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassageRanking {
    Words,
    Meaning,
    /// Both, which is best.
    Fused,
}

/// A search for the passages that answer a question.
pub struct PassageSearch<'a> {
    pub question: &'a str,
    /// Most passages.
    pub limit: usize,
    /// Only from these topics, if they are given.
    pub open_topics: Option<&'a [TopicId]>,
    pub ranking: PassageRanking,
}

/// Returns the passages of the course that fit a question best, best first. Empty if the course has
/// no word of the question, or is not indexed yet. The caller checks that the person may read the
/// course. Takes passages from `open_topics` only, if they are given.
pub async fn retrieve(
    conn: &mut Conn,
    course: CourseId,
    question: &str,
    limit: usize,
    open_topics: Option<&[TopicId]>,
) -> AppResult<Vec<Passage>> {
    let search = PassageSearch {
        question,
        limit,
        open_topics,
        ranking: PassageRanking::Fused,
    };
    search_passages(conn, course, search).await
}

/// Like [`retrieve`], by one of the rankings.
pub async fn search_passages(
    conn: &mut Conn,
    course: CourseId,
    search: PassageSearch<'_>,
) -> AppResult<Vec<Passage>> {
    let Some(index) = store::index(conn, course).await? else {
        return Ok(Vec::new());
    };
    let question: String = search.question.chars().take(QUESTION_CHARACTERS).collect();
    let asked = words(&question);
    let stems = Stems::load(conn, &index.language, asked.iter()).await?;
    let asked: BTreeSet<&str> = stems.of(&asked).into_iter().collect();
    let found = store::terms(conn, course, &asked).await?;
    let (mut by_words, mut by_meaning) = (Vec::new(), Vec::new());
    if search.ranking != PassageRanking::Meaning {
        let open = index.open_chunks(search.open_topics);
        let postings = found.iter().flat_map(TermRow::postings);
        by_words = bm25::ranking(postings.filter(|(chunk, _)| open.contains(*chunk)));
    }
    if search.ranking != PassageRanking::Words {
        let directions: Vec<Vec<f32>> = found.iter().filter_map(TermRow::direction).collect();
        if let Some(direction) = lsa::direction(directions.iter().map(Vec::as_slice)) {
            by_meaning = store::nearest(conn, course, direction, search.open_topics).await?;
        }
    }
    let ranking = fuse::ranking(&by_words, &by_meaning);
    // Some chunks may be of topics that were hidden since the course was indexed.
    let most = search.limit.saturating_mul(2);
    let best: Vec<(i32, f32)> = ranking.into_iter().take(most).collect();
    let mut passages = store::passages(conn, course, &best).await?;
    passages.truncate(search.limit);
    Ok(passages)
}

/// Returns the direction of each text in the course's space of meaning, of length 1. None where the
/// course has none of its words, or is not indexed yet.
pub async fn directions(
    conn: &mut Conn,
    course: CourseId,
    texts: &[&str],
) -> AppResult<Vec<Option<Vec<f32>>>> {
    let Some(index) = store::index(conn, course).await? else {
        return Ok(vec![None; texts.len()]);
    };
    let texts: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
    let stems = Stems::load(conn, &index.language, texts.iter().flatten()).await?;
    let texts: Vec<Vec<&str>> = texts.iter().map(|words| stems.of(words)).collect();
    let terms: BTreeSet<&str> = texts.iter().flatten().copied().collect();
    let terms = store::term_directions(conn, course, &terms).await?;
    let direction = |text: &Vec<&str>| {
        let known = text.iter().filter_map(|term| terms.get(*term));
        lsa::direction(known.map(Vec::as_slice))
    };
    Ok(texts.iter().map(direction).collect())
}

/// Summary of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndexSummary {
    pub topics: usize,
    pub chunks: usize,
    /// Chunks that were not in the index before.
    pub new_chunks: usize,
}

/// Indexes the course. The new index replaces the old one in one transaction. Chunks whose text is
/// unchanged keep their id.
pub async fn index_course(
    db: &Db,
    organization: OrganizationId,
    course: CourseId,
) -> AppResult<IndexSummary> {
    let contents = db
        .within(organization, async move |conn| {
            let contents = store::contents(conn, course).await?;
            AppResult::Ok(contents)
        })
        .await?;
    let Some(contents) = contents else {
        return Err(AppError::NotFound("There is no such course.".to_owned()));
    };
    let cut = blocking(move || cut(contents)).await?;
    let words = cut.words.clone();
    let language = cut.language.clone();
    let stems = db
        .within(organization, async move |conn| {
            AppResult::Ok(Stems::load(conn, &language, words.iter().flatten()).await?)
        })
        .await?;
    let (cut, weighed) = blocking(move || {
        let weighed = weigh(&cut.words, &stems);
        (cut, weighed)
    })
    .await?;
    db.within(organization, async move |conn| {
        lock(conn, &format!("index/{course}")).await?;
        let known: HashSet<String> = store::chunk_ids(conn, course).await?;
        let summary = IndexSummary {
            topics: cut.topics.len(),
            chunks: cut.chunks.len(),
            new_chunks: (cut.chunks.iter())
                .filter(|chunk| !known.contains(&chunk.chunk_id))
                .count(),
        };
        // Another run that has read a later state of the course was faster.
        if store::has_newer(conn, course, cut.revision, VERSION).await? {
            return Ok(summary);
        }
        store::replace_terms(conn, course, &weighed.terms).await?;
        store::replace_chunks(conn, course, &cut.chunks).await?;
        store::store_directions(conn, course, &cut.chunks, &weighed.directions).await?;
        store::note_indexed(conn, course, (cut.revision, VERSION), &cut.topics).await?;
        Ok(summary)
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> AppResult<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AppError::internal(&error))
}

/// The terms of a course, and the directions of its chunks.
struct WeighedCourse {
    terms: Vec<TermEntry>,
    directions: Vec<Vec<f32>>,
}

fn weigh(words: &[Vec<String>], stems: &Stems) -> WeighedCourse {
    let chunks: Vec<Vec<&str>> = words.iter().map(|words| stems.of(words)).collect();
    let space = lsa::space(&chunks);
    let terms = bm25::postings(&chunks)
        .into_iter()
        .map(|(term, postings)| TermEntry {
            term: term.to_owned(),
            postings,
            direction: space
                .terms
                .get(term)
                .map(|direction| lsa::to_bytes(direction)),
        });
    WeighedCourse {
        terms: terms.collect(),
        directions: space.chunks,
    }
}

/// A course as chunks.
struct CutCourse {
    language: String,
    revision: Option<uuid::Uuid>,
    topics: Vec<TopicChunks>,
    chunks: Vec<ChunkRow>,
    /// The words of each chunk, with those of its headings.
    words: Vec<Vec<String>>,
}

fn cut(contents: Contents) -> CutCourse {
    let mut course = CutCourse {
        language: contents.language,
        revision: contents.revision,
        topics: Vec::new(),
        chunks: Vec::new(),
        words: Vec::new(),
    };
    for topic in contents.topics {
        let first = course.chunks.len();
        let html: Vec<String> = topic
            .blocks
            .iter()
            .map(|html| without_practice(html))
            .collect();
        let pieces: Vec<_> = html.iter().flat_map(|html| pieces(html)).collect();
        let mut times: HashMap<String, u32> = HashMap::new();
        for chunk in chunks(&pieces) {
            let hash = hash(&chunk.heading_path, &chunk.text);
            let number = times.entry(hash.clone()).or_default();
            *number += 1;
            let chunk_id = match number {
                1 => format!("{}:{}", topic.topic_id, &hash[..16]),
                number => format!("{}:{}-{number}", topic.topic_id, &hash[..16]),
            };
            course.words.push(chunk_words(&topic.title, &chunk));
            course.chunks.push(ChunkRow {
                chunk_id,
                topic_id: topic.topic_id,
                content_hash: hash,
                chunk,
            });
        }
        course
            .topics
            .push(TopicChunks::new(topic.topic_id, first..course.chunks.len()));
    }
    course
}

/// The title and the headings count like words of the text.
fn chunk_words(title: &str, chunk: &chunks::Chunk) -> Vec<String> {
    let mut found = words(title);
    for heading in &chunk.heading_path {
        found.extend(words(heading));
    }
    found.extend(words(&chunk.text));
    found
}

fn hash(heading_path: &[String], text: &str) -> String {
    let mut hash = Sha256::new();
    for heading in heading_path {
        hash.update(heading);
        hash.update([0]);
    }
    hash.update([1]);
    hash.update(text);
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Queues the indexing of a course in the transaction that changes its texts.
pub async fn reindex_soon(conn: &mut Conn, course: CourseId) -> AppResult<()> {
    // Each change has a job of its own: one that runs already may have read the text before the
    // change. The first job indexes all changes, and the others then have nothing to do.
    let name = uuid::Uuid::now_v7().to_string();
    let at = Utc::now() + Duration::seconds(PATIENCE);
    enqueue_once(conn, &IndexCourse { course }, &name, at).await
}

/// Indexes a course, unless its index is as new as its content.
#[derive(Debug, Serialize, Deserialize)]
pub struct IndexCourse {
    pub course: CourseId,
}

impl Job for IndexCourse {
    const KIND: &'static str = "index_course";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let course = self.course;
        let is_needed = cx
            .within(async move |conn| Ok(store::is_outdated(conn, course, VERSION).await?))
            .await?;
        if is_needed {
            index_course(&cx.db, cx.organization.organization_id, course).await?;
        }
        Ok(())
    }
}
