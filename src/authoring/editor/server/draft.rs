//! The draft of a topic, and the text that an editor starts from.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{live, revisions};
use crate::course::{ContentType, StudyPersona};
use crate::platform::db::schema::topics;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, TopicId, UserId};

/// A topic as its course has it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = topics)]
pub struct EditedTopic {
    pub topic_id: TopicId,
    pub slug: String,
    pub title: String,
    pub text_content: Option<String>,
    pub text_content_sports: Option<String>,
    pub text_content_cooking: Option<String>,
    pub text_content_adventure: Option<String>,
    pub content_type: ContentType,
    pub video_url: Option<String>,
    pub ppt_url: Option<String>,
    pub hidden_as: Option<String>,
    pub retired_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl EditedTopic {
    /// The text that learners see.
    pub fn text(&self) -> &str {
        self.text_content.as_deref().unwrap_or_default()
    }

    /// The texts that learners with these personas see instead.
    pub fn variants(&self) -> Vec<(StudyPersona, &str)> {
        let text = |persona| match persona {
            StudyPersona::Normal => None,
            StudyPersona::Sports => self.text_content_sports.as_deref(),
            StudyPersona::Cooking => self.text_content_cooking.as_deref(),
            StudyPersona::Adventure => self.text_content_adventure.as_deref(),
        };
        let personas = StudyPersona::ALL.into_iter();
        personas
            .filter_map(|persona| Some((persona, text(persona)?)))
            .collect()
    }

    pub fn is_laid_out(&self) -> bool {
        self.content_type == ContentType::Mixed
    }
}

pub fn no_topic() -> AppError {
    AppError::NotFound("There is no such topic in this course.".to_owned())
}

/// Returns a topic of the course, locked until the transaction ends.
pub async fn topic(conn: &mut Conn, course: CourseId, topic: TopicId) -> AppResult<EditedTopic> {
    topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::topic_id.eq(topic))
        .select(EditedTopic::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?
        .ok_or_else(no_topic)
}

/// Returns a topic of the course by its id.
pub async fn topic_of(conn: &mut Conn, course: CourseId, topic: TopicId) -> AppResult<EditedTopic> {
    topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::topic_id.eq(topic))
        .select(EditedTopic::as_select())
        .first(conn)
        .await
        .optional()?
        .ok_or_else(no_topic)
}

/// Returns the topic of the course with this name in addresses.
pub async fn topic_named(conn: &mut Conn, course: CourseId, slug: &str) -> AppResult<EditedTopic> {
    topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::slug.eq(slug))
        .select(EditedTopic::as_select())
        .first(conn)
        .await
        .optional()?
        .ok_or_else(no_topic)
}

/// The text that an editor starts from: the draft, or the published text if there is no change.
#[derive(Debug, Clone)]
pub struct CurrentText {
    pub title: String,
    pub text: String,
    /// 0 if nothing was ever saved.
    pub revision: i32,
    pub has_changes: bool,
}

#[derive(QueryableByName)]
struct DraftRow {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Int4)]
    revision: i32,
    #[diesel(sql_type = Bool)]
    is_published: bool,
}

pub async fn current(conn: &mut Conn, topic: &EditedTopic) -> QueryResult<CurrentText> {
    let row: Option<DraftRow> = statement(
        "select title, body, revision, is_published from topic_drafts where topic_id = $1",
    )
    .bind::<SqlUuid, _>(topic.topic_id)
    .get_result(conn)
    .await
    .optional()?;
    let Some(row) = row else {
        return Ok(CurrentText {
            title: topic.title.clone(),
            text: topic.text().to_owned(),
            revision: 0,
            has_changes: false,
        });
    };
    let (title, text) = match row.is_published {
        true => (topic.title.clone(), topic.text().to_owned()),
        false => (row.title, row.body),
    };
    Ok(CurrentText {
        has_changes: !row.is_published && (title != topic.title || text != topic.text()),
        title,
        text,
        revision: row.revision,
    })
}

/// Notes that learners see this text now. Pages that were opened before are stale then, unless the
/// draft was published as it is.
pub async fn note_published(
    conn: &mut Conn,
    topic: TopicId,
    by: UserId,
    (title, text): (&str, &str),
) -> QueryResult<()> {
    revisions::keep_start(conn, topic).await?;
    statement(
        "insert into topic_drafts (topic_id, title, body, revision, writer, is_published, saved_by)
         values ($1, $2, $3, 1, gen_random_uuid(), true, $4)
         on conflict (topic_id) do update set
             is_published = true, title = excluded.title, body = excluded.body,
             revision = topic_drafts.revision
                 + (topic_drafts.title <> excluded.title or topic_drafts.body <> excluded.body)::int,
             writer = case when topic_drafts.title <> excluded.title or topic_drafts.body <> excluded.body
                           then excluded.writer else topic_drafts.writer end,
             saved_by = $4",
    )
    .bind::<SqlUuid, _>(topic)
    .bind::<Text, _>(title)
    .bind::<Text, _>(text)
    .bind::<SqlUuid, _>(by)
    .execute(conn)
    .await?;
    changed(conn, topic).await
}

/// Keeps the new revision of the draft, and tells pages that are open.
async fn changed(conn: &mut Conn, topic: TopicId) -> QueryResult<()> {
    revisions::keep(conn, topic, None).await?;
    live::text_changed(conn, topic, Uuid::nil()).await
}

/// Puts a draft with changes back that [`note_published`] has overwritten.
pub async fn keep_changes(
    conn: &mut Conn,
    topic: TopicId,
    changes: &CurrentText,
) -> QueryResult<()> {
    statement(
        "update topic_drafts set title = $2, body = $3, revision = revision + 1, is_published = false where topic_id = $1",
    )
    .bind::<SqlUuid, _>(topic)
    .bind::<Text, _>(&changes.title)
    .bind::<Text, _>(&changes.text)
    .execute(conn)
    .await?;
    changed(conn, topic).await
}

/// Gives the draft a title that was changed in the outline. Pages that were opened before are stale
/// then.
pub async fn rename(conn: &mut Conn, topic: TopicId, title: &str) -> QueryResult<()> {
    revisions::keep_start(conn, topic).await?;
    statement(
        "update topic_drafts set title = $2, revision = revision + 1, writer = gen_random_uuid() where topic_id = $1",
    )
    .bind::<SqlUuid, _>(topic)
    .bind::<Text, _>(title)
    .execute(conn)
    .await?;
    changed(conn, topic).await
}
