//! Questions of the bank as rows. Hand-written and imported questions are all written here, and
//! read back as the same drafts.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::store::{BankOption, BankQuestion};
use crate::course::QuestionPurpose;
use crate::course::server::draft::{
    AnswerDraft, FROM_SITE, OptionDraft, QuestionDraft, TracingOutcome,
};
use crate::course::server::render::Links;
use crate::platform::db::schema::{quiz_options, quiz_questions};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, QuestionId, TopicId};
use crate::platform::markdown;
use crate::question_bank::{QuestionPayload, QuestionType, StoredPayload};

/// The position of a question in its course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuestionPlace {
    pub course: CourseId,
    pub topic: Option<TopicId>,
    pub module_no: i32,
    /// Number of the section within its module. None if no quiz asks the question.
    pub section: Option<i32>,
    /// Position among the questions of its quiz. None keeps the present one.
    pub order: Option<i32>,
}

/// Locks the questions of a course until the transaction ends, so that changes follow one another.
pub async fn lock(conn: &mut Conn, course: CourseId) -> QueryResult<()> {
    statement("select pg_advisory_xact_lock(hashtext('questions'), hashtext($1))")
        .bind::<diesel::sql_types::Text, _>(course.to_string())
        .execute(conn)
        .await
        .map(drop)
}

/// The columns that hold the place of a question.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = quiz_questions)]
struct PlaceColumns {
    #[diesel(treat_none_as_null = true)]
    topic_id: Option<TopicId>,
    module_no: i32,
    #[diesel(treat_none_as_null = true)]
    topic_pair_index: Option<i32>,
    /// None keeps the present order.
    order_index: Option<i32>,
}

impl PlaceColumns {
    fn of(place: &QuestionPlace) -> Self {
        Self {
            topic_id: place.topic,
            module_no: place.module_no,
            topic_pair_index: place.section,
            order_index: place.order,
        }
    }
}

/// The columns of a question that are written when it is added and when it is changed.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = quiz_questions)]
#[diesel(treat_none_as_null = true)]
struct QuestionColumns<'a> {
    #[diesel(embed)]
    place: PlaceColumns,
    question_type: QuestionType,
    prompt: &'a str,
    prompt_html: String,
    payload: Value,
    explanation: Option<&'a str>,
    explanation_html: Option<String>,
    difficulty: Option<f32>,
    purpose: QuestionPurpose,
}

impl<'a> QuestionColumns<'a> {
    fn of(
        question: &'a QuestionDraft,
        place: &QuestionPlace,
        links: &Links<'_>,
    ) -> AppResult<Self> {
        let (question_type, _) = kind_of(&question.answer);
        Ok(Self {
            place: PlaceColumns::of(place),
            question_type,
            prompt: &question.prompt,
            prompt_html: links.markdown(&question.prompt).html,
            payload: stored_payload(&question.answer)?,
            explanation: question.explanation.as_deref(),
            explanation_html: explanation_html(question, links),
            difficulty: question.difficulty,
            purpose: question.purpose,
        })
    }
}

pub async fn add(
    conn: &mut Conn,
    place: &QuestionPlace,
    key: Option<&str>,
    question: &QuestionDraft,
    links: &Links<'_>,
) -> AppResult<QuestionId> {
    let id = diesel::insert_into(quiz_questions::table)
        .values((
            quiz_questions::course_id.eq(place.course),
            quiz_questions::external_key.eq(key),
            QuestionColumns::of(question, place, links)?,
        ))
        .returning(quiz_questions::question_id)
        .get_result(conn)
        .await?;
    store_options(conn, id, kind_of(&question.answer).1).await?;
    Ok(id)
}

/// Overwrites the question under its id. Attempts keep their copies. Returns true if the options
/// changed.
pub async fn change(
    conn: &mut Conn,
    id: QuestionId,
    place: &QuestionPlace,
    question: &QuestionDraft,
    links: &Links<'_>,
) -> AppResult<bool> {
    diesel::update(quiz_questions::table.find(id))
        .set(QuestionColumns::of(question, place, links)?)
        .execute(conn)
        .await?;
    store_options(conn, id, kind_of(&question.answer).1).await
}

