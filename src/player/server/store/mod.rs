//! Queries of studying. Queries filter by the learner's id, so they find nothing of others.

mod mine;
mod search;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

pub use self::mine::{MineRow, Stopped, my_courses, stopped};
pub use self::search::search;
use crate::course::{LearnerPersona, StudyPersona};
use crate::platform::db::Conn;
use crate::platform::db::schema::{
    learner_persona_profiles, topic_blocks, topic_content_assets, topic_personalization,
};
use crate::platform::ids::{CourseId, TopicId, UserId};
use crate::player::{AssetChoice, BlockChoice};

/// Returns the topic's study personas, and the blocks for the wanted one. Falls back to the normal
/// persona.
pub async fn blocks(
    conn: &mut Conn,
    topic: TopicId,
    wanted: StudyPersona,
) -> QueryResult<(Vec<StudyPersona>, Vec<BlockChoice>)> {
    let personas: Vec<StudyPersona> = topic_blocks::table
        .filter(topic_blocks::topic_id.eq(topic))
        .select(topic_blocks::study_persona)
        .distinct()
        .order(topic_blocks::study_persona)
        .load(conn)
        .await?;
    let narration = if personas.contains(&wanted) {
        wanted
    } else {
        StudyPersona::Normal
    };
    let rows: Vec<(Option<String>, Option<LearnerPersona>, String)> = topic_blocks::table
        .filter(topic_blocks::topic_id.eq(topic))
        .filter(topic_blocks::study_persona.eq(narration))
        .order(topic_blocks::position)
        .select((
            topic_blocks::content_key,
            topic_blocks::tutor_persona,
            topic_blocks::html,
        ))
        .load(conn)
        .await?;
    let blocks = rows
        .into_iter()
        .map(|(content_key, tutor_persona, html)| BlockChoice {
            content_key,
            tutor_persona,
            html,
        })
        .collect();
    Ok((personas, blocks))
}

pub async fn assets(conn: &mut Conn, topic: TopicId) -> QueryResult<Vec<AssetChoice>> {
    let rows: Vec<(String, Option<LearnerPersona>, String)> = topic_content_assets::table
        .filter(topic_content_assets::topic_id.eq(topic))
        .select((
            topic_content_assets::content_key,
            topic_content_assets::persona_key,
            topic_content_assets::html,
        ))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(content_key, persona, html)| AssetChoice {
            content_key,
            persona,
            html,
        })
        .collect())
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

pub async fn set_learner_persona(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    persona: LearnerPersona,
) -> QueryResult<()> {
    diesel::insert_into(learner_persona_profiles::table)
        .values((
            learner_persona_profiles::user_id.eq(user),
            learner_persona_profiles::course_id.eq(course),
            learner_persona_profiles::persona_key.eq(persona),
        ))
        .on_conflict((
            learner_persona_profiles::user_id,
            learner_persona_profiles::course_id,
        ))
        .do_update()
        .set(learner_persona_profiles::persona_key.eq(persona))
        .execute(conn)
        .await
        .map(drop)
}
