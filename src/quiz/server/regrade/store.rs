//! Queries of regrading: decisions, the attempts that contain a question, and their regrades.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::store::{Attempt, AttemptRow};
use super::RegradedResult;
use crate::platform::db::schema::{quiz_attempts, quiz_regrades, quiz_regradings, users};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{AttemptId, CourseId, QuestionId, QuizNumber, RegradingId, UserId};
use crate::question_bank::server::apply_key::Ruling;
use crate::question_bank::server::grade::FrozenKind;
use crate::quiz::AttemptStatus;

/// A decision about a question, and the progress of its work.
#[derive(Debug, Clone)]
pub struct QuizRegrading {
    pub regrading_id: RegradingId,
    pub course: CourseId,
    pub question: QuestionId,
    pub ruling: Ruling,
    pub reason: String,
    pub ordered_at: DateTime<Utc>,
    pub attempts_total: i32,
    pub attempts_done: i32,
    pub results_changed: i32,
    pub last_attempt_id: Option<AttemptId>,
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = quiz_regradings)]
struct RegradingRow {
    regrading_id: RegradingId,
    course_id: CourseId,
    question_id: QuestionId,
    key: Option<Value>,
    reason: String,
    ordered_at: DateTime<Utc>,
    attempts_total: i32,
    attempts_done: i32,
    results_changed: i32,
    last_attempt_id: Option<AttemptId>,
    finished_at: Option<DateTime<Utc>>,
}

impl TryFrom<RegradingRow> for QuizRegrading {
    type Error = AppError;

    fn try_from(row: RegradingRow) -> AppResult<Self> {
        Ok(Self {
            ruling: Ruling::from_column(row.key)?,
            regrading_id: row.regrading_id,
            course: row.course_id,
            question: row.question_id,
            reason: row.reason,
            ordered_at: row.ordered_at,
            attempts_total: row.attempts_total,
            attempts_done: row.attempts_done,
            results_changed: row.results_changed,
            last_attempt_id: row.last_attempt_id,
            finished_at: row.finished_at,
        })
    }
}

fn key(value: Option<Value>) -> AppResult<Option<FrozenKind>> {
    value
        .map(serde_json::from_value)
        .transpose()
        .map_err(|error| AppError::internal(&error))
}

fn json_of(key: Option<&FrozenKind>) -> AppResult<Option<Value>> {
    key.map(serde_json::to_value)
        .transpose()
        .map_err(|error| AppError::internal(&error))
}

/// Stores the decision. Fails with a conflict while an earlier decision about the question is still
/// in progress.
pub async fn decide(
    conn: &mut Conn,
    (course, question): (CourseId, QuestionId),
    ruling: &Ruling,
    reason: &str,
    by: UserId,
    attempts: i64,
    now: DateTime<Utc>,
) -> AppResult<RegradingId> {
    Ok(diesel::insert_into(quiz_regradings::table)
        .values((
            quiz_regradings::course_id.eq(course),
            quiz_regradings::question_id.eq(question),
            quiz_regradings::key.eq(ruling.to_column()?),
            quiz_regradings::reason.eq(reason),
            quiz_regradings::ordered_by.eq(by),
            quiz_regradings::ordered_at.eq(now),
            quiz_regradings::attempts_total.eq(i32::try_from(attempts).unwrap_or(i32::MAX)),
        ))
        .returning(quiz_regradings::regrading_id)
        .get_result(conn)
        .await?)
}

/// Loads the decision and locks it, so that no other worker carries it out at the same time.
pub async fn regrading_for_update(
    conn: &mut Conn,
    regrading: RegradingId,
) -> AppResult<Option<QuizRegrading>> {
    let row: Option<RegradingRow> = quiz_regradings::table
        .find(regrading)
        .select(RegradingRow::as_select())
        // Attempts that end meanwhile insert rows that refer to the decision. A plain `for update`
        // would block them.
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    row.map(QuizRegrading::try_from).transpose()
}

