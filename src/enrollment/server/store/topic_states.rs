//! Queries of progress: topics opened and done, videos watched, and the learner's place.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Double, Int4, Nullable, SmallInt, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::STUDYING;
use crate::enrollment::EnrollmentStatus;
use crate::platform::db::schema::{enrollments, topics};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, TopicId, UserId};

/// Records that the learner opened the topic, which becomes their place in the course. Repeating
/// it changes only the time. Progress is stored before the enrollment is locked, as everywhere.
pub async fn open(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    topic: TopicId,
) -> QueryResult<()> {
    statement(
        "insert into topic_progress (user_id, topic_id) values ($1, $2) on conflict (user_id, topic_id) do nothing",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(topic)
    .execute(conn)
    .await?;
    stay(conn, user, course, topic).await
}

/// Makes a topic with progress the learner's place in the course.
pub async fn stay(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    topic: TopicId,
) -> QueryResult<()> {
    statement(
        "update enrollments set last_topic_id = $3, last_opened_at = now() where user_id = $1 and course_id = $2",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .bind::<Uuid, _>(topic)
    .execute(conn)
    .await
    .map(drop)
}

/// Returns course, module and number of a topic that the person studies.
pub async fn place_of(
    conn: &mut Conn,
    user: UserId,
    topic: TopicId,
) -> QueryResult<Option<(CourseId, i32, i32)>> {
    topics::table
        .inner_join(enrollments::table.on(enrollments::course_id.eq(topics::course_id)))
        .filter(topics::topic_id.eq(topic))
        .filter(topics::retired_at.is_null())
        .filter(enrollments::user_id.eq(user))
        .filter(enrollments::status.eq_any(STUDYING))
        .select((topics::course_id, topics::module_no, topics::topic_number))
        .first(conn)
        .await
        .optional()
}

/// Marks a topic as done or not done. Returns true if that is new.
pub async fn set_done(
    conn: &mut Conn,
    user: UserId,
    topic: TopicId,
    done: bool,
) -> QueryResult<bool> {
    let changed = statement(
        "insert into topic_progress (user_id, topic_id, is_completed, completed_at) values ($1, $2, $3, $4)
         on conflict (user_id, topic_id) do update
         set is_completed = excluded.is_completed, completed_at = excluded.completed_at
         where topic_progress.is_completed <> excluded.is_completed",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(topic)
    .bind::<Bool, _>(done)
    .bind::<Nullable<Timestamptz>, _>(done.then(Utc::now))
    .execute(conn)
    .await?;
    Ok(changed > 0)
}

/// Locks the enrollment until the transaction ends, so that no other request decides about its
/// completion.
pub async fn hold(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<()> {
    enrollments::table
        .filter(enrollments::user_id.eq(user))
        .filter(enrollments::course_id.eq(course))
        .select(enrollments::course_id)
        .for_no_key_update()
        .load::<CourseId>(conn)
        .await
        .map(drop)
}

/// Returns the number of the course's topics that are done, and of all topics.
pub async fn count_done(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<(i64, i64)> {
    let counts: Counts = statement(
        "select count(*) filter (where p.is_completed) as done, count(*) as total
         from topics t left join topic_progress p on p.topic_id = t.topic_id and p.user_id = $1
         where t.course_id = $2 and t.retired_at is null",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .get_result(conn)
    .await?;
    Ok((counts.done, counts.total))
}

#[derive(QueryableByName)]
struct Counts {
    #[diesel(sql_type = BigInt)]
    done: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// Marks an enrollment as completed or active. Returns 0 if it already was.
pub async fn set_completed(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    completed: bool,
) -> QueryResult<usize> {
    let (status, was, at) = match completed {
        true => (
            EnrollmentStatus::Completed,
            EnrollmentStatus::Active,
            Some(Utc::now()),
        ),
        false => (EnrollmentStatus::Active, EnrollmentStatus::Completed, None),
    };
    diesel::update(enrollments::table)
        .filter(enrollments::user_id.eq(user))
        .filter(enrollments::course_id.eq(course))
        .filter(enrollments::status.eq(was))
        .set((
            enrollments::status.eq(status),
            enrollments::completed_at.eq(at),
        ))
        .execute(conn)
        .await
}

/// Learner's place in a topic; None leaves a part unchanged.
pub struct SavedPlace<'a> {
    pub anchor: Option<&'a str>,
    pub read_percent: Option<i16>,
    pub position_s: Option<f64>,
}

pub async fn save_place(
    conn: &mut Conn,
    user: UserId,
    topic: TopicId,
    place: SavedPlace<'_>,
) -> QueryResult<()> {
    statement(
        "insert into topic_progress (user_id, topic_id, last_anchor, read_percent, last_position_s)
         values ($1, $2, $3, coalesce($4, 0), coalesce($5, 0))
         on conflict (user_id, topic_id) do update set
             last_anchor = coalesce($3, topic_progress.last_anchor),
             read_percent = greatest(topic_progress.read_percent, coalesce($4, 0)),
             last_position_s = coalesce($5, topic_progress.last_position_s)",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(topic)
    .bind::<Nullable<Text>, _>(place.anchor)
    .bind::<Nullable<SmallInt>, _>(place.read_percent)
    .bind::<Nullable<Double>, _>(place.position_s)
    .execute(conn)
    .await
    .map(drop)
}

/// Records that the topic's video was watched, and counts it in the module the first time.
/// Requires that the place in the topic is already saved.
pub async fn complete_video(
    conn: &mut Conn,
    user: UserId,
    topic: TopicId,
    course: CourseId,
    module_no: i32,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    statement(
        "with watched as (
             update topic_progress p set video_completed_at = $5
             where p.user_id = $1 and p.topic_id = $2 and p.video_completed_at is null
               and (exists (select from topics t where t.topic_id = $2 and t.video_url is not null)
                    or exists (select from topic_blocks b where b.topic_id = $2 and b.block_type = 'video'))
             returning 1
         )
         insert into module_progress (user_id, course_id, module_no, videos_completed)
         select $1, $3, $4, 1 from watched
         on conflict (user_id, course_id, module_no)
         do update set videos_completed = module_progress.videos_completed + 1",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(topic)
    .bind::<Uuid, _>(course)
    .bind::<Int4, _>(module_no)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await
    .map(drop)
}
