//! Query of the learner's courses.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::enrollment::EnrollmentStatus;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, FileId, TopicId, UserId};

/// Course on the learner's home page.
#[derive(Debug, QueryableByName)]
pub struct MineRow {
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub revision: Option<uuid::Uuid>,
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
    #[diesel(sql_type = Nullable<Uuid>)]
    pub last_topic_id: Option<TopicId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub certificate: Option<String>,
    /// True for a member of a cohort of the course.
    #[diesel(sql_type = Bool)]
    pub has_cohort: bool,
    /// First day of the cohort, for a member who has no access before.
    #[diesel(sql_type = Nullable<Date>)]
    pub starts_on: Option<NaiveDate>,
    /// Announcements to all learners of the course since the enrollment, and messages to this one,
    /// that are unread.
    #[diesel(sql_type = BigInt)]
    pub unread_news: i64,
}

/// Returns the learner's courses, last opened first and completed ones last. Courses whose cohort
/// has not started come after them.
pub async fn my_courses(conn: &mut Conn, user: UserId) -> QueryResult<Vec<MineRow>> {
    statement(
        "select c.course_id, r.revision, c.slug, c.title, c.language, c.thumbnail_file_id, e.status, e.last_opened_at,
                e.last_topic_id,
                (select code from course_certificates where user_id = $1 and course_id = c.course_id
                 order by revoked_at is not null, issued_at desc limit 1) as certificate,
                exists (select from current_membership($1, c.course_id)) as has_cohort, e.starts_on,
                case when e.starts_on is null then
                    (select count(*) from cohort_announcements a
                     where a.course_id = c.course_id and a.cohort_id is null and a.published_at >= e.enrolled_at
                       and not exists (select from course_announcement_reads x
                                       where x.announcement_id = a.announcement_id and x.user_id = $1))
                    + (select count(*) from course_message_receivers x join cohort_messages s on s.message_id = x.message_id
                       where x.user_id = $1 and x.read_at is null and s.course_id = c.course_id)
                else 0 end as unread_news
         from (
             select course_id, status, last_opened_at, last_topic_id, enrolled_at, null::date as starts_on
             from enrollments where user_id = $1 and status in ('active', 'completed')
             union all
             select c.course_id, 'active', null, null, c.starts_at, c.start_date
             from cohort_members m join cohorts c on c.cohort_id = m.cohort_id
             where m.user_id = $1 and m.status = 'active' and c.is_active and c.starts_at > now()
               and not exists (select from enrollments e
                               where e.user_id = $1 and e.course_id = c.course_id and e.status in ('active', 'completed'))
         ) e
         join courses c on c.course_id = e.course_id
         left join course_revisions r on r.course_id = e.course_id
         order by e.starts_on nulls first, e.status = 'completed', e.last_opened_at desc nulls last, e.enrolled_at desc
         limit 100",
    )
    .bind::<Uuid, _>(user)
    .load(conn)
    .await
}