/// Decisions about any of the questions that were made at or after `since`, oldest first.
pub async fn decided_since(
    conn: &mut Conn,
    questions: &[QuestionId],
    since: DateTime<Utc>,
) -> AppResult<Vec<QuizRegrading>> {
    let rows: Vec<RegradingRow> = quiz_regradings::table
        .filter(quiz_regradings::question_id.eq_any(questions))
        .filter(quiz_regradings::ordered_at.ge(since))
        .order(quiz_regradings::ordered_at)
        .select(RegradingRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(QuizRegrading::try_from).collect()
}

/// The last 20 decisions about the question and the names of their authors, newest first.
pub async fn decisions(
    conn: &mut Conn,
    question: QuestionId,
) -> AppResult<Vec<(QuizRegrading, Option<String>)>> {
    let rows: Vec<(RegradingRow, Option<String>)> = quiz_regradings::table
        .left_join(users::table)
        .filter(quiz_regradings::question_id.eq(question))
        .order(quiz_regradings::ordered_at.desc())
        .limit(20)
        .select((RegradingRow::as_select(), users::display_name.nullable()))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(row, by)| Ok((row.try_into()?, by)))
        .collect()
}

#[derive(QueryableByName)]
struct AttemptTotalRow {
    #[diesel(sql_type = BigInt)]
    attempts: i64,
}

const WITH_QUESTION: &str = "from quiz_attempts where course_id = $1 and question_set @> $2";

fn holding(question: QuestionId) -> Value {
    json!({"questions": [{"question_id": question}]})
}

/// Number of attempts that contain the question.
pub async fn count_attempts(
    conn: &mut Conn,
    course: CourseId,
    question: QuestionId,
) -> QueryResult<i64> {
    let row: AttemptTotalRow = statement(format!("select count(*) as attempts {WITH_QUESTION}"))
        .bind::<SqlUuid, _>(course)
        .bind::<Jsonb, _>(holding(question))
        .get_result(conn)
        .await?;
    Ok(row.attempts)
}

#[derive(QueryableByName)]
struct AttemptIdRow {
    #[diesel(sql_type = SqlUuid)]
    attempt_id: AttemptId,
}

/// The next attempts that contain the question and their learners, ordered by attempt id. With
/// `lock`, nobody can end or regrade these attempts until the transaction ends.
pub async fn attempts_after(
    conn: &mut Conn,
    (course, question): (CourseId, QuestionId),
    after: Option<AttemptId>,
    limit: i64,
    lock: bool,
) -> AppResult<Vec<(UserId, Attempt)>> {
    let lock = if lock { "for update" } else { "" };
    let ids: Vec<AttemptIdRow> = statement(format!(
        "select attempt_id {WITH_QUESTION} and attempt_id > $3 order by attempt_id limit $4 {lock}"
    ))
    .bind::<SqlUuid, _>(course)
    .bind::<Jsonb, _>(holding(question))
    .bind::<SqlUuid, _>(after.map_or(Uuid::nil(), |after| after.0))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    let rows: Vec<(UserId, AttemptRow)> = quiz_attempts::table
        .filter(quiz_attempts::attempt_id.eq_any(ids.into_iter().map(|row| row.attempt_id)))
        .order(quiz_attempts::attempt_id)
        .select((quiz_attempts::user_id, AttemptRow::as_select()))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(user, row)| Ok((user, row.try_into()?)))
        .collect()
}

/// The effect of a decision on one attempt.
#[derive(Debug, Clone)]
pub struct Applied {
    pub regrading_id: RegradingId,
    pub attempt_id: AttemptId,
    pub question: usize,
    pub key: Option<FrozenKind>,
    pub old_score: i32,
    pub old_status: AttemptStatus,
    pub new_score: i32,
    pub new_status: AttemptStatus,
    pub regraded_at: DateTime<Utc>,
    pub reason: String,
}

impl Applied {
    pub fn changes_result(&self) -> bool {
        self.old_score != self.new_score || self.old_status != self.new_status
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = quiz_regrades)]
struct AppliedRow {
    regrading_id: RegradingId,
    attempt_id: AttemptId,
    question_index: i32,
    key: Option<Value>,
    old_score: i32,
    old_status: AttemptStatus,
    new_score: i32,
    new_status: AttemptStatus,
    regraded_at: DateTime<Utc>,
}

