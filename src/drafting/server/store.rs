//! Queries of proposals.

use diesel::prelude::*;
use diesel::sql_types::{Array, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::course::CourseTitle;
use crate::course::server::search::without_practice;
use crate::notes::server::store::{KeyConcept, concepts_of};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, TopicId};

/// A topic as the rules read it.
pub struct ProposedText {
    pub topic_id: TopicId,
    pub title: String,
    pub course_title: CourseTitle,
    /// The text that every learner reads.
    pub html: String,
    /// Concepts that the topic defines.
    pub concepts: Vec<KeyConcept>,
    /// Names of all concepts of the course, for wrong options.
    pub terms: Vec<String>,
    /// Questions that are suggested already.
    pub suggested: Vec<String>,
}

#[derive(QueryableByName)]
struct ProposedTopicRow {
    #[diesel(sql_type = SqlUuid)]
    topic_id: TopicId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    course_title: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Text)]
    html: String,
    #[diesel(sql_type = Jsonb)]
    concepts: Value,
    #[diesel(sql_type = Array<Jsonb>)]
    others: Vec<Value>,
    #[diesel(sql_type = Array<Text>)]
    suggested: Vec<String>,
}

/// Reads a topic of the course. Blocks for one kind of learner and videos are left out.
pub async fn topic(conn: &mut Conn, course: CourseId, slug: &str) -> AppResult<ProposedText> {
    let row: Option<ProposedTopicRow> = statement(
        "select t.topic_id, t.title, c.title as course_title, c.language,
                coalesce((select string_agg(case when b.content_key is null then b.html else a.html end, '' order by b.position)
                          from topic_blocks b
                          left join topic_content_assets a on a.topic_id = b.topic_id
                               and a.content_key = b.content_key and a.persona_key is null
                          where b.topic_id = t.topic_id and b.study_persona = 'normal'
                            and (b.content_key is not null or b.tutor_persona is null)
                            and b.block_type <> 'video'), '') as html,
                coalesce((select n.key_concepts from ai_notes n where n.topic_id = t.topic_id), '[]') as concepts,
                array(select n.key_concepts from ai_notes n where n.course_id = t.course_id
                      order by n.topic_id = t.topic_id desc, n.topic_id) as others,
                array(select s.prompt_text from topic_prompt_suggestions s where s.topic_id = t.topic_id) as suggested
         from topics t join courses c on c.course_id = t.course_id
         where t.course_id = $1 and t.slug = $2",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<Text, _>(slug)
    .get_result(conn)
    .await
    .optional()?;
    let row = row.ok_or_else(|| AppError::NotFound("There is no topic here.".to_owned()))?;
    let terms = row.others.into_iter().flat_map(concepts_of);
    Ok(ProposedText {
        topic_id: row.topic_id,
        title: row.title,
        course_title: CourseTitle::new(row.course_title, row.language),
        html: without_practice(&row.html),
        concepts: concepts_of(row.concepts),
        terms: terms.map(|concept| concept.concept).collect(),
        suggested: row.suggested,
    })
}

/// A decision about a proposal.
#[derive(QueryableByName)]
pub struct DecidedProposal {
    #[diesel(sql_type = Text)]
    pub draft_key: String,
    #[diesel(sql_type = Text)]
    decision: String,
}

impl DecidedProposal {
    pub fn is_dismissed(&self) -> bool {
        self.decision == "dismissed"
    }
}

pub async fn decided(conn: &mut Conn, topic: TopicId) -> QueryResult<Vec<DecidedProposal>> {
    statement("select draft_key, decision from draft_decisions where topic_id = $1")
        .bind::<SqlUuid, _>(topic)
        .load(conn)
        .await
}

/// Stores a decision. Returns false if there is one already.
pub async fn decide(
    conn: &mut Conn,
    topic: TopicId,
    key: &str,
    decision: &str,
) -> QueryResult<bool> {
    let stored = statement(
        "insert into draft_decisions (topic_id, draft_key, decision) values ($1, $2, $3)
         on conflict do nothing",
    )
    .bind::<SqlUuid, _>(topic)
    .bind::<Text, _>(key)
    .bind::<Text, _>(decision)
    .execute(conn)
    .await?;
    Ok(stored == 1)
}

pub async fn forget_dismissed(conn: &mut Conn, topic: TopicId) -> QueryResult<()> {
    statement("delete from draft_decisions where topic_id = $1 and decision = 'dismissed'")
        .bind::<SqlUuid, _>(topic)
        .execute(conn)
        .await
        .map(drop)
}
