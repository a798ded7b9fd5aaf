//! Queries of offerings and of the questions that applications answer.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::admission::{ApplicationWindow, AskedQuestion};
use crate::certificate::ProgramType;
use crate::platform::db::schema::{assessment_questions, course_offerings, courses};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppError;
use crate::platform::ids::{AssessmentQuestionId, CohortId, CourseId, OfferingId};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = course_offerings)]
#[diesel(treat_none_as_null = true)]
pub struct OfferingRow {
    pub offering_id: OfferingId,
    pub course_id: CourseId,
    pub program_type: ProgramType,
    pub title: String,
    pub description: String,
    pub price_cents: i32,
    pub currency: String,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub applications_open_at: Option<DateTime<Utc>>,
    pub applications_close_at: Option<DateTime<Utc>>,
    pub capacity: Option<i32>,
    pub needs_review: bool,
    pub offer_hours: i32,
    pub enrollment_code: String,
    pub is_open: bool,
    pub cohort_id: Option<CohortId>,
    pub mails: Value,
    /// Days in which an accepted person pays.
    pub payment_days: i32,
}

impl OfferingRow {
    /// Tells whether people can apply at `now`.
    pub fn window(&self, now: DateTime<Utc>) -> ApplicationWindow {
        let is_over = self.applications_close_at.is_some_and(|close| close <= now);
        match self.applications_open_at {
            _ if !self.is_open || is_over => ApplicationWindow::Over,
            Some(open) if open > now => ApplicationWindow::NotYet,
            _ => ApplicationWindow::Open,
        }
    }

    pub fn is_free(&self) -> bool {
        self.price_cents == 0
    }
}

pub fn no_offering() -> AppError {
    AppError::NotFound("There is no offering at this address. It may have been closed.".to_owned())
}

/// Returns the offering with its course's slug, title and language. Offerings of courses that are
/// not published are not found.
pub async fn published(
    conn: &mut Conn,
    offering: OfferingId,
) -> QueryResult<Option<(OfferingRow, CourseNames)>> {
    course_offerings::table
        .inner_join(courses::table)
        .filter(course_offerings::offering_id.eq(offering))
        .filter(courses::is_published)
        .filter(courses::retired_at.is_null())
        .select((OfferingRow::as_select(), CourseNames::as_select()))
        .first(conn)
        .await
        .optional()
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = courses)]
pub struct CourseNames {
    pub slug: String,
    pub title: String,
    pub language: String,
}

/// Returns slug, title and language of a course.
pub async fn names(conn: &mut Conn, course: CourseId) -> QueryResult<CourseNames> {
    courses::table
        .find(course)
        .select(CourseNames::as_select())
        .first(conn)
        .await
}

/// Returns the id of the offering with this enrollment code. Lowercase letters, spaces and hyphens
/// are accepted as people type them.
pub async fn by_code(conn: &mut Conn, typed: &str) -> QueryResult<Option<OfferingId>> {
    course_offerings::table
        .filter(course_offerings::enrollment_code.eq(tidy_code(typed)))
        .select(course_offerings::offering_id)
        .first(conn)
        .await
        .optional()
}

pub fn tidy_code(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_'))
        .take(64)
        .collect::<String>()
        .to_uppercase()
}

