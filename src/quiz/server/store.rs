//! Queries of quizzes. A learner's attempts are found by the user's id, so that nobody sees the
//! attempts of others. `save_answers`, `set_end` and `finish` take only the attempt's id; their
//! callers must load the attempt with `attempt_for_update` first.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::course::QuestionPurpose;
use crate::platform::db::schema::{
    course_quiz_settings, courses, quiz_allowances, quiz_attempts, quiz_questions, topics,
};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{AttemptId, CourseId, QuizNumber, TopicId, UserId};
use crate::question_bank::server::answering::timing;
use crate::question_bank::server::grade::{Answers, QuestionSet};
use crate::question_bank::server::store::{BankQuestion, QuestionRow, TimesSeen, with_options};
use crate::quiz::AttemptStatus;

/// Quiz settings of a course, with the allowances of one learner.
#[derive(Debug, Clone, Queryable)]
pub struct AttemptSettings {
    pub questions_per_attempt: i32,
    pub passing_score_percent: i32,
    pub seconds_per_question: Option<i32>,
    pub attempts_allowed: Option<i32>,
    pub retry_wait_minutes: Option<i32>,
    pub partial_credit: Option<bool>,
    pub extra_time_percent: Option<i32>,
    pub extra_attempts: Option<i32>,
}

impl AttemptSettings {
    /// Time limit in seconds for this number of questions, including extra time. None without a
    /// limit.
    pub fn seconds_for(&self, questions: usize) -> Option<i64> {
        let seconds = i64::from(self.seconds_per_question?) * questions as i64;
        Some(timing::with_extra(
            seconds,
            self.extra_time_percent.unwrap_or(0),
        ))
    }

    /// Attempts allowed for each quiz, including extra attempts. None without a limit.
    pub fn total_attempts_allowed(&self) -> Option<i64> {
        let allowed = self.attempts_allowed? + self.extra_attempts.unwrap_or(0);
        Some(allowed.into())
    }
}

pub async fn settings(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<AttemptSettings> {
    courses::table
        .left_join(
            quiz_allowances::table.on(quiz_allowances::course_id
                .eq(courses::course_id)
                .and(quiz_allowances::user_id.eq(user))),
        )
        .left_join(
            course_quiz_settings::table.on(course_quiz_settings::course_id.eq(courses::course_id)),
        )
        .filter(courses::course_id.eq(course))
        .select((
            courses::questions_per_attempt,
            courses::passing_score_percent,
            courses::seconds_per_question,
            course_quiz_settings::attempts_allowed.nullable(),
            course_quiz_settings::retry_wait_minutes.nullable(),
            course_quiz_settings::partial_credit.nullable(),
            quiz_allowances::extra_time_percent.nullable(),
            quiz_allowances::extra_attempts.nullable(),
        ))
        .first(conn)
        .await
}

/// A quiz, identified by its course and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuizKey {
    pub course: CourseId,
    pub number: QuizNumber,
}

/// The active questions of a quiz, in the author's order.
pub async fn bank(conn: &mut Conn, user: UserId, quiz: QuizKey) -> AppResult<Vec<BankQuestion>> {
    let rows = quiz_questions::table
        .filter(quiz_questions::course_id.eq(quiz.course))
        .filter(quiz_questions::module_no.eq(quiz.number.module_no))
        .filter(quiz_questions::topic_pair_index.eq(quiz.number.section))
        .filter(quiz_questions::purpose.ne(QuestionPurpose::Exam))
        .filter(quiz_questions::retired_at.is_null())
        .order((quiz_questions::order_index, quiz_questions::question_id))
        .select(QuestionRow::as_select())
        .load(conn)
        .await?;
    let seen = seen(conn, user, quiz).await?;
    with_options(conn, rows, &seen).await
}

/// Counts the attempts at this quiz in which the learner has had each question.
async fn seen(conn: &mut Conn, user: UserId, quiz: QuizKey) -> QueryResult<HashMap<Uuid, i64>> {
    let rows: Vec<TimesSeen> = statement(
        "select (q ->> 'question_id')::uuid as question_id, count(*) as times
         from quiz_attempts a cross join lateral jsonb_array_elements(a.question_set -> 'questions') q
         where a.user_id = $1 and a.course_id = $2 and a.module_no = $3 and a.topic_pair_index = $4
         group by 1",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(quiz.course)
    .bind::<Int4, _>(quiz.number.module_no)
    .bind::<Int4, _>(quiz.number.section)
    .load(conn)
    .await?;
    Ok(TimesSeen::by_question(rows))
}

/// An attempt as stored in the database.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub attempt_id: AttemptId,
    pub quiz: QuizKey,
    pub set: QuestionSet,
    pub answers: Answers,
    pub score: Option<i32>,
    pub points: Vec<f64>,
    pub status: AttemptStatus,
    pub passing_score_percent: i32,
    pub partial_credit: bool,
    pub started_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = quiz_attempts)]
