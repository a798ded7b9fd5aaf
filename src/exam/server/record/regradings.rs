//! Queries of regrading decisions, for the sittings that were running when the decision was made.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::{asking, broken};
use crate::platform::db::Conn;
use crate::platform::db::schema::{exam_regradings, exam_sittings, exams};
use crate::platform::error::AppResult;
use crate::platform::ids::{ExamId, QuestionId, UserId};
use crate::question_bank::server::apply_key::Ruling;

/// Decision about a question, for all sittings of an exam that had it.
#[derive(Debug, Clone)]
pub struct ExamRegrading {
    pub question: QuestionId,
    pub ruling: Ruling,
    pub reason: String,
    /// Tutor who decided; None once the account is deleted.
    pub by: Option<UserId>,
}

/// Locks the exam so that none of its sittings can end before the transaction does. (Storing a
/// result locks the exam that it refers to.) Each sitting thus either has its result when the
/// regrade runs, or finds the decision when it ends.
pub async fn hold_ends(conn: &mut Conn, exam: ExamId) -> QueryResult<()> {
    let _: ExamId = exams::table
        .filter(exams::exam_id.eq(exam))
        .select(exams::exam_id)
        .for_update()
        .first(conn)
        .await?;
    Ok(())
}

pub async fn decide(
    conn: &mut Conn,
    exam: ExamId,
    decided: &ExamRegrading,
    at: DateTime<Utc>,
) -> AppResult<()> {
    diesel::insert_into(exam_regradings::table)
        .values((
            exam_regradings::exam_id.eq(exam),
            exam_regradings::question_id.eq(decided.question),
            exam_regradings::key.eq(decided.ruling.to_column()?),
            exam_regradings::reason.eq(&decided.reason),
            exam_regradings::decided_by.eq(decided.by),
            exam_regradings::decided_at.eq(at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Returns the decisions since `since`, oldest first.
pub async fn decided_since(
    conn: &mut Conn,
    exam: ExamId,
    since: DateTime<Utc>,
) -> AppResult<Vec<ExamRegrading>> {
    type DecisionRow = (QuestionId, Option<Value>, String, Option<UserId>);
    let rows: Vec<DecisionRow> = exam_regradings::table
        .filter(exam_regradings::exam_id.eq(exam))
        .filter(exam_regradings::decided_at.ge(since))
        .order((exam_regradings::decided_at, exam_regradings::regrading_id))
        .select((
            exam_regradings::question_id,
            exam_regradings::key,
            exam_regradings::reason,
            exam_regradings::decided_by,
        ))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(question, key, reason, by)| {
            Ok(ExamRegrading {
                question,
                ruling: match key {
                    Some(key) => Ruling::Key(serde_json::from_value(key).map_err(broken)?),
                    None => Ruling::Everybody,
                },
                reason,
                by,
            })
        })
        .collect()
}

/// Returns the number of running sittings that ask the question or may come to ask it.
pub async fn count_running(
    conn: &mut Conn,
    exam: ExamId,
    question: QuestionId,
) -> QueryResult<i64> {
    let [asks, may_ask] = asking(question);
    exam_sittings::table
        .filter(exam_sittings::exam_id.eq(exam))
        .filter(exam_sittings::ended_at.is_null())
        .filter(
            exam_sittings::paper
                .contains(asks)
                .or(exam_sittings::paper.contains(may_ask)),
        )
        .count()
        .get_result(conn)
        .await
}
