//! Announcements as members see them, and their publication at a time.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::{course_news, notices, store, work};
use crate::cohort::CohortAnnouncement;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{AnnouncementId, CohortId, CourseId, MemberId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// Announcements that the home shows.
const SHOWN_ANNOUNCEMENTS: i64 = 50;

#[derive(QueryableByName)]
struct ShownRow {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body_html: String,
    #[diesel(sql_type = Text)]
    author: String,
    #[diesel(sql_type = Timestamptz)]
    published_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_read: bool,
}

/// Returns the published announcements, newest first, and records that the member has read them.
/// Tutors have no member.
pub async fn shown(
    conn: &mut Conn,
    cohort: CohortId,
    member: Option<MemberId>,
    clock: &Clock,
) -> QueryResult<Vec<CohortAnnouncement>> {
    let rows: Vec<ShownRow> = statement(
        "select a.title, a.body_html, a.published_at, coalesce(u.display_name, 'A former tutor') as author,
                $2 is null or exists (select from announcement_reads r
                                      where r.announcement_id = a.announcement_id and r.member_id = $2) as is_read
         from cohort_announcements a left join users u on u.user_id = a.author_user_id
         where a.cohort_id = $1 and a.published_at is not null
         order by a.published_at desc, a.announcement_id limit $3",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Nullable<Uuid>, _>(member)
    .bind::<BigInt, _>(SHOWN_ANNOUNCEMENTS)
    .load(conn)
    .await?;
    if let Some(member) = member
        && rows.iter().any(|row| !row.is_read)
    {
        statement(
            "insert into announcement_reads (announcement_id, member_id)
             select announcement_id, $2 from cohort_announcements
             where cohort_id = $1 and published_at is not null
             order by published_at desc, announcement_id limit $3
             on conflict do nothing",
        )
        .bind::<Uuid, _>(cohort)
        .bind::<Uuid, _>(member)
        .bind::<BigInt, _>(SHOWN_ANNOUNCEMENTS)
        .execute(conn)
        .await?;
    }
    let announcements = rows.into_iter().map(|row| CohortAnnouncement {
        title: row.title,
        body: Html(row.body_html),
        author: row.author,
        at: work::when(row.published_at, clock),
    });
    Ok(announcements.collect())
}

/// Publishes an announcement, if it is still planned for this time.
#[derive(Debug, Serialize, Deserialize)]
pub struct PublishAnnouncement {
    pub announcement: AnnouncementId,
    pub at: DateTime<Utc>,
}

impl Job for PublishAnnouncement {
    const KIND: &'static str = "publish_announcement";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| publish(conn, self.announcement, self.at).await)
            .await
    }
}

/// Queues the publication of an announcement.
pub async fn publish_at(
    conn: &mut Conn,
    announcement: AnnouncementId,
    at: DateTime<Utc>,
) -> AppResult<()> {
    let name = format!("announcement-{announcement}-{}", at.timestamp());
    jobs::enqueue_once(conn, &PublishAnnouncement { announcement, at }, &name, at).await
}

#[derive(QueryableByName)]
struct PublishedRow {
    /// None if it goes to all learners of the course.
    #[diesel(sql_type = Nullable<Uuid>)]
    cohort_id: Option<CohortId>,
    #[diesel(sql_type = Uuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body_html: String,
    #[diesel(sql_type = Nullable<Uuid>)]
    author_user_id: Option<UserId>,
}

/// Publishes an announcement that is planned for this time, and tells the members. Does nothing if
/// it is published, deleted or planned for another time.
pub async fn publish(
    conn: &mut Conn,
    announcement: AnnouncementId,
    at: DateTime<Utc>,
) -> AppResult<()> {
    let row: Option<PublishedRow> = statement(
        "update cohort_announcements a set published_at = now()
         where a.announcement_id = $1 and a.publish_at = $2 and a.published_at is null
         returning a.cohort_id,
                   coalesce(a.course_id, (select c.course_id from cohorts c where c.cohort_id = a.cohort_id)) as course_id,
                   a.title, a.body_html, a.author_user_id",
    )
    .bind::<Uuid, _>(announcement)
    .bind::<Timestamptz, _>(at)
    .get_result(conn)
    .await
    .optional()?;
    let Some(row) = row else { return Ok(()) };
    let texts = (row.title.as_str(), row.body_html.as_str());
    let Some(cohort) = row.cohort_id else {
        let author = row.author_user_id;
        return course_news::announced(conn, row.course_id, announcement, texts, author).await;
    };
    let Some(cohort) = store::cohort(conn, row.course_id, cohort).await? else {
        return Ok(());
    };
    notices::announced(conn, &cohort, announcement, texts, row.author_user_id).await
}
