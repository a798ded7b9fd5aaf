//! Renders a text of a topic as an import does, with the questions that stand in it.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::draft::EditedTopic;
use crate::course::server::draft::{QuestionDraft, TopicBody, TopicDraft};
use crate::course::server::render::{RenderedBody, body};
use crate::course::server::store::Addresses;
use crate::platform::db::Conn;
use crate::platform::db::schema::{quiz_questions, topics};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::CourseId;
use crate::question_bank::server::bank::{self, QuestionRecord};

/// A rendered text, and sentences about its references that lead nowhere.
pub struct RenderedText {
    pub body: RenderedBody,
    pub problems: Vec<String>,
    pub language: String,
}

/// Renders the text on a blocking thread, because a long text takes a while.
pub async fn text(
    conn: &mut Conn,
    course: CourseId,
    topic: &EditedTopic,
    title: &str,
    source: &str,
) -> AppResult<RenderedText> {
    let addresses = Addresses::of(conn, course).await?;
    let mut records: Vec<QuestionRecord> = quiz_questions::table
        .filter(quiz_questions::topic_id.eq(topic.topic_id))
        .order((quiz_questions::order_index, quiz_questions::question_id))
        .select(QuestionRecord::as_select())
        .load(conn)
        .await?;
    for record in &mut records {
        record.external_key = Some(record.key());
    }
    let questions = bank::drafts(conn, records).await?;
    let known: Vec<String> = topics::table
        .filter(topics::course_id.eq(course))
        .select(topics::slug)
        .load(conn)
        .await?;
    let known: BTreeSet<String> = known.into_iter().collect();
    let draft = TopicDraft {
        number: 1,
        key: topic.slug.clone(),
        former_keys: Vec::new(),
        title: title.to_owned(),
        is_draft: false,
        body: TopicBody::Markdown(source.to_owned()),
        narrations: Default::default(),
        video_url: topic.video_url.clone(),
        ppt_url: topic.ppt_url.clone(),
        assets: Vec::new(),
        simulations: Vec::new(),
        cold_calls: Vec::new(),
        suggestions: Vec::new(),
        questions,
    };
    let rendered = tokio::task::spawn_blocking(move || {
        let links = addresses.links();
        let language = links.language.to_owned();
        let body = body(&draft, &draft.body, &links);
        let TopicBody::Markdown(source) = &draft.body else {
            return (body, Vec::new(), language);
        };
        let mut problems = missing(source, "topic:", "topic", &|key| known.contains(key));
        let has_file = |key: &str| links.files.contains_key(key);
        problems.extend(missing(source, "file:", "file", &has_file));
        problems.extend(missing_questions(source, &draft.questions));
        (body, problems, language)
    });
    let (body, problems, language) = rendered.await.map_err(|error| AppError::internal(&error))?;
    Ok(RenderedText {
        body,
        problems,
        language,
    })
}

/// Names the targets of links that begin with `scheme` and lead nowhere.
fn missing(source: &str, scheme: &str, name: &str, is_known: &dyn Fn(&str) -> bool) -> Vec<String> {
    let start = format!("]({scheme}");
    let keys: BTreeSet<&str> = source
        .split(&start)
        .skip(1)
        .filter_map(|rest| rest.split(['#', ')', ' ', '\n']).next())
        .filter(|key| !is_known(key))
        .collect();
    keys.into_iter()
        .map(|key| format!("This course has no {name} “{key}”."))
        .collect()
}

fn missing_questions(source: &str, questions: &[QuestionDraft]) -> Vec<String> {
    let keys: BTreeSet<&str> = source
        .split("<div data-question=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|key| !questions.iter().any(|question| question.key == *key))
        .collect();
    keys.into_iter()
        .map(|key| format!("This topic has no question “{key}”."))
        .collect()
}
