//! Stores the questions of a course draft in the question bank.

use crate::course::server::draft::{FROM_FILE, FROM_SITE};
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::Changes;
use crate::course::server::draft::{CourseDraft, QuestionDraft};
use crate::course::server::render::Links;
use crate::course::{QuestionPurpose, section_of};
use crate::platform::db::schema::quiz_questions;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, QuestionId, TopicId};
use crate::question_bank::server::bank;
use crate::question_bank::server::bank::QuestionPlace;

/// A stored question that came with an earlier import of the course.
#[derive(Queryable, Selectable)]
#[diesel(table_name = quiz_questions)]
struct KnownQuestion {
    question_id: QuestionId,
    external_key: Option<String>,
    prompt: String,
    payload: Value,
    explanation: Option<String>,
    purpose: QuestionPurpose,
    retired_at: Option<DateTime<Utc>>,
    edited_at: Option<DateTime<Utc>>,
    placed_at: Option<DateTime<Utc>>,
}

/// Stores the draft's questions. Questions that were edited, retired or ordered on the site keep
/// those changes. Only their topic follows the folder.
pub async fn store_questions(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
    topics: &HashMap<String, TopicId>,
    links: &Links<'_>,
) -> AppResult<Changes> {
    bank::lock(conn, course).await?;
    let known = known(conn, course, draft.is_export).await?;
    let mut changes = Changes::default();
    let mut kept = HashSet::new();
    // Questions are numbered through a quiz: those of its second topic follow those of its first.
    let mut counts: HashMap<(i32, Option<i32>), i32> = HashMap::new();
    for module in &draft.modules {
        // Learners see topics numbered without drafts.
        let mut number = 0;
        for topic in &module.topics {
            number += i32::from(!topic.is_draft);
            for question in &topic.questions {
                let before = known.get(&question.key);
                let purpose = before
                    .filter(|before| before.edited_at.is_some())
                    .map_or(question.purpose, |before| before.purpose);
                let section = (purpose != QuestionPurpose::Exam).then(|| section_of(number.max(1)));
                let count = counts.entry((module.number, section)).or_default();
                let is_placed = before.is_some_and(|before| before.placed_at.is_some());
                let place = QuestionPlace {
                    course,
                    topic: topics.get(&topic.key).copied(),
                    module_no: module.number,
                    section,
                    order: (!is_placed).then_some(*count),
                };
                *count += 1;
                kept.insert(question.key.clone());
                let name = format!("{} ({})", question.key, topic.title);
                match before {
                    None => {
                        bank::add(conn, &place, Some(&question.key), question, links).await?;
                        changes.added.push(name);
                    }
                    // Questions of a draft stay hidden with it.
                    Some(before) if before.is_the_sites() || draft.is_export && topic.is_draft => {
                        match before.is_same(question)? {
                            true => changes.unchanged += 1,
                            false => changes.kept.push(name),
                        }
                    }
                    Some(before) if before.edited_at.is_some() => {
                        bank::put(conn, before.question_id, &place).await?;
                        match draft.is_export && before.is_same(question)? {
                            true => changes.unchanged += 1,
                            false => changes.kept.push(name),
                        }
                    }
                    Some(before) => {
                        match store_again(conn, before, &place, question, links).await? {
                            true => changes.updated.push(name),
                            false => changes.unchanged += 1,
                        }
                    }
                }
            }
        }
    }
    for (key, gone) in &known {
        if !kept.contains(key) && gone.retired_at.is_none() && !gone.is_the_sites() {
            retire(conn, gone.question_id, Some(Utc::now())).await?;
            changes.retired.push(key.clone());
        }
    }
    follow_topics(conn, course).await?;
    let hidden = retire_with_topics(conn, course).await?;
    // An export brings drafts together with their questions, which are hidden from the start.
    if !draft.is_export {
        changes.retired.extend(hidden);
    }
    changes.retired.sort();
    Ok(changes)
}

