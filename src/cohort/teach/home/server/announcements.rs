//! Announcements: written now or planned, for one cohort or for all that run, and their readers.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::{heading, rendered, require, text};
use crate::cohort::server::announcements::{publish, publish_at};
use crate::cohort::server::standing::CohortStanding;
use crate::cohort::server::store::{self as cohorts, Cohort};
use crate::cohort::server::work;
use crate::cohort::server::{course_news, notices};
use crate::cohort::teach::home::{
    AnnouncementReaders, AnnouncementsPage, TEXT_CHARACTERS, WrittenAnnouncement,
};
use crate::cohort::teach::sessions::server::check;
use crate::course::server::store as courses;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{AnnouncementId, CohortId, CourseId, UserId};
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::withdraw;
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// Names of readers that the page lists.
const SHOWN_NAMES: i64 = 1_000;

/// An announcement, with its Markdown rendered.
pub struct AnnouncementDraft {
    pub title: String,
    pub body: String,
    pub html: String,
}

pub fn read_announcement(title: &str, body: &str) -> AppResult<AnnouncementDraft> {
    let mut problems = Vec::new();
    let title = heading(title, &mut problems);
    text("body", body, TEXT_CHARACTERS, &mut problems);
    match problems.is_empty() {
        true => Ok(AnnouncementDraft {
            title,
            body: body.to_owned(),
            html: rendered(body),
        }),
        false => Err(AppError::Invalid(problems)),
    }
}

/// The people whom announcements of a page reach.
pub enum AnnouncedTo {
    Cohort(Cohort),
    /// All learners of the course. Times are told in this zone, that of the tutor.
    Course(CourseId, Tz),
}

impl AnnouncedTo {
    fn course(&self) -> CourseId {
        match self {
            Self::Cohort(cohort) => cohort.course_id,
            Self::Course(course, _) => *course,
        }
    }

    fn cohort(&self) -> Option<CohortId> {
        match self {
            Self::Cohort(cohort) => Some(cohort.cohort_id),
            Self::Course(..) => None,
        }
    }

    fn clock(&self) -> Clock {
        match self {
            Self::Cohort(cohort) => cohort.clock(),
            Self::Course(_, zone) => Clock {
                zone: *zone,
                now: Utc::now(),
            },
        }
    }

    /// Tells them of a published announcement: its title and its HTML.
    async fn tell(
        &self,
        conn: &mut Conn,
        id: AnnouncementId,
        texts: (&str, &str),
        by: UserId,
    ) -> AppResult<()> {
        match self {
            Self::Cohort(cohort) => notices::announced(conn, cohort, id, texts, Some(by)).await,
            Self::Course(course, _) => {
                course_news::announced(conn, *course, id, texts, Some(by)).await
            }
        }
    }
}

/// Returns the cohort of the tutor's course, or the course if there is none.
///
/// # Errors
///
/// `NotFound` for any other cohort.
pub async fn announced_to(
    conn: &mut Conn,
    course: CourseId,
    cohort: Option<CohortId>,
    zone: Tz,
) -> AppResult<AnnouncedTo> {
    Ok(match cohort {
        Some(cohort) => AnnouncedTo::Cohort(require(conn, course, cohort).await?),
        None => AnnouncedTo::Course(course, zone),
    })
}

fn gone() -> AppError {
    AppError::NotFound("This announcement is no longer here.".to_owned())
}

#[derive(QueryableByName)]
struct WrittenRow {
    #[diesel(sql_type = Uuid)]
    announcement_id: AnnouncementId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    body_html: String,
    #[diesel(sql_type = Text)]
    author: String,
    #[diesel(sql_type = Timestamptz)]
    publish_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    published_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    readers: i64,
    #[diesel(sql_type = BigInt)]
    others: i64,
}

