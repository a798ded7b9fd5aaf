//! The published versions of a topic, and what each of them changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::{difference, draft, publish, source};
use crate::authoring::editor::{PublishedVersion, TopicHistory, VersionChanges};
use crate::course::StudyPersona;
use crate::course::server::store;
use crate::platform::db::schema::sql_types::StudyPersona as PersonaSql;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, TopicId};
use crate::platform::time::Clock;

#[derive(QueryableByName)]
struct VersionRow {
    #[diesel(sql_type = Int4)]
    number: i32,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    by: String,
    #[diesel(sql_type = Timestamptz)]
    published_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<PersonaSql>)]
    study_persona: Option<StudyPersona>,
}

impl VersionRow {
    /// The title, with the persona of a text for one.
    fn name(&self) -> String {
        match self.study_persona {
            Some(persona) => format!("{} ({})", self.title, persona.label()),
            None => self.title.clone(),
        }
    }
}

pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    slug: &str,
    version: Option<i32>,
    clock: &Clock,
) -> AppResult<TopicHistory> {
    let topic = draft::topic_named(conn, course, slug).await?;
    let rows: Vec<VersionRow> = statement(
        "select v.number, v.title, coalesce(u.display_name, '') as by, v.published_at, v.study_persona
         from topic_versions v left join users u on u.user_id = v.published_by
         where v.topic_id = $1 order by v.number desc",
    )
    .bind::<Uuid, _>(topic.topic_id)
    .load(conn)
    .await?;
    let shown = match version {
        Some(number) => Some(changes(conn, topic.topic_id, number).await?),
        None => None,
    };
    // The text for a persona is no longer shown, and can always be restored.
    let newest = rows.iter().find(|row| row.study_persona.is_none());
    let newest = newest.map(|row| row.number);
    let versions = rows.into_iter().map(|row| PublishedVersion {
        number: row.number,
        title: row.name(),
        by: row.by,
        at: clock.date_time(row.published_at),
    });
    Ok(TopicHistory {
        course_title: store::title(conn, course).await?,
        topic_id: topic.topic_id,
        topic_title: topic.title,
        versions: versions.collect(),
        newest,
        shown,
    })
}

/// Compares a version with the one before it of the same persona.
async fn changes(conn: &mut Conn, topic: TopicId, number: i32) -> AppResult<VersionChanges> {
    let after = publish::version(conn, topic, number).await?;
    let after =
        after.ok_or_else(|| AppError::NotFound("This topic has no such version.".to_owned()))?;
    let before = publish::version_before(conn, topic, number, after.study_persona).await?;
    let lines = {
        let old = before.as_ref().map_or("", |before| &before.body);
        let (old, new) = (source::written(old), source::written(&after.body));
        tokio::task::spawn_blocking(move || difference::between(&old, &new))
            .await
            .map_err(|error| AppError::internal(&error))?
    };
    Ok(VersionChanges {
        number,
        title_before: before
            .map(|before| before.title)
            .filter(|title| *title != after.title),
        title: after.title,
        lines,
    })
}
