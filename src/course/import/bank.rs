//! The question bank of a course.

use std::collections::{HashMap, HashSet};

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::Changes;
use crate::course::draft::{AnswerDraft, CourseDraft, OptionDraft, QuestionDraft, TracingOutcome};
use crate::course::pair_of;
use crate::course::render::Links;
use crate::platform::db::Conn;
use crate::platform::db::schema::{quiz_options, quiz_questions};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, QuestionId, TopicId};
use crate::platform::markdown;
use crate::quiz::{QuestionPayload, QuestionPurpose, QuestionType, StoredPayload};

type KnownQuestion = (
    Option<String>,
    QuestionId,
    String,
    Value,
    Option<String>,
    bool,
);

pub async fn store_questions(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
    topics: &HashMap<String, TopicId>,
    links: &Links<'_>,
) -> AppResult<Changes> {
    let known: Vec<KnownQuestion> = quiz_questions::table
        .filter(quiz_questions::course_id.eq(course))
        .filter(quiz_questions::external_key.is_not_null())
        .select((
            quiz_questions::external_key,
            quiz_questions::question_id,
            quiz_questions::prompt,
            quiz_questions::payload,
            quiz_questions::explanation,
            quiz_questions::retired_at.is_not_null(),
        ))
        .load(conn)
        .await?;
    let known: HashMap<String, KnownQuestion> = known
        .into_iter()
        .filter_map(|row| row.0.clone().map(|key| (key, row)))
        .collect();
    let mut changes = Changes::default();
    let mut kept = HashSet::new();
    for module in &draft.modules {
        for topic in &module.topics {
            for (question, order) in topic.questions.iter().zip(0i32..) {
                let place = Place {
                    course,
                    topic: topics.get(&topic.key).copied(),
                    module_no: module.number,
                    pair: (question.purpose != QuestionPurpose::Exam)
                        .then(|| pair_of(topic.number)),
                    order,
                };
                let before = known.get(&question.key);
                let options_changed =
                    store_question(conn, &place, question, before.map(|row| row.1), links).await?;
                kept.insert(question.key.clone());
                let name = format!("{} ({})", question.key, topic.title);
                match before {
                    None => changes.added.push(name),
                    Some((_, _, prompt, payload, explanation, is_retired))
                        if *prompt == question.prompt
                            && *payload == payload_of(question)?
                            && *explanation == question.explanation
                            && !is_retired
                            && !options_changed =>
                    {
                        changes.unchanged += 1;
                    }
                    Some(_) => changes.updated.push(name),
                }
            }
        }
    }
    for (key, (_, id, _, _, _, is_retired)) in &known {
        if !kept.contains(key) && !is_retired {
            diesel::update(quiz_questions::table.find(id))
                .set(quiz_questions::retired_at.eq(Utc::now()))
                .execute(conn)
                .await?;
            changes.retired.push(key.clone());
        }
    }
    changes.retired.sort();
    Ok(changes)
}

/// Where a question stands.
struct Place {
    course: CourseId,
    topic: Option<TopicId>,
    module_no: i32,
    pair: Option<i32>,
    order: i32,
}

/// Stores the question; true when its options are not as they were.
async fn store_question(
    conn: &mut Conn,
    place: &Place,
    question: &QuestionDraft,
    before: Option<QuestionId>,
    links: &Links<'_>,
) -> AppResult<bool> {
    let (kind, options) = kind_of(&question.answer);
    let values = (
        quiz_questions::topic_id.eq(place.topic),
        quiz_questions::module_no.eq(place.module_no),
        quiz_questions::topic_pair_index.eq(place.pair),
        quiz_questions::order_index.eq(place.order),
        quiz_questions::question_type.eq(kind),
        quiz_questions::prompt.eq(&question.prompt),
        quiz_questions::prompt_html.eq(links.markdown(&question.prompt).html),
        quiz_questions::payload.eq(payload_of(question)?),
        quiz_questions::explanation.eq(question.explanation.as_deref()),
        quiz_questions::explanation_html.eq(question
            .explanation
            .as_deref()
            .map(|text| links.markdown(text).html)),
        quiz_questions::difficulty.eq(question.difficulty),
        quiz_questions::purpose.eq(question.purpose),
        quiz_questions::retired_at.eq(None::<chrono::DateTime<Utc>>),
    );
    let id = match before {
        Some(id) => {
            diesel::update(quiz_questions::table.find(id))
                .set(values)
                .execute(conn)
                .await?;
            id
        }
        None => {
            diesel::insert_into(quiz_questions::table)
                .values((
                    quiz_questions::course_id.eq(place.course),
                    quiz_questions::external_key.eq(&question.key),
                    values,
                ))
                .returning(quiz_questions::question_id)
                .get_result(conn)
                .await?
        }
    };
    store_options(conn, id, options).await
}

/// Options keep their ids as long as they keep their text.
async fn store_options(
    conn: &mut Conn,
    question: QuestionId,
    options: &[OptionDraft],
) -> AppResult<bool> {
    let known: Vec<(uuid::Uuid, String, bool, i32)> = quiz_options::table
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
    let gone: Vec<uuid::Uuid> = left.into_iter().map(|row| row.0).collect();
    diesel::delete(quiz_options::table.filter(quiz_options::option_id.eq_any(gone)))
        .execute(conn)
        .await?;
    Ok(true)
}

fn kind_of(answer: &AnswerDraft) -> (QuestionType, &[OptionDraft]) {
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

fn payload_of(question: &QuestionDraft) -> AppResult<Value> {
    let payload = match &question.answer {
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
    };
    serde_json::to_value(StoredPayload {
        version: 1,
        payload,
    })
    .map_err(|error| AppError::internal(&error))
}
