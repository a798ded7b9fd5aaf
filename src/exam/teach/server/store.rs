//! Queries for creating and following exams.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use crate::enrollment::EnrollmentStatus;
use crate::exam::server::store::{Exam, SectionRow};
use crate::platform::db::schema::{
    enrollments, exam_allowances, exam_attempts, exam_sections, exam_sittings, exams, users,
};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExamId, SittingId, UserId};

pub async fn create(
    conn: &mut Conn,
    course: CourseId,
    exam: &Exam,
    sections: &[SectionRow],
) -> AppResult<()> {
    diesel::insert_into(exams::table)
        .values((
            exams::exam_id.eq(exam.exam_id),
            exams::course_id.eq(course),
            content(exam)?,
        ))
        .execute(conn)
        .await?;
    diesel::insert_into(exam_sections::table)
        .values(sections)
        .execute(conn)
        .await?;
    Ok(())
}

/// Updates the exam and its sections.
///
/// # Errors
///
/// `Conflict` if the stored revision is no longer `exam.revision`.
pub async fn change(conn: &mut Conn, exam: &Exam, sections: &[SectionRow]) -> AppResult<()> {
    let changed = diesel::update(
        exams::table
            .filter(exams::exam_id.eq(exam.exam_id))
            .filter(exams::revision.eq(exam.revision)),
    )
    .set((content(exam)?, exams::revision.eq(exams::revision + 1)))
    .execute(conn)
    .await?;
    if changed == 0 {
        return Err(AppError::Conflict(
            "Someone else has changed this exam since you opened it. Nothing was saved, and your entries are still here. Open the exam in another tab and make your changes there.".to_owned(),
        ));
    }
    diesel::delete(exam_sections::table.filter(exam_sections::exam_id.eq(exam.exam_id)))
        .execute(conn)
        .await?;
    diesel::insert_into(exam_sections::table)
        .values(sections)
        .execute(conn)
        .await?;
    Ok(())
}

type Content<'a> = (
    diesel::dsl::Eq<exams::title, &'a str>,
    diesel::dsl::Eq<exams::instructions, &'a str>,
    diesel::dsl::Eq<exams::instructions_html, &'a str>,
    diesel::dsl::Eq<exams::duration_seconds, i32>,
    diesel::dsl::Eq<exams::passing_score_percent, i32>,
    diesel::dsl::Eq<exams::attempts_allowed, Option<i32>>,
    diesel::dsl::Eq<exams::opens_at, Option<DateTime<Utc>>>,
    diesel::dsl::Eq<exams::closes_at, Option<DateTime<Utc>>>,
    diesel::dsl::Eq<exams::opens_after_days, Option<i32>>,
    diesel::dsl::Eq<exams::closes_after_days, Option<i32>>,
    diesel::dsl::Eq<exams::config, serde_json::Value>,
);

fn content(exam: &Exam) -> AppResult<Content<'_>> {
    let config = serde_json::to_value(&exam.config).map_err(|error| AppError::internal(&error))?;
    Ok((
        exams::title.eq(exam.title.as_str()),
        exams::instructions.eq(exam.instructions.as_str()),
        exams::instructions_html.eq(exam.instructions_html.as_str()),
        exams::duration_seconds.eq(exam.duration_seconds),
        exams::passing_score_percent.eq(exam.passing_score_percent),
        exams::attempts_allowed.eq(exam.attempts_allowed),
        exams::opens_at.eq(exam.window.opens_at),
        exams::closes_at.eq(exam.window.closes_at),
        exams::opens_after_days.eq(exam.days.opens),
        exams::closes_after_days.eq(exam.days.closes),
        exams::config.eq(config),
    ))
}