/// Returns an offering of the course.
pub async fn of_course(
    conn: &mut Conn,
    course: CourseId,
    offering: OfferingId,
) -> QueryResult<Option<OfferingRow>> {
    course_offerings::table
        .find(offering)
        .filter(course_offerings::course_id.eq(course))
        .select(OfferingRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns the offerings of the course: open ones first, then by start.
pub async fn all_of_course(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<OfferingRow>> {
    course_offerings::table
        .filter(course_offerings::course_id.eq(course))
        .order((
            course_offerings::is_open.desc(),
            course_offerings::starts_on.asc().nulls_last(),
            course_offerings::title,
        ))
        .limit(200)
        .select(OfferingRow::as_select())
        .load(conn)
        .await
}

/// Numbers of an offering's applications.
#[derive(Debug, Clone, Default, QueryableByName)]
pub struct OfferingTally {
    #[diesel(sql_type = Uuid)]
    pub offering_id: uuid::Uuid,
    /// Accepted people, and those to whom a seat is offered.
    #[diesel(sql_type = BigInt)]
    pub taken: i64,
    /// Applications that wait for a decision.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    #[diesel(sql_type = BigInt)]
    pub waitlisted: i64,
    #[diesel(sql_type = BigInt)]
    pub drafts: i64,
}

/// Counts the applications of each offering of the course.
pub async fn tallies(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<OfferingTally>> {
    statement(
        "select o.offering_id,
                count(*) filter (where r.status in ('accepted', 'offered')
                                 or r.previous_status in ('accepted', 'offered')) as taken,
                count(*) filter (where r.status in ('submitted', 'in_review')) as waiting,
                count(*) filter (where r.status = 'waitlisted') as waitlisted,
                count(*) filter (where r.status = 'draft') as drafts
         from course_offerings o left join registrations r on r.offering_id = o.offering_id
         where o.course_id = $1
         group by o.offering_id",
    )
    .bind::<Uuid, _>(course)
    .load(conn)
    .await
}

pub async fn create(conn: &mut Conn, offering: &OfferingRow) -> QueryResult<()> {
    diesel::insert_into(course_offerings::table)
        .values(offering)
        .execute(conn)
        .await
        .map(drop)
}

pub async fn change(conn: &mut Conn, offering: &OfferingRow) -> QueryResult<()> {
    diesel::update(course_offerings::table.find(offering.offering_id))
        .set(offering)
        .execute(conn)
        .await
        .map(drop)
}

pub async fn set_open(conn: &mut Conn, offering: OfferingId, is_open: bool) -> QueryResult<()> {
    diesel::update(course_offerings::table.find(offering))
        .set(course_offerings::is_open.eq(is_open))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn set_mails(conn: &mut Conn, offering: OfferingId, mails: Value) -> QueryResult<()> {
    diesel::update(course_offerings::table.find(offering))
        .set(course_offerings::mails.eq(mails))
        .execute(conn)
        .await
        .map(drop)
}

/// Returns true if another offering of the organization has this code.
pub async fn is_code_taken(conn: &mut Conn, code: &str, except: OfferingId) -> QueryResult<bool> {
    let taken = course_offerings::table
        .filter(course_offerings::enrollment_code.eq(code))
        .filter(course_offerings::offering_id.ne(except));
    diesel::select(diesel::dsl::exists(taken))
        .get_result(conn)
        .await
}

/// Returns true if the course has another offering of this type and title.
pub async fn is_title_taken(conn: &mut Conn, offering: &OfferingRow) -> QueryResult<bool> {
    let taken = course_offerings::table
        .filter(course_offerings::course_id.eq(offering.course_id))
        .filter(course_offerings::program_type.eq(offering.program_type))
        .filter(course_offerings::title.eq(&offering.title))
        .filter(course_offerings::offering_id.ne(offering.offering_id));
    diesel::select(diesel::dsl::exists(taken))
        .get_result(conn)
        .await
}

/// A question as admins see it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = assessment_questions)]
pub struct AssessmentQuestionRow {
    pub question_id: AssessmentQuestionId,
    pub program_type: Option<ProgramType>,
    pub offering_id: Option<OfferingId>,
    pub prompt: String,
    pub options: Vec<Option<String>>,
    pub display_order: i32,
    pub is_required: bool,
}

/// Returns the questions of an offering in their order: those for all first, then those of its
/// type, then its own.
pub async fn questions(
    conn: &mut Conn,
    offering: OfferingId,
    program: ProgramType,
) -> QueryResult<Vec<AskedQuestion>> {
    let rows: Vec<AssessmentQuestionRow> = assessment_questions::table
        .filter(
            assessment_questions::offering_id
                .eq(offering)
                .or(assessment_questions::offering_id
                    .is_null()
                    .and(assessment_questions::program_type.is_null()))
                .or(assessment_questions::program_type.eq(program)),
        )
        .order((
            assessment_questions::offering_id.is_not_null(),
            assessment_questions::program_type.is_not_null(),
            assessment_questions::display_order,
            assessment_questions::created_at,
        ))
        .limit(100)
        .select(AssessmentQuestionRow::as_select())
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(AssessmentQuestionRow::unanswered)
        .collect())
}

impl AssessmentQuestionRow {
    fn unanswered(self) -> AskedQuestion {
        AskedQuestion {
            question_id: self.question_id,
            prompt: self.prompt,
            options: self.options.into_iter().flatten().collect(),
            is_required: self.is_required,
            answer: String::new(),
        }
    }
}

/// Returns the questions for all offerings, for a type of program, and for offerings of the course.
pub async fn all_questions(
    conn: &mut Conn,
    course: CourseId,
) -> QueryResult<Vec<AssessmentQuestionRow>> {
    let own = course_offerings::table
        .filter(course_offerings::course_id.eq(course))
        .select(course_offerings::offering_id.nullable());
    assessment_questions::table
        .filter(
            assessment_questions::offering_id
                .is_null()
                .or(assessment_questions::offering_id.eq_any(own)),
        )
        .order((
            assessment_questions::offering_id.is_not_null(),
            assessment_questions::program_type.is_not_null(),
            assessment_questions::display_order,
            assessment_questions::created_at,
        ))
        .limit(500)
        .select(AssessmentQuestionRow::as_select())
        .load(conn)
        .await
}

pub async fn add_question(conn: &mut Conn, question: &AssessmentQuestionRow) -> QueryResult<()> {
    diesel::insert_into(assessment_questions::table)
        .values(question)
        .execute(conn)
        .await
        .map(drop)
}

/// Removes a question. Applications keep it with its answers.
pub async fn remove_question(
    conn: &mut Conn,
    question: AssessmentQuestionId,
) -> QueryResult<usize> {
    diesel::delete(assessment_questions::table.find(question))
        .execute(conn)
        .await
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(tidy_code(" spring-26 "), "SPRING26");
        assert_eq!(tidy_code("K7QF 2MXD"), "K7QF2MXD");
    }
}
