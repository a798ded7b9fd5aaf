//! Makes a text the one that learners see, and keeps every text that was published.

use diesel::prelude::*;
use diesel::sql_types::{Int4, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::draft::{self, EditedTopic};
use super::render;
use crate::authoring::review::server::steps as review;
use crate::authoring::server::outline::{Author, finish, lock, record};
use crate::authoring::server::status;
use crate::course::server::render::RenderedBlock;
use crate::course::server::search;
use crate::course::{ContentType, StudyPersona, reading_minutes};
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::sql_types::StudyPersona as PersonaSql;
use crate::platform::db::schema::{topic_blocks, topic_versions, topics};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{TopicId, UserId};

/// A published version.
#[derive(Debug, Clone, QueryableByName)]
pub struct StoredVersion {
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub body: String,
    /// None for the normal text.
    #[diesel(sql_type = Nullable<PersonaSql>)]
    pub study_persona: Option<StudyPersona>,
}

/// Publishes the draft of a topic, and shows the topic if it was hidden.
pub async fn draft(
    conn: &mut Conn,
    author: impl Into<Author<'_>>,
    course: &str,
    topic: TopicId,
) -> AppResult<()> {
    let author = author.into();
    lock(conn, author, course).await?;
    let stored = draft::topic(conn, author.course, topic).await?;
    let current = draft::current(conn, &stored).await?;
    if current.text.trim().is_empty() && stored.video_url.is_none() && stored.ppt_url.is_none() {
        let sentence = format!("“{}” has no text yet. Write it first.", stored.title);
        return Err(AppError::field("text", sentence));
    }
    let is_new = current.has_changes || !status::has_content(conn, topic).await?;
    let newest = newest_number(conn, topic).await?;
    if is_new && !stored.is_laid_out() {
        store(conn, author, &stored, (&current.title, &current.text)).await?;
    }
    status::show(conn, topic).await?;
    review::end(conn, topic).await?;
    let old = json!({
        "topic": stored.slug, "title": stored.title, "version": newest,
        "is_shown": stored.retired_at.is_none(),
    });
    let title = if is_new {
        &current.title
    } else {
        &stored.title
    };
    let now = newest_number(conn, topic).await?;
    let new = json!({ "topic": stored.slug, "title": title, "version": now, "is_shown": true });
    record(conn, author, "topic.published", (old, new)).await?;
    finish(conn, author.course).await
}

/// Makes an earlier version the text of the topic again. Returns the topic's name in addresses.
pub async fn restore(
    conn: &mut Conn,
    tutor: &TutorOf,
    course: &str,
    topic: TopicId,
    number: i32,
) -> AppResult<String> {
    lock(conn, tutor, course).await?;
    let stored = draft::topic(conn, tutor.course, topic).await?;
    let version = version(conn, topic, number)
        .await?
        .ok_or_else(|| AppError::NotFound("This topic has no such version.".to_owned()))?;
    if stored.is_laid_out() {
        let sentence = "This topic is laid out in blocks. Change it in the files of the course.";
        return Err(AppError::field("", sentence));
    }
    let newest = newest_number(conn, topic).await?;
    match version.study_persona {
        Some(persona) => {
            store_variant(conn, tutor.into(), &stored, persona, &version.body).await?;
        }
        None => {
            let current = draft::current(conn, &stored).await?;
            store(conn, tutor.into(), &stored, (&version.title, &version.body)).await?;
            if current.has_changes {
                draft::keep_changes(conn, topic, &current).await?;
            }
        }
    }
    let old = json!({ "topic": stored.slug, "version": newest });
    let new = json!({ "topic": stored.slug, "version": number });
    record(conn, tutor, "topic.version_restored", (old, new)).await?;
    finish(conn, tutor.course).await?;
    Ok(stored.slug)
}

pub async fn version(
    conn: &mut Conn,
    topic: TopicId,
    number: i32,
) -> QueryResult<Option<StoredVersion>> {
    statement(
        "select title, body, study_persona from topic_versions where topic_id = $1 and number = $2",
    )
    .bind::<Uuid, _>(topic)
    .bind::<Int4, _>(number)
    .get_result(conn)
    .await
    .optional()
}

/// Returns the version of the same persona, or of the normal text, before this one.
pub async fn version_before(
    conn: &mut Conn,
    topic: TopicId,
    number: i32,
    persona: Option<StudyPersona>,
) -> QueryResult<Option<StoredVersion>> {
    statement(
        "select title, body, study_persona from topic_versions
         where topic_id = $1 and number < $2 and study_persona is not distinct from $3
         order by number desc limit 1",
    )
    .bind::<Uuid, _>(topic)
    .bind::<Int4, _>(number)
    .bind::<Nullable<PersonaSql>, _>(persona)
    .get_result(conn)
    .await
    .optional()
}

/// Returns the number of the newest version of the normal text. None before the first one.
async fn newest_number(conn: &mut Conn, topic: TopicId) -> QueryResult<Option<i32>> {
    topic_versions::table
        .filter(topic_versions::topic_id.eq(topic))
        .filter(topic_versions::study_persona.is_null())
        .select(diesel::dsl::max(topic_versions::number))
        .first(conn)
        .await
}

/// Removes the texts for personas, so that all learners see the normal text. Each of them becomes a
/// version, which can be restored.
pub async fn use_for_all(
    conn: &mut Conn,
    tutor: &TutorOf,
    course: &str,
    topic: TopicId,
) -> AppResult<String> {
    lock(conn, tutor, course).await?;
    let stored = draft::topic(conn, tutor.course, topic).await?;
    if stored.is_laid_out() {
        let sentence = "This topic is laid out in blocks. Change it in the files of the course.";
        return Err(AppError::field("", sentence));
    }
    let variants = stored.variants();
    if variants.is_empty() {
        return Ok(stored.slug);
    }
    let names: Vec<&str> = variants.iter().map(|(persona, _)| persona.name()).collect();
    let old = json!({ "topic": stored.slug, "personas": names });
    for (persona, _) in &variants {
        remove_variant(conn, &stored, *persona).await?;
    }
    let new = json!({ "topic": stored.slug, "personas": [] });
    record(conn, tutor, "topic.variants_removed", (old, new)).await?;
    finish(conn, tutor.course).await?;
    Ok(stored.slug)
}

/// Removes the text for a persona, which becomes a version. Learners who chose it see the normal
/// text then.
pub async fn remove_variant(
    conn: &mut Conn,
    topic: &EditedTopic,
    persona: StudyPersona,
) -> QueryResult<()> {
    let variants = topic.variants();
    let Some((_, text)) = variants.iter().find(|(known, _)| *known == persona) else {
        return Ok(());
    };
    let version = (Some(persona), topic.title.as_str(), *text);
    add_version(conn, topic.topic_id, None, version).await?;
    set_variant(conn, topic.topic_id, persona, None).await?;
    store_blocks(conn, topic.topic_id, persona, Vec::new()).await
}

/// Stores the text for a persona as authors write it.
async fn set_variant(
    conn: &mut Conn,
    topic: TopicId,
    persona: StudyPersona,
    text: Option<&str>,
) -> QueryResult<()> {
    let edited = topics::edited_at.eq(diesel::dsl::now);
    let changed = diesel::update(topics::table.find(topic));
    match persona {
        StudyPersona::Sports => {
            let values = (topics::text_content_sports.eq(text), edited);
            changed.set(values).execute(conn).await?
        }
        StudyPersona::Cooking => {
            let values = (topics::text_content_cooking.eq(text), edited);
            changed.set(values).execute(conn).await?
        }
        StudyPersona::Adventure => {
            let values = (topics::text_content_adventure.eq(text), edited);
            changed.set(values).execute(conn).await?
        }
        StudyPersona::Normal => 0,
    };
    Ok(())
}

/// Writes the text for a persona, its rendered form, and a version of it.
pub async fn store_variant(
    conn: &mut Conn,
    author: Author<'_>,
    topic: &EditedTopic,
    persona: StudyPersona,
    text: &str,
) -> AppResult<()> {
    let variants = topic.variants();
    if let Some((_, was)) = variants.iter().find(|(known, _)| *known == persona) {
        let version = (Some(persona), topic.title.as_str(), *was);
        add_version(conn, topic.topic_id, None, version).await?;
    }
    let version = (Some(persona), topic.title.as_str(), text);
    add_version(conn, topic.topic_id, Some(author.user), version).await?;
    let rendered = render::text(conn, author.course, topic, &topic.title, text).await?;
    set_variant(conn, topic.topic_id, persona, Some(text)).await?;
    Ok(store_blocks(conn, topic.topic_id, persona, rendered.body.blocks).await?)
}

/// Writes title and text, their rendered form, and a version of them.
async fn store(
    conn: &mut Conn,
    author: Author<'_>,
    topic: &EditedTopic,
    (title, text): (&str, &str),
) -> AppResult<()> {
    let me = author.user;
    // The first version on the site is preceded by the text that an import brought.
    if !topic.text().trim().is_empty() {
        let version = (None, topic.title.as_str(), topic.text());
        add_version(conn, topic.topic_id, None, version).await?;
    }
    add_version(conn, topic.topic_id, Some(me), (None, title, text)).await?;
    draft::note_published(conn, topic.topic_id, me, (title, text)).await?;
    let rendered = render::text(conn, author.course, topic, title, text).await?;
    let body = rendered.body;
    let headings = body.headings.iter();
    let headings: Vec<Value> = headings
        .map(|heading| json!({ "level": heading.level, "id": heading.id, "text": heading.text }))
        .collect();
    let content_type = match (&topic.video_url, &topic.ppt_url) {
        (Some(_), _) => ContentType::Video,
        (None, Some(_)) => ContentType::Slides,
        (None, None) => ContentType::Text,
    };
    diesel::update(topics::table.find(topic.topic_id))
        .set((
            topics::title.eq(title),
            topics::text_content.eq(text),
            topics::content_type.eq(content_type),
            topics::headings.eq(Value::Array(headings)),
            topics::word_count.eq(i32::try_from(body.words).unwrap_or(i32::MAX)),
            topics::reading_minutes.eq(reading_minutes(body.words)),
            topics::edited_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    let texts: Vec<String> = (body.blocks.iter())
        .map(|block| search::text_of(&block.html))
        .collect();
    let texts = texts.join("\n");
    search::topic(conn, topic.topic_id, title, &texts, &rendered.language).await?;
    let blocks = body.blocks;
    Ok(store_blocks(conn, topic.topic_id, StudyPersona::Normal, blocks).await?)
}

/// Replaces the rendered text of a topic for a persona.
async fn store_blocks(
    conn: &mut Conn,
    topic: TopicId,
    persona: StudyPersona,
    blocks: Vec<RenderedBlock>,
) -> QueryResult<()> {
    diesel::delete(
        topic_blocks::table
            .filter(topic_blocks::topic_id.eq(topic))
            .filter(topic_blocks::study_persona.eq(persona)),
    )
    .execute(conn)
    .await?;
    for (block, position) in blocks.into_iter().zip(0i32..) {
        diesel::insert_into(topic_blocks::table)
            .values((
                topic_blocks::topic_id.eq(topic),
                topic_blocks::study_persona.eq(persona),
                topic_blocks::position.eq(position),
                topic_blocks::block_id.eq(block.id),
                topic_blocks::block_type.eq(block.kind),
                topic_blocks::content_key.eq(block.content_key),
                topic_blocks::tutor_persona.eq(block.tutor_persona),
                topic_blocks::html.eq(block.html),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Adds a version of the text for a persona, or of the normal text, unless the newest one of them
/// is the same.
async fn add_version(
    conn: &mut Conn,
    topic: TopicId,
    by: Option<UserId>,
    (persona, title, text): (Option<StudyPersona>, &str, &str),
) -> QueryResult<()> {
    statement(
        "insert into topic_versions (topic_id, number, title, body, published_by, study_persona)
         select $1, coalesce(max(v.number), 0) + 1, $2, $3, $4, $5
         from topic_versions v where v.topic_id = $1
         having not exists (
             select from topic_versions l
             where l.topic_id = $1 and l.title = $2 and l.body = $3
               and l.number = (select max(n.number) from topic_versions n
                               where n.topic_id = $1 and n.study_persona is not distinct from $5)
         )",
    )
    .bind::<Uuid, _>(topic)
    .bind::<Text, _>(title)
    .bind::<Text, _>(text)
    .bind::<Nullable<Uuid>, _>(by)
    .bind::<Nullable<PersonaSql>, _>(persona)
    .execute(conn)
    .await
    .map(drop)
}