pub async fn set_status(
    conn: &mut Conn,
    exam: ExamId,
    is_published: bool,
    retired_at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(exams::table.filter(exams::exam_id.eq(exam)))
        .set((
            exams::is_published.eq(is_published),
            exams::retired_at.eq(retired_at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Counts and mean score of an exam's sittings, without those that were reset.
#[derive(Debug, Clone, QueryableByName)]
pub struct Tally {
    #[diesel(sql_type = SqlUuid)]
    pub exam_id: ExamId,
    #[diesel(sql_type = BigInt)]
    pub running: i64,
    #[diesel(sql_type = BigInt)]
    pub ended: i64,
    #[diesel(sql_type = BigInt)]
    pub passed: i64,
    #[diesel(sql_type = Nullable<Int4>)]
    pub mean_score: Option<i32>,
}

pub async fn tallies(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<Tally>> {
    statement(
        "select r.exam_id, count(*) filter (where r.ended_at is null) as running,
                count(*) filter (where r.ended_at is not null) as ended, count(*) filter (where r.passed) as passed,
                round(avg(r.score))::integer as mean_score
         from exam_results r join exams e on e.exam_id = r.exam_id
         where e.course_id = $1 and r.counts
         group by r.exam_id",
    )
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await
}

/// A sitting with its learner.
#[derive(Debug, Clone, QueryableByName)]
pub struct SittingRow {
    #[diesel(sql_type = SqlUuid)]
    pub sitting_id: SittingId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Timestamptz)]
    pub started_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Int4>)]
    pub score: Option<i32>,
    #[diesel(sql_type = Nullable<Bool>)]
    pub passed: Option<bool>,
    #[diesel(sql_type = Bool)]
    pub regraded: bool,
    #[diesel(sql_type = Bool)]
    pub counts: bool,
}

/// Returns the sittings of an exam, running ones first, then newest first; or only one of them.
pub async fn sittings(
    conn: &mut Conn,
    exam: ExamId,
    sitting: Option<SittingId>,
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<SittingRow>> {
    statement(
        "select r.sitting_id, u.display_name as name, u.email, r.started_at, r.expires_at, r.ended_at,
                r.score, r.passed, r.regraded, r.counts
         from exam_results r join users u on u.user_id = r.user_id
         where r.exam_id = $1 and ($2 is null or r.sitting_id = $2)
         order by r.ended_at is not null, r.started_at desc, r.sitting_id
         limit $3 offset $4",
    )
    .bind::<SqlUuid, _>(exam)
    .bind::<Nullable<SqlUuid>, _>(sitting)
    .bind::<BigInt, _>(limit)
    .bind::<BigInt, _>(offset)
    .load(conn)
    .await
}

/// Returns name, e-mail address, extra time in percent and extra attempts, ordered by name.
pub async fn allowances(
    conn: &mut Conn,
    exam: ExamId,
) -> QueryResult<Vec<(String, String, i32, i32)>> {
    exam_allowances::table
        .inner_join(users::table)
        .filter(exam_allowances::exam_id.eq(exam))
        .order((users::display_name, users::user_id))
        .select((
            users::display_name,
            users::email,
            exam_allowances::extra_time_percent,
            exam_allowances::extra_attempts,
        ))
        .load(conn)
        .await
}

/// Returns the enrolled learner with this e-mail address.
pub async fn learner(
    conn: &mut Conn,
    course: CourseId,
    email: &str,
) -> QueryResult<Option<UserId>> {
    users::table
        .inner_join(enrollments::table)
        .filter(users::email.eq(email))
        .filter(enrollments::course_id.eq(course))
        .filter(enrollments::status.eq_any([EnrollmentStatus::Active, EnrollmentStatus::Completed]))
        .select(users::user_id)
        .first(conn)
        .await
        .optional()
}

pub async fn allow(
    conn: &mut Conn,
    user: UserId,
    exam: ExamId,
    extra_time_percent: i32,
    extra_attempts: i32,
) -> QueryResult<()> {
    let allowed = (
        exam_allowances::extra_time_percent.eq(extra_time_percent),
        exam_allowances::extra_attempts.eq(extra_attempts),
    );
    diesel::insert_into(exam_allowances::table)
        .values((
            exam_allowances::user_id.eq(user),
            exam_allowances::exam_id.eq(exam),
            allowed,
        ))
        .on_conflict((exam_allowances::user_id, exam_allowances::exam_id))
        .do_update()
        .set(allowed)
        .execute(conn)
        .await
        .map(drop)
}

/// Returns the learner's running sitting with its start and end, and locks it.
pub async fn running(
    conn: &mut Conn,
    user: UserId,
    exam: ExamId,
) -> QueryResult<Option<(SittingId, DateTime<Utc>, DateTime<Utc>)>> {
    exam_sittings::table
        .filter(exam_sittings::user_id.eq(user))
        .filter(exam_sittings::exam_id.eq(exam))
        .filter(exam_sittings::ended_at.is_null())
        .select((
            exam_sittings::sitting_id,
            exam_sittings::started_at,
            exam_sittings::expires_at,
        ))
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// Returns the time, score and reason of every grading of a sitting, oldest first.
pub async fn gradings(
    conn: &mut Conn,
    sitting: SittingId,
) -> QueryResult<Vec<(DateTime<Utc>, i32, Option<String>)>> {
    exam_attempts::table
        .filter(exam_attempts::sitting_id.eq(sitting))
        .order(exam_attempts::created_at)
        .select((
            exam_attempts::created_at,
            exam_attempts::score,
            exam_attempts::regrade_reason,
        ))
        .load(conn)
        .await
}
