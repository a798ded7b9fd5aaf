//! Queries of exams and of the questions that they may draw.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::time_limit::Window;
use crate::course::QuestionPurpose;
use crate::enrollment::server::opening::LearnerDates;
use crate::exam::ExamConfig;
use crate::platform::db::schema::{
    exam_allowances, exam_excuses, exam_sections, exams, quiz_questions, topics,
};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExamId, QuestionId, TopicId, UserId};
use crate::question_bank::server::adaptive::{Normal, difficulty};

#[derive(Debug, Clone, PartialEq)]
pub struct Exam {
    pub exam_id: ExamId,
    pub title: String,
    pub instructions: String,
    pub instructions_html: String,
    pub duration_seconds: i32,
    pub passing_score_percent: i32,
    pub attempts_allowed: Option<i32>,
    /// The times that are the same for everybody.
    pub window: Window,
    pub days: CohortDays,
    pub config: ExamConfig,
    pub is_published: bool,
    pub is_retired: bool,
    pub revision: i32,
}

impl Exam {
    /// Returns true if learners can find the exam, even outside its window.
    pub fn is_offered(&self) -> bool {
        self.is_published && !self.is_retired
    }

    /// Sets the window that a learner with these dates has.
    pub fn of_learner(mut self, dates: &LearnerDates) -> Self {
        self.window = self.window.of_learner(self.exam_id, self.days, dates);
        self
    }
}

/// Days after a cohort's start: an exam opens at the beginning of the one, and closes at the end of
/// the other. They count where the window has no time, and bind nobody outside cohorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CohortDays {
    pub opens: Option<i32>,
    pub closes: Option<i32>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = exams)]
struct ExamRow {
    exam_id: ExamId,
    title: String,
    instructions: String,
    instructions_html: String,
    duration_seconds: i32,
    passing_score_percent: i32,
    attempts_allowed: Option<i32>,
    opens_at: Option<DateTime<Utc>>,
    closes_at: Option<DateTime<Utc>>,
    opens_after_days: Option<i32>,
    closes_after_days: Option<i32>,
    config: Value,
    is_published: bool,
    retired_at: Option<DateTime<Utc>>,
    revision: i32,
}

impl TryFrom<ExamRow> for Exam {
    type Error = AppError;

    fn try_from(row: ExamRow) -> AppResult<Self> {
        Ok(Self {
            exam_id: row.exam_id,
            title: row.title,
            instructions: row.instructions,
            instructions_html: row.instructions_html,
            duration_seconds: row.duration_seconds,
            passing_score_percent: row.passing_score_percent,
            attempts_allowed: row.attempts_allowed,
            window: Window {
                opens_at: row.opens_at,
                closes_at: row.closes_at,
            },
            days: CohortDays {
                opens: row.opens_after_days,
                closes: row.closes_after_days,
            },
            config: serde_json::from_value(row.config)
                .map_err(|error| AppError::internal(&error))?,
            is_published: row.is_published,
            is_retired: row.retired_at.is_some(),
            revision: row.revision,
        })
    }
}

/// Returns an exam of the course.
pub async fn exam(conn: &mut Conn, course: CourseId, exam: ExamId) -> AppResult<Option<Exam>> {
    let row: Option<ExamRow> = exams::table
        .filter(exams::exam_id.eq(exam))
        .filter(exams::course_id.eq(course))
        .select(ExamRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Exam::try_from).transpose()
}

/// Returns all exams of the course, including retired ones, in the order in which they open.
pub async fn exams(conn: &mut Conn, course: CourseId) -> AppResult<Vec<Exam>> {
    let rows: Vec<ExamRow> = exams::table
        .filter(exams::course_id.eq(course))
        .order((
            exams::opens_at.asc().nulls_first(),
            exams::created_at,
            exams::exam_id,
        ))
        .select(ExamRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Exam::try_from).collect()
}

/// Returns the exams with the windows that they have for a learner, in the order in which they
/// open.
pub async fn for_learner(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    exams: Vec<Exam>,
) -> QueryResult<Vec<Exam>> {
    let dates = LearnerDates::of_learner(conn, user, course).await?;
    let exams = exams.into_iter().map(|exam| exam.of_learner(&dates));
    let mut exams: Vec<Exam> = exams.collect();
    exams.sort_by_key(|exam| exam.window.opens_at);
    Ok(exams)
}

/// An exam that a learner may sit and has not sat.
#[derive(QueryableByName)]
pub struct UnsatExam {
    #[diesel(sql_type = SqlUuid)]
    pub exam_id: ExamId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub opens_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub closes_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Int4>)]
    opens_after_days: Option<i32>,
    #[diesel(sql_type = Nullable<Int4>)]
    closes_after_days: Option<i32>,
}

