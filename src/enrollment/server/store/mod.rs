//! Queries of enrollments. Each takes the learner's id and finds rows of that learner only.

mod topic_states;

pub use self::topic_states::{
    SavedPlace, complete_video, count_done, hold, open, place_of, save_place, set_completed,
    set_done,
};
use crate::course::{LearnerPersona, StudyPersona};
use crate::enrollment::{EnrollmentStatus, OutlineModule, OutlineTopic, TopicState};
use crate::platform::db::Conn;
use crate::platform::db::schema::{course_modules, courses, enrollments, topic_progress, topics};
use crate::platform::ids::{CourseId, TopicId, UserId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Int4, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

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

/// Enrolls, or takes up a course that was left. Twice is as good as once.
pub async fn enroll(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<()> {
    diesel::insert_into(enrollments::table)
        .values((enrollments::user_id.eq(user), enrollments::course_id.eq(course)))
        .on_conflict((enrollments::user_id, enrollments::course_id))
        .do_update()
        .set(enrollments::status.eq(diesel::dsl::sql::<crate::platform::db::schema::sql_types::EnrollmentStatus>(
            "case when enrollments.status = 'completed' then 'completed' else 'active' end::enrollment_status",
        )))
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
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub is_gated: bool,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub is_completed: bool,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub has_exams: bool,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub last_topic_id: Option<TopicId>,
    #[diesel(sql_type = Nullable<crate::platform::db::schema::sql_types::StudyPersona>)]
    pub persona: Option<StudyPersona>,
    #[diesel(sql_type = Nullable<crate::platform::db::schema::sql_types::LearnerPersona>)]
    pub learner_persona: Option<LearnerPersona>,
    /// Code of the newest certificate, valid ones first.
    #[diesel(sql_type = Nullable<Text>)]
    pub certificate: Option<String>,
}

/// Returns None if the person may not study the course, or if it does not exist.
pub async fn studying(conn: &mut Conn, user: UserId, slug: &str) -> QueryResult<Option<Studying>> {
    diesel::sql_query(
        "select c.course_id, c.title, c.language, c.is_gated, e.status = 'completed' as is_completed, e.last_topic_id, p.persona, l.persona_key as learner_persona,
                exists (select from exams x where x.course_id = c.course_id and x.is_published and x.retired_at is null) as has_exams,
                (select code from course_certificates where user_id = $1 and course_id = c.course_id
                 order by revoked_at is not null, issued_at desc limit 1) as certificate
         from courses c
         join enrollments e on e.course_id = c.course_id and e.user_id = $1 and e.status in ('active', 'completed')
         left join topic_personalization p on p.course_id = c.course_id and p.user_id = $1
         left join learner_persona_profiles l on l.course_id = c.course_id and l.user_id = $1
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

/// Returns all topics of the course in order, with the learner's progress.
pub async fn outline(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<Vec<OutlineModule>> {
    let modules: Vec<(i32, String)> = course_modules::table
        .filter(course_modules::course_id.eq(course))
        .order(course_modules::module_no)
        .select((course_modules::module_no, course_modules::title))
        .load(conn)
        .await?;
    let rows: Vec<(i32, i32, String, String, i32, Option<bool>)> = topics::table
        .left_join(
            topic_progress::table.on(topic_progress::topic_id
                .eq(topics::topic_id)
                .and(topic_progress::user_id.eq(user))),
        )
        .filter(topics::course_id.eq(course))
        .filter(topics::retired_at.is_null())
        .order((topics::module_no, topics::topic_number))
        .select((
            topics::module_no,
            topics::topic_number,
            topics::slug,
            topics::title,
            topics::reading_minutes,
            topic_progress::is_completed.nullable(),
        ))
        .load(conn)
        .await?;
    let mut outline: Vec<OutlineModule> = modules
        .into_iter()
        .map(|(number, title)| OutlineModule {
            number,
            title,
            topics: Vec::new(),
            quizzes: Vec::new(),
        })
        .collect();
    let mut at = 0;
    for (module_no, number, slug, title, minutes, is_completed) in rows {
        while outline
            .get(at)
            .is_some_and(|module| module.number < module_no)
        {
            at += 1;
        }
        if let Some(module) = outline
            .get_mut(at)
            .filter(|module| module.number == module_no)
        {
            module.topics.push(OutlineTopic {
                slug,
                title,
                number,
                minutes,
                state: TopicState::of(is_completed),
                lock: None,
            });
        }
    }
    Ok(outline)
}

/// Topic with the learner's progress in it.
#[derive(Debug, QueryableByName)]
pub struct TopicRow {
    #[diesel(sql_type = Uuid)]
    pub topic_id: TopicId,
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Int4)]
    pub module_no: i32,
    #[diesel(sql_type = Int4)]
    pub topic_number: i32,
    #[diesel(sql_type = Int4)]
    pub reading_minutes: i32,
    #[diesel(sql_type = Jsonb)]
    pub headings: Value,
    #[diesel(sql_type = Nullable<diesel::sql_types::Bool>)]
    pub is_completed: Option<bool>,
    #[diesel(sql_type = Nullable<Text>)]
    pub last_anchor: Option<String>,
    #[diesel(sql_type = Nullable<diesel::sql_types::Double>)]
    pub last_position_s: Option<f64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub video_completed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub has_exercises: bool,
    /// True if a question of the course was edited on the site. The stored HTML of the topic may
    /// then be outdated.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub has_edited_questions: bool,
}

impl TopicRow {
    /// Returns the heading where the learner stopped, if the topic still has it.
    pub fn anchor(&self) -> Option<(String, String)> {
        heading(&self.headings, self.last_anchor.as_deref()?)
    }
}

pub(crate) fn heading(headings: &Value, id: &str) -> Option<(String, String)> {
    let text = headings
        .as_array()?
        .iter()
        .find(|heading| heading["id"] == id)?["text"]
        .as_str()?;
    Some((id.to_owned(), text.to_owned()))
}

pub async fn topic(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    slug: &str,
) -> QueryResult<Option<TopicRow>> {
    diesel::sql_query(
        "select t.topic_id, t.slug, t.title, t.module_no, t.topic_number, t.reading_minutes, t.headings,
                p.is_completed, p.last_anchor, p.last_position_s, p.video_completed_at,
                exists (select from simulation_exercises x where x.topic_id = t.topic_id) as has_exercises,
                exists (select from quiz_questions q where q.course_id = t.course_id and q.edited_at is not null) as has_edited_questions
         from topics t left join topic_progress p on p.topic_id = t.topic_id and p.user_id = $1
         where t.course_id = $2 and t.slug = $3 and t.retired_at is null",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .bind::<Text, _>(slug)
    .get_result(conn)
    .await
    .optional()
}
