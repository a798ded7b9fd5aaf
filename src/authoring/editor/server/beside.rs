//! The panel beside the text of a topic: all that belongs to the topic, and the questions that can
//! be placed in its text.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::draft::EditedTopic;
use crate::authoring::editor::{BesideLine, PlaceableQuestion, history_path, variants_path};
use crate::authoring::{TopicStatus, schedule_path};
use crate::course::QuestionPurpose;
use crate::course::server::render::practice_mark;
use crate::exercise::write::topic_exercises_path;
use crate::paths::{notes_path, suggestions_path};
use crate::platform::address;
use crate::platform::db::schema::quiz_questions;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::time::Clock;
use crate::question_bank::server::bank::QuestionRecord;
use crate::teaching::Area;

/// Characters of a question that the list shows.
const BEGINNING: usize = 100;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    exercises: i64,
    #[diesel(sql_type = BigInt)]
    prompts: i64,
    #[diesel(sql_type = BigInt)]
    suggestions: i64,
    #[diesel(sql_type = BigInt)]
    questions: i64,
    #[diesel(sql_type = BigInt)]
    versions: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    publish_at: Option<DateTime<Utc>>,
}

/// Returns the lines of the panel. Questions that are hidden with a draft count as its own.
pub async fn lines(
    conn: &mut Conn,
    course: &str,
    topic: &EditedTopic,
    status: TopicStatus,
    clock: &Clock,
) -> AppResult<Vec<BesideLine>> {
    let found: Counted = statement(
        "select
            (select count(*) from simulation_exercises e where e.topic_id = t.topic_id and e.retired_at is null) as exercises,
            (select count(*) from cold_call_prompts p where p.topic_id = t.topic_id and p.retired_at is null) as prompts,
            (select count(*) from topic_prompt_suggestions s where s.topic_id = t.topic_id) as suggestions,
            (select count(*) from quiz_questions q where q.topic_id = t.topic_id
             and (q.retired_at is null or q.retired_at = t.retired_at)) as questions,
            (select count(*) from topic_versions v where v.topic_id = t.topic_id) as versions,
            (select s.publish_at from topic_schedules s where s.topic_id = t.topic_id) as publish_at
         from topics t where t.topic_id = $1",
    )
    .bind::<Uuid, _>(topic.topic_id)
    .get_result(conn)
    .await?;
    let (id, slug) = (topic.topic_id, topic.slug.as_str());
    let (questions, calls) = (Area::Questions.path(course), Area::ColdCalls.path(course));
    let back = |path: &str, values: &[(&str, &str)]| {
        let values: Vec<_> = values.iter().copied().chain([("back", slug)]).collect();
        address::with_query(path, &values)
    };
    let exercises = topic_exercises_path(course, slug);
    let suggestions = suggestions_path(course, slug);
    let is_shown = status == TopicStatus::Published;
    let mut lines = vec![
        line("Exercises", found.exercises, exercises.clone())
            .add(format!("{exercises}#ly-new-exercise")),
        line(
            "Questions",
            found.questions,
            back(&questions, &[("topic", slug)]),
        ),
        line(
            "Cold calls",
            found.prompts,
            format!("{}#ly-topic-{id}", back(&calls, &[])),
        ),
        line(
            "Suggested questions",
            found.suggestions,
            suggestions.clone(),
        )
        .add(format!("{suggestions}#ly-new-question")),
    ];
    // Forms for questions and prompts offer only topics that learners see.
    if is_shown {
        let place = format!("topic:{id}");
        let question = format!("{questions}/new");
        lines[1].add = back(&question, &[("place", &place)]);
        let prompt = format!("{calls}/new");
        lines[2].add = back(&prompt, &[("topic", &id.to_string())]);
    } else {
        for line in &mut lines[1..3] {
            line.note = "Can be added once the topic is published.".to_owned();
        }
    }
    let own_texts = i64::try_from(topic.variants().len()).unwrap_or_default();
    let variants = variants_path(course, slug, "");
    lines.push(line("Texts for personas", own_texts, variants));
    lines.push(line("Notes", 0, notes_path(course, slug)).said(""));
    lines.push(line(
        "History",
        found.versions,
        history_path(course, slug, None),
    ));
    lines.push(match (status, found.publish_at) {
        (TopicStatus::Draft, at) => {
            let said = at.map_or_else(
                || "not scheduled".to_owned(),
                |at| format!("publishes on {}", clock.date_time(at)),
            );
            line("Schedule", 0, schedule_path(course, id)).said(&said)
        }
        _ => line("Outline", 0, Area::Outline.path(course)).said(""),
    });
    Ok(lines)
}

fn line(label: &str, count: i64, href: String) -> BesideLine {
    BesideLine {
        label: label.to_owned(),
        said: count.to_string(),
        href,
        add: String::new(),
        note: String::new(),
    }
}

impl BesideLine {
    fn add(self, add: String) -> Self {
        Self { add, ..self }
    }

    fn said(self, said: &str) -> Self {
        Self {
            said: said.to_owned(),
            ..self
        }
    }
}

/// Returns the questions of a topic that can stand in its text, in the order of its quiz. `text` is
/// the text as it is stored.
pub async fn placeable(
    conn: &mut Conn,
    topic: &EditedTopic,
    text: &str,
) -> QueryResult<Vec<PlaceableQuestion>> {
    let records: Vec<QuestionRecord> = quiz_questions::table
        .filter(quiz_questions::topic_id.eq(topic.topic_id))
        .filter(quiz_questions::purpose.ne(QuestionPurpose::Exam))
        .filter(
            quiz_questions::retired_at
                .is_null()
                .or(quiz_questions::retired_at
                    .eq(topic.retired_at)
                    .assume_not_null()),
        )
        .order((quiz_questions::order_index, quiz_questions::question_id))
        .select(QuestionRecord::as_select())
        .load(conn)
        .await?;
    let listed = records.into_iter().map(|record| {
        let key = record.key();
        let line: String = record
            .prompt
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let is_long = line.chars().count() > BEGINNING;
        let mut prompt: String = line.chars().take(BEGINNING).collect();
        if is_long {
            prompt.push('…');
        }
        PlaceableQuestion {
            is_placed: text.contains(&practice_mark(&key)),
            key,
            prompt,
        }
    });
    Ok(listed.collect())
}