/// The regrades of these attempts, oldest first.
pub async fn applied(conn: &mut Conn, attempts: &[AttemptId]) -> AppResult<Vec<Applied>> {
    let rows: Vec<(AppliedRow, String)> = quiz_regrades::table
        .inner_join(quiz_regradings::table)
        .filter(quiz_regrades::attempt_id.eq_any(attempts))
        .order((quiz_regrades::regraded_at, quiz_regradings::ordered_at))
        .select((AppliedRow::as_select(), quiz_regradings::reason))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(row, reason)| {
            Ok(Applied {
                key: key(row.key)?,
                question: usize::try_from(row.question_index)
                    .map_err(|error| AppError::internal(&error))?,
                regrading_id: row.regrading_id,
                attempt_id: row.attempt_id,
                old_score: row.old_score,
                old_status: row.old_status,
                new_score: row.new_score,
                new_status: row.new_status,
                regraded_at: row.regraded_at,
                reason,
            })
        })
        .collect()
}

/// Stores the change, which becomes the attempt's result.
pub async fn apply(
    conn: &mut Conn,
    regrading: RegradingId,
    attempt: AttemptId,
    change: &RegradedResult,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let points =
        serde_json::to_value(&change.points).map_err(|error| AppError::internal(&error))?;
    let question = i32::try_from(change.question).map_err(|error| AppError::internal(&error))?;
    // A trigger of the database fills in the old result.
    diesel::insert_into(quiz_regrades::table)
        .values((
            quiz_regrades::regrading_id.eq(regrading),
            quiz_regrades::attempt_id.eq(attempt),
            quiz_regrades::question_index.eq(question),
            quiz_regrades::key.eq(json_of(change.key.as_ref())?),
            quiz_regrades::new_score.eq(change.score),
            quiz_regrades::new_status.eq(change.status),
            quiz_regrades::new_points.eq(points),
            quiz_regrades::regraded_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Records the progress of the work: the last attempt, and the numbers done and changed.
pub async fn advance(
    conn: &mut Conn,
    regrading: RegradingId,
    last: AttemptId,
    (done, changed): (i32, i32),
) -> QueryResult<()> {
    diesel::update(quiz_regradings::table.find(regrading))
        .set((
            quiz_regradings::last_attempt_id.eq(last),
            quiz_regradings::attempts_done.eq(quiz_regradings::attempts_done + done),
            quiz_regradings::results_changed.eq(quiz_regradings::results_changed + changed),
        ))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn finish(
    conn: &mut Conn,
    regrading: RegradingId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(quiz_regradings::table.find(regrading))
        .set(quiz_regradings::finished_at.eq(now))
        .execute(conn)
        .await
        .map(drop)
}

/// The learners whose results the decision changed.
pub async fn concerned(conn: &mut Conn, regrading: RegradingId) -> QueryResult<Vec<UserId>> {
    changed(regrading)
        .select(quiz_attempts::user_id)
        .distinct()
        .load(conn)
        .await
}

/// The learner's results that the decision changed: module, section, old score, new score and new
/// status.
pub async fn changed_of(
    conn: &mut Conn,
    regrading: RegradingId,
    user: UserId,
) -> QueryResult<Vec<(QuizNumber, i32, i32, AttemptStatus)>> {
    let rows: Vec<((i32, i32), i32, i32, AttemptStatus)> = changed(regrading)
        .filter(quiz_attempts::user_id.eq(user))
        .order(quiz_attempts::started_at)
        .select((
            (quiz_attempts::module_no, quiz_attempts::topic_pair_index),
            quiz_regrades::old_score,
            quiz_regrades::new_score,
            quiz_regrades::new_status,
        ))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(quiz, old, new, status)| (quiz.into(), old, new, status))
        .collect())
}

#[diesel::dsl::auto_type]
fn changed(regrading: RegradingId) -> _ {
    quiz_regrades::table
        .inner_join(quiz_attempts::table)
        .filter(quiz_regrades::regrading_id.eq(regrading))
        .filter(
            quiz_regrades::old_score
                .ne(quiz_regrades::new_score)
                .or(quiz_regrades::old_status.ne(quiz_regrades::new_status)),
        )
}

/// The reason given for the decision.
pub async fn reason(conn: &mut Conn, regrading: RegradingId) -> QueryResult<String> {
    quiz_regradings::table
        .find(regrading)
        .select(quiz_regradings::reason)
        .first(conn)
        .await
}
