//! Queries of enrollments. Each takes the learner's id and finds rows of that learner only.

mod topic_states;

pub use self::topic_states::{
    SavedPlace, complete_video, count_done, hold, open, place_of, save_place, set_completed,
    set_done, stay,
};
use crate::course::{LearnerPersona, StudyPersona};
use crate::enrollment::EnrollmentStatus;
use crate::platform::db::schema::{courses, enrollments};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CohortId, CourseId, TopicId, UserId};
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

/// The conditions under which a published course may be entered.
#[derive(Debug, Queryable)]
pub struct Offer {
    pub course_id: CourseId,
    pub price_cents: i32,
    pub cohort_only: bool,
}

/// Returns the conditions of a published course, None for any other address.
pub async fn offer(conn: &mut Conn, slug: &str) -> QueryResult<Option<Offer>> {
    courses::table
        .filter(courses::slug.eq(slug))
        .filter(courses::is_published)
        .filter(courses::retired_at.is_null())
        .select((
            courses::course_id,
            courses::price_cents,
            courses::cohort_only,
        ))
        .first(conn)
        .await
        .optional()
}

/// A learner's enrollment with the conditions of its course.
#[derive(Debug, Queryable)]
pub struct Enrolled {
    pub course_id: CourseId,
    pub status: EnrollmentStatus,
    pub price_cents: i32,
    pub cohort_only: bool,
}

/// Returns the learner's enrollment in the course, whatever its status.
pub async fn enrolled(conn: &mut Conn, user: UserId, slug: &str) -> QueryResult<Option<Enrolled>> {
    courses::table
        .inner_join(enrollments::table.on(enrollments::course_id.eq(courses::course_id)))
        .filter(courses::slug.eq(slug))
        .filter(enrollments::user_id.eq(user))
        .select((
            courses::course_id,
            enrollments::status,
            courses::price_cents,
            courses::cohort_only,
        ))
        .first(conn)
        .await
        .optional()
}

