//! Stores modules, topics, their rendered blocks and their assets.

use std::collections::{BTreeSet, HashMap};

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::known_topics::{KnownTopic, known_topics, matched, sources};
use super::{Changes, search_index, site_texts};
use crate::course::server::draft::{CourseDraft, TopicBody, TopicDraft};
use crate::course::server::render;
use crate::course::server::render::{Links, RenderedBody};
use crate::course::server::search;
use crate::course::server::search::Vocabulary;
use crate::course::{ContentType, StudyPersona, reading_minutes};
use crate::platform::db::Conn;
use crate::platform::db::schema::{
    course_modules, module_progress, quiz_attempts, topic_blocks, topic_content_assets, topics,
};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TopicId};

pub async fn store_modules(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
) -> AppResult<()> {
    for module in &draft.modules {
        let values = (
            course_modules::summary.eq(&module.summary),
            course_modules::gates.eq(module.gates),
        );
        let known = course_modules::table
            .filter(course_modules::course_id.eq(course))
            .filter(course_modules::module_no.eq(module.number));
        // A title that was changed on the site stays.
        let titled = known.filter(course_modules::edited_at.is_null());
        diesel::update(titled)
            .set(course_modules::title.eq(&module.title))
            .execute(conn)
            .await?;
        if diesel::update(known).set(values).execute(conn).await? == 0 {
            diesel::insert_into(course_modules::table)
                .values((
                    course_modules::course_id.eq(course),
                    course_modules::module_no.eq(module.number),
                    course_modules::title.eq(&module.title),
                    values,
                ))
                .execute(conn)
                .await?;
        }
    }
    let mut numbers: Vec<i32> = draft.modules.iter().map(|module| module.number).collect();
    // Modules of topics that were made on the site stay too.
    let own: Vec<i32> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::made_on_site)
        .select(topics::module_no)
        .distinct()
        .load(conn)
        .await?;
    numbers.extend(own);
    diesel::delete(
        course_modules::table
            .filter(course_modules::course_id.eq(course))
            .filter(course_modules::module_no.ne_all(numbers)),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Result of storing the topics.
pub struct StoredTopics {
    pub ids: HashMap<String, TopicId>,
    pub changes: Changes,
    /// Old and new number of each module whose topics now have another module number.
    pub moved: BTreeSet<(i32, i32)>,
    /// Words of the topics, for searches within the course.
    pub words: Vocabulary,
}

/// Returns the modules that learners have reached: a quiz was taken, or the module was unlocked.
pub async fn reached_modules(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<i32>> {
    let mut reached: Vec<i32> = quiz_attempts::table
        .filter(quiz_attempts::course_id.eq(course))
        .select(quiz_attempts::module_no)
        .distinct()
        .load(conn)
        .await?;
    let opened: Vec<i32> = module_progress::table
        .filter(module_progress::course_id.eq(course))
        .filter(module_progress::unlocked_at.is_not_null())
        .select(module_progress::module_no)
        .distinct()
        .load(conn)
        .await?;
    reached.extend(opened);
    Ok(reached)
}

pub async fn store_topics(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
    links: &Links<'_>,
) -> AppResult<StoredTopics> {
    let known = known_topics(conn, course).await?;
    let known = matched(&known, draft);
    for (key, known) in &known.of_topics {
        if known.slug != *key {
            diesel::update(topics::table.find(known.topic_id))
                .set(topics::slug.eq(key))
                .execute(conn)
                .await?;
        }
    }
    let mut stored = StoredTopics {
        ids: HashMap::new(),
        changes: Changes::default(),
        moved: BTreeSet::new(),
        words: Vocabulary::default(),
    };
    for module in &draft.modules {
        for topic in &module.topics {
            let before = known.of_topics.get(topic.key.as_str()).copied();
            if let Some(was) = before.filter(|before| !before.is_retired) {
                stored.moved.insert((was.module_no, module.number));
            }
            let id = store_topic(
                conn,
                (course, draft),
                module.number,
                topic,
                before,
                links,
                &mut stored.words,
            )
            .await?;
            stored.ids.insert(topic.key.clone(), id);
            let changes = &mut stored.changes;
            match before {
                None => changes.added.push(topic.title.clone()),
                Some(before) if before.is_same((module.number, draft), topic) => {
                    changes.unchanged += 1;
                }
                Some(before) if before.is_the_sites(draft, topic) => {
                    changes.kept.push(before.title.clone());
                }
                Some(_) => changes.updated.push(topic.title.clone()),
            }
        }
    }
    let others = known.others.iter();
    for gone in others.filter(|topic| !topic.is_retired && !topic.made_on_site) {
        diesel::update(topics::table.find(gone.topic_id))
            .set(topics::retired_at.eq(Utc::now()))
            .execute(conn)
            .await?;
        stored
            .changes
            .retired
            .push(format!("{} ({})", gone.title, gone.slug));
    }
    stored.changes.retired.sort();
    stored.moved.retain(|(was, now)| was != now);
    Ok(stored)
}

async fn store_topic(
    conn: &mut Conn,
    (course, draft): (CourseId, &CourseDraft),
    module_no: i32,
    topic: &TopicDraft,
    before: Option<&KnownTopic>,
    links: &Links<'_>,
    words: &mut Vocabulary,
) -> AppResult<TopicId> {
    if let Some(before) = before.filter(|before| before.is_the_sites(draft, topic)) {
        return keep_text(conn, (module_no, draft), topic, before, words).await;
    }
    let normal = render::body(topic, &topic.body, links);
    let [text, sports, cooking, adventure] = sources(topic);
    let headings: Vec<Value> = normal
        .headings
        .iter()
        .map(|heading| json!({ "level": heading.level, "id": heading.id, "text": heading.text }))
        .collect();
    let values = (
        topics::module_no.eq(module_no),
        topics::topic_number.eq(topic.number),
        topics::outline_order.eq(topic.number),
        topics::made_on_site.eq(false),
        topics::title.eq(&topic.title),
        topics::content_type.eq(content_type(topic)),
        topics::video_url.eq(topic.video_url.as_deref()),
        topics::ppt_url.eq(topic.ppt_url.as_deref()),
        topics::text_content.eq(text),
        topics::text_content_sports.eq(sports),
        topics::text_content_cooking.eq(cooking),
        topics::text_content_adventure.eq(adventure),
        topics::suggestions.eq(moved_suggestions()),
        topics::headings.eq(Value::Array(headings)),
        topics::word_count.eq(i32::try_from(normal.words).unwrap_or(i32::MAX)),
        topics::reading_minutes.eq(reading_minutes(normal.words)),
    );
    let id = match before {
        Some(before) => {
            diesel::update(topics::table.find(before.topic_id))
                .set((values, shown_again(before)))
                .execute(conn)
                .await?;
            before.topic_id
        }
        None => {
            diesel::insert_into(topics::table)
                .values((
                    topics::course_id.eq(course),
                    topics::slug.eq(&topic.key),
                    values,
                    topics::hidden_as.eq(topic.is_draft.then_some("draft")),
                    topics::retired_at.eq(topic.is_draft.then(Utc::now)),
                ))
                .returning(topics::topic_id)
                .get_result(conn)
                .await?
        }
    };
    let text = search_index::text_of(normal.blocks.iter().map(|block| block.html.as_str()));
    search::topic(conn, id, &topic.title, &text, &draft.language).await?;
    words.add(&topic.title);
    words.add(&text);
    diesel::delete(topic_blocks::table.filter(topic_blocks::topic_id.eq(id)))
        .execute(conn)
        .await?;
    store_blocks(conn, id, StudyPersona::Normal, normal).await?;
    for (persona, body) in &topic.narrations {
        store_blocks(conn, id, *persona, render::body(topic, body, links)).await?;
    }
    store_assets(conn, course, id, topic, links).await?;
    Ok(id)
}

/// Suggested questions have a table of their own. Imports of earlier versions stored them here.
fn moved_suggestions() -> Value {
    json!([])
}

type ShownAgain = diesel::dsl::Eq<topics::retired_at, Option<chrono::DateTime<Utc>>>;

/// Brings a topic back that an earlier import retired. None for a topic that the site hides.
fn shown_again(before: &KnownTopic) -> Option<ShownAgain> {
    (!before.is_hidden).then(|| topics::retired_at.eq(None))
}

/// Stores only the place of a topic whose text was changed on the site.
async fn keep_text(
    conn: &mut Conn,
    (module_no, draft): (i32, &CourseDraft),
    topic: &TopicDraft,
    before: &KnownTopic,
    words: &mut Vocabulary,
) -> AppResult<TopicId> {
    if let TopicBody::Markdown(text) = &topic.body {
        let is_same =
            before.title == topic.title && before.content[0].as_deref() == Some(text.as_str());
        let source = (topic.title.as_str(), text.as_str());
        site_texts::keep_source(conn, before.topic_id, source, is_same).await?;
    }
    let made_on_site = draft.is_export && before.made_on_site;
    diesel::update(topics::table.find(before.topic_id))
        .set((
            topics::module_no.eq(module_no),
            topics::topic_number.eq(topic.number),
            topics::outline_order.eq(topic.number),
            topics::made_on_site.eq(made_on_site),
            topics::suggestions.eq(moved_suggestions()),
            shown_again(before),
        ))
        .execute(conn)
        .await?;
    let blocks: Vec<String> = topic_blocks::table
        .filter(topic_blocks::topic_id.eq(before.topic_id))
        .filter(topic_blocks::study_persona.eq(StudyPersona::Normal))
        .order(topic_blocks::position)
        .select(topic_blocks::html)
        .load(conn)
        .await?;
    words.add(&before.title);
    words.add(&search_index::text_of(blocks.iter().map(String::as_str)));
    Ok(before.topic_id)
}

/// Returns the predominant medium of a topic, judged by the content above its text.
fn content_type(topic: &TopicDraft) -> ContentType {
    match (&topic.body, &topic.video_url, &topic.ppt_url) {
        (TopicBody::Blocks(_), _, _) => ContentType::Mixed,
        (TopicBody::Markdown(_), Some(_), _) => ContentType::Video,
        (TopicBody::Markdown(_), None, Some(_)) => ContentType::Slides,
        (TopicBody::Markdown(_), None, None) => ContentType::Text,
    }
}

async fn store_blocks(
    conn: &mut Conn,
    topic: TopicId,
    persona: StudyPersona,
    body: RenderedBody,
) -> QueryResult<()> {
    let rows: Vec<_> = body
        .blocks
        .into_iter()
        .zip(0i32..)
        .map(|(block, position)| {
            (
                topic_blocks::topic_id.eq(topic),
                topic_blocks::study_persona.eq(persona),
                topic_blocks::position.eq(position),
                topic_blocks::block_id.eq(block.id),
                topic_blocks::block_type.eq(block.kind),
                topic_blocks::content_key.eq(block.content_key),
                topic_blocks::tutor_persona.eq(block.tutor_persona),
                topic_blocks::html.eq(block.html),
            )
        })
        .collect();
    diesel::insert_into(topic_blocks::table)
        .values(rows)
        .execute(conn)
        .await
        .map(drop)
}

async fn store_assets(
    conn: &mut Conn,
    course: CourseId,
    topic: TopicId,
    draft: &TopicDraft,
    links: &Links<'_>,
) -> AppResult<()> {
    diesel::delete(topic_content_assets::table.filter(topic_content_assets::topic_id.eq(topic)))
        .execute(conn)
        .await?;
    for asset in &draft.assets {
        diesel::insert_into(topic_content_assets::table)
            .values((
                topic_content_assets::course_id.eq(course),
                topic_content_assets::topic_id.eq(topic),
                topic_content_assets::content_key.eq(&asset.content_key),
                topic_content_assets::persona_key.eq(asset.persona),
                topic_content_assets::content_type.eq(asset.kind),
                topic_content_assets::payload.eq(json!({ "version": 1, "data": asset.payload })),
                topic_content_assets::html.eq(render::data_html(&asset.payload, links)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}
