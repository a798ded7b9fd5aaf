//! Queries of the questions in the bank.

use crate::platform::db::Conn;
use crate::platform::db::schema::{quiz_options, quiz_questions};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, QuestionId, TopicId};
use crate::question_bank::{QuestionType, StoredPayload};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// A question of the bank with everything that an attempt needs.
#[derive(Debug, Clone)]
pub struct BankQuestion {
    pub question_id: QuestionId,
    pub topic_id: Option<TopicId>,
    pub question_type: QuestionType,
    pub prompt_html: String,
    pub explanation_html: Option<String>,
    pub payload: StoredPayload,
    pub options: Vec<BankOption>,
    /// Number of attempts in which this learner has had the question. 0 if not counted.
    pub seen: i64,
}

#[derive(Debug, Clone)]
pub struct BankOption {
    pub option_id: Uuid,
    pub html: String,
    pub is_correct: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = quiz_questions)]
pub(crate) struct QuestionRow {
    question_id: QuestionId,
    topic_id: Option<TopicId>,
    question_type: QuestionType,
    prompt_html: String,
    explanation_html: Option<String>,
    payload: Value,
}

/// The questions with these ids, in no particular order.
pub async fn questions(conn: &mut Conn, ids: &[QuestionId]) -> AppResult<Vec<BankQuestion>> {
    let rows: Vec<QuestionRow> = quiz_questions::table
        .filter(quiz_questions::question_id.eq_any(ids))
        .select(QuestionRow::as_select())
        .load(conn)
        .await?;
    with_options(conn, rows, &HashMap::new()).await
}

/// Texts of the questions that the course asks, without options, keys and explanations.
pub async fn prompts_of_course(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<String>> {
    quiz_questions::table
        .filter(quiz_questions::course_id.eq(course))
        .filter(quiz_questions::retired_at.is_null())
        .select(quiz_questions::prompt)
        .load(conn)
        .await
}

/// A question of the course, including a retired one.
pub async fn bank_question(
    conn: &mut Conn,
    course: CourseId,
    question: QuestionId,
) -> AppResult<Option<BankQuestion>> {
    let rows: Vec<QuestionRow> = quiz_questions::table
        .filter(quiz_questions::course_id.eq(course))
        .filter(quiz_questions::question_id.eq(question))
        .select(QuestionRow::as_select())
        .load(conn)
        .await?;
    Ok(with_options(conn, rows, &HashMap::new()).await?.pop())
}

/// How often a learner has had a question.
#[derive(QueryableByName)]
pub struct TimesSeen {
    #[diesel(sql_type = SqlUuid)]
    question_id: Uuid,
    #[diesel(sql_type = BigInt)]
    times: i64,
}

impl TimesSeen {
    pub fn by_question(rows: Vec<Self>) -> HashMap<Uuid, i64> {
        let rows = rows.into_iter();
        rows.map(|row| (row.question_id, row.times)).collect()
    }
}

pub(crate) async fn with_options(
    conn: &mut Conn,
    rows: Vec<QuestionRow>,
    seen: &HashMap<Uuid, i64>,
) -> AppResult<Vec<BankQuestion>> {
    let ids: Vec<QuestionId> = rows.iter().map(|row| row.question_id).collect();
    let mut options: HashMap<QuestionId, Vec<BankOption>> = HashMap::new();
    let option_rows: Vec<(QuestionId, Uuid, String, bool)> = quiz_options::table
        .filter(quiz_options::question_id.eq_any(ids))
        .order((quiz_options::question_id, quiz_options::order_index))
        .select((
            quiz_options::question_id,
            quiz_options::option_id,
            quiz_options::option_html,
            quiz_options::is_correct,
        ))
        .load(conn)
        .await?;
    for (question, option_id, html, is_correct) in option_rows {
        options.entry(question).or_default().push(BankOption {
            option_id,
            html,
            is_correct,
        });
    }
    rows.into_iter()
        .map(|row| {
            Ok(BankQuestion {
                options: options.remove(&row.question_id).unwrap_or_default(),
                seen: seen.get(&row.question_id.0).copied().unwrap_or(0),
                payload: serde_json::from_value(row.payload)
                    .map_err(|error| AppError::internal(&error))?,
                question_id: row.question_id,
                topic_id: row.topic_id,
                question_type: row.question_type,
                prompt_html: row.prompt_html,
                explanation_html: row.explanation_html,
            })
        })
        .collect()
}
