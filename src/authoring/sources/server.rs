//! Compares the text of the site with that of the source, and decides between them. The decision
//! becomes the draft; nothing is published.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;

use super::{DifferingText, SourcePage, source_path};
use crate::authoring::editor::server::draft::{self, CurrentText, EditedTopic};
use crate::authoring::editor::server::save::{self, SentText};
use crate::authoring::editor::server::{difference, merge, source};
use crate::authoring::editor::{EditorToken, Prefer};
use crate::authoring::server::outline::record;
use crate::course::server::store;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, TopicId};
use crate::platform::time::Clock;

#[derive(QueryableByName)]
struct TopicSourceRow {
    #[diesel(sql_type = Nullable<Text>)]
    base_title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    base_body: Option<String>,
    #[diesel(sql_type = Text)]
    source_title: String,
    #[diesel(sql_type = Text)]
    source_body: String,
    #[diesel(sql_type = Timestamptz)]
    imported_at: DateTime<Utc>,
}

impl TopicSourceRow {
    /// Names the two texts that are compared.
    fn seen(&self, current: &CurrentText) -> String {
        format!(
            "{}-{}",
            current.revision,
            self.imported_at.timestamp_micros()
        )
    }
}

/// Returns the text of the source that waits for a decision.
async fn waiting(conn: &mut Conn, topic: TopicId) -> QueryResult<Option<TopicSourceRow>> {
    statement(
        "select base_title, base_body, source_title, source_body, imported_at
         from topic_sources where topic_id = $1 and source_body is not null",
    )
    .bind::<SqlUuid, _>(topic)
    .get_result(conn)
    .await
    .optional()
}

#[derive(QueryableByName)]
struct DifferingTopic {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
}

/// Returns title and page of each topic of a course that waits for a decision.
pub async fn of_course(
    conn: &mut Conn,
    (course, slug): (CourseId, &str),
) -> QueryResult<Vec<(String, String)>> {
    let topics: Vec<DifferingTopic> = statement(
        "select t.slug, t.title
         from topic_sources s join topics t on t.topic_id = s.topic_id
         where t.course_id = $1 and s.source_body is not null and t.content_type <> 'mixed'
         order by t.module_no, coalesce(t.outline_order, t.topic_number), t.topic_id",
    )
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await?;
    let topics = topics.into_iter();
    Ok(topics
        .map(|topic| (topic.title, source_path(slug, &topic.slug)))
        .collect())
}

pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    slug: &str,
    clock: &Clock,
) -> AppResult<SourcePage> {
    let topic = draft::topic_named(conn, course, slug).await?;
    let row = waiting(conn, topic.topic_id).await?;
    let differing = match row.filter(|_| !topic.is_laid_out()) {
        Some(row) => Some(differing(&draft::current(conn, &topic).await?, &row, clock)),
        None => None,
    };
    Ok(SourcePage {
        course_title: store::title(conn, course).await?,
        topic_id: topic.topic_id,
        topic_title: topic.title,
        differing,
    })
}

fn differing(current: &CurrentText, row: &TopicSourceRow, clock: &Clock) -> DifferingText {
    let site = source::written(&current.text);
    let new = source::written(&row.source_body);
    let base = row.base_body.as_deref().map(source::written);
    let merged = match &base {
        Some(base) => merge::merge(base, &site, &new),
        None => merge::without_base(&site, &new),
    };
    let (mine, theirs) = (&current.title, &row.source_title);
    let (title, titles) = match &row.base_title {
        _ if mine == theirs => (mine, None),
        Some(base) if base == mine => (theirs, None),
        Some(base) if base == theirs => (mine, None),
        _ => (mine, Some((mine.clone(), theirs.clone()))),
    };
    let before = base.as_deref().unwrap_or(&site);
    DifferingText {
        seen: row.seen(current),
        imported: clock.date_time(row.imported_at),
        has_base: base.is_some(),
        title: title.clone(),
        titles,
        places: merged.conflicts(),
        text: merged.decided(Prefer::Both),
        site: difference::between(before, &site),
        source: difference::between(before, &new),
    }
}

/// A decision as its form sends it.
pub struct SourceDecision {
    pub seen: String,
    /// `site`, `source` or `merged`.
    pub keep: String,
    /// The merged text, as authors write it.
    pub title: String,
    pub text: String,
}

/// Carries a decision out. Returns the topic's name in addresses.
pub async fn decide(
    conn: &mut Conn,
    tutor: &TutorOf,
    topic: TopicId,
    decision: SourceDecision,
) -> AppResult<String> {
    let stored = draft::topic(conn, tutor.course, topic).await?;
    let current = draft::current(conn, &stored).await?;
    let Some(row) = waiting(conn, topic).await? else {
        return Err(changed());
    };
    if row.seen(&current) != decision.seen {
        return Err(changed());
    }
    match decision.keep.as_str() {
        "site" => {}
        "source" => {
            let text = source::written(&row.source_body);
            replace(
                conn,
                tutor,
                &stored,
                &current,
                (row.source_title.clone(), text),
            )
            .await?;
        }
        "merged" => {
            let text = (decision.title, decision.text);
            replace(conn, tutor, &stored, &current, text).await?;
        }
        _ => return Err(AppError::field("", "Choose one of the texts.")),
    }
    statement(
        "update topic_sources set base_title = source_title, base_body = source_body,
             source_title = null, source_body = null, imported_at = null
         where topic_id = $1",
    )
    .bind::<SqlUuid, _>(topic)
    .execute(conn)
    .await?;
    let old = json!({ "topic": stored.slug, "imported_at": row.imported_at });
    let new = json!({ "topic": stored.slug, "text": decision.keep });
    record(conn, tutor, "topic.source_decided", (old, new)).await?;
    Ok(stored.slug)
}

/// Puts a text into the draft.
async fn replace(
    conn: &mut Conn,
    tutor: &TutorOf,
    topic: &EditedTopic,
    current: &CurrentText,
    (title, text): (String, String),
) -> AppResult<()> {
    let page = EditorToken {
        base: current.revision,
        writer: Uuid::new_v4(),
        ..EditorToken::default()
    };
    save::save(conn, tutor, topic, SentText { page, title, text })
        .await
        .map(drop)
}

fn changed() -> AppError {
    AppError::Conflict(
        "The text of the site or of the source has changed since you saw this page. Nothing was decided. Compare them again; the page is up to date now."
            .to_owned(),
    )
}