/// Returns the exams that are open or open before `until`, and that the learner has neither sat nor
/// is excused from. A sitting that runs is not over, so its exam is among them.
pub async fn unsat(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> QueryResult<Vec<UnsatExam>> {
    let mut exams: Vec<UnsatExam> = statement(
        "select e.exam_id, e.title, e.opens_at, e.closes_at, e.opens_after_days, e.closes_after_days
         from exams e
         where e.course_id = $2 and e.is_published and e.retired_at is null
           and not exists (select from exam_results r
                           where r.exam_id = e.exam_id and r.user_id = $1 and r.counts and r.ended_at is not null)
           and not exists (select from exam_excuses x where x.exam_id = e.exam_id and x.user_id = $1)
         order by e.closes_at, e.opens_at, e.exam_id",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await?;
    let dates = LearnerDates::of_learner(conn, user, course).await?;
    for exam in &mut exams {
        let fixed = Window {
            opens_at: exam.opens_at,
            closes_at: exam.closes_at,
        };
        let days = CohortDays {
            opens: exam.opens_after_days,
            closes: exam.closes_after_days,
        };
        let window = fixed.of_learner(exam.exam_id, days, &dates);
        (exam.opens_at, exam.closes_at) = (window.opens_at, window.closes_at);
    }
    exams.retain(|exam| {
        exam.opens_at.is_none_or(|at| at <= until) && exam.closes_at.is_none_or(|at| at > now)
    });
    Ok(exams)
}

/// Section of an exam: the filter for its questions, and how many it draws.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = exam_sections)]
pub struct SectionRow {
    pub exam_id: ExamId,
    pub position: i32,
    pub title: String,
    pub module_no: Option<i32>,
    pub topic_id: Option<TopicId>,
    pub difficulty_min: Option<f32>,
    pub difficulty_max: Option<f32>,
    pub question_count: i32,
}

impl SectionRow {
    pub fn count(&self) -> usize {
        usize::try_from(self.question_count).unwrap_or(0)
    }

    /// Returns true if the section may draw the question.
    pub fn takes(&self, item: &BankItem) -> bool {
        let (min, max) = (self.difficulty_min, self.difficulty_max);
        self.module_no.is_none_or(|module| module == item.module_no)
            && self
                .topic_id
                .is_none_or(|topic| Some(topic) == item.topic_id)
            && ((min, max) == (None, None)
                || item.difficulty.is_some_and(|difficulty| {
                    min.is_none_or(|min| difficulty >= min)
                        && max.is_none_or(|max| difficulty <= max)
                }))
    }
}

pub async fn sections(conn: &mut Conn, exam: ExamId) -> QueryResult<Vec<SectionRow>> {
    exam_sections::table
        .filter(exam_sections::exam_id.eq(exam))
        .order(exam_sections::position)
        .select(SectionRow::as_select())
        .load(conn)
        .await
}

/// Question that exams may draw, without its content.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct BankItem {
    pub question_id: QuestionId,
    pub module_no: i32,
    pub topic_id: Option<TopicId>,
    /// Estimate of the author, from 0 to 1.
    pub difficulty: Option<f32>,
}

/// Returns the questions for exams, in the order of the course.
pub async fn bank(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<BankItem>> {
    quiz_questions::table
        .left_join(topics::table)
        .filter(quiz_questions::course_id.eq(course))
        .filter(quiz_questions::purpose.ne(QuestionPurpose::Quiz))
        .filter(quiz_questions::retired_at.is_null())
        .order((
            quiz_questions::module_no,
            topics::topic_number.asc().nulls_last(),
            quiz_questions::order_index,
            quiz_questions::question_id,
        ))
        .select((
            quiz_questions::question_id,
            quiz_questions::module_no,
            quiz_questions::topic_id,
            quiz_questions::difficulty,
        ))
        .load(conn)
        .await
}

/// Extra time in percent and extra attempts of one learner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Queryable)]
pub struct Allowance {
    pub extra_time_percent: i32,
    pub extra_attempts: i32,
}

pub async fn allowance(conn: &mut Conn, user: UserId, exam: ExamId) -> QueryResult<Allowance> {
    let row: Option<Allowance> = exam_allowances::table
        .filter(exam_allowances::user_id.eq(user))
        .filter(exam_allowances::exam_id.eq(exam))
        .select((
            exam_allowances::extra_time_percent,
            exam_allowances::extra_attempts,
        ))
        .first(conn)
        .await
        .optional()?;
    Ok(row.unwrap_or_default())
}

/// Returns the exams of the course from which the learner is excused.
pub async fn excuses(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<HashSet<ExamId>> {
    let excused: Vec<ExamId> = exam_excuses::table
        .inner_join(exams::table)
        .filter(exam_excuses::user_id.eq(user))
        .filter(exams::course_id.eq(course))
        .select(exam_excuses::exam_id)
        .load(conn)
        .await?;
    Ok(excused.into_iter().collect())
}

#[derive(QueryableByName)]
struct AnsweredRow {
    #[diesel(sql_type = SqlUuid)]
    question_id: Uuid,
    #[diesel(sql_type = BigInt)]
    answers: i64,
    #[diesel(sql_type = Double)]
    points: f64,
    #[diesel(sql_type = Double)]
    mean: f64,
    #[diesel(sql_type = Double)]
    variance: f64,
}

/// Selects how each question did at every learner's first attempt of it, in quizzes and exams of
/// the course. Questions for which everybody got the point are left out, because they say nothing.
///
/// `mean` and `variance` describe the ability of those learners. Their ability is assumed to be
/// standard normal, except in adaptive exams, which choose questions by estimated ability.
const FIRST_ANSWERS: &str = "
    with answers as (
        select a.user_id, (q ->> 'question_id')::uuid as question_id, (a.points ->> (n - 1)::int)::float8 as points,
               a.completed_at as at, 0::float8 as ability, 1::float8 as variance
        from quiz_attempts a cross join lateral jsonb_array_elements(a.question_set -> 'questions') with ordinality as t (q, n)
        where a.course_id = $1 and a.status <> 'in_progress'
          and (select key is not null from quiz_regrades r where r.attempt_id = a.attempt_id and r.question_index = n - 1
               order by r.regraded_at desc limit 1) is not false
        union all
        select a.user_id, (q -> 'question' ->> 'question_id')::uuid, (q ->> 'points')::float8,
               a.completed_at, coalesce(a.ability, 0), coalesce(a.standard_error * a.standard_error, 1)
        from exam_attempts a join exams e on e.exam_id = a.exam_id
             cross join lateral jsonb_array_elements(a.answer_sheet -> 'questions') q
        where e.course_id = $1 and q -> 'is_void' is null
          and not exists (select from exam_attempts r where r.regrade_of = a.attempt_id)
    ), firsts as (
        select distinct on (user_id, question_id) * from answers order by user_id, question_id, at
    )
    select question_id, count(*) as answers, coalesce(sum(points), 0) as points, avg(ability) as mean,
           avg(variance) + coalesce(var_pop(ability), 0) as variance
    from firsts group by question_id";

/// Calculates and stores the difficulty of each question for exams, from all answers so far.
pub async fn calibrate(
    conn: &mut Conn,
    course: CourseId,
    exam: ExamId,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let bank = bank(conn, course).await?;
    let rows: Vec<AnsweredRow> = statement(FIRST_ANSWERS)
        .bind::<SqlUuid, _>(course)
        .load(conn)
        .await?;
    let answered: HashMap<Uuid, AnsweredRow> =
        rows.into_iter().map(|row| (row.question_id, row)).collect();
    let evidence: Vec<difficulty::Evidence> = bank
        .iter()
        .map(|item| {
            let answered = answered.get(&item.question_id.0);
            difficulty::Evidence {
                author: item.difficulty.map(f64::from),
                answers: answered.map_or(0, |row| u32::try_from(row.answers).unwrap_or(u32::MAX)),
                points: answered.map_or(0.0, |row| row.points),
                answered_by: answered.map_or(
                    crate::question_bank::server::adaptive::LEARNER_DISTRIBUTION,
                    |row| Normal {
                        mean: row.mean,
                        sd: row.variance.max(0.0).sqrt(),
                    },
                ),
            }
        })
        .collect();
    let found: HashMap<QuestionId, f64> = bank
        .iter()
        .zip(difficulty::calibrate(&evidence))
        .map(|(item, difficulty)| (item.question_id, difficulty.estimate))
        .collect();
    let found = serde_json::to_value(found).map_err(|error| AppError::internal(&error))?;
    diesel::update(exams::table.filter(exams::exam_id.eq(exam)))
        .set((
            exams::difficulties.eq(found),
            exams::difficulties_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Age at which stored difficulties become stale.
const CALIBRATED_FOR: TimeDelta = TimeDelta::days(1);

/// Returns the difficulties by question, in logits, and whether they are stale.
pub async fn difficulties(
    conn: &mut Conn,
    exam: ExamId,
    now: DateTime<Utc>,
) -> AppResult<(HashMap<QuestionId, f64>, bool)> {
    let (found, at): (Value, Option<DateTime<Utc>>) = exams::table
        .filter(exams::exam_id.eq(exam))
        .select((exams::difficulties, exams::difficulties_at))
        .first(conn)
        .await?;
    let found = serde_json::from_value(found).map_err(|error| AppError::internal(&error))?;
    Ok((found, at.is_none_or(|at| now - at > CALIBRATED_FOR)))
}

/// Topic of a course, for links and for selection.
#[derive(Debug, Clone, Queryable)]
pub struct ExamTopicRow {
    pub topic_id: TopicId,
    pub slug: String,
    pub title: String,
    pub module_no: i32,
    pub topic_number: i32,
}

pub async fn topics(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<ExamTopicRow>> {
    topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::retired_at.is_null())
        .order((topics::module_no, topics::topic_number))
        .select((
            topics::topic_id,
            topics::slug,
            topics::title,
            topics::module_no,
            topics::topic_number,
        ))
        .load(conn)
        .await
}

pub async fn is_question_of(
    conn: &mut Conn,
    course: CourseId,
    question: QuestionId,
) -> QueryResult<bool> {
    let found = quiz_questions::table
        .filter(quiz_questions::course_id.eq(course))
        .filter(quiz_questions::question_id.eq(question));
    diesel::select(diesel::dsl::exists(found))
        .get_result(conn)
        .await
}
