//! Queries of the learner's place in one course and in all of them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::enrollment::EnrollmentStatus;
use crate::enrollment::server::store::{Studying, heading};
use crate::paths::topic_path;
use crate::platform::db::Conn;
use crate::platform::ids::{CourseId, FileId, UserId};

/// Returns the topic where the learner stopped, or the first one if they have not begun.
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

/// Course on the learner's home page.
#[derive(Debug, QueryableByName)]
pub struct MineRow {
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub language: String,
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
    #[diesel(sql_type = Bool)]
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
    /// Returns true if all topics are done but the enrollment is not marked as completed.
    pub fn is_due(&self) -> bool {
        self.status == EnrollmentStatus::Active && self.topics > 0 && self.done == self.topics
    }

    pub fn anchor(&self) -> Option<(String, String)> {
        heading(self.at_headings.as_ref()?, self.at_anchor.as_deref()?)
    }
}

/// Returns the learner's courses, last opened first, each with the topic where the learner
/// stopped.
pub async fn my_courses(conn: &mut Conn, user: UserId) -> QueryResult<Vec<MineRow>> {
    diesel::sql_query(
        "select c.course_id, c.slug, c.title, c.language, c.thumbnail_file_id, e.status, e.last_opened_at,
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
