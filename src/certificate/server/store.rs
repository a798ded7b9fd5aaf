//! Queries of certificates.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid};
use diesel_async::RunQueryDsl;

use super::code;
use crate::certificate::ProgramType;
use crate::enrollment::EnrollmentStatus;
use crate::platform::db::schema::{course_certificates, courses, enrollments, sql_types};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, UserId};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = course_certificates)]
pub struct Certificate {
    pub user_id: UserId,
    pub course_id: CourseId,
    pub program_type: ProgramType,
    pub code: String,
    pub learner_name: String,
    pub course_title: String,
    #[diesel(select_expression = courses::language)]
    pub course_language: String,
    pub organization_name: String,
    pub completed_at: DateTime<Utc>,
    pub issued_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revocation_reason: Option<String>,
    pub rating: Option<i16>,
    pub feedback: Option<String>,
}

/// Issues the certificate of a completed course, with the current names. Does nothing if the
/// learner ever had one for this program, even a revoked one. Safe to call repeatedly and
/// concurrently.
pub async fn issue(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    program: ProgramType,
) -> QueryResult<()> {
    let had: i64 = course_certificates::table
        .filter(course_certificates::user_id.eq(user))
        .filter(course_certificates::course_id.eq(course))
        .filter(course_certificates::program_type.eq(program))
        .count()
        .get_result(conn)
        .await?;
    match had {
        0 => issue_anew(conn, user, course, program).await.map(drop),
        _ => Ok(()),
    }
}

/// Issues a certificate in place of a revoked one, and returns its code. None if another is in
/// force, or the course is not completed.
pub async fn issue_anew(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    program: ProgramType,
) -> QueryResult<Option<String>> {
    let code = code::draw();
    let issued = statement(
        "insert into course_certificates
             (user_id, course_id, program_type, code, learner_name, course_title, organization_name, completed_at)
         select e.user_id, e.course_id, $3, $4, u.display_name, c.title, o.name, coalesce(e.completed_at, now())
         from enrollments e
         join users u on u.user_id = e.user_id
         join courses c on c.course_id = e.course_id
         join organizations o on o.organization_id = e.organization_id
         where e.user_id = $1 and e.course_id = $2 and e.status = 'completed'
         on conflict (user_id, course_id, program_type) where revoked_at is null do nothing",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .bind::<sql_types::ProgramType, _>(program)
    .bind::<Text, _>(&code)
    .execute(conn)
    .await?;
    Ok((issued > 0).then_some(code))
}

/// Returns the code of the learner's certificate of a course: the valid one, else the last revoked
/// one.
pub async fn code_of(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<Option<String>> {
    course_certificates::table
        .filter(course_certificates::user_id.eq(user))
        .filter(course_certificates::course_id.eq(course))
        .order((
            course_certificates::revoked_at.is_not_null(),
            course_certificates::issued_at.desc(),
        ))
        .select(course_certificates::code)
        .first(conn)
        .await
        .optional()
}

/// Returns true if a new certificate may replace this one. This one is revoked, no other is in
/// force, and the course is completed.
pub async fn may_issue_anew(conn: &mut Conn, certificate: &Certificate) -> QueryResult<bool> {
    let in_force = course_certificates::table
        .filter(course_certificates::user_id.eq(certificate.user_id))
        .filter(course_certificates::course_id.eq(certificate.course_id))
        .filter(course_certificates::program_type.eq(certificate.program_type))
        .filter(course_certificates::revoked_at.is_null());
    let completed = enrollments::table
        .filter(enrollments::user_id.eq(certificate.user_id))
        .filter(enrollments::course_id.eq(certificate.course_id))
        .filter(enrollments::status.eq(EnrollmentStatus::Completed));
    diesel::select(exists(completed).and(not(exists(in_force))))
        .get_result(conn)
        .await
}

/// Issues certificates for completed courses that have none, such as those completed before
/// certificates existed.
pub async fn issue_missing(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    let courses: Vec<CourseId> = enrollments::table
        .filter(enrollments::user_id.eq(user))
        .filter(enrollments::status.eq(EnrollmentStatus::Completed))
        .filter(not(exists(
            course_certificates::table
                .filter(course_certificates::user_id.eq(user))
                .filter(course_certificates::course_id.eq(enrollments::course_id)),
        )))
        .select(enrollments::course_id)
        .load(conn)
        .await?;
    for course in courses {
        issue(conn, user, course, ProgramType::SelfPaced).await?;
    }
    Ok(())
}

pub async fn by_code(conn: &mut Conn, code: &str) -> QueryResult<Option<Certificate>> {
    course_certificates::table
        .inner_join(courses::table)
        .filter(course_certificates::code.eq(code))
        .select(Certificate::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns the learner's own certificates, newest first.
pub async fn of_user(conn: &mut Conn, user: UserId) -> QueryResult<Vec<Certificate>> {
    course_certificates::table
        .inner_join(courses::table)
        .filter(course_certificates::user_id.eq(user))
        .order(course_certificates::issued_at.desc())
        .select(Certificate::as_select())
        .load(conn)
        .await
}

/// Saves the owner's rating of the course. Returns 0 if `user` does not own the certificate.
pub async fn rate(
    conn: &mut Conn,
    user: UserId,
    code: &str,
    rating: i16,
    feedback: &str,
) -> QueryResult<usize> {
    diesel::update(course_certificates::table)
        .filter(course_certificates::code.eq(code))
        .filter(course_certificates::user_id.eq(user))
        .set((
            course_certificates::rating.eq(rating),
            course_certificates::feedback.eq((!feedback.is_empty()).then_some(feedback)),
        ))
        .execute(conn)
        .await
}

/// Revokes the certificate. Returns 0 if it was revoked before.
pub async fn revoke(conn: &mut Conn, code: &str, reason: &str) -> QueryResult<usize> {
    diesel::update(course_certificates::table)
        .filter(course_certificates::code.eq(code))
        .filter(course_certificates::revoked_at.is_null())
        .set((
            course_certificates::revoked_at.eq(diesel::dsl::now),
            course_certificates::revocation_reason.eq(reason),
        ))
        .execute(conn)
        .await
}

/// Returns the codes of all revoked certificates, in the order of revocation.
pub async fn revoked(conn: &mut Conn) -> QueryResult<Vec<String>> {
    course_certificates::table
        .filter(course_certificates::revoked_at.is_not_null())
        .order(course_certificates::revoked_at)
        .select(course_certificates::code)
        .load(conn)
        .await
}
