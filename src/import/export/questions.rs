//! Gives the exported topics their questions, in the order of their quizzes.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::topics::LoadedTopic;
use crate::course::server::draft::FROM_SITE;
use crate::course::{QuestionPurpose, section_of};
use crate::platform::db::Conn;
use crate::platform::db::schema::{quiz_questions, topics};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TopicId};
use crate::question_bank::server::bank::{self, QuestionRecord};

/// Adds each question in use to its topic. A question without a topic goes to the first topic of
/// its section. Questions of drafts are hidden with their topic, and come along.
pub async fn add(
    conn: &mut Conn,
    course: CourseId,
    topics: &mut [LoadedTopic],
    left_out: &mut Vec<String>,
) -> AppResult<()> {
    type Placed = (QuestionRecord, Option<TopicId>, i32, Option<i32>);
    let rows: Vec<Placed> = quiz_questions::table
        .left_join(topics::table.on(topics::topic_id.nullable().eq(quiz_questions::topic_id)))
        .filter(quiz_questions::course_id.eq(course))
        .filter(
            quiz_questions::retired_at.is_null().or(topics::hidden_as
                .eq("draft")
                .and(topics::retired_at.eq(quiz_questions::retired_at))
                .assume_not_null()),
        )
        // Those of exams are counted apart.
        .order((
            quiz_questions::purpose.eq(QuestionPurpose::Exam),
            quiz_questions::order_index,
            quiz_questions::created_at,
            quiz_questions::external_key,
            quiz_questions::question_id,
        ))
        .select((
            QuestionRecord::as_select(),
            quiz_questions::topic_id,
            quiz_questions::module_no,
            quiz_questions::topic_pair_index,
        ))
        .load(conn)
        .await?;
    let mut records = Vec::with_capacity(rows.len());
    let mut places = Vec::with_capacity(rows.len());
    for (mut record, topic, module_no, section) in rows {
        let id = record.question_id;
        record
            .external_key
            .get_or_insert_with(|| format!("{FROM_SITE}{id}"));
        records.push(record);
        places.push((topic, module_no, section));
    }
    let drafts = bank::drafts(conn, records).await?;
    let numbers = numbers(topics);
    for (draft, (topic, module_no, section)) in drafts.into_iter().zip(places) {
        let own = topics.iter().position(|of| Some(of.topic_id) == topic);
        let here = |at: &usize| topics[*at].module_no == module_no;
        let in_section = (0..topics.len()).filter(here).find(|at| {
            section.is_some()
                && section == numbers.get(&topics[*at].topic_id).map(|n| section_of(*n))
        });
        let first = (0..topics.len()).find(here);
        match own.or(in_section).or(first) {
            Some(at) => topics[at].draft.questions.push(draft),
            None => left_out.push(format!(
                "The question “{}” is left out, because its module has no topic.",
                draft.prompt.chars().take(80).collect::<String>()
            )),
        }
    }
    Ok(())
}

/// Returns the number of each topic that learners see.
fn numbers(topics: &[LoadedTopic]) -> HashMap<TopicId, i32> {
    let mut counts: HashMap<i32, i32> = HashMap::new();
    let shown = topics.iter().filter(|topic| !topic.draft.is_draft);
    shown
        .map(|topic| {
            let count = counts.entry(topic.module_no).or_default();
            *count += 1;
            (topic.topic_id, *count)
        })
        .collect()
}