/// Returns the page of announcements to a cohort or to the whole course: the planned ones, then the
/// newest. `readers` may name the announcement whose readers are listed.
pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    cohort: Option<CohortId>,
    readers: Option<AnnouncementId>,
    clock: &Clock,
) -> AppResult<AnnouncementsPage> {
    let to = announced_to(conn, course, cohort, clock.zone).await?;
    let zone = to.clock();
    let rows: Vec<WrittenRow> = statement(
        "select a.announcement_id, a.title, a.body, a.body_html, a.publish_at, a.published_at,
                coalesce(u.display_name, 'A former tutor') as author,
                (select count(*) from announcement_reads r join cohort_members m on m.member_id = r.member_id
                 where r.announcement_id = a.announcement_id and m.status = 'active')
                + (select count(*) from course_announcement_reads r
                   join enrollments e on e.user_id = r.user_id and e.course_id = a.course_id
                   where r.announcement_id = a.announcement_id and e.status in ('active', 'completed')) as readers,
                (select count(*) from cohort_announcements o
                 where o.series_id = a.series_id and o.announcement_id <> a.announcement_id) as others
         from cohort_announcements a left join users u on u.user_id = a.author_user_id
         where a.cohort_id is not distinct from $1 and ($1 is not null or a.course_id = $2)
         order by a.published_at is not null, coalesce(a.published_at, a.publish_at) desc, a.announcement_id limit 200",
    )
    .bind::<Nullable<Uuid>, _>(cohort)
    .bind::<Uuid, _>(course)
    .load(conn)
    .await?;
    let announcements = rows.into_iter().map(|row| WrittenAnnouncement {
        announcement_id: row.announcement_id,
        title: row.title,
        body: row.body,
        html: Html(row.body_html),
        author: row.author,
        at: match row.published_at {
            Some(at) => work::when(at, clock),
            None => (zone.date_time(row.publish_at), row.publish_at.to_rfc3339()),
        },
        planned: row
            .published_at
            .is_none()
            .then(|| zone.field(row.publish_at)),
        readers: row.readers,
        others: row.others,
    });
    let announcements = announcements.collect();
    let readers = match readers {
        Some(id) => names_of_readers(conn, &to, id).await?,
        None => None,
    };
    let running = match &to {
        AnnouncedTo::Cohort(cohort) => running(conn, cohort).await?.len(),
        AnnouncedTo::Course(..) => 0,
    };
    Ok(AnnouncementsPage {
        course_title: courses::title(conn, course).await?,
        members: members(conn, &to).await?,
        cohort: match to {
            AnnouncedTo::Cohort(cohort) => Some((cohort.cohort_id, cohort.title)),
            AnnouncedTo::Course(..) => None,
        },
        time_zone: zone.zone.name().to_owned(),
        key: uuid::Uuid::now_v7(),
        running,
        announcements,
        readers,
    })
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn members(conn: &mut Conn, to: &AnnouncedTo) -> QueryResult<i64> {
    let (query, whose) = match to {
        AnnouncedTo::Cohort(cohort) => (
            "select count(*) from cohort_members where cohort_id = $1 and status = 'active'",
            cohort.cohort_id.0,
        ),
        AnnouncedTo::Course(course, _) => (
            "select count(*) from enrollments where course_id = $1 and status in ('active', 'completed')",
            course.0,
        ),
    };
    let row: CountRow = statement(query)
        .bind::<Uuid, _>(whose)
        .get_result(conn)
        .await?;
    Ok(row.count)
}

#[derive(QueryableByName)]
struct ReaderRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    has_read: bool,
}

/// Readers of an announcement to a cohort.
const MEMBERS: &str =
        "select coalesce(u.display_name, m.name, m.email) as name, r.member_id is not null as has_read
         from cohort_announcements a
         join cohort_members m on m.cohort_id = a.cohort_id and m.status = 'active'
         left join users u on u.user_id = m.user_id
         left join announcement_reads r on r.announcement_id = a.announcement_id and r.member_id = m.member_id
         where a.cohort_id = $1 and a.announcement_id = $2 and a.published_at is not null
         order by lower(coalesce(u.display_name, m.name, m.email)), m.member_id limit $3";

/// Readers of an announcement to all learners of a course.
const LEARNERS: &str =
        "select u.display_name as name, r.user_id is not null as has_read
         from cohort_announcements a
         join enrollments e on e.course_id = a.course_id and e.status in ('active', 'completed')
         join users u on u.user_id = e.user_id and u.deleted_at is null
         left join course_announcement_reads r on r.announcement_id = a.announcement_id and r.user_id = e.user_id
         where a.course_id = $1 and a.cohort_id is null and a.announcement_id = $2 and a.published_at is not null
         order by lower(u.display_name), u.user_id limit $3";