pub(crate) struct AttemptRow {
    attempt_id: AttemptId,
    course_id: CourseId,
    module_no: i32,
    topic_pair_index: i32,
    question_set: Value,
    answers: Value,
    score: Option<i32>,
    points: Option<Value>,
    status: AttemptStatus,
    passing_score_percent: i32,
    partial_credit: bool,
    started_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
}

impl TryFrom<AttemptRow> for Attempt {
    type Error = AppError;

    fn try_from(row: AttemptRow) -> AppResult<Self> {
        let broken = |error: serde_json::Error| AppError::internal(&error);
        Ok(Self {
            attempt_id: row.attempt_id,
            quiz: QuizKey {
                course: row.course_id,
                number: QuizNumber::new(row.module_no, row.topic_pair_index),
            },
            set: serde_json::from_value(row.question_set).map_err(broken)?,
            answers: serde_json::from_value(row.answers).map_err(broken)?,
            points: match row.points {
                Some(points) => serde_json::from_value(points).map_err(broken)?,
                None => Vec::new(),
            },
            score: row.score,
            status: row.status,
            passing_score_percent: row.passing_score_percent,
            partial_credit: row.partial_credit,
            started_at: row.started_at,
            expires_at: row.expires_at,
            completed_at: row.completed_at,
        })
    }
}

/// Loads the learner's attempt without a lock.
pub async fn attempt(
    conn: &mut Conn,
    user: UserId,
    attempt: AttemptId,
) -> AppResult<Option<Attempt>> {
    let row = mine(user, attempt).first(conn).await.optional()?;
    row.map(Attempt::try_from).transpose()
}

/// Loads the learner's attempt and locks it until the transaction ends.
pub async fn attempt_for_update(
    conn: &mut Conn,
    user: UserId,
    attempt: AttemptId,
) -> AppResult<Option<Attempt>> {
    let row = mine(user, attempt)
        .for_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Attempt::try_from).transpose()
}

#[diesel::dsl::auto_type]
fn mine(user: UserId, attempt: AttemptId) -> _ {
    let row: diesel::dsl::AsSelect<AttemptRow, diesel::pg::Pg> = AttemptRow::as_select();
    quiz_attempts::table
        .filter(quiz_attempts::attempt_id.eq(attempt))
        .filter(quiz_attempts::user_id.eq(user))
        .select(row)
}

/// The running attempt at the quiz whose time was over before `at`.
pub async fn late_attempt(
    conn: &mut Conn,
    user: UserId,
    quiz: QuizKey,
    at: DateTime<Utc>,
) -> QueryResult<Option<AttemptId>> {
    quiz_attempts::table
        .filter(quiz_attempts::user_id.eq(user))
        .filter(quiz_attempts::course_id.eq(quiz.course))
        .filter(quiz_attempts::module_no.eq(quiz.number.module_no))
        .filter(quiz_attempts::topic_pair_index.eq(quiz.number.section))
        .filter(quiz_attempts::status.eq(AttemptStatus::InProgress))
        .filter(quiz_attempts::expires_at.lt(at))
        .select(quiz_attempts::attempt_id)
        .first(conn)
        .await
        .optional()
}

