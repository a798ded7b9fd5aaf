//! Shows, hides, retires and restores all topics of a module at once.

use diesel::prelude::*;
use diesel::sql_types::{Int4, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::outline::{StoredTopic, no_part, publish_topic, stored_modules, stored_topics};
use super::status;
use crate::authoring::{OutlineChange, TopicStatus};
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::topics;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TopicId};

/// Changes the status of a module's topics. Topics that were retired one by one stay retired.
///
/// # Errors
///
/// `Invalid` if a draft has no text yet. Then none is published.
pub async fn change_module(
    conn: &mut Conn,
    tutor: &TutorOf,
    course: &str,
    number: i32,
    change: OutlineChange,
) -> AppResult<()> {
    let modules = stored_modules(conn, tutor.course).await?;
    if !modules.iter().any(|(known, _)| *known == number) {
        return Err(no_part());
    }
    let all = stored_topics(conn, tutor.course).await?;
    let here = all.iter().filter(|topic| topic.module_no == number);
    let of = |status: TopicStatus| here.clone().filter(move |topic| topic.status() == status);
    match change {
        OutlineChange::Publish => {
            for topic in of(TopicStatus::Draft) {
                publish_topic(conn, tutor.into(), course, topic.topic_id).await?;
            }
        }
        OutlineChange::Unpublish => {
            for topic in of(TopicStatus::Published) {
                status::hide(conn, topic.topic_id, "draft").await?;
            }
        }
        OutlineChange::Retire => {
            for topic in of(TopicStatus::Published) {
                retire(conn, topic, "published").await?;
            }
            for topic in of(TopicStatus::Draft) {
                retire(conn, topic, "draft").await?;
            }
        }
        OutlineChange::Restore => {
            for (topic, was) in retired_together(conn, tutor.course, number).await? {
                match was.as_str() {
                    "published" => status::show(conn, topic).await?,
                    _ => status::hide(conn, topic, "draft").await?,
                }
            }
        }
        _ => return Err(no_part()),
    }
    Ok(())
}

async fn retire(conn: &mut Conn, topic: &StoredTopic, was: &str) -> QueryResult<()> {
    status::hide(conn, topic.topic_id, "retired").await?;
    statement("update topics set retired_from = $2 where topic_id = $1")
        .bind::<Uuid, _>(topic.topic_id)
        .bind::<Text, _>(was)
        .execute(conn)
        .await
        .map(drop)
}

/// Returns the topics that were retired with the module, and their status before.
async fn retired_together(
    conn: &mut Conn,
    course: CourseId,
    number: i32,
) -> QueryResult<Vec<(TopicId, String)>> {
    topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::module_no.eq(number))
        .filter(topics::retired_from.is_not_null())
        .select((topics::topic_id, topics::retired_from.assume_not_null()))
        .load(conn)
        .await
}

#[derive(QueryableByName)]
struct RetiredModule {
    #[diesel(sql_type = Int4)]
    module_no: i32,
}

/// Returns the numbers of the modules that were retired as a whole.
pub async fn retired_modules(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<i32>> {
    let rows: Vec<RetiredModule> = statement(
        "select distinct module_no from topics where course_id = $1 and retired_from is not null",
    )
    .bind::<Uuid, _>(course)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.module_no).collect())
}
