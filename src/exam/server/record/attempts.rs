//! Queries of gradings. Rows are only ever added.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{SittingHead, broken};
use crate::exam::server::grade::{AnswerSheet, PaperOutcome};
use crate::platform::db::schema::exam_attempts;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{ExamAttemptId, ExamId, SittingId, UserId};
use crate::question_bank::server::store::TimesSeen;

/// Stores the first grading of a sitting that ends at `at`.
pub(crate) async fn keep(
    conn: &mut Conn,
    user: UserId,
    head: &SittingHead,
    sheet: &AnswerSheet,
    at: DateTime<Utc>,
) -> AppResult<()> {
    let outcome = sheet.outcome();
    let sheet = serde_json::to_value(sheet).map_err(broken)?;
    diesel::insert_into(exam_attempts::table)
        .values((
            exam_attempts::exam_id.eq(head.exam_id),
            exam_attempts::user_id.eq(user),
            exam_attempts::sitting_id.eq(head.sitting_id),
            exam_attempts::started_at.eq(head.started_at),
            exam_attempts::completed_at.eq(at),
            exam_attempts::answer_sheet.eq(sheet),
            graded(&outcome),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

type Graded = (
    diesel::dsl::Eq<exam_attempts::score, i32>,
    diesel::dsl::Eq<exam_attempts::passed, bool>,
    diesel::dsl::Eq<exam_attempts::ability, Option<f64>>,
    diesel::dsl::Eq<exam_attempts::standard_error, Option<f64>>,
);

fn graded(outcome: &PaperOutcome) -> Graded {
    (
        exam_attempts::score.eq(outcome.score),
        exam_attempts::passed.eq(outcome.passed),
        exam_attempts::ability.eq(outcome.ability.map(|ability| ability.estimate)),
        exam_attempts::standard_error.eq(outcome.ability.map(|ability| ability.standard_error)),
    )
}

/// Newest grading of a sitting.
#[derive(Debug, Clone)]
pub struct Grading {
    pub attempt_id: ExamAttemptId,
    pub exam_id: ExamId,
    pub user_id: UserId,
    pub sitting_id: SittingId,
    pub score: i32,
    pub passed: bool,
    pub started_at: DateTime<Utc>,
    pub completed_at: DateTime<Utc>,
    pub sheet: AnswerSheet,
    pub regrade_reason: Option<String>,
}

#[derive(QueryableByName)]
struct GradingRow {
    #[diesel(sql_type = SqlUuid)]
    attempt_id: ExamAttemptId,
    #[diesel(sql_type = SqlUuid)]
    exam_id: ExamId,
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = SqlUuid)]
    sitting_id: SittingId,
    #[diesel(sql_type = Int4)]
    score: i32,
    #[diesel(sql_type = Bool)]
    passed: bool,
    #[diesel(sql_type = Timestamptz)]
    started_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    completed_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    answer_sheet: Value,
    #[diesel(sql_type = Nullable<Text>)]
    regrade_reason: Option<String>,
}

/// Returns the newest gradings of the exam's sittings. Optionally restricted to one sitting and to
/// sittings that had the question.
pub async fn attempts(
    conn: &mut Conn,
    exam: ExamId,
    sitting: Option<SittingId>,
    question: Option<Uuid>,
) -> AppResult<Vec<Grading>> {
    let rows: Vec<GradingRow> = statement(
        "select a.attempt_id, a.exam_id, a.user_id, a.sitting_id, a.score, a.passed, a.started_at, a.completed_at,
                a.answer_sheet, a.regrade_reason
         from exam_attempts a
         where a.exam_id = $1 and ($2 is null or a.sitting_id = $2)
           and ($3 is null or a.answer_sheet @> jsonb_build_object('questions', jsonb_build_array(
                jsonb_build_object('question', jsonb_build_object('question_id', $3)))))
           and not exists (select from exam_attempts r where r.regrade_of = a.attempt_id)
         order by a.completed_at, a.attempt_id",
    )
    .bind::<SqlUuid, _>(exam)
    .bind::<Nullable<SqlUuid>, _>(sitting)
    .bind::<Nullable<SqlUuid>, _>(question)
    .load(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Grading {
                attempt_id: row.attempt_id,
                exam_id: row.exam_id,
                user_id: row.user_id,
                sitting_id: row.sitting_id,
                score: row.score,
                passed: row.passed,
                started_at: row.started_at,
                completed_at: row.completed_at,
                sheet: serde_json::from_value(row.answer_sheet).map_err(broken)?,
                regrade_reason: row.regrade_reason,
            })
        })
        .collect()
}

/// Adds a grading that replaces `old`. Of two requests at once, the second fails on the unique
/// `regrade_of`.
pub async fn regrade(
    conn: &mut Conn,
    old: &Grading,
    sheet: &AnswerSheet,
    reason: &str,
    by: Option<UserId>,
) -> AppResult<()> {
    let outcome = sheet.outcome();
    let sheet = serde_json::to_value(sheet).map_err(broken)?;
    diesel::insert_into(exam_attempts::table)
        .values((
            exam_attempts::exam_id.eq(old.exam_id),
            exam_attempts::user_id.eq(old.user_id),
            exam_attempts::sitting_id.eq(old.sitting_id),
            exam_attempts::started_at.eq(old.started_at),
            exam_attempts::completed_at.eq(old.completed_at),
            exam_attempts::answer_sheet.eq(sheet),
            exam_attempts::regrade_of.eq(old.attempt_id),
            exam_attempts::regrade_reason.eq(reason),
            exam_attempts::regraded_by.eq(by),
            // The transaction's time would be equal for several gradings, and their order would be
            // lost.
            exam_attempts::created_at.eq(sql::<Timestamptz>("clock_timestamp()")),
            graded(&outcome),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Returns how often the learner has had each question in this exam.
pub async fn seen(conn: &mut Conn, user: UserId, exam: ExamId) -> QueryResult<HashMap<Uuid, i64>> {
    let rows: Vec<TimesSeen> = statement(
        "select (q -> 'question' ->> 'question_id')::uuid as question_id, count(*) as times
         from exam_attempts a cross join lateral jsonb_array_elements(a.answer_sheet -> 'questions') q
         where a.user_id = $1 and a.exam_id = $2 and a.regrade_of is null
         group by 1",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(exam)
    .load(conn)
    .await?;
    Ok(TimesSeen::by_question(rows))
}
