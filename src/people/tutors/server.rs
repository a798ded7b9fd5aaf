//! Queries and rules of a course's tutors.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{CourseTutorLine, CourseTutorsPage};
use crate::course::server::store::title;
use crate::people::role_name;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::auth::{UserRole, normalize_email, store as accounts};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, UserId};
use crate::platform::time::Clock;
use crate::teaching::server::store;

#[derive(QueryableByName)]
struct CourseTutorRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    teaches: bool,
    #[diesel(sql_type = Bool)]
    may_sign_in: bool,
}

async fn tutors(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<CourseTutorRow>> {
    statement(
        "select u.user_id, u.display_name, u.email, ct.created_at, ct.is_active as teaches, u.is_active as may_sign_in
         from course_tutors ct
         join tutors t on t.tutor_id = ct.tutor_id
         join users u on u.user_id = t.user_id and u.deleted_at is null
         where ct.course_id = $1
         order by not ct.is_active, u.sort_name, u.user_id",
    )
    .bind::<Uuid, _>(course)
    .load(conn)
    .await
}

pub async fn page(conn: &mut Conn, course: CourseId, clock: &Clock) -> AppResult<CourseTutorsPage> {
    let rows = tutors(conn, course).await?;
    let line = |row: CourseTutorRow| CourseTutorLine {
        person: row.user_id,
        name: row.display_name,
        email: row.email,
        since: clock.date(row.created_at),
        teaches: row.teaches,
        may_sign_in: row.may_sign_in,
    };
    Ok(CourseTutorsPage {
        course_title: title(conn, course).await?,
        tutors: rows.into_iter().map(line).collect(),
    })
}

/// Lets the person with this address teach the course. A learner becomes a tutor by it.
///
/// # Errors
///
/// Says at the field `email` if nobody has this address, or if the person teaches it already.
pub async fn add(conn: &mut Conn, admin: &TutorOf, email: &str) -> AppResult<()> {
    let email = normalize_email(email).map_err(|why| AppError::field("email", why))?;
    let account = accounts::by_email(conn, &email).await?;
    let account = account.filter(|account| account.deleted_at.is_none());
    let account = account.ok_or_else(|| {
        AppError::field(
            "email",
            "Nobody has an account with this address. Invite them as a tutor of this course.",
        )
    })?;
    if !account.may_sign_in() {
        let why = "This account is deactivated. Reactivate it first.";
        return Err(AppError::field("email", why));
    }
    let user = account.user_id;
    if !store::add_tutor(conn, admin.course, user).await? {
        return Err(AppError::field("email", "They teach this course already."));
    }
    record(conn, admin, user, true).await?;
    // The role only adds the link to /teach. Rights depend on the course.
    if account.role == UserRole::Learner {
        accounts::set_role(conn, user, UserRole::Tutor).await?;
        AuditEntry::done("user.role_changed")
            .of("user", user)
            .change(
                Some(json!({ "role": role_name(account.role) })),
                Some(json!({ "role": role_name(UserRole::Tutor) })),
            )
            .by(&admin.signed_in.cx)
            .write(conn)
            .await?;
    }
    Ok(())
}

/// Ends or resumes the work of somebody who teaches the course or did. Doing it twice is as good as
/// once.
pub async fn set(conn: &mut Conn, admin: &TutorOf, person: UserId, teaches: bool) -> AppResult<()> {
    let known = tutors(conn, admin.course).await?;
    if !known.iter().any(|row| row.user_id == person) {
        return Err(AppError::NotFound(
            "This person never taught the course.".to_owned(),
        ));
    }
    let changed = match teaches {
        true => store::add_tutor(conn, admin.course, person).await?,
        false => store::remove_tutor(conn, admin.course, person).await?,
    };
    match changed {
        true => record(conn, admin, person, teaches).await,
        false => Ok(()),
    }
}

async fn record(conn: &mut Conn, admin: &TutorOf, user: UserId, teaches: bool) -> AppResult<()> {
    let action = match teaches {
        true => "course_tutor.added",
        false => "course_tutor.removed",
    };
    Ok(AuditEntry::done(action)
        .of("course", admin.course)
        .change(
            Some(json!({ "user_id": user, "teaches": !teaches })),
            Some(json!({ "user_id": user, "teaches": teaches })),
        )
        .by(&admin.signed_in.cx)
        .write(conn)
        .await?)
}
