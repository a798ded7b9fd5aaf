//! Announcements to all learners of a course and messages of tutors to single ones, outside
//! cohorts: the people whom they reach, their notifications, and the page on which learners see
//! them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::messages::rendered;
use super::work;
use crate::cohort::{CohortAnnouncement, HomeMessage};
use crate::course::server::store as courses;
use crate::paths::course_news_path;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{AnnouncementId, CohortMessageId, CourseId, UserId};
use crate::platform::markdown;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{NewNotification, notify, store as notifications};
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// Announcements and messages that the page shows.
const SHOWN_NEWS: i64 = 50;

/// Subject of all notifications about the news of a course.
fn of_news(course: CourseId) -> String {
    format!("course/{course}/news")
}

pub fn of_announcement(course: CourseId, announcement: AnnouncementId) -> String {
    format!("{}/announcement/{announcement}", of_news(course))
}

/// Marks all that the page shows as read.
pub async fn seen(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<()> {
    notifications::seen_within(conn, user, &of_news(course)).await
}

#[derive(QueryableByName)]
struct LearnerIdRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
}

/// Tells all learners of a course of a new announcement, but not its author.
pub async fn announced(
    conn: &mut Conn,
    course: CourseId,
    announcement: AnnouncementId,
    (title, html): (&str, &str),
    by: Option<UserId>,
) -> AppResult<()> {
    let rows: Vec<LearnerIdRow> = statement(
        "select e.user_id from enrollments e
         where e.course_id = $1 and e.status in ('active', 'completed') and e.user_id is distinct from $2",
    )
    .bind::<Uuid, _>(course)
    .bind::<Nullable<Uuid>, _>(by)
    .load(conn)
    .await?;
    let people: Vec<UserId> = rows.into_iter().map(|row| row.user_id).collect();
    let (slug, _) = courses::names(conn, course).await?;
    let new = NewNotification {
        kind: NotificationKind::Announcement,
        subject: of_announcement(course, announcement),
        course: Some(course),
        title: title.to_owned(),
        body: markdown::words(html),
        path: course_news_path(&slug),
    };
    notify(conn, &people, &new).await
}

/// Tells learners of a tutor's message to each of them.
pub async fn of_message(
    conn: &mut Conn,
    course: CourseId,
    message: CohortMessageId,
    (title, text): (&str, &str),
    people: &[UserId],
) -> AppResult<()> {
    let (slug, _) = courses::names(conn, course).await?;
    let new = NewNotification {
        kind: NotificationKind::Message,
        subject: format!("{}/message/{message}", of_news(course)),
        course: Some(course),
        title: title.to_owned(),
        body: text.to_owned(),
        path: course_news_path(&slug),
    };
    notify(conn, people, &new).await
}

#[derive(QueryableByName)]
struct AnnouncedRow {
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

/// Returns the published announcements to all learners of the course, newest first, and records
/// that this learner has read them.
pub async fn announcements(
    conn: &mut Conn,
    course: CourseId,
    user: UserId,
    clock: &Clock,
) -> QueryResult<Vec<CohortAnnouncement>> {
    let rows: Vec<AnnouncedRow> = statement(
        "select a.title, a.body_html, a.published_at, coalesce(u.display_name, 'A former tutor') as author,
                exists (select from course_announcement_reads r
                        where r.announcement_id = a.announcement_id and r.user_id = $2) as is_read
         from cohort_announcements a left join users u on u.user_id = a.author_user_id
         where a.course_id = $1 and a.cohort_id is null and a.published_at is not null
         order by a.published_at desc, a.announcement_id limit $3",
    )
    .bind::<Uuid, _>(course)
    .bind::<Uuid, _>(user)
    .bind::<BigInt, _>(SHOWN_NEWS)
    .load(conn)
    .await?;
    if rows.iter().any(|row| !row.is_read) {
        statement(
            "insert into course_announcement_reads (announcement_id, user_id)
             select announcement_id, $2 from cohort_announcements
             where course_id = $1 and cohort_id is null and published_at is not null
             order by published_at desc, announcement_id limit $3
             on conflict do nothing",
        )
        .bind::<Uuid, _>(course)
        .bind::<Uuid, _>(user)
        .bind::<BigInt, _>(SHOWN_NEWS)
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

#[derive(QueryableByName)]
struct ReceivedRow {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    sender: String,
    #[diesel(sql_type = Timestamptz)]
    sent_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_read: bool,
}

/// Returns the messages to this learner of the course, newest first, and records that they are
/// read.
pub async fn messages(
    conn: &mut Conn,
    course: CourseId,
    user: UserId,
    clock: &Clock,
) -> QueryResult<Vec<HomeMessage>> {
    let rows: Vec<ReceivedRow> = statement(
        "select s.title, s.body, s.sent_at, coalesce(u.display_name, 'A former tutor') as sender,
                r.read_at is not null as is_read
         from course_message_receivers r
         join cohort_messages s on s.message_id = r.message_id
         left join users u on u.user_id = s.sender_user_id
         where r.user_id = $1 and s.course_id = $2
         order by s.sent_at desc, s.message_id limit $3",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .bind::<BigInt, _>(SHOWN_NEWS)
    .load(conn)
    .await?;
    if rows.iter().any(|row| !row.is_read) {
        statement(
            "update course_message_receivers r set read_at = now()
             from cohort_messages s
             where r.user_id = $1 and s.message_id = r.message_id and s.course_id = $2 and r.read_at is null",
        )
        .bind::<Uuid, _>(user)
        .bind::<Uuid, _>(course)
        .execute(conn)
        .await?;
    }
    let messages = rows.into_iter().map(|row| HomeMessage {
        title: row.title,
        body: Html(rendered(&row.body)),
        author: row.sender,
        at: work::when(row.sent_at, clock),
    });
    Ok(messages.collect())
}
