//! Queries of studying. Each asks for the learner's id and finds nothing of anybody else's.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::{
    AssetChoice, BlockChoice, EnrollmentStatus, Hit, OutlineModule, OutlineTopic, TopicState,
    topic_path,
};
use crate::course::search::Query;
use crate::course::{LearnerPersona, StudyPersona};
use crate::platform::db::Conn;
use crate::platform::db::schema::{
    course_modules, courses, enrollments, learner_persona_profiles, topic_blocks,
    topic_content_assets, topic_personalization, topic_progress, topics,
};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, FileId, OrganizationId, TopicId, UserId};

/// Enrols, or takes up a course that was left. Twice is as good as once.
pub async fn enrol(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<()> {
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

/// With these one may study a course.
const STUDYING: [EnrollmentStatus; 2] = [EnrollmentStatus::Active, EnrollmentStatus::Completed];

/// The course in which somebody studies, with how they study it.
#[derive(Debug, QueryableByName)]
pub struct Studying {
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Text)]
    pub title: String,
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
    /// Code of the course's certificate, once it is completed.
    #[diesel(sql_type = Nullable<Text>)]
    pub certificate: Option<String>,
}

/// None where the person may not study the course, whether or not it exists.
pub async fn studying(conn: &mut Conn, user: UserId, slug: &str) -> QueryResult<Option<Studying>> {
    diesel::sql_query(
        "select c.course_id, c.title, c.is_gated, e.status = 'completed' as is_completed, e.last_topic_id, p.persona, l.persona_key as learner_persona,
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

/// The name in addresses of a course that the person studies.
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

/// All topics of the course in order, with how far the learner is.
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

/// A topic, and how far the learner is in it.
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
    /// Questions of the course were edited on the site; its texts were rendered before.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub has_edited_questions: bool,
}

impl TopicRow {
    /// The heading where they stopped, if the topic still has it.
    pub fn anchor(&self) -> Option<(String, String)> {
        heading(&self.headings, self.last_anchor.as_deref()?)
    }
}

fn heading(headings: &Value, id: &str) -> Option<(String, String)> {
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

/// The narrations that the topic has, and the blocks of the wanted one or else of the normal one.
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

/// The learner has opened the topic: it is begun, and it is where they are. Asked twice, nothing more happens.
pub async fn open(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    topic: TopicId,
) -> QueryResult<()> {
    diesel::sql_query(
        "with begun as (
             insert into topic_progress (user_id, topic_id) values ($1, $3) on conflict (user_id, topic_id) do nothing
         )
         update enrollments set last_topic_id = $3, last_opened_at = now() where user_id = $1 and course_id = $2",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .bind::<Uuid, _>(topic)
    .execute(conn)
    .await
    .map(drop)
}

/// Course, module and number of a topic that the person studies.
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

pub async fn set_done(
    conn: &mut Conn,
    user: UserId,
    topic: TopicId,
    done: bool,
) -> QueryResult<()> {
    let at = done.then(Utc::now);
    diesel::insert_into(topic_progress::table)
        .values((
            topic_progress::user_id.eq(user),
            topic_progress::topic_id.eq(topic),
            topic_progress::is_completed.eq(done),
            topic_progress::completed_at.eq(at),
        ))
        .on_conflict((topic_progress::user_id, topic_progress::topic_id))
        .do_update()
        .set((
            topic_progress::is_completed.eq(done),
            topic_progress::completed_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Keeps others from deciding about this enrolment until this unit of work ends.
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

/// Topics of the course that are done, and all of them.
pub async fn count_done(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<(i64, i64)> {
    let counts: Counts = diesel::sql_query(
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

/// 0 where it was so before.
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

/// Where the learner is in a topic; None leaves that part as it is.
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
    diesel::sql_query(
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
    .bind::<Nullable<diesel::sql_types::SmallInt>, _>(place.read_percent)
    .bind::<Nullable<diesel::sql_types::Double>, _>(place.position_s)
    .execute(conn)
    .await
    .map(drop)
}

/// Counts the video of the topic, if it has one, the first time that it was watched. The learner's place in it is there already.
pub async fn complete_video(
    conn: &mut Conn,
    user: UserId,
    topic: TopicId,
    course: CourseId,
    module_no: i32,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::sql_query(
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

/// The topic where the learner stopped; the first one where they have not begun.
pub async fn stopped(
    conn: &mut Conn,
    user: UserId,
    studying: &Studying,
) -> QueryResult<Option<Stopped>> {
    diesel::sql_query(
        "select t.slug, t.module_no, t.topic_number, t.headings, p.last_anchor
         from topics t left join topic_progress p on p.topic_id = t.topic_id and p.user_id = $1
         where t.course_id = $2 and t.retired_at is null
         order by (t.topic_id = $3) desc nulls last, t.module_no, t.topic_number limit 1",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(studying.course_id)
    .bind::<Nullable<Uuid>, _>(studying.last_topic_id)
    .get_result(conn)
    .await
    .optional()
}

#[derive(QueryableByName)]
pub struct Stopped {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Int4)]
    pub module_no: i32,
    #[diesel(sql_type = Int4)]
    pub topic_number: i32,
    #[diesel(sql_type = Jsonb)]
    headings: Value,
    #[diesel(sql_type = Nullable<Text>)]
    last_anchor: Option<String>,
}

impl Stopped {
    /// Its address, with the heading.
    pub fn href(&self, course: &str) -> String {
        let path = topic_path(course, &self.slug);
        match self
            .last_anchor
            .as_deref()
            .and_then(|id| heading(&self.headings, id))
        {
            Some((id, _)) => format!("{path}#{id}"),
            None => path,
        }
    }
}

/// A course of the learner's home page.
#[derive(Debug, QueryableByName)]
pub struct MineRow {
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub thumbnail_file_id: Option<FileId>,
    #[diesel(sql_type = crate::platform::db::schema::sql_types::EnrollmentStatus)]
    pub status: EnrollmentStatus,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_opened_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    pub topics: i64,
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub has_exams: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub certificate: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub at_slug: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub at_title: Option<String>,
    #[diesel(sql_type = Nullable<Int4>)]
    pub at_minutes: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    pub at_module: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub at_headings: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    pub at_anchor: Option<String>,
}

impl MineRow {
    /// Whether it may be completed without having been marked so.
    pub fn is_due(&self) -> bool {
        self.status == EnrollmentStatus::Active && self.topics > 0 && self.done == self.topics
    }

    pub fn anchor(&self) -> Option<(String, String)> {
        heading(self.at_headings.as_ref()?, self.at_anchor.as_deref()?)
    }
}

/// The learner's courses, the one opened last first, each with the topic where they are.
pub async fn my_courses(conn: &mut Conn, user: UserId) -> QueryResult<Vec<MineRow>> {
    diesel::sql_query(
        "select c.course_id, c.slug, c.title, c.thumbnail_file_id, e.status, e.last_opened_at,
                n.topics, n.done,
                exists (select from exams x where x.course_id = c.course_id and x.is_published and x.retired_at is null) as has_exams,
                (select code from course_certificates where user_id = $1 and course_id = c.course_id
                 order by revoked_at is not null, issued_at desc limit 1) as certificate,
                a.slug as at_slug, a.title as at_title,
                a.reading_minutes as at_minutes, a.module as at_module, a.headings as at_headings, a.last_anchor as at_anchor
         from enrollments e
         join courses c on c.course_id = e.course_id
         cross join lateral (
             select count(*) as topics, count(*) filter (where p.is_completed) as done
             from topics t left join topic_progress p on p.topic_id = t.topic_id and p.user_id = e.user_id
             where t.course_id = c.course_id and t.retired_at is null
         ) n
         left join lateral (
             select t.slug, t.title, t.reading_minutes, t.headings, m.title as module, p.last_anchor
             from topics t
             left join course_modules m on m.course_id = t.course_id and m.module_no = t.module_no
             left join topic_progress p on p.topic_id = t.topic_id and p.user_id = e.user_id
             where t.course_id = c.course_id and t.retired_at is null
             order by (t.topic_id = e.last_topic_id) desc nulls last, t.module_no, t.topic_number limit 1
         ) a on true
         where e.user_id = $1 and e.status in ('active', 'completed')
         order by e.status = 'completed', e.last_opened_at desc nulls last, e.enrolled_at desc
         limit 100",
    )
    .bind::<Uuid, _>(user)
    .load(conn)
    .await
}

/// Topics of the course in which all words occur, best first; none that is closed, by module from a topic number on.
pub async fn search(
    conn: &mut Conn,
    organization: OrganizationId,
    course: CourseId,
    slug: &str,
    query: &Query,
    closed: (Vec<i32>, Vec<i32>),
) -> AppResult<Vec<Hit>> {
    let rows: Vec<HitRow> = diesel::sql_query(
        "select t.slug, t.title, m.title as module,
                ts_headline('simple', left(regexp_replace(string_agg(b.html, ' ' order by b.position), '<[^>]*>', ' ', 'g'), 60000),
                            to_tsquery('simple', $3),
                            E'StartSel=\\x02, StopSel=\\x03, MaxWords=18, MinWords=8, MaxFragments=1') as snippet
         from (
             select s.* from search_topics($1, $2, to_tsquery('simple', $3)) s
             join topics t on t.topic_id = s.topic_id
             where not exists (select from unnest($4, $5) as c (module_no, from_number)
                               where c.module_no = t.module_no and c.from_number <= t.topic_number)
             order by rank desc limit 20
         ) found
         join topics t on t.topic_id = found.topic_id
         join course_modules m on m.course_id = t.course_id and m.module_no = t.module_no
         left join topic_blocks b on b.topic_id = t.topic_id and b.study_persona = 'normal'
         group by t.topic_id, t.slug, t.title, m.title, found.rank
         order by found.rank desc, t.title",
    )
    .bind::<Uuid, _>(organization)
    .bind::<Uuid, _>(course)
    .bind::<Text, _>(&query.words)
    .bind::<Array<Int4>, _>(closed.0)
    .bind::<Array<Int4>, _>(closed.1)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Hit {
            href: topic_path(slug, &row.slug),
            title: row.title,
            module: row.module,
            snippet: plain(&row.snippet),
        })
        .collect())
}

/// The snippet comes from HTML whose tags are gone; its entities go too.
fn plain(snippet: &str) -> String {
    let text = snippet
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(QueryableByName)]
struct HitRow {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    module: String,
    #[diesel(sql_type = Text)]
    snippet: String,
}