/// The learner's running attempts of the course, locked until the transaction ends.
pub async fn running(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<Vec<AttemptId>> {
    quiz_attempts::table
        .filter(quiz_attempts::user_id.eq(user))
        .filter(quiz_attempts::course_id.eq(course))
        .filter(quiz_attempts::status.eq(AttemptStatus::InProgress))
        .order(quiz_attempts::attempt_id)
        .select(quiz_attempts::attempt_id)
        .for_update()
        .load(conn)
        .await
}

pub async fn set_end(
    conn: &mut Conn,
    attempt: AttemptId,
    expires_at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(quiz_attempts::table.filter(quiz_attempts::attempt_id.eq(attempt)))
        .set(quiz_attempts::expires_at.eq(expires_at))
        .execute(conn)
        .await
        .map(drop)
}

/// The learner of an attempt. Only for the job that ends it, which has no signed-in user.
pub async fn learner_of(conn: &mut Conn, attempt: AttemptId) -> QueryResult<Option<UserId>> {
    quiz_attempts::table
        .filter(quiz_attempts::attempt_id.eq(attempt))
        .select(quiz_attempts::user_id)
        .first(conn)
        .await
        .optional()
}

/// The result of one attempt at a quiz.
#[derive(Debug, Clone, QueryableByName)]
pub struct AttemptOutcome {
    #[diesel(sql_type = SqlUuid)]
    pub attempt_id: AttemptId,
    #[diesel(sql_type = crate::platform::db::schema::sql_types::AttemptStatus)]
    pub status: AttemptStatus,
    #[diesel(sql_type = Nullable<Int4>)]
    pub score: Option<i32>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub completed_at: Option<DateTime<Utc>>,
    /// False once a tutor has reset the quiz after this attempt.
    #[diesel(sql_type = Bool)]
    pub counts: bool,
}

/// The learner's attempts at a quiz, newest first.
pub async fn attempts(
    conn: &mut Conn,
    user: UserId,
    quiz: QuizKey,
) -> QueryResult<Vec<AttemptOutcome>> {
    statement(
        "select attempt_id, status, score, completed_at, counts from quiz_attempt_history
         where user_id = $1 and course_id = $2 and module_no = $3 and topic_pair_index = $4
         order by started_at desc",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(quiz.course)
    .bind::<Int4, _>(quiz.number.module_no)
    .bind::<Int4, _>(quiz.number.section)
    .load(conn)
    .await
}

/// Stores a new attempt. Returns its id and the end of its time; None without a limit.
pub async fn begin(
    conn: &mut Conn,
    user: UserId,
    quiz: QuizKey,
    set: &QuestionSet,
    settings: &AttemptSettings,
    now: DateTime<Utc>,
) -> AppResult<(AttemptId, Option<DateTime<Utc>>)> {
    let expires_at = settings
        .seconds_for(set.questions.len())
        .map(|seconds| now + chrono::TimeDelta::seconds(seconds));
    let set = serde_json::to_value(set).map_err(|error| AppError::internal(&error))?;
    let attempt = diesel::insert_into(quiz_attempts::table)
        .values((
            quiz_attempts::user_id.eq(user),
            quiz_attempts::course_id.eq(quiz.course),
            quiz_attempts::module_no.eq(quiz.number.module_no),
            quiz_attempts::topic_pair_index.eq(quiz.number.section),
            quiz_attempts::question_set.eq(set),
            quiz_attempts::passing_score_percent.eq(settings.passing_score_percent),
            quiz_attempts::partial_credit.eq(settings.partial_credit.unwrap_or(false)),
            quiz_attempts::started_at.eq(now),
            quiz_attempts::expires_at.eq(expires_at),
        ))
        .returning(quiz_attempts::attempt_id)
        .get_result(conn)
        .await?;
    Ok((attempt, expires_at))
}

pub async fn save_answers(conn: &mut Conn, attempt: AttemptId, answers: &Answers) -> AppResult<()> {
    let answers = serde_json::to_value(answers).map_err(|error| AppError::internal(&error))?;
    diesel::update(quiz_attempts::table.filter(quiz_attempts::attempt_id.eq(attempt)))
        .set(quiz_attempts::answers.eq(answers))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn finish(
    conn: &mut Conn,
    attempt: AttemptId,
    status: AttemptStatus,
    score: i32,
    points: &[f64],
    at: DateTime<Utc>,
) -> AppResult<()> {
    let points = serde_json::to_value(points).map_err(|error| AppError::internal(&error))?;
    diesel::update(quiz_attempts::table.filter(quiz_attempts::attempt_id.eq(attempt)))
        .set((
            quiz_attempts::status.eq(status),
            quiz_attempts::score.eq(score),
            quiz_attempts::points.eq(points),
            quiz_attempts::completed_at.eq(at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// A topic of a quiz's module.
#[derive(Debug, Clone, Queryable)]
pub struct ModuleTopic {
    pub topic_id: TopicId,
    pub slug: String,
    pub title: String,
    /// Number within the module, from 1.
    pub number: i32,
}

/// The active topics of a module, in order.
pub async fn topics_of(
    conn: &mut Conn,
    course: CourseId,
    module_no: i32,
) -> QueryResult<Vec<ModuleTopic>> {
    topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::module_no.eq(module_no))
        .filter(topics::retired_at.is_null())
        .order(topics::topic_number)
        .select((
            topics::topic_id,
            topics::slug,
            topics::title,
            topics::topic_number,
        ))
        .load(conn)
        .await
}