/// Moves questions that did not come with the course to the current place of their topic.
async fn follow_topics(conn: &mut Conn, course: CourseId) -> QueryResult<()> {
    statement(format!(
        "update quiz_questions q
         set module_no = t.module_no, topic_pair_index = case when q.purpose <> 'exam' then (t.topic_number + 1) / 2 end
         from topics t
         where t.topic_id = q.topic_id and t.retired_at is null and q.course_id = $1 and {OWN}
           and (q.module_no, q.topic_pair_index)
               is distinct from (t.module_no, case when q.purpose <> 'exam' then (t.topic_number + 1) / 2 end)"
    ))
    .bind::<SqlUuid, _>(course)
    .execute(conn)
    .await
    .map(drop)
}

/// Retires the questions of retired topics, except those brought back since. They get the time of
/// their topic, so that restoring the topic restores them. Returns the first 80 characters of each
/// prompt.
async fn retire_with_topics(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<String>> {
    let retired: Vec<Prompt> = statement(format!(
        "update quiz_questions q set retired_at = t.retired_at
         from topics t
         where t.topic_id = q.topic_id and q.course_id = $1 and ({OWN} or t.hidden_as is not null)
           and q.retired_at is null and (q.edited_at is null or q.edited_at < t.retired_at)
           and t.retired_at is not null
         returning left(q.prompt, 80) as prompt"
    ))
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await?;
    Ok(retired.into_iter().map(|row| row.prompt).collect())
}

/// SQL condition for questions that were written on the site or came from a question file.
const OWN: &str =
    "(q.external_key is null or q.external_key like 'file:%' or q.external_key like 'site:%')";

#[derive(QueryableByName)]
struct Prompt {
    #[diesel(sql_type = Text)]
    prompt: String,
}

/// Returns the stored questions by their keys. An export has the site's own questions too.
async fn known(
    conn: &mut Conn,
    course: CourseId,
    is_export: bool,
) -> QueryResult<HashMap<String, KnownQuestion>> {
    let rows: Vec<KnownQuestion> = quiz_questions::table
        .filter(quiz_questions::course_id.eq(course))
        .select(KnownQuestion::as_select())
        .load(conn)
        .await?;
    let keyed = rows
        .into_iter()
        .filter(|row| is_export || !row.is_the_sites())
        .map(|row| {
            let made_up = || format!("{FROM_SITE}{}", row.question_id);
            (row.external_key.clone().unwrap_or_else(made_up), row)
        });
    Ok(keyed.collect())
}

impl KnownQuestion {
    /// Returns true if the question was written on the site or came from a question file. Its place
    /// and text do not follow the folder.
    fn is_the_sites(&self) -> bool {
        let key = self.external_key.as_deref();
        key.is_none_or(|key| key.starts_with(FROM_FILE) || key.starts_with(FROM_SITE))
    }

    fn is_same(&self, question: &QuestionDraft) -> AppResult<bool> {
        Ok(self.prompt == question.prompt
            && self.payload == bank::stored_payload(&question.answer)?
            && self.explanation == question.explanation
            && self.purpose == question.purpose)
    }
}

/// Stores a question over its earlier version. Returns true if anything changed.
async fn store_again(
    conn: &mut Conn,
    before: &KnownQuestion,
    place: &QuestionPlace,
    question: &QuestionDraft,
    links: &Links<'_>,
) -> AppResult<bool> {
    let options_changed = bank::change(conn, before.question_id, place, question, links).await?;
    if before.retired_at.is_some() {
        retire(conn, before.question_id, None).await?;
    }
    Ok(options_changed
        || before.prompt != question.prompt
        || before.payload != bank::stored_payload(&question.answer)?
        || before.explanation != question.explanation
        || before.retired_at.is_some())
}

async fn retire(
    conn: &mut Conn,
    question: QuestionId,
    at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(quiz_questions::table.find(question))
        .set(quiz_questions::retired_at.eq(at))
        .execute(conn)
        .await
        .map(drop)
}
