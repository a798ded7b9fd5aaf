//! Queries of authoring. Each one names the course, so that a tutor never reaches another course's
//! questions.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::course::server::draft::QuestionDraft;
use crate::course::{QuestionPurpose, section_of};
use crate::platform::db::schema::{course_modules, course_quiz_settings, quiz_questions, topics};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, QuestionId, TopicId};
use crate::question_bank::server::bank;
use crate::question_bank::server::bank::QuestionPlace;

/// Returns number and title of the modules, in order.
pub async fn modules(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<(i32, String)>> {
    course_modules::table
        .filter(course_modules::course_id.eq(course))
        .order(course_modules::module_no)
        .select((course_modules::module_no, course_modules::title))
        .load(conn)
        .await
}

/// A topic that questions can be about.
pub struct LabeledTopic {
    pub id: TopicId,
    pub slug: String,
    /// The topic's numbers and its title.
    pub label: String,
}

pub async fn topics(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<LabeledTopic>> {
    let rows: Vec<(TopicId, String, String, i32, i32)> = topics::table
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
        .await?;
    let labeled = rows
        .into_iter()
        .map(|(id, slug, title, module_no, number)| LabeledTopic {
            id,
            slug,
            label: format!("{module_no}.{number} {title}"),
        });
    Ok(labeled.collect())
}

/// Returns the places at which questions can stand, each as form value and label.
pub async fn places(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<(String, String)>> {
    let topics = topics(conn, course).await?;
    let modules = modules(conn, course).await?;
    let about = topics
        .into_iter()
        .map(|topic| (format!("topic:{}", topic.id), topic.label));
    let exams = modules.into_iter().map(|(number, title)| {
        (
            format!("module:{number}"),
            format!("{number} {title}, exams only"),
        )
    });
    Ok(about.chain(exams).collect())
}

/// Returns the place that a form value names, for questions of this purpose.
pub async fn place(
    conn: &mut Conn,
    course: CourseId,
    value: &str,
    purpose: QuestionPurpose,
) -> AppResult<QuestionPlace> {
    let unknown = || AppError::field("place", "Choose a topic.");
    let place = QuestionPlace {
        course,
        topic: None,
        module_no: 0,
        section: None,
        order: None,
    };
    if let Some(number) = value.strip_prefix("module:") {
        let number: i32 = number.parse().map_err(|_| unknown())?;
        let found = modules(conn, course).await?;
        let is_there = found.iter().any(|(known, _)| *known == number);
        return is_there
            .then_some(QuestionPlace {
                module_no: number,
                ..place
            })
            .ok_or_else(unknown);
    }
    let topic = value
        .strip_prefix("topic:")
        .and_then(|id| Uuid::parse_str(id).ok())
        .ok_or_else(unknown)?;
    let found: Option<(TopicId, i32, i32)> = topics::table
        .filter(topics::topic_id.eq(TopicId(topic)))
        .filter(topics::course_id.eq(course))
        .filter(topics::retired_at.is_null())
        .select((topics::topic_id, topics::module_no, topics::topic_number))
        .first(conn)
        .await
        .optional()?;
    let (topic, module_no, number) = found.ok_or_else(unknown)?;
    Ok(QuestionPlace {
        topic: Some(topic),
        module_no,
        section: (purpose != QuestionPurpose::Exam).then(|| section_of(number)),
        ..place
    })
}

/// A question with its place and status.
pub struct StoredQuestion {
    pub question: QuestionDraft,
    pub place: QuestionPlace,
    pub is_retired: bool,
    pub is_imported: bool,
    /// True if the key or the options were changed after the question was first stored.
    pub is_rekeyed: bool,
}

impl StoredQuestion {
    /// Returns the form value of the question's place.
    pub fn place_value(&self) -> String {
        place_value(&self.place)
    }
}

/// Returns the form value of a place.
pub fn place_value(place: &QuestionPlace) -> String {
    match place.topic {
        Some(topic) => format!("topic:{topic}"),
        None => format!("module:{}", place.module_no),
    }
}

type QuestionStatus = (
    Option<TopicId>,
    i32,
    Option<i32>,
    Option<DateTime<Utc>>,
    Option<String>,
    Option<DateTime<Utc>>,
);

/// Returns the question if it belongs to the course.
pub async fn question(
    conn: &mut Conn,
    course: CourseId,
    question: QuestionId,
) -> AppResult<Option<StoredQuestion>> {
    let row: Option<(bank::QuestionRecord, QuestionStatus)> = quiz_questions::table
        .filter(quiz_questions::question_id.eq(question))
        .filter(quiz_questions::course_id.eq(course))
        .select((
            bank::QuestionRecord::as_select(),
            (
                quiz_questions::topic_id,
                quiz_questions::module_no,
                quiz_questions::topic_pair_index,
                quiz_questions::retired_at,
                quiz_questions::external_key,
                quiz_questions::key_changed_at,
            ),
        ))
        .first(conn)
        .await
        .optional()?;
    let Some((row, (topic, module_no, section, retired_at, external_key, key_changed_at))) = row
    else {
        return Ok(None);
    };
    let place = QuestionPlace {
        course,
        topic,
        module_no,
        section,
        order: None,
    };
    let found = bank::drafts(conn, vec![row]).await?.pop();
    Ok(found.map(|question| StoredQuestion {
        question,
        place,
        is_retired: retired_at.is_some(),
        is_imported: external_key.is_some(),
        is_rekeyed: key_changed_at.is_some(),
    }))
}

/// Returns the questions in use at the place with their topics, in order.
pub async fn order(
    conn: &mut Conn,
    place: &QuestionPlace,
) -> QueryResult<Vec<(QuestionId, Option<TopicId>)>> {
    quiz_questions::table
        .filter(quiz_questions::course_id.eq(place.course))
        .filter(quiz_questions::module_no.eq(place.module_no))
        .filter(quiz_questions::topic_pair_index.is_not_distinct_from(place.section))
        .filter(quiz_questions::retired_at.is_null())
        .order((quiz_questions::order_index, quiz_questions::question_id))
        .select((quiz_questions::question_id, quiz_questions::topic_id))
        .load(conn)
        .await
}

/// Returns the position after all other questions of the place.
pub async fn last_order(conn: &mut Conn, place: &QuestionPlace) -> QueryResult<i32> {
    let last: Option<i32> = quiz_questions::table
        .filter(quiz_questions::course_id.eq(place.course))
        .filter(quiz_questions::module_no.eq(place.module_no))
        .filter(quiz_questions::topic_pair_index.is_not_distinct_from(place.section))
        .select(diesel::dsl::max(quiz_questions::order_index))
        .first(conn)
        .await?;
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

/// Stores the questions in this order. It lasts: `placed_at` keeps imports of the course from
/// changing it.
pub async fn put_in_order(conn: &mut Conn, questions: &[QuestionId]) -> QueryResult<()> {
    statement(
        "update quiz_questions q set order_index = n.number - 1, placed_at = now()
         from unnest($1) with ordinality n(question_id, number) where q.question_id = n.question_id",
    )
    .bind::<Array<SqlUuid>, _>(questions.iter().map(|id| id.0).collect::<Vec<_>>())
    .execute(conn)
    .await
    .map(drop)
}

/// Records that a person edited the questions. `edited_at` keeps imports from overwriting them.
pub async fn note_edit(conn: &mut Conn, questions: &[QuestionId]) -> QueryResult<()> {
    diesel::update(quiz_questions::table.filter(quiz_questions::question_id.eq_any(questions)))
        .set(quiz_questions::edited_at.eq(Utc::now()))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn retire(conn: &mut Conn, questions: &[QuestionId], retired: bool) -> QueryResult<()> {
    diesel::update(quiz_questions::table.filter(quiz_questions::question_id.eq_any(questions)))
        .set(quiz_questions::retired_at.eq(retired.then(Utc::now)))
        .execute(conn)
        .await
        .map(drop)
}

/// Moves the question and sets its purpose.
pub async fn put(
    conn: &mut Conn,
    question: QuestionId,
    place: &QuestionPlace,
    purpose: QuestionPurpose,
) -> QueryResult<()> {
    bank::put(conn, question, place).await?;
    diesel::update(quiz_questions::table.find(question))
        .set(quiz_questions::purpose.eq(purpose))
        .execute(conn)
        .await
        .map(drop)
}

/// True if the course gives partial credit.
pub async fn partial_credit(conn: &mut Conn, course: CourseId) -> QueryResult<bool> {
    let set: Option<bool> = course_quiz_settings::table
        .find(course)
        .select(course_quiz_settings::partial_credit)
        .first(conn)
        .await
        .optional()?;
    Ok(set.unwrap_or(false))
}
