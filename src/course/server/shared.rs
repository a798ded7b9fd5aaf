//! The parts of a course that all its learners share: its outline, settings and quizzes. They are
//! kept in memory under the course's revision. The database gives a course a new revision whenever
//! one of these parts changes (migration course_revisions), so every server shows a change at once.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::platform::cache::{Size, VersionCache};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, TopicId};

#[derive(Debug, Default)]
pub struct SharedCourse {
    pub modules: Vec<SharedModule>,
    pub is_gated: bool,
    pub cooldown_days: i32,
    pub has_exams: bool,
}

#[derive(Debug)]
pub struct SharedModule {
    pub number: i32,
    pub title: String,
    /// False for front and back matter.
    pub gates: bool,
    /// Sections that have questions of a quiz, in ascending order.
    pub sections: Vec<i32>,
    pub topics: Vec<SharedTopic>,
}

#[derive(Debug)]
pub struct SharedTopic {
    pub topic_id: TopicId,
    pub slug: String,
    pub title: String,
    /// Number within its module, from 1.
    pub number: i32,
    /// Reading time.
    pub minutes: i32,
    pub headings: Vec<TopicHeading>,
    pub has_exercises: bool,
    pub has_cold_calls: bool,
}

#[derive(Debug, Deserialize)]
pub struct TopicHeading {
    pub id: String,
    pub text: String,
}

impl SharedCourse {
    /// Returns all topics in order, each with its module.
    pub fn topics(&self) -> impl Iterator<Item = (&SharedModule, &SharedTopic)> {
        self.modules
            .iter()
            .flat_map(|module| module.topics.iter().map(move |topic| (module, topic)))
    }

    pub fn module(&self, number: i32) -> Option<&SharedModule> {
        self.modules.iter().find(|module| module.number == number)
    }

    pub fn topic_ids(&self) -> Vec<TopicId> {
        self.topics().map(|(_, topic)| topic.topic_id).collect()
    }
}

impl SharedTopic {
    pub fn heading(&self, id: &str) -> Option<&TopicHeading> {
        self.headings.iter().find(|heading| heading.id == id)
    }
}

impl Size for SharedCourse {
    fn bytes(&self) -> usize {
        let headings = |topic: &SharedTopic| {
            topic
                .headings
                .iter()
                .map(|heading| size_of::<TopicHeading>() + heading.id.len() + heading.text.len())
                .sum::<usize>()
        };
        size_of::<Self>()
            + self
                .modules
                .iter()
                .map(|module| size_of::<SharedModule>() + module.title.len())
                .sum::<usize>()
            + self
                .topics()
                .map(|(_, topic)| {
                    size_of::<SharedTopic>()
                        + topic.slug.len()
                        + topic.title.len()
                        + headings(topic)
                })
                .sum::<usize>()
    }
}

static COURSES: LazyLock<VersionCache<Uuid, SharedCourse>> =
    LazyLock::new(|| VersionCache::new(1_000, 32 << 20));

/// Returns a course as of the revision. Without a revision it is read from the database. A
/// transaction that has changed the course must pass none, because the revision changes at its end.
pub async fn course(
    conn: &mut Conn,
    course: CourseId,
    revision: Option<Uuid>,
) -> QueryResult<Arc<SharedCourse>> {
    let mut found = courses(conn, &[(course, revision)]).await?;
    Ok(found.remove(&course).unwrap_or_default())
}