/// Moves the question to another place and changes nothing else.
pub async fn put(conn: &mut Conn, id: QuestionId, place: &QuestionPlace) -> QueryResult<()> {
    diesel::update(quiz_questions::table.find(id))
        .set(PlaceColumns::of(place))
        .execute(conn)
        .await
        .map(drop)
}

fn explanation_html(question: &QuestionDraft, links: &Links<'_>) -> Option<String> {
    let text = question.explanation.as_deref()?;
    Some(links.markdown(text).html)
}

/// Writes the options and returns true if they changed. An option keeps its id as long as it keeps
/// its text, because regrades and statistics find options by id.
async fn store_options(
    conn: &mut Conn,
    question: QuestionId,
    options: &[OptionDraft],
) -> AppResult<bool> {
    let known: Vec<(Uuid, String, bool, i32)> = quiz_options::table
        .filter(quiz_options::question_id.eq(question))
        .order(quiz_options::order_index)
        .select((
            quiz_options::option_id,
            quiz_options::option_text,
            quiz_options::is_correct,
            quiz_options::order_index,
        ))
        .load(conn)
        .await?;
    let same = known.len() == options.len()
        && known
            .iter()
            .zip(options)
            .all(|(row, option)| row.1 == option.text && row.2 == option.is_correct);
    if same {
        return Ok(false);
    }
    statement("set constraints quiz_options_order deferred")
        .execute(conn)
        .await?;
    let mut left = known;
    for (option, order) in options.iter().zip(0i32..) {
        let values = (
            quiz_options::option_text.eq(&option.text),
            quiz_options::option_html.eq(markdown::render_inline(&option.text)),
            quiz_options::is_correct.eq(option.is_correct),
            quiz_options::order_index.eq(order),
        );
        match left.iter().position(|row| row.1 == option.text) {
            Some(at) => {
                let id = left.swap_remove(at).0;
                diesel::update(quiz_options::table.find(id))
                    .set(values)
                    .execute(conn)
                    .await?;
            }
            None => {
                diesel::insert_into(quiz_options::table)
                    .values((quiz_options::question_id.eq(question), values))
                    .execute(conn)
                    .await?;
            }
        }
    }
    let gone: Vec<Uuid> = left.into_iter().map(|row| row.0).collect();
    diesel::delete(quiz_options::table.filter(quiz_options::option_id.eq_any(gone)))
        .execute(conn)
        .await?;
    Ok(true)
}

/// A question of the bank without its place in the course.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = quiz_questions)]
pub struct QuestionRecord {
    pub question_id: QuestionId,
    pub external_key: Option<String>,
    pub question_type: QuestionType,
    pub prompt: String,
    pub payload: Value,
    pub explanation: Option<String>,
    pub difficulty: Option<f32>,
    pub purpose: QuestionPurpose,
}

impl QuestionRecord {
    /// The key under which texts and exports know the question. One that was written on the site
    /// has its id there.
    pub fn key(&self) -> String {
        (self.external_key.clone()).unwrap_or_else(|| site_key(self.question_id))
    }
}

/// The key of a question that was written on the site.
pub fn site_key(question: QuestionId) -> String {
    format!("{FROM_SITE}{question}")
}

/// Returns the id in the key of a question that was written on the site.
pub fn id_in_key(key: &str) -> Option<QuestionId> {
    let id = key.strip_prefix(FROM_SITE)?;
    id.parse().ok().map(QuestionId)
}

/// Converts rows to drafts, in the order of the rows.
pub async fn drafts(conn: &mut Conn, rows: Vec<QuestionRecord>) -> AppResult<Vec<QuestionDraft>> {
    let ids: Vec<QuestionId> = rows.iter().map(|row| row.question_id).collect();
    let mut options: HashMap<QuestionId, Vec<OptionDraft>> = HashMap::new();
    let option_rows: Vec<(QuestionId, String, bool)> = quiz_options::table
        .filter(quiz_options::question_id.eq_any(ids))
        .order((quiz_options::question_id, quiz_options::order_index))
        .select((
            quiz_options::question_id,
            quiz_options::option_text,
            quiz_options::is_correct,
        ))
        .load(conn)
        .await?;
    for (question, text, is_correct) in option_rows {
        let option = OptionDraft { text, is_correct };
        options.entry(question).or_default().push(option);
    }
    rows.into_iter()
        .map(|row| {
            let options = options.remove(&row.question_id).unwrap_or_default();
            Ok(QuestionDraft {
                key: row
                    .external_key
                    .unwrap_or_else(|| row.question_id.to_string()),
                answer: answer_of(row.payload, row.question_type, options)?,
                prompt: row.prompt,
                explanation: row.explanation,
                purpose: row.purpose,
                difficulty: row.difficulty,
            })
        })
        .collect()
}

