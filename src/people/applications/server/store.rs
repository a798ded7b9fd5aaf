//! Queries of applications to teach.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::check::CheckedTutor;
use super::mails::{TutorApplicationMail, TutorNews};
use crate::admission::review::DecisionMail;
use crate::people::applications::{
    TUTOR_APPLICATIONS_ON_PAGE, TutorApplicationStatus, tutor_applications_path,
};
use crate::platform::auth::store as accounts;
use crate::platform::db::Conn;
use crate::platform::db::schema::tutor_applications as table;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{TutorApplicationId, UserId};
use crate::platform::jobs;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{NewNotification, notify};

/// Subject of the notifications about new applications.
pub const SUBJECT: &str = "tutor-applications";

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = table)]
pub struct TutorApplicationRow {
    pub application_id: TutorApplicationId,
    pub email: String,
    pub name: String,
    pub subjects: String,
    pub experience: String,
    pub motivation: String,
    pub link: Option<String>,
    pub status: String,
    pub created_at: DateTime<Utc>,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<DateTime<Utc>>,
    pub mail_subject: Option<String>,
    pub mail_text: Option<String>,
}

/// Stores a new application, confirms it by mail if that `is_mailed`, and tells the admins. Does
/// nothing if the address has an open one.
pub async fn receive(conn: &mut Conn, new: &CheckedTutor, is_mailed: bool) -> AppResult<()> {
    let stored: Option<TutorApplicationId> = diesel::insert_into(table::table)
        .values((
            table::email.eq(&new.email),
            table::name.eq(&new.name),
            table::subjects.eq(&new.subjects),
            table::experience.eq(&new.experience),
            table::motivation.eq(&new.motivation),
            table::link.eq(&new.link),
        ))
        .on_conflict_do_nothing()
        .returning(table::application_id)
        .get_result(conn)
        .await
        .optional()?;
    let Some(application) = stored else {
        return Ok(());
    };
    if is_mailed {
        let mail = TutorApplicationMail::new(application, TutorNews::Arrived);
        jobs::enqueue(conn, &mail).await?;
    }
    let admins = accounts::admins(conn, None).await?;
    let new = NewNotification {
        kind: NotificationKind::Desk,
        subject: SUBJECT.to_owned(),
        course: None,
        title: format!("{} wants to teach", new.name),
        body: new.subjects.clone(),
        path: tutor_applications_path(TutorApplicationStatus::New, 0),
    };
    notify(conn, &admins, &new).await
}

/// Counts the applications with each status.
pub async fn counts(conn: &mut Conn) -> QueryResult<Vec<(String, i64)>> {
    table::table
        .group_by(table::status)
        .select((table::status, diesel::dsl::count_star()))
        .load(conn)
        .await
}

/// Returns a page of the applications with a status and one more if there is a next page.
pub async fn page(
    conn: &mut Conn,
    status: TutorApplicationStatus,
    page: i64,
) -> QueryResult<Vec<TutorApplicationRow>> {
    table::table
        .filter(table::status.eq(status.name()))
        .order((table::created_at.desc(), table::application_id.desc()))
        .offset(page * TUTOR_APPLICATIONS_ON_PAGE)
        .limit(TUTOR_APPLICATIONS_ON_PAGE + 1)
        .select(TutorApplicationRow::as_select())
        .load(conn)
        .await
}

pub async fn by_id(
    conn: &mut Conn,
    application: TutorApplicationId,
) -> QueryResult<Option<TutorApplicationRow>> {
    table::table
        .find(application)
        .select(TutorApplicationRow::as_select())
        .first(conn)
        .await
        .optional()
}

pub fn no_application() -> AppError {
    AppError::NotFound("There is no such application.".to_owned())
}

/// Returns an application that was not decided, locked until the transaction ends.
pub async fn open(
    conn: &mut Conn,
    application: TutorApplicationId,
) -> AppResult<TutorApplicationRow> {
    let row = table::table
        .find(application)
        .select(TutorApplicationRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?
        .ok_or_else(no_application)?;
    match row.decided_at {
        None => Ok(row),
        Some(_) => Err(AppError::Conflict(
            "This application was decided already. Reload the page to see it.".to_owned(),
        )),
    }
}

/// Stores a decision. `mail` is that of a rejection.
pub async fn set_status(
    conn: &mut Conn,
    application: TutorApplicationId,
    status: TutorApplicationStatus,
    by: UserId,
    mail: Option<&DecisionMail>,
) -> QueryResult<()> {
    diesel::update(table::table.find(application))
        .set((
            table::status.eq(status.name()),
            table::decided_by.eq(by),
            table::decided_at.eq(Utc::now()),
            table::mail_subject.eq(mail.map(|mail| mail.subject.as_str())),
            table::mail_text.eq(mail.map(|mail| mail.text.as_str())),
        ))
        .execute(conn)
        .await
        .map(drop)
}