/// Returns courses as of their revisions. Reads all that memory lacks with two statements.
pub async fn courses(
    conn: &mut Conn,
    wanted: &[(CourseId, Option<Uuid>)],
) -> QueryResult<HashMap<CourseId, Arc<SharedCourse>>> {
    let mut found = HashMap::with_capacity(wanted.len());
    let mut missing = Vec::new();
    for (course, revision) in wanted {
        match revision.and_then(|revision| COURSES.get(&revision)) {
            Some(shared) => {
                found.insert(*course, shared);
            }
            None => missing.push(*course),
        }
    }
    if missing.is_empty() {
        return Ok(found);
    }
    let mut read = load(conn, &missing).await?;
    for (course, revision) in wanted {
        let Some(shared) = read.remove(course) else {
            continue;
        };
        let shared = Arc::new(shared);
        if let Some(revision) = revision {
            COURSES.insert(*revision, shared.clone());
        }
        found.insert(*course, shared);
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct ModuleRow {
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Bool)]
    gates: bool,
    #[diesel(sql_type = Array<Int4>)]
    sections: Vec<i32>,
    #[diesel(sql_type = Bool)]
    is_gated: bool,
    #[diesel(sql_type = Int4)]
    cooldown_days: i32,
    #[diesel(sql_type = Bool)]
    has_exams: bool,
}

#[derive(QueryableByName)]
struct TopicRow {
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = SqlUuid)]
    topic_id: TopicId,
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Int4)]
    topic_number: i32,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Int4)]
    reading_minutes: i32,
    #[diesel(sql_type = Jsonb)]
    headings: Value,
    #[diesel(sql_type = Bool)]
    has_exercises: bool,
    #[diesel(sql_type = Bool)]
    has_cold_calls: bool,
}

async fn load(
    conn: &mut Conn,
    courses: &[CourseId],
) -> QueryResult<HashMap<CourseId, SharedCourse>> {
    let ids: Vec<Uuid> = courses.iter().map(|course| course.0).collect();
    let modules: Vec<ModuleRow> = statement(
        "select c.course_id, m.module_no, m.title, m.gates, c.is_gated, c.cooldown_days,
                array(select distinct q.topic_pair_index from quiz_questions q
                      where q.course_id = m.course_id and q.module_no = m.module_no and q.topic_pair_index is not null
                        and q.purpose <> 'exam' and q.retired_at is null order by 1) as sections,
                exists (select from exams x where x.course_id = c.course_id and x.is_published and x.retired_at is null) as has_exams
         from course_modules m
         join courses c on c.course_id = m.course_id
         where m.course_id = any($1)
         order by m.course_id, m.module_no",
    )
    .bind::<Array<SqlUuid>, _>(&ids)
    .load(conn)
    .await?;
    let topics: Vec<TopicRow> = statement(
        "select t.course_id, t.topic_id, t.module_no, t.topic_number, t.slug, t.title, t.reading_minutes, t.headings,
                exists (select from simulation_exercises x where x.topic_id = t.topic_id) as has_exercises,
                exists (select from cold_call_prompts p where p.topic_id = t.topic_id and p.retired_at is null) as has_cold_calls
         from topics t
         where t.course_id = any($1) and t.retired_at is null
         order by t.course_id, t.module_no, t.topic_number",
    )
    .bind::<Array<SqlUuid>, _>(&ids)
    .load(conn)
    .await?;
    let mut found: HashMap<CourseId, SharedCourse> = HashMap::new();
    for row in modules {
        let course = found.entry(row.course_id).or_default();
        course.is_gated = row.is_gated;
        course.cooldown_days = row.cooldown_days;
        course.has_exams = row.has_exams;
        course.modules.push(SharedModule {
            number: row.module_no,
            title: row.title,
            gates: row.gates,
            sections: row.sections,
            topics: Vec::new(),
        });
    }
    for row in topics {
        let module = found
            .get_mut(&row.course_id)
            .and_then(|course| (course.modules.iter_mut()).find(|of| of.number == row.module_no));
        if let Some(module) = module {
            module.topics.push(SharedTopic {
                topic_id: row.topic_id,
                slug: row.slug,
                title: row.title,
                number: row.topic_number,
                minutes: row.reading_minutes,
                headings: serde_json::from_value(row.headings).unwrap_or_default(),
                has_exercises: row.has_exercises,
                has_cold_calls: row.has_cold_calls,
            });
        }
    }
    Ok(found)
}
