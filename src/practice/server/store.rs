//! Queries of practice. Each filters by the learner's id, so that nobody can read or change the
//! answers of others.

use crate::course::QuestionPurpose;
use crate::course::server::render::practice_mark;
use crate::platform::db::schema::{quiz_questions, topic_blocks};
use crate::platform::ids::TopicId;
use crate::question_bank::server::bank;
use crate::question_bank::server::store::{BankQuestion, QuestionRow, with_options};
use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use std::collections::HashMap;

use crate::platform::db::Conn;
use crate::platform::db::schema::practice_answers;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{QuestionId, UserId};
use crate::question_bank::server::grade::Answer;

pub type Fingerprint = [u8; 32];

/// A learner's last answer to a question.
pub struct Kept {
    pub answer: Answer,
    /// Points from 0 to 1.
    pub points: f64,
    pub attempts: i32,
}

/// Loads the last answer. None if the learner answered another version or never answered.
pub async fn kept(
    conn: &mut Conn,
    user: UserId,
    question: QuestionId,
    fingerprint: &Fingerprint,
) -> AppResult<Option<Kept>> {
    let row: Option<(Value, f64, i32)> = practice_answers::table
        .find((user, question))
        .filter(practice_answers::fingerprint.eq(&fingerprint[..]))
        .select((
            practice_answers::answer,
            practice_answers::points,
            practice_answers::attempts,
        ))
        .first(conn)
        .await
        .optional()?;
    row.map(|(answer, points, attempts)| {
        let answer = serde_json::from_value(answer).map_err(|error| AppError::internal(&error))?;
        Ok(Kept {
            answer,
            points,
            attempts,
        })
    })
    .transpose()
}

/// Loads the last answers to these questions, each with the fingerprint of its question. Leaves out
/// answers that can no longer be read.
pub async fn all_kept(
    conn: &mut Conn,
    user: UserId,
    questions: Vec<QuestionId>,
) -> QueryResult<HashMap<QuestionId, (Fingerprint, Kept)>> {
    let rows: Vec<(QuestionId, Vec<u8>, Value, f64, i32)> = practice_answers::table
        .filter(practice_answers::user_id.eq(user))
        .filter(practice_answers::question_id.eq_any(questions))
        .select((
            practice_answers::question_id,
            practice_answers::fingerprint,
            practice_answers::answer,
            practice_answers::points,
            practice_answers::attempts,
        ))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(question, fingerprint, answer, points, attempts)| {
            let kept = Kept {
                answer: serde_json::from_value(answer).ok()?,
                points,
                attempts,
            };
            Some((question, (Fingerprint::try_from(fingerprint).ok()?, kept)))
        })
        .collect())
}

/// Stores the answer in place of the previous one and counts it.
pub async fn keep(
    conn: &mut Conn,
    user: UserId,
    question: QuestionId,
    fingerprint: &Fingerprint,
    answer: &Answer,
    points: f64,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let answer = serde_json::to_value(answer).map_err(|error| AppError::internal(&error))?;
    let values = (
        practice_answers::fingerprint.eq(&fingerprint[..]),
        practice_answers::answer.eq(&answer),
        practice_answers::points.eq(points),
        practice_answers::answered_at.eq(now),
    );
    diesel::insert_into(practice_answers::table)
        .values((
            practice_answers::user_id.eq(user),
            practice_answers::question_id.eq(question),
            values,
        ))
        .on_conflict((practice_answers::user_id, practice_answers::question_id))
        .do_update()
        .set((
            practice_answers::attempts.eq(practice_answers::attempts + 1),
            values,
        ))
        .execute(conn)
        .await?;
    Ok(())
}

diesel::define_sql_function! {
    /// Returns the position of `part` in `whole`, from 1, or 0.
    fn strpos(whole: Text, part: Text) -> Int4;
}

/// The question with this key, if the text of the topic contains it and practice may use it.
pub async fn practice_question(
    conn: &mut Conn,
    topic: TopicId,
    key: &str,
) -> AppResult<Option<BankQuestion>> {
    let in_text = topic_blocks::table
        .filter(topic_blocks::topic_id.eq(topic))
        .filter(strpos(topic_blocks::html, practice_mark(key)).gt(0));
    // A question that was written on the site has no key but its id.
    let of_site = bank::id_in_key(key);
    let row: Option<QuestionRow> = quiz_questions::table
        .filter(quiz_questions::topic_id.eq(topic))
        .filter(
            quiz_questions::external_key
                .eq(key)
                .or(quiz_questions::external_key
                    .is_null()
                    .and(quiz_questions::question_id.nullable().eq(of_site))),
        )
        .filter(quiz_questions::purpose.ne(QuestionPurpose::Exam))
        .filter(quiz_questions::retired_at.is_null())
        .filter(exists(in_text))
        .select(QuestionRow::as_select())
        .first(conn)
        .await
        .optional()?;
    let found = with_options(conn, row.into_iter().collect(), &HashMap::new()).await?;
    Ok(found.into_iter().next())
}

/// The questions of the topic whose marks are in the HTML, each with its key.
pub async fn questions_in_text(
    conn: &mut Conn,
    topic: TopicId,
    html: &str,
) -> AppResult<Vec<(String, BankQuestion)>> {
    let rows: Vec<(Option<String>, QuestionId, QuestionRow)> = quiz_questions::table
        .filter(quiz_questions::topic_id.eq(topic))
        .filter(quiz_questions::purpose.ne(QuestionPurpose::Exam))
        .filter(quiz_questions::retired_at.is_null())
        .select((
            quiz_questions::external_key,
            quiz_questions::question_id,
            QuestionRow::as_select(),
        ))
        .load(conn)
        .await?;
    let mut keys = HashMap::new();
    let mut found = Vec::new();
    for (key, question, row) in rows {
        let key = key.unwrap_or_else(|| bank::site_key(question));
        if html.contains(&practice_mark(&key)) {
            keys.insert(question, key);
            found.push(row);
        }
    }
    let questions = with_options(conn, found, &HashMap::new()).await?;
    Ok(questions
        .into_iter()
        .filter_map(|question| Some((keys.remove(&question.question_id)?, question)))
        .collect())
}
