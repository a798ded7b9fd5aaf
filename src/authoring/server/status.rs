//! Shows and hides topics, and publishes courses.

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::outline::finish;
use super::schedule;
use crate::import;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::{courses, topic_blocks, topics};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::TopicId;

/// Shows the topic to learners, with the questions that were hidden together with it.
pub async fn show(conn: &mut Conn, topic: TopicId) -> QueryResult<()> {
    statement(
        "update quiz_questions q set retired_at = null
         from topics t where t.topic_id = $1 and q.topic_id = t.topic_id and q.retired_at = t.retired_at",
    )
    .bind::<Uuid, _>(topic)
    .execute(conn)
    .await?;
    statement("update topics set retired_at = null, hidden_as = null, retired_from = null where topic_id = $1")
        .bind::<Uuid, _>(topic)
        .execute(conn)
        .await?;
    schedule::forget(conn, topic).await
}

/// Hides the topic from learners, as a draft or as retired. Its questions leave the quizzes.
pub async fn hide(conn: &mut Conn, topic: TopicId, hidden_as: &str) -> QueryResult<()> {
    statement(
        "update topics set retired_at = coalesce(retired_at, now()), hidden_as = $2, retired_from = null where topic_id = $1",
    )
    .bind::<Uuid, _>(topic)
    .bind::<Text, _>(hidden_as)
    .execute(conn)
    .await?;
    schedule::forget(conn, topic).await?;
    statement(
        "update quiz_questions q set retired_at = t.retired_at
         from topics t where t.topic_id = $1 and q.topic_id = t.topic_id and q.retired_at is null",
    )
    .bind::<Uuid, _>(topic)
    .execute(conn)
    .await
    .map(drop)
}

/// Brings a retired topic back: as it was, or as a draft if it was never published.
pub async fn restore(conn: &mut Conn, topic: TopicId) -> QueryResult<()> {
    match has_content(conn, topic).await? {
        true => show(conn, topic).await,
        false => hide(conn, topic, "draft").await,
    }
}

/// Returns true if the topic was published or imported before.
pub async fn has_content(conn: &mut Conn, topic: TopicId) -> QueryResult<bool> {
    let blocks = topic_blocks::table.filter(topic_blocks::topic_id.eq(topic));
    diesel::select(diesel::dsl::exists(blocks))
        .get_result(conn)
        .await
}

/// Puts the course into the catalog, or takes it out. Nothing changes if it is there already.
pub async fn publish_course(
    conn: &mut Conn,
    admin: &TutorOf,
    slug: &str,
    published: bool,
) -> AppResult<()> {
    let cx = &admin.signed_in.cx;
    import::lock(conn, cx.organization.organization_id, slug).await?;
    let shown = topics::table
        .filter(topics::course_id.eq(admin.course))
        .filter(topics::retired_at.is_null());
    let has_topics: bool = diesel::select(diesel::dsl::exists(shown))
        .get_result(conn)
        .await?;
    if published && !has_topics {
        let sentence = "Publish at least one topic first. Learners would find nothing to read.";
        return Err(AppError::field("", sentence));
    }
    let changed = statement(
        "update courses set is_published = $2, published_at = case when $2 then coalesce(published_at, now()) else published_at end
         where course_id = $1 and retired_at is null and is_published <> $2",
    )
    .bind::<Uuid, _>(admin.course)
    .bind::<diesel::sql_types::Bool, _>(published)
    .execute(conn)
    .await?;
    let is_retired: bool = courses::table
        .find(admin.course)
        .select(courses::retired_at.is_not_null())
        .first(conn)
        .await?;
    if is_retired {
        return Err(AppError::Conflict("This course is retired.".to_owned()));
    }
    if changed == 0 {
        return Ok(());
    }
    let action = match published {
        true => "course.published",
        false => "course.unpublished",
    };
    AuditEntry::done(action)
        .of("course", admin.course)
        .change(
            Some(json!({ "is_published": !published })),
            Some(json!({ "is_published": published })),
        )
        .by(cx)
        .write(conn)
        .await?;
    finish(conn, admin.course).await
}
