//! Lets accepted people in: into the cohort, or into the course.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::offerings::OfferingRow;
use super::registrations::{self, RegistrationRow};
use super::terms;
use crate::admission::RegistrationStatus;
use crate::certificate::ProgramType;
use crate::cohort::server::store::{self as cohorts, Joined};
use crate::enrollment::server::store as enrollments;
use crate::platform::db::schema::enrollments as table;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CourseId, UserId};

/// Makes the accepted person a member of the cohort, or enrolls them. Does nothing while a payment
/// is missing, except that the term of the payment begins. People without an account are enrolled
/// when they have one. Twice is as good as once.
pub async fn admit(
    conn: &mut Conn,
    offering: &OfferingRow,
    registration: &RegistrationRow,
    now: DateTime<Utc>,
) -> AppResult<bool> {
    if registration.owes(offering) {
        terms::begin(conn, offering, registration, now).await?;
        return Ok(false);
    }
    if registration.status != RegistrationStatus::Accepted {
        return Ok(false);
    }
    // Of a person who was let in before, it is known already whether they belonged to the cohort or
    // the course without this seat.
    let was_let_in = registration.admitted_at.is_some();
    let mut was_enrolled = was_let_in && registration.was_enrolled;
    let mut left = None;
    match (offering.program_type, offering.cohort_id) {
        (ProgramType::Cohort, Some(cohort)) => {
            let name = registration.name.as_deref();
            let (joined, moved_from) =
                cohorts::admit_member(conn, cohort, &registration.email, name).await?;
            left = moved_from;
            if !was_let_in {
                was_enrolled = matches!(joined, Joined::AlreadyThere { .. });
            }
        }
        (ProgramType::Cohort, None) => return Ok(false),
        (ProgramType::SelfPaced | ProgramType::Workshop, _) => {
            if let Some(user) = registration.user_id {
                if !was_let_in {
                    was_enrolled = is_enrolled(conn, user, offering.course_id).await?;
                }
                // A workshop gives nothing more to somebody who studies the course in a cohort.
                if !was_enrolled || offering.program_type == ProgramType::SelfPaced {
                    enrollments::enroll(conn, user, offering.course_id).await?;
                }
            }
        }
    }
    let id = registration.registration_id;
    registrations::set_admitted(conn, id, Some(now), was_enrolled).await?;
    if !was_let_in {
        registrations::set_left(conn, id, left.as_ref()).await?;
    }
    Ok(true)
}

/// True if the person studies the course.
async fn is_enrolled(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<bool> {
    let studying = table::table
        .filter(table::user_id.eq(user))
        .filter(table::course_id.eq(course))
        .filter(table::status.eq_any(enrollments::STUDYING));
    diesel::select(diesel::dsl::exists(studying))
        .get_result(conn)
        .await
}

/// Takes the person out of the cohort or the course again, when their seat is given up. A person
/// who was there before stays.
pub async fn dismiss(
    conn: &mut Conn,
    offering: &OfferingRow,
    registration: &RegistrationRow,
) -> AppResult<()> {
    if registration.admitted_at.is_none() {
        return Ok(());
    }
    match (offering.cohort_id, registration.user_id) {
        (Some(cohort), _) if !registration.was_enrolled => {
            remove_member(conn, cohort, registration).await?;
        }
        (Some(_), _) => {}
        (None, Some(user)) if !registration.was_enrolled => {
            enrollments::withdraw(conn, user, offering.course_id).await?;
        }
        (None, _) => {}
    }
    registrations::set_admitted(conn, registration.registration_id, None, false).await?;
    Ok(())
}

/// Takes the person out as if they had never been let in: a membership that they left for this seat
/// is theirs again.
pub async fn put_back(
    conn: &mut Conn,
    offering: &OfferingRow,
    registration: &RegistrationRow,
) -> AppResult<()> {
    let id = registration.registration_id;
    let left = match registration.admitted_at {
        Some(_) if !registration.was_enrolled => registrations::left(conn, id).await?,
        _ => None,
    };
    let who = (registration.user_id, registration.email.as_str());
    match (offering.cohort_id, left) {
        (Some(cohort), Some(left)) if cohorts::move_back(conn, cohort, who, &left).await? => {
            Ok(registrations::set_admitted(conn, id, None, false).await?)
        }
        _ => dismiss(conn, offering, registration).await,
    }
}

/// Removes the person from the cohort. The membership may have another address than the
/// application, so the account counts first.
async fn remove_member(
    conn: &mut Conn,
    cohort: CohortId,
    registration: &RegistrationRow,
) -> QueryResult<()> {
    statement(
        "with account as (
             select coalesce($2, (select u.user_id from users u
                                  where u.email = $3 and u.email_confirmed_at is not null and u.deleted_at is null)) as user_id
         )
         update cohort_members m set status = 'removed' from account a
         where m.cohort_id = $1
           and (m.user_id = a.user_id or m.email = $3 and (m.user_id is null or a.user_id is null))",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Nullable<Uuid>, _>(registration.user_id)
    .bind::<Text, _>(&registration.email)
    .execute(conn)
    .await
    .map(drop)
}