fn answer_of(
    payload: Value,
    kind: QuestionType,
    options: Vec<OptionDraft>,
) -> AppResult<AnswerDraft> {
    let stored: StoredPayload =
        serde_json::from_value(payload).map_err(|error| AppError::internal(&error))?;
    Ok(match stored.payload {
        QuestionPayload::Choice { shuffle } => AnswerDraft::Choice {
            options,
            several: kind == QuestionType::MultipleChoice,
            shuffle,
        },
        QuestionPayload::ShortAnswer {
            accepted,
            tolerance,
        } => AnswerDraft::ShortAnswer {
            accepted,
            tolerance,
        },
        QuestionPayload::Tracing {
            language,
            program,
            prints,
            fails_at_line,
        } => AnswerDraft::Tracing {
            language,
            program,
            outcome: match prints {
                Some(text) => TracingOutcome::Prints(text),
                None => TracingOutcome::FailsAtLine(fails_at_line),
            },
        },
        QuestionPayload::Ordering { items } => AnswerDraft::Ordering { items },
        QuestionPayload::Matching { pairs } => AnswerDraft::Matching { pairs },
    })
}

/// Converts a draft to a question as a learner would draw it, before the draft is stored.
pub fn as_drawn(question: &QuestionDraft, links: &Links<'_>) -> BankQuestion {
    let (question_type, options) = kind_of(&question.answer);
    let options = options.iter().zip(1..).map(|(option, n)| BankOption {
        option_id: Uuid::from_u128(n),
        html: markdown::render_inline(&option.text),
        is_correct: option.is_correct,
    });
    BankQuestion {
        question_id: QuestionId(Uuid::nil()),
        topic_id: None,
        question_type,
        prompt_html: links.markdown(&question.prompt).html,
        explanation_html: explanation_html(question, links),
        payload: StoredPayload {
            version: 1,
            payload: payload_of(&question.answer),
        },
        options: options.collect(),
        seen: 0,
    }
}

pub fn kind_of(answer: &AnswerDraft) -> (QuestionType, &[OptionDraft]) {
    match answer {
        AnswerDraft::Choice {
            options,
            several: false,
            ..
        } => (QuestionType::SingleChoice, options),
        AnswerDraft::Choice {
            options,
            several: true,
            ..
        } => (QuestionType::MultipleChoice, options),
        AnswerDraft::ShortAnswer { .. } => (QuestionType::ShortAnswer, &[]),
        AnswerDraft::Tracing { .. } => (QuestionType::Tracing, &[]),
        AnswerDraft::Ordering { .. } => (QuestionType::Ordering, &[]),
        AnswerDraft::Matching { .. } => (QuestionType::Matching, &[]),
    }
}

pub fn stored_payload(answer: &AnswerDraft) -> AppResult<Value> {
    serde_json::to_value(StoredPayload {
        version: 1,
        payload: payload_of(answer),
    })
    .map_err(|error| AppError::internal(&error))
}

fn payload_of(answer: &AnswerDraft) -> QuestionPayload {
    match answer {
        AnswerDraft::Choice { shuffle, .. } => QuestionPayload::Choice { shuffle: *shuffle },
        AnswerDraft::ShortAnswer {
            accepted,
            tolerance,
        } => QuestionPayload::ShortAnswer {
            accepted: accepted.clone(),
            tolerance: *tolerance,
        },
        AnswerDraft::Tracing {
            language,
            program,
            outcome,
        } => {
            let (prints, fails_at_line) = match outcome {
                TracingOutcome::Prints(text) => (Some(text.clone()), None),
                TracingOutcome::FailsAtLine(line) => (None, *line),
            };
            QuestionPayload::Tracing {
                language: language.clone(),
                program: program.clone(),
                prints,
                fails_at_line,
            }
        }
        AnswerDraft::Ordering { items } => QuestionPayload::Ordering {
            items: items.clone(),
        },
        AnswerDraft::Matching { pairs } => QuestionPayload::Matching {
            pairs: pairs.clone(),
        },
    }
}