/// Returns the active members or learners who have read a published announcement, and those who
/// have not.
async fn names_of_readers(
    conn: &mut Conn,
    to: &AnnouncedTo,
    announcement: AnnouncementId,
) -> QueryResult<Option<AnnouncementReaders>> {
    let (query, whose) = match to {
        AnnouncedTo::Cohort(cohort) => (MEMBERS, cohort.cohort_id.0),
        AnnouncedTo::Course(course, _) => (LEARNERS, course.0),
    };
    let rows: Vec<ReaderRow> = statement(query)
        .bind::<Uuid, _>(whose)
        .bind::<Uuid, _>(announcement)
        .bind::<BigInt, _>(SHOWN_NAMES)
        .load(conn)
        .await?;
    let names = |has_read: bool| {
        let rows = rows.iter().filter(|row| row.has_read == has_read);
        rows.map(|row| row.name.clone()).collect()
    };
    let readers = AnnouncementReaders {
        announcement_id: announcement,
        read: names(true),
        unread: names(false),
    };
    Ok((!rows.is_empty()).then_some(readers))
}

/// Returns the cohorts that an announcement to all reaches: those that are active and have not
/// ended, and in any case this one.
async fn running(conn: &mut Conn, cohort: &Cohort) -> QueryResult<Vec<Cohort>> {
    let now = Utc::now();
    let mut all = cohorts::cohorts(conn, cohort.course_id).await?;
    all.retain(|other| {
        let runs = other.is_active && other.standing(now) != CohortStanding::Ended;
        runs || other.cohort_id == cohort.cohort_id
    });
    Ok(all)
}

#[derive(QueryableByName)]
struct NewRow {
    #[diesel(sql_type = Uuid)]
    announcement_id: AnnouncementId,
}

/// Reads the time of a planned announcement, in the time zone of the page. None for an empty field.
fn planned_time(typed: &str, to: &AnnouncedTo) -> AppResult<Option<DateTime<Utc>>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let clock = to.clock();
    let wrong = |why: String| AppError::field("publish_at", why);
    let at = check::time(typed, clock.zone).map_err(wrong)?;
    match at > clock.now {
        true => Ok(Some(at)),
        false => Err(wrong(format!(
            "This time has passed in {}. Leave the field empty to announce now.",
            clock.zone
        ))),
    }
}

