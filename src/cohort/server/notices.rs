//! Notifications of cohorts. Each leads to the cohort's home, and opening the home marks them as
//! read: their subjects begin with the subject of the cohort.

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::newcomers;
use super::standing::CohortStanding;
use super::store::{self, Cohort};
use crate::course::server::store as courses;
use crate::paths::cohort_home_path;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{
    AnnouncementId, CohortId, CohortMessageId, CourseId, LiveSessionId, MemberId, UserId, WorkId,
};
use crate::platform::markdown;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{
    NewNotification, note, notify, store as notifications, withdraw,
};

/// The subject of notifications about the cohort itself.
fn of_cohort(cohort: CohortId) -> String {
    format!("cohort/{cohort}")
}

pub fn of_announcement(cohort: CohortId, announcement: AnnouncementId) -> String {
    format!("cohort/{cohort}/announcement/{announcement}")
}

fn of_live_session(cohort: CohortId, session: LiveSessionId) -> String {
    format!("cohort/{cohort}/session/{session}")
}

/// Marks all that the home shows as read.
pub async fn seen(conn: &mut Conn, user: UserId, cohort: CohortId) -> QueryResult<()> {
    notifications::seen_within(conn, user, &of_cohort(cohort)).await
}

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
}

/// Returns the accounts of the active members of an active cohort, without the one of `except`.
pub async fn people(
    conn: &mut Conn,
    cohort: CohortId,
    except: Option<UserId>,
) -> QueryResult<Vec<UserId>> {
    let rows: Vec<PersonRow> = statement(
        "select m.user_id from cohort_members m join cohorts c on c.cohort_id = m.cohort_id
         where m.cohort_id = $1 and m.status = 'active' and c.is_active
           and m.user_id is not null and m.user_id is distinct from $2",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Nullable<Uuid>, _>(except)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// Tells the members of a new announcement.
pub async fn announced(
    conn: &mut Conn,
    cohort: &Cohort,
    announcement: AnnouncementId,
    (title, html): (&str, &str),
    by: Option<UserId>,
) -> AppResult<()> {
    let people = people(conn, cohort.cohort_id, by).await?;
    let (slug, _) = courses::names(conn, cohort.course_id).await?;
    let new = NewNotification {
        kind: NotificationKind::Announcement,
        subject: of_announcement(cohort.cohort_id, announcement),
        course: Some(cohort.course_id),
        title: title.to_owned(),
        body: markdown::words(html),
        path: cohort_home_path(&slug),
    };
    notify(conn, &people, &new).await
}

/// Tells the members something about a live session: its title and text.
pub async fn of_session(
    conn: &mut Conn,
    cohort: &Cohort,
    session: LiveSessionId,
    (title, body): (&str, &str),
    by: Option<UserId>,
) -> AppResult<()> {
    let people = people(conn, cohort.cohort_id, by).await?;
    let (slug, _) = courses::names(conn, cohort.course_id).await?;
    let new = NewNotification {
        kind: NotificationKind::Deadline,
        subject: of_live_session(cohort.cohort_id, session),
        course: Some(cohort.course_id),
        title: title.to_owned(),
        body: body.to_owned(),
        path: cohort_home_path(&slug),
    };
    notify(conn, &people, &new).await
}

/// Takes back what members have not read about a live session.
pub async fn withdraw_session(
    conn: &mut Conn,
    cohort: CohortId,
    session: LiveSessionId,
) -> QueryResult<()> {
    let subject = of_live_session(cohort, session);
    withdraw(conn, NotificationKind::Deadline, &subject).await
}

/// Tells people of a tutor's message to them. Active members see it on the cohort's home, others in
/// the list of notifications.
pub async fn of_message(
    conn: &mut Conn,
    cohort: &Cohort,
    message: CohortMessageId,
    (title, text): (&str, &str),
    (people, are_active): (&[UserId], bool),
) -> AppResult<()> {
    let (slug, _) = courses::names(conn, cohort.course_id).await?;
    let new = NewNotification {
        kind: NotificationKind::Message,
        subject: format!("{}/message/{message}", of_cohort(cohort.cohort_id)),
        course: Some(cohort.course_id),
        title: title.to_owned(),
        body: text.to_owned(),
        path: match are_active {
            true => cohort_home_path(&slug),
            false => "/notifications".to_owned(),
        },
    };
    notify(conn, people, &new).await
}

/// Tells an active member that a tutor commented on their work. `by` has the tutor's name.
pub async fn commented(
    conn: &mut Conn,
    cohort: &Cohort,
    work: WorkId,
    by: (UserId, &str),
    comment: &str,
) -> AppResult<()> {
    let rows: Vec<PersonRow> = statement(
        "select m.user_id from project_works w join cohort_members m on m.member_id = w.member_id
         where w.work_id = $1 and m.status = 'active' and m.user_id <> $2",
    )
    .bind::<Uuid, _>(work)
    .bind::<Uuid, _>(by.0)
    .load(conn)
    .await?;
    let people: Vec<UserId> = rows.into_iter().map(|row| row.user_id).collect();
    let (slug, _) = courses::names(conn, cohort.course_id).await?;
    let new = NewNotification {
        kind: NotificationKind::Reply,
        subject: format!("{}/work/{work}", of_cohort(cohort.cohort_id)),
        course: Some(cohort.course_id),
        title: format!("{} commented on your work", by.1),
        body: comment.to_owned(),
        path: cohort_home_path(&slug),
    };
    notify(conn, &people, &new).await
}

/// The notification of a membership. None once the cohort has ended.
async fn of_membership(conn: &mut Conn, cohort: &Cohort) -> AppResult<Option<NewNotification>> {
    let (slug, title) = courses::names(conn, cohort.course_id).await?;
    let body = match cohort.standing(chrono::Utc::now()) {
        CohortStanding::Ended => return Ok(None),
        CohortStanding::Before(_) => {
            let day = store::day(cohort.start_date);
            format!("The course “{title}” opens to you on {day}.")
        }
        CohortStanding::Open => format!("The course “{title}” is open to you."),
    };
    Ok(Some(NewNotification {
        kind: NotificationKind::Admission,
        subject: of_cohort(cohort.cohort_id),
        course: Some(cohort.course_id),
        title: format!("You are a member of the cohort “{}”", cohort.title),
        body,
        path: cohort_home_path(&slug),
    }))
}

#[derive(QueryableByName)]
struct JoinedRow {
    #[diesel(sql_type = Uuid)]
    member_id: MemberId,
    #[diesel(sql_type = Nullable<Uuid>)]
    user_id: Option<UserId>,
}

/// Tells active members with these addresses that they belong to the cohort now. Those without an
/// account get a mail.
pub async fn joined(
    conn: &mut Conn,
    cohort: &Cohort,
    emails: &[String],
    by: UserId,
) -> AppResult<()> {
    let Some(new) = of_membership(conn, cohort).await? else {
        return Ok(());
    };
    let rows: Vec<JoinedRow> = statement(
        "select m.member_id, m.user_id
         from cohort_members m
         join cohorts c on c.cohort_id = m.cohort_id
         left join users u on u.user_id = m.user_id
         where m.cohort_id = $1 and m.status = 'active' and c.is_active and m.user_id is distinct from $3
           and (m.email = any($2) or u.email = any($2))",
    )
    .bind::<Uuid, _>(cohort.cohort_id)
    .bind::<Array<Text>, _>(emails)
    .bind::<Uuid, _>(by)
    .load(conn)
    .await?;
    let people: Vec<UserId> = rows.iter().filter_map(|row| row.user_id).collect();
    notify(conn, &people, &new).await?;
    let strangers = rows.iter().filter(|row| row.user_id.is_none());
    let strangers: Vec<MemberId> = strangers.map(|row| row.member_id).collect();
    newcomers::mail(conn, &strangers, by).await
}

/// Tells a person in the app of a membership that they had before they had an account.
pub async fn linked(conn: &mut Conn, cohort: &Cohort, user: UserId) -> AppResult<()> {
    match of_membership(conn, cohort).await? {
        Some(new) => Ok(note(conn, user, &new).await?),
        None => Ok(()),
    }
}

#[derive(QueryableByName)]
struct StartedRow {
    #[diesel(sql_type = Uuid)]
    cohort_id: CohortId,
    #[diesel(sql_type = Uuid)]
    course_id: CourseId,
}

/// Tells the members of the cohorts that were opened within a day that they have started, once.
/// Members of a cohort that was made after its start were told when they were added.
pub async fn started(conn: &mut Conn) -> AppResult<()> {
    let started: Vec<StartedRow> = statement(
        "update cohorts set start_told_at = now()
         where is_active and opened_at is not null and starts_at > now() - interval '1 day'
           and created_at < starts_at and (start_told_at is null or start_told_at < starts_at)
         returning cohort_id, course_id",
    )
    .load(conn)
    .await?;
    for StartedRow {
        cohort_id,
        course_id,
    } in started
    {
        let Some(cohort) = store::cohort(conn, course_id, cohort_id).await? else {
            continue;
        };
        let people = people(conn, cohort_id, None).await?;
        let (slug, title) = courses::names(conn, course_id).await?;
        let new = NewNotification {
            kind: NotificationKind::Deadline,
            subject: of_cohort(cohort_id),
            course: Some(course_id),
            title: format!("Your cohort “{}” has started", cohort.title),
            body: format!("The course “{title}” is open to you now."),
            path: cohort_home_path(&slug),
        };
        notify(conn, &people, &new).await?;
    }
    Ok(())
}
