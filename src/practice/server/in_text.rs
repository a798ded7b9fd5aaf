//! Practice questions in the rendered text of a topic. The text was rendered when the course was
//! imported. Questions that were edited since are rendered again, and questions that were removed
//! from practice are left out.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::course::QuestionPurpose;
use crate::course::server::render::{PRACTICE_END, PRACTICE_START, practice, practice_mark};
use crate::platform::db::Conn;
use crate::platform::db::schema::quiz_questions;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TopicId};
use crate::question_bank::authoring::server::store;
use crate::question_bank::server::bank;

/// Brings the practice questions in a topic's HTML up to date. The topic is given by id and slug.
pub async fn as_now(
    conn: &mut Conn,
    course: CourseId,
    (topic, slug): (TopicId, &str),
    html: String,
) -> AppResult<String> {
    if !html.contains(PRACTICE_START) {
        return Ok(html);
    }
    let rows: Vec<(bank::QuestionRecord, Option<DateTime<Utc>>)> = quiz_questions::table
        .filter(quiz_questions::topic_id.eq(topic))
        .filter(quiz_questions::external_key.is_not_null())
        .filter(quiz_questions::retired_at.is_null())
        .filter(quiz_questions::purpose.ne(QuestionPurpose::Exam))
        .select((bank::QuestionRecord::as_select(), quiz_questions::edited_at))
        .load(conn)
        .await?;
    let (rows, edited): (Vec<bank::QuestionRecord>, Vec<_>) = rows.into_iter().unzip();
    let questions = bank::drafts(conn, rows).await?;
    let addresses = store::addresses(conn, course).await?;
    let links = store::links(&addresses);
    let now = |section: &str| {
        let (question, edited_at) = questions.iter().zip(&edited).find(|(question, _)| {
            let begins = format!("{PRACTICE_START}{}", practice_mark(&question.key));
            section.starts_with(&begins)
        })?;
        Some(match edited_at {
            Some(_) => practice(question, slug, &links),
            None => section.to_owned(),
        })
    };
    Ok(replaced(&html, now))
}

/// Replaces each practice question with the result of `now`, or removes it if `now` returns None.
fn replaced(html: &str, now: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(PRACTICE_START) {
        let (before, section) = rest.split_at(at);
        let end = section
            .find(PRACTICE_END)
            .map_or(section.len(), |end| end + PRACTICE_END.len());
        let (section, after) = section.split_at(end);
        out.push_str(before);
        out.push_str(&now(section).unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}