/// Writes an announcement to the course, to the cohort, or to all cohorts that run. It is published
/// at the time `planned` as each cohort's clock tells it, or now if that is empty. Nothing is
/// written twice with one key.
pub async fn make_announcement(
    conn: &mut Conn,
    to: AnnouncedTo,
    key: uuid::Uuid,
    author: UserId,
    draft: &AnnouncementDraft,
    (planned, to_all): (&str, bool),
) -> AppResult<()> {
    let all: Vec<AnnouncedTo> = match to {
        AnnouncedTo::Cohort(cohort) if to_all => {
            let running = running(conn, &cohort).await?;
            running.into_iter().map(AnnouncedTo::Cohort).collect()
        }
        to => vec![to],
    };
    for to in all {
        let at = planned_time(planned, &to)?;
        let course = match &to {
            AnnouncedTo::Cohort(_) => None,
            AnnouncedTo::Course(course, _) => Some(*course),
        };
        let row: Option<NewRow> = statement(
            "insert into cohort_announcements (cohort_id, series_id, author_user_id, title, body, body_html, publish_at,
                                               published_at, course_id)
             values ($1, $2, $3, $4, $5, $6, coalesce($7, now()), case when $7 is null then now() end, $8)
             on conflict do nothing
             returning announcement_id",
        )
        .bind::<Nullable<Uuid>, _>(to.cohort())
        .bind::<Uuid, _>(key)
        .bind::<Uuid, _>(author)
        .bind::<Text, _>(&draft.title)
        .bind::<Text, _>(&draft.body)
        .bind::<Text, _>(&draft.html)
        .bind::<Nullable<Timestamptz>, _>(at)
        .bind::<Nullable<Uuid>, _>(course)
        .get_result(conn)
        .await
        .optional()?;
        let Some(NewRow { announcement_id }) = row else {
            continue;
        };
        let texts = (draft.title.as_str(), draft.html.as_str());
        match at {
            Some(at) => publish_at(conn, announcement_id, at).await?,
            None => to.tell(conn, announcement_id, texts, author).await?,
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct LockedRow {
    #[diesel(sql_type = Uuid)]
    announcement_id: AnnouncementId,
    #[diesel(sql_type = Nullable<Uuid>)]
    cohort_id: Option<CohortId>,
    #[diesel(sql_type = Bool)]
    is_published: bool,
}

/// Returns an announcement of the page, and with `in_all` those to other cohorts of the course
/// that were made with it. They are locked until the transaction ends.
///
/// # Errors
///
/// `NotFound` if it is not of this page.
async fn locked(
    conn: &mut Conn,
    to: &AnnouncedTo,
    id: AnnouncementId,
    in_all: bool,
) -> AppResult<Vec<LockedRow>> {
    let rows: Vec<LockedRow> = statement(
        "select a.announcement_id, a.cohort_id, a.published_at is not null as is_published
         from cohort_announcements a
         join cohort_announcements one on one.announcement_id = $1 and one.cohort_id is not distinct from $2
         left join cohorts c on c.cohort_id = a.cohort_id
         where (a.announcement_id = $1 or $4 and a.series_id = one.series_id)
           and coalesce(a.course_id, c.course_id) = $3
         order by a.announcement_id
         for no key update of a",
    )
    .bind::<Uuid, _>(id)
    .bind::<Nullable<Uuid>, _>(to.cohort())
    .bind::<Uuid, _>(to.course())
    .bind::<Bool, _>(in_all)
    .load(conn)
    .await?;
    match rows.is_empty() {
        true => Err(gone()),
        false => Ok(rows),
    }
}

/// Changes an announcement, and with `in_all` those that were made with it. A planned one gets the
/// time `planned`, and is published now if that is empty.
///
/// # Errors
///
/// `NotFound` if it is not of this page.
pub async fn change_announcement(
    conn: &mut Conn,
    to: &AnnouncedTo,
    id: AnnouncementId,
    draft: &AnnouncementDraft,
    (planned, in_all): (&str, bool),
) -> AppResult<()> {
    let zone = to.clock().zone;
    for row in locked(conn, to, id, in_all).await? {
        let of = announced_to(conn, to.course(), row.cohort_id, zone).await?;
        let at = match row.is_published {
            true => None,
            false => Some(planned_time(planned, &of)?),
        };
        // A time of microseconds, as the database keeps it.
        let now = DateTime::from_timestamp_micros(Utc::now().timestamp_micros());
        let new_time = at.and_then(|at| at.or(now));
        statement(
            "update cohort_announcements
             set title = $2, body = $3, body_html = $4, publish_at = coalesce($5, publish_at)
             where announcement_id = $1",
        )
        .bind::<Uuid, _>(row.announcement_id)
        .bind::<Text, _>(&draft.title)
        .bind::<Text, _>(&draft.body)
        .bind::<Text, _>(&draft.html)
        .bind::<Nullable<Timestamptz>, _>(new_time)
        .execute(conn)
        .await?;
        match (at, new_time) {
            (Some(Some(at)), _) => publish_at(conn, row.announcement_id, at).await?,
            (Some(None), Some(now)) => publish(conn, row.announcement_id, now).await?,
            _ => {}
        }
    }
    Ok(())
}

/// Deletes an announcement, and with `in_all` those that were made with it. Takes back what members
/// have not read.
///
/// # Errors
///
/// `NotFound` if it is not of this page.
pub async fn delete_announcement(
    conn: &mut Conn,
    to: &AnnouncedTo,
    id: AnnouncementId,
    in_all: bool,
) -> AppResult<()> {
    for row in locked(conn, to, id, in_all).await? {
        statement("delete from cohort_announcements where announcement_id = $1")
            .bind::<Uuid, _>(row.announcement_id)
            .execute(conn)
            .await?;
        let subject = match row.cohort_id {
            Some(cohort) => notices::of_announcement(cohort, row.announcement_id),
            None => course_news::of_announcement(to.course(), row.announcement_id),
        };
        withdraw(conn, NotificationKind::Announcement, &subject).await?;
    }
    Ok(())
}