/// Enrolls, or takes up a course that was left. Twice is as good as once. The enrollment is then
/// the person's own: it no longer depends on a cohort.
pub async fn enroll(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<()> {
    diesel::insert_into(enrollments::table)
        .values((enrollments::user_id.eq(user), enrollments::course_id.eq(course)))
        .on_conflict((enrollments::user_id, enrollments::course_id))
        .do_update()
        .set((
            enrollments::status.eq(diesel::dsl::sql::<crate::platform::db::schema::sql_types::EnrollmentStatus>(
                "case when enrollments.status = 'completed' or enrollments.completed_at is not null then 'completed' else 'active' end::enrollment_status",
            )),
            enrollments::cohort_id.eq(None::<CohortId>),
        ))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn withdraw(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<usize> {
    diesel::update(enrollments::table)
        .filter(enrollments::user_id.eq(user))
        .filter(enrollments::course_id.eq(course))
        .filter(enrollments::status.eq(EnrollmentStatus::Active))
        .set(enrollments::status.eq(EnrollmentStatus::Withdrawn))
        .execute(conn)
        .await
}

/// Statuses of enrollment that permit studying.
pub(crate) const STUDYING: [EnrollmentStatus; 2] =
    [EnrollmentStatus::Active, EnrollmentStatus::Completed];

/// Course with the settings of the learner who studies it.
#[derive(Debug, QueryableByName)]
pub struct Studying {
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub revision: Option<uuid::Uuid>,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub is_gated: bool,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub is_completed: bool,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub last_topic_id: Option<TopicId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_opened_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<crate::platform::db::schema::sql_types::StudyPersona>)]
    pub persona: Option<StudyPersona>,
    #[diesel(sql_type = Nullable<crate::platform::db::schema::sql_types::LearnerPersona>)]
    pub learner_persona: Option<LearnerPersona>,
    /// Code of the newest certificate, valid ones first.
    #[diesel(sql_type = Nullable<Text>)]
    pub certificate: Option<String>,
    /// True for a member of a cohort of the course.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub has_cohort: bool,
    /// Title and tagline of the project of the learner's batch.
    #[diesel(sql_type = Nullable<Text>)]
    pub project_title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub project_tagline: Option<String>,
    /// True if anything was announced to all learners, or a tutor wrote to this one.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub has_news: bool,
}

/// Returns None if the person may not study the course, or if it does not exist.
pub async fn studying(conn: &mut Conn, user: UserId, slug: &str) -> QueryResult<Option<Studying>> {
    statement(
        "select c.course_id, r.revision, c.title, c.language, c.is_gated, e.status = 'completed' as is_completed, e.last_topic_id, e.last_opened_at, p.persona, l.persona_key as learner_persona,
                (select code from course_certificates where user_id = $1 and course_id = c.course_id
                 order by revoked_at is not null, issued_at desc limit 1) as certificate,
                m.member_id is not null as has_cohort, b.title as project_title, b.tagline as project_tagline,
                exists (select from cohort_announcements a
                        where a.course_id = c.course_id and a.cohort_id is null and a.published_at is not null)
                or exists (select from course_message_receivers x join cohort_messages s on s.message_id = x.message_id
                           where x.user_id = $1 and s.course_id = c.course_id) as has_news
         from courses c
         join enrollments e on e.course_id = c.course_id and e.user_id = $1 and e.status in ('active', 'completed')
         left join course_revisions r on r.course_id = c.course_id
         left join topic_personalization p on p.course_id = c.course_id and p.user_id = $1
         left join learner_persona_profiles l on l.course_id = c.course_id and l.user_id = $1
         left join lateral current_membership($1, c.course_id) m on true
         left join cohort_batch_projects b on b.cohort_id = m.cohort_id and b.batch_no = m.batch_no
         where c.slug = $2",
    )
    .bind::<Uuid, _>(user)
    .bind::<Text, _>(slug)
    .get_result(conn)
    .await
    .optional()
}

/// Returns the slug of a course that the person studies.
pub async fn studied_slug(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<Option<String>> {
    courses::table
        .inner_join(enrollments::table.on(enrollments::course_id.eq(courses::course_id)))
        .filter(courses::course_id.eq(course))
        .filter(enrollments::user_id.eq(user))
        .filter(enrollments::status.eq_any(STUDYING))
        .select(courses::slug)
        .first(conn)
        .await
        .optional()
}

pub async fn course_id(conn: &mut Conn, slug: &str) -> QueryResult<Option<CourseId>> {
    courses::table
        .filter(courses::slug.eq(slug))
        .select(courses::course_id)
        .first(conn)
        .await
        .optional()
}

/// Learner's progress in a topic that they opened.
#[derive(Debug, QueryableByName)]
pub struct TopicRecord {
    #[diesel(sql_type = Uuid)]
    pub topic_id: TopicId,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub is_completed: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub last_anchor: Option<String>,
    #[diesel(sql_type = diesel::sql_types::Double)]
    pub last_position_s: f64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub video_completed_at: Option<DateTime<Utc>>,
}

impl TopicRecord {
    /// The record of a topic that was just opened.
    pub fn of(topic: TopicId) -> Self {
        Self {
            topic_id: topic,
            is_completed: false,
            last_anchor: None,
            last_position_s: 0.0,
            video_completed_at: None,
        }
    }
}

pub type TopicRecords = HashMap<TopicId, TopicRecord>;

/// Returns the learner's progress in those of the topics that they opened.
pub async fn topic_records(
    conn: &mut Conn,
    user: UserId,
    topics: &[TopicId],
) -> QueryResult<TopicRecords> {
    let ids: Vec<uuid::Uuid> = topics.iter().map(|topic| topic.0).collect();
    let rows: Vec<TopicRecord> = statement(
        "select topic_id, is_completed, last_anchor, last_position_s, video_completed_at
         from topic_progress where user_id = $1 and topic_id = any($2)",
    )
    .bind::<Uuid, _>(user)
    .bind::<Array<Uuid>, _>(ids)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.topic_id, row)).collect())
}
