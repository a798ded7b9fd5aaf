//! The job that writes the notes of a course again after its texts have changed.

use std::collections::HashMap;

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::extract::{self, find_word};
use super::store::{KeyConcept, concepts_of};
use crate::course::StudyPersona;
use crate::course::server::search;
use crate::platform::db::Conn;
use crate::platform::db::schema::{ai_notes, topic_blocks, topics};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, TopicId};
use crate::platform::jobs::{self, Job, JobContext};

/// Writes the notes of all topics of a course whose text has changed, but for those that a tutor
/// wrote.
#[derive(Debug, Serialize, Deserialize)]
pub struct WriteNotes {
    pub course: CourseId,
}

impl Job for WriteNotes {
    const KIND: &'static str = "write_notes";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| write(conn, self.course).await)
            .await
    }
}

/// Queues the job, unless it is waiting already.
pub async fn queue(conn: &mut Conn, course: CourseId) -> AppResult<()> {
    let name = course.to_string();
    jobs::enqueue_once(conn, &WriteNotes { course }, &name, Utc::now()).await
}

struct TopicSource {
    topic: TopicId,
    html: String,
    hash: Vec<u8>,
}

/// Stored notes of a topic.
#[derive(Debug, Clone, Default, PartialEq)]
struct StoredNotes {
    summary: String,
    concepts: Vec<KeyConcept>,
    hash: Vec<u8>,
    is_edited: bool,
}

pub async fn write(conn: &mut Conn, course: CourseId) -> AppResult<()> {
    let sources = sources(conn, course).await?;
    let mut known = known(conn, course).await?;
    // Finding the notes of a book takes a second, which other tasks of the thread would wait for.
    let found = tokio::task::spawn_blocking(move || {
        let mut notes: Vec<(TopicId, Option<StoredNotes>, StoredNotes)> = Vec::new();
        let mut texts = Vec::new();
        for source in sources {
            let before = known.remove(&source.topic);
            texts.push((source.topic, search::text_of(&source.html).to_lowercase()));
            let is_current = |of: &StoredNotes| of.is_edited || of.hash == source.hash;
            let after = match &before {
                Some(stored) if is_current(stored) => stored.clone(),
                _ => notes_of(&source),
            };
            notes.push((source.topic, before, after));
        }
        for (topic, _, after) in &mut notes {
            for concept in &mut after.concepts {
                concept.mentions = mentions(&texts, *topic, &concept.concept);
            }
        }
        (notes, known)
    });
    let (notes, gone) = found.await.map_err(|error| AppError::internal(&error))?;
    let gone: Vec<TopicId> = gone
        .into_iter()
        .filter_map(|(topic, stored)| (!stored.is_edited).then_some(topic))
        .collect();
    if !gone.is_empty() {
        diesel::delete(ai_notes::table.filter(ai_notes::topic_id.eq_any(gone)))
            .execute(conn)
            .await?;
    }
    for (topic, before, after) in notes {
        if before.as_ref() != Some(&after) {
            store(conn, course, topic, &after).await?;
        }
    }
    Ok(())
}

async fn sources(conn: &mut Conn, course: CourseId) -> AppResult<Vec<TopicSource>> {
    let blocks: Vec<(TopicId, String)> = topic_blocks::table
        .inner_join(topics::table)
        .filter(topics::course_id.eq(course))
        .filter(topics::retired_at.is_null())
        .filter(topic_blocks::study_persona.eq(StudyPersona::Normal))
        .filter(topic_blocks::tutor_persona.is_null())
        .order((
            topics::module_no,
            topics::topic_number,
            topic_blocks::position,
        ))
        .select((topic_blocks::topic_id, topic_blocks::html))
        .load(conn)
        .await?;
    let mut sources: Vec<TopicSource> = Vec::new();
    for (topic, html) in blocks {
        match sources.last_mut() {
            Some(source) if source.topic == topic => source.html.push_str(&html),
            _ => sources.push(TopicSource {
                topic,
                html,
                hash: Vec::new(),
            }),
        }
    }
    for source in &mut sources {
        source.hash = Sha256::digest(source.html.as_bytes()).to_vec();
    }
    Ok(sources)
}

async fn known(conn: &mut Conn, course: CourseId) -> AppResult<HashMap<TopicId, StoredNotes>> {
    type NotesRow = (TopicId, String, serde_json::Value, Vec<u8>, bool);
    let rows: Vec<NotesRow> = ai_notes::table
        .filter(ai_notes::course_id.eq(course))
        .select((
            ai_notes::topic_id,
            ai_notes::summary_markdown,
            ai_notes::key_concepts,
            ai_notes::source_hash,
            ai_notes::edited_at.is_not_null(),
        ))
        .load(conn)
        .await?;
    let known = rows
        .into_iter()
        .map(|(topic, summary, concepts, hash, is_edited)| {
            let stored = StoredNotes {
                summary,
                concepts: concepts_of(concepts),
                hash,
                is_edited,
            };
            (topic, stored)
        });
    Ok(known.collect())
}

fn notes_of(source: &TopicSource) -> StoredNotes {
    let found = extract::notes(&source.html);
    let concepts = found.concepts.into_iter().map(|of| KeyConcept {
        concept: of.concept,
        definition: of.definition,
        anchor: of.anchor,
        mentions: Vec::new(),
    });
    StoredNotes {
        summary: found.summary.join("\n"),
        concepts: concepts.collect(),
        hash: source.hash.clone(),
        is_edited: false,
    }
}

/// Returns the other topics with the concept in their text.
fn mentions(texts: &[(TopicId, String)], own: TopicId, concept: &str) -> Vec<TopicId> {
    let concept = concept.to_lowercase();
    texts
        .iter()
        .filter(|(topic, text)| *topic != own && find_word(text, &concept).is_some())
        .map(|(topic, _)| *topic)
        .collect()
}

async fn store(
    conn: &mut Conn,
    course: CourseId,
    topic: TopicId,
    notes: &StoredNotes,
) -> AppResult<()> {
    let concepts = serde_json::to_value(&notes.concepts).map_err(|e| AppError::internal(&e))?;
    let values = (
        ai_notes::summary_markdown.eq(&notes.summary),
        ai_notes::key_concepts.eq(concepts),
        ai_notes::source_hash.eq(&notes.hash),
        ai_notes::generated_at.eq(Utc::now()),
    );
    diesel::insert_into(ai_notes::table)
        .values((
            ai_notes::topic_id.eq(topic),
            ai_notes::course_id.eq(course),
            values.clone(),
        ))
        .on_conflict(ai_notes::topic_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    Ok(())
}
