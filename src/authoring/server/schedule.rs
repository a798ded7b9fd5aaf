//! Topics that are published at a time: a tutor chooses it, and a job publishes the draft as it is
//! then.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::outline::{Author, described, lock, no_part, publish_topic, record, stored_topics};
use crate::authoring::{OutlinePart, PlannedTopic, TopicStatus};
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::{courses, topic_schedules, topics};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, TopicId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::time::Clock;

/// Returns the schedules of a course's topics.
pub async fn of_course(
    conn: &mut Conn,
    course: CourseId,
    clock: &Clock,
) -> QueryResult<HashMap<TopicId, PlannedTopic>> {
    let rows: Vec<(TopicId, DateTime<Utc>, Option<String>)> = topic_schedules::table
        .inner_join(topics::table.on(topics::topic_id.eq(topic_schedules::topic_id)))
        .filter(topics::course_id.eq(course))
        .select((
            topic_schedules::topic_id,
            topic_schedules::publish_at,
            topic_schedules::problem,
        ))
        .load(conn)
        .await?;
    let planned = rows.into_iter().map(|(topic, at, problem)| {
        let planned = PlannedTopic {
            when: clock.date_time(at),
            field: clock.field(at),
            problem: problem.unwrap_or_default(),
        };
        (topic, planned)
    });
    Ok(planned.collect())
}

/// Sets the time at which a draft is published. `typed` is the value of a field for local times.
pub async fn set(
    conn: &mut Conn,
    tutor: &TutorOf,
    course: &str,
    topic: TopicId,
    typed: &str,
) -> AppResult<()> {
    let clock = Clock::of(&tutor.signed_in.cx);
    let at = clock
        .of_field(typed.trim())
        .ok_or_else(|| AppError::field("at", "Enter a date and a time."))?;
    if at <= Utc::now() {
        return Err(AppError::field("at", "Choose a time in the future."));
    }
    lock(conn, tutor, course).await?;
    let all = stored_topics(conn, tutor.course).await?;
    let stored = all.iter().find(|stored| stored.topic_id == topic);
    let stored = stored.ok_or_else(no_part)?;
    if stored.status() != TopicStatus::Draft {
        return Err(AppError::Conflict(
            "Only a draft can be scheduled.".to_owned(),
        ));
    }
    let part = OutlinePart::Topic(topic);
    let old = described(conn, tutor.course, part).await?;
    statement(
        "insert into topic_schedules (topic_id, publish_at, scheduled_by) values ($1, $2, $3)
         on conflict (topic_id) do update set publish_at = $2, scheduled_by = $3, problem = null",
    )
    .bind::<Uuid, _>(topic)
    .bind::<Timestamptz, _>(at)
    .bind::<Uuid, _>(tutor.signed_in.user_id())
    .execute(conn)
    .await?;
    let name = format!("{topic}-{}", at.timestamp());
    jobs::enqueue_once(conn, &PublishTopic { topic }, &name, at).await?;
    let new = described(conn, tutor.course, part).await?;
    Ok(record(conn, tutor, "topic.scheduled", (old, new)).await?)
}

/// Takes the schedule of a topic of the course away.
pub async fn cancel(conn: &mut Conn, course: CourseId, topic: TopicId) -> AppResult<()> {
    let all = stored_topics(conn, course).await?;
    match all.iter().any(|stored| stored.topic_id == topic) {
        true => Ok(forget(conn, topic).await?),
        false => Err(no_part()),
    }
}

/// Deletes the schedule of a topic whose status was changed otherwise.
pub async fn forget(conn: &mut Conn, topic: TopicId) -> QueryResult<()> {
    diesel::delete(topic_schedules::table.find(topic))
        .execute(conn)
        .await
        .map(drop)
}

/// Publishes a topic whose time has come. Does nothing if the schedule was changed since.
#[derive(Debug, Serialize, Deserialize)]
pub struct PublishTopic {
    pub topic: TopicId,
}

impl Job for PublishTopic {
    const KIND: &'static str = "publish_topic";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let topic = self.topic;
        let organization = cx.organization.organization_id;
        let published = cx
            .within(async move |conn| {
                let due: Option<(CourseId, String, UserId)> = topic_schedules::table
                    .inner_join(topics::table.on(topics::topic_id.eq(topic_schedules::topic_id)))
                    .inner_join(courses::table.on(courses::course_id.eq(topics::course_id)))
                    .filter(topic_schedules::topic_id.eq(topic))
                    .filter(topic_schedules::publish_at.le(Utc::now()))
                    .filter(topic_schedules::problem.is_null())
                    .filter(topics::hidden_as.eq("draft"))
                    .select((
                        courses::course_id,
                        courses::slug,
                        topic_schedules::scheduled_by,
                    ))
                    .first(conn)
                    .await
                    .optional()?;
                let Some((course, slug, user)) = due else {
                    return Ok(());
                };
                let author = Author {
                    organization,
                    course,
                    user,
                    cx: None,
                };
                lock(conn, author, &slug).await?;
                publish_topic(conn, author, &slug, topic).await
            })
            .await;
        // The outline shows why the topic is still a draft. Trying again would not help.
        match published {
            Err(error @ (AppError::Invalid(_) | AppError::Conflict(_))) => {
                let problem = error.to_string();
                cx.within(async move |conn| {
                    statement(
                        "update topic_schedules set problem = left($2, 500) where topic_id = $1",
                    )
                    .bind::<Uuid, _>(topic)
                    .bind::<Text, _>(problem)
                    .execute(conn)
                    .await?;
                    Ok(())
                })
                .await
            }
            other => other,
        }
    }
}
