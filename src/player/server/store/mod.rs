//! Queries of studying. Queries filter by the learner's id, so they find nothing of others.

mod mine;
mod search;

use std::sync::{Arc, LazyLock};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

pub use self::mine::{MineRow, my_courses};
pub use self::search::search;
use crate::course::{LearnerPersona, StudyPersona};
use crate::notes::server::store as notes;
use crate::platform::cache::{Size, VersionCache};
use crate::platform::db::Conn;
use crate::platform::db::schema::{topic_blocks, topic_content_assets, topic_personalization};
use crate::platform::ids::{CourseId, TopicId, UserId};
use crate::player::{AssetChoice, BlockChoice};

/// The texts of a topic, for every persona.
#[derive(Debug, Default)]
pub struct TopicTexts {
    blocks: Vec<(StudyPersona, Vec<BlockChoice>)>,
    pub assets: Vec<AssetChoice>,
    /// Notes on the topic as HTML.
    pub notes: String,
}

impl TopicTexts {
    pub fn personas(&self) -> Vec<StudyPersona> {
        self.blocks.iter().map(|(persona, _)| *persona).collect()
    }

    /// Returns true if kinds of learners read different texts.
    pub fn has_variants(&self) -> bool {
        let mut blocks = self.blocks.iter().flat_map(|(_, blocks)| blocks);
        self.assets.iter().any(|asset| asset.persona.is_some())
            || blocks.any(|block| block.tutor_persona.is_some())
    }

    /// Returns the blocks for the persona, or those of the normal one.
    pub fn blocks(&self, wanted: StudyPersona) -> &[BlockChoice] {
        let of = |persona: StudyPersona| self.blocks.iter().find(|(of, _)| *of == persona);
        of(wanted)
            .or_else(|| of(StudyPersona::Normal))
            .map_or(&[], |(_, blocks)| blocks)
    }
}

impl Size for TopicTexts {
    fn bytes(&self) -> usize {
        let blocks = self.blocks.iter().flat_map(|(_, blocks)| blocks);
        size_of::<Self>()
            + self.notes.len()
            + blocks
                .map(|block| size_of::<BlockChoice>() + block.html.len())
                .sum::<usize>()
            + self
                .assets
                .iter()
                .map(|asset| size_of::<AssetChoice>() + asset.html.len())
                .sum::<usize>()
    }
}

static TEXTS: LazyLock<VersionCache<(Uuid, TopicId), TopicTexts>> =
    LazyLock::new(|| VersionCache::new(2_000, 64 << 20));

/// Returns the topic's texts as of the course's revision. Without a revision they are read from the
/// database.
pub async fn texts(
    conn: &mut Conn,
    topic: TopicId,
    revision: Option<Uuid>,
) -> QueryResult<Arc<TopicTexts>> {
    let key = revision.map(|revision| (revision, topic));
    if let Some(texts) = key.and_then(|key| TEXTS.get(&key)) {
        return Ok(texts);
    }
    let texts = Arc::new(load_texts(conn, topic).await?);
    if let Some(key) = key {
        TEXTS.insert(key, texts.clone());
    }
    Ok(texts)
}

async fn load_texts(conn: &mut Conn, topic: TopicId) -> QueryResult<TopicTexts> {
    type BlockRow = (StudyPersona, Option<String>, Option<LearnerPersona>, String);
    let rows: Vec<BlockRow> = topic_blocks::table
        .filter(topic_blocks::topic_id.eq(topic))
        .order((topic_blocks::study_persona, topic_blocks::position))
        .select((
            topic_blocks::study_persona,
            topic_blocks::content_key,
            topic_blocks::tutor_persona,
            topic_blocks::html,
        ))
        .load(conn)
        .await?;
    let mut texts = TopicTexts::default();
    for (persona, content_key, tutor_persona, html) in rows {
        let block = BlockChoice {
            content_key,
            tutor_persona,
            html,
        };
        match texts.blocks.last_mut() {
            Some((of, blocks)) if *of == persona => blocks.push(block),
            _ => texts.blocks.push((persona, vec![block])),
        }
    }
    let rows: Vec<(String, Option<LearnerPersona>, String)> = topic_content_assets::table
        .filter(topic_content_assets::topic_id.eq(topic))
        .select((
            topic_content_assets::content_key,
            topic_content_assets::persona_key,
            topic_content_assets::html,
        ))
        .load(conn)
        .await?;
    let assets = rows
        .into_iter()
        .map(|(content_key, persona, html)| AssetChoice {
            content_key,
            persona,
            html,
        });
    texts.assets = assets.collect();
    texts.notes = notes::html(conn, topic).await?;
    Ok(texts)
}

pub async fn set_persona(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    persona: StudyPersona,
) -> QueryResult<()> {
    diesel::insert_into(topic_personalization::table)
        .values((
            topic_personalization::user_id.eq(user),
            topic_personalization::course_id.eq(course),
            topic_personalization::persona.eq(persona),
        ))
        .on_conflict((
            topic_personalization::user_id,
            topic_personalization::course_id,
        ))
        .do_update()
        .set(topic_personalization::persona.eq(persona))
        .execute(conn)
        .await
        .map(drop)
}
