//! Reads notes for learners and for tutors, and stores those that tutors write.

use std::collections::{HashMap, HashSet};

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::write;
use crate::course::CourseTitle;
use crate::course::server::shared::{SharedModule, SharedTopic};
use crate::enrollment::TopicLink;
use crate::enrollment::server::{access, progress, store as studying};
use crate::notes::{
    CONCEPT_CHARACTERS, CONCEPTS_CHARACTERS, ConceptList, DEFINITION_CHARACTERS, EditedNotes,
    MOST_CONCEPTS, SUMMARY_CHARACTERS,
};
use crate::paths::{concepts_path, topic_path};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::db::schema::{ai_notes, courses, topics};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures;
use crate::platform::ids::{CourseId, TopicId, UserId};
use crate::platform::markdown::escape;
use crate::platform::time::Clock;
use crate::platform::ui::{Html, Language};

/// A key concept as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyConcept {
    pub concept: String,
    pub definition: String,
    /// Id of the heading above the definition.
    #[serde(default)]
    pub anchor: Option<String>,
    /// Other topics of the course that mention the concept.
    #[serde(default)]
    pub mentions: Vec<TopicId>,
}

/// Reads the stored list of concepts.
pub fn concepts_of(stored: Value) -> Vec<KeyConcept> {
    serde_json::from_value(stored).unwrap_or_default()
}

/// Returns the notes of a topic as HTML for its page, or nothing where there are none.
pub async fn html(conn: &mut Conn, topic: TopicId) -> QueryResult<String> {
    let row: Option<(String, Value, String, String)> = ai_notes::table
        .inner_join(courses::table)
        .filter(ai_notes::topic_id.eq(topic))
        .select((
            ai_notes::summary_markdown,
            ai_notes::key_concepts,
            courses::slug,
            courses::language,
        ))
        .first(conn)
        .await
        .optional()?;
    let Some((summary, concepts, course, language)) = row else {
        return Ok(String::new());
    };
    let concepts = concepts_of(concepts);
    if summary.is_empty() && concepts.is_empty() {
        return Ok(String::new());
    }
    let language = Language::new(language);
    let mut html = String::from("<details class=\"notes\"><summary>In short</summary>");
    let text = format!(
        "<div lang=\"{}\" dir=\"{}\">",
        escape(&language.tag()),
        language.dir()
    );
    html.push_str(&text);
    if !summary.is_empty() {
        html.push_str("<ul>");
        for sentence in summary.lines() {
            html.push_str(&format!("<li>{}</li>", escape(sentence)));
        }
        html.push_str("</ul>");
    }
    if !concepts.is_empty() {
        html.push_str("<dl>");
        for concept in &concepts {
            let name = escape(&concept.concept);
            let name = match &concept.anchor {
                Some(id) => format!("<a href=\"#{}\">{name}</a>", escape(id)),
                None => name,
            };
            let definition = escape(&concept.definition);
            html.push_str(&format!("<dt>{name}</dt><dd>{definition}</dd>"));
        }
        html.push_str("</dl>");
    }
    let all = escape(&concepts_path(&course));
    html.push_str(&format!(
        "</div><p><a href=\"{all}\">All concepts of this course</a></p></details>"
    ));
    Ok(html)
}

/// Returns the concepts of the topics that are open to the learner.
pub async fn list(
    conn: &mut Conn,
    user: UserId,
    course: String,
    clock: &Clock,
) -> AppResult<ConceptList> {
    let studying = studying::studying(conn, user, &course)
        .await?
        .ok_or_else(access::not_enrolled)?;
    let progress = progress::refresh(conn, user, studying.course_id, clock.now).await?;
    let is_open = |(module, topic): &(&SharedModule, &SharedTopic)| {
        progress
            .lock_of_topic(module.number, topic.number)
            .is_none()
    };
    let order: Vec<&SharedTopic> = (progress.shared.topics())
        .filter(is_open)
        .map(|(_, topic)| topic)
        .collect();
    let link = |topic: &SharedTopic, anchor: Option<&str>| {
        let path = topic_path(&course, &topic.slug);
        TopicLink {
            href: anchor.map_or_else(|| path.clone(), |id| format!("{path}#{id}")),
            title: topic.title.clone(),
        }
    };
    let mut rows: HashMap<TopicId, Value> = ai_notes::table
        .filter(ai_notes::course_id.eq(studying.course_id))
        .select((ai_notes::topic_id, ai_notes::key_concepts))
        .load::<(TopicId, Value)>(conn)
        .await?
        .into_iter()
        .collect();
    let mut known = HashSet::new();
    let mut entries = Vec::new();
    for topic in &order {
        let stored = rows.remove(&topic.topic_id).unwrap_or_default();
        for concept in concepts_of(stored) {
            // The first topic that defines a concept counts.
            if !known.insert(concept.concept.to_lowercase()) {
                continue;
            }
            let mentions = order
                .iter()
                .filter(|other| concept.mentions.contains(&other.topic_id))
                .map(|other| link(other, None))
                .collect();
            entries.push(ConceptEntry {
                place: link(topic, concept.anchor.as_deref()),
                concept: concept.concept,
                definition: concept.definition,
                mentions,
            });
        }
    }
    entries.sort_by_cached_key(|entry: &ConceptEntry| entry.concept.to_lowercase());
    let course_title = CourseTitle::new(studying.title.clone(), studying.language.clone());
    Ok(ConceptList {
        entries: entries_html(&entries, &course_title.language),
        course_title,
        course_slug: course,
    })
}

/// A concept in the list of a course.
struct ConceptEntry {
    concept: String,
    definition: String,
    /// Topic that defines the concept.
    place: TopicLink,
    /// Other topics that mention it, in the order of the course.
    mentions: Vec<TopicLink>,
}

fn entries_html(entries: &[ConceptEntry], language: &Language) -> Html {
    if entries.is_empty() {
        return Html(String::new());
    }
    let text = format!(
        "lang=\"{}\" dir=\"{}\"",
        escape(&language.tag()),
        language.dir()
    );
    let link = |to: &TopicLink| {
        let (href, title) = (escape(&to.href), escape(&to.title));
        format!("<a href=\"{href}\" {text}>{title}</a>")
    };
    let mut html = String::from("<dl class=\"concepts\">");
    for entry in entries {
        let (concept, definition) = (escape(&entry.concept), escape(&entry.definition));
        let place = link(&entry.place);
        html.push_str(&format!(
            "<div><dt {text}>{concept}</dt><dd><p {text}>{definition}</p><p class=\"soft\">{place}</p>"
        ));
        if !entry.mentions.is_empty() {
            let also: Vec<String> = entry.mentions.iter().map(link).collect();
            let topics = match also.len() {
                1 => "1 more topic".to_owned(),
                count => format!("{count} more topics"),
            };
            html.push_str(&format!(
                "<details><summary>In {topics}</summary><ul><li>{}</li></ul></details>",
                also.join("</li><li>")
            ));
        }
        html.push_str("</dd></div>");
    }
    html.push_str("</dl>");
    Html(html)
}

/// Returns the notes of the topic with this name in addresses, as a tutor edits them.
pub async fn edited(conn: &mut Conn, course: CourseId, slug: &str) -> AppResult<EditedNotes> {
    type NotesRow = (
        TopicId,
        String,
        Option<(String, Value, bool)>,
        (String, String),
    );
    let row: Option<NotesRow> = topics::table
        .inner_join(courses::table)
        .left_join(ai_notes::table)
        .filter(topics::course_id.eq(course))
        .filter(topics::slug.eq(slug))
        .select((
            topics::topic_id,
            topics::title,
            (
                ai_notes::summary_markdown,
                ai_notes::key_concepts,
                ai_notes::edited_at.is_not_null(),
            )
                .nullable(),
            (courses::title, courses::language),
        ))
        .first(conn)
        .await
        .optional()?;
    let (topic, topic_title, notes, (title, language)) = row.ok_or_else(no_topic)?;
    let (summary, concepts, is_edited) = notes.unwrap_or_default();
    let lines: Vec<String> = concepts_of(concepts)
        .iter()
        .map(|of| format!("{}: {}", of.concept, of.definition))
        .collect();
    Ok(EditedNotes {
        course_title: CourseTitle::new(title, language),
        topic,
        topic_title,
        summary,
        concepts: lines.join("\n"),
        is_edited,
    })
}

fn no_topic() -> AppError {
    AppError::NotFound("There is no such topic in this course.".to_owned())
}

/// Stores the notes that a tutor wrote. Returns the topic's name in addresses.
///
/// # Errors
///
/// `Invalid` with all problems of both fields. Then nothing is changed.
pub async fn save(
    conn: &mut Conn,
    tutor: &TutorOf,
    topic: TopicId,
    (summary, concepts): (&str, &str),
) -> AppResult<String> {
    let slug = slug_of(conn, tutor.course, topic).await?;
    let mut problems = FieldProblems::default();
    let summary = lines(summary).collect::<Vec<_>>().join("\n");
    if summary.chars().count() > SUMMARY_CHARACTERS as usize {
        problems.add("summary", figures::use_at_most(SUMMARY_CHARACTERS));
    }
    let stored: Option<Value> = ai_notes::table
        .filter(ai_notes::topic_id.eq(topic))
        .select(ai_notes::key_concepts)
        .first(conn)
        .await
        .optional()?;
    let known = concepts_of(stored.unwrap_or_default());
    let concepts = match read_concepts(concepts, &known) {
        Ok(concepts) => concepts,
        Err(sentence) => {
            problems.add("concepts", sentence);
            Vec::new()
        }
    };
    problems.check()?;
    let concepts = serde_json::to_value(&concepts).map_err(|error| AppError::internal(&error))?;
    let values = (
        ai_notes::summary_markdown.eq(&summary),
        ai_notes::key_concepts.eq(&concepts),
        ai_notes::edited_at.eq(Utc::now()),
        ai_notes::edited_by.eq(tutor.signed_in.user_id()),
    );
    diesel::insert_into(ai_notes::table)
        .values((
            ai_notes::topic_id.eq(topic),
            ai_notes::course_id.eq(tutor.course),
            ai_notes::source_hash.eq(Vec::<u8>::new()),
            values,
        ))
        .on_conflict(ai_notes::topic_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    let new = json!({ "topic": slug, "summary": summary, "concepts": concepts });
    record(conn, tutor, "topic.notes_written", new).await?;
    // Finds the topics that mention the new concepts.
    write::queue(conn, tutor.course).await?;
    Ok(slug)
}

/// Lets the job write the notes of a topic again. Returns the topic's name in addresses.
pub async fn reset(conn: &mut Conn, tutor: &TutorOf, topic: TopicId) -> AppResult<String> {
    let slug = slug_of(conn, tutor.course, topic).await?;
    diesel::delete(ai_notes::table.filter(ai_notes::topic_id.eq(topic)))
        .execute(conn)
        .await?;
    let new = json!({ "topic": slug });
    record(conn, tutor, "topic.notes_reset", new).await?;
    write::write(conn, tutor.course).await?;
    Ok(slug)
}

async fn record(conn: &mut Conn, tutor: &TutorOf, action: &str, new: Value) -> QueryResult<()> {
    AuditEntry::done(action)
        .of("course", tutor.course)
        .change(None, Some(new))
        .by(&tutor.signed_in.cx)
        .write(conn)
        .await
}

async fn slug_of(conn: &mut Conn, course: CourseId, topic: TopicId) -> AppResult<String> {
    topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::topic_id.eq(topic))
        .select(topics::slug)
        .first(conn)
        .await
        .optional()?
        .ok_or_else(no_topic)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Reads concepts as they are typed, one a line. A concept that was there keeps its place in the
/// text.
fn read_concepts(typed: &str, known: &[KeyConcept]) -> Result<Vec<KeyConcept>, String> {
    if typed.chars().count() > CONCEPTS_CHARACTERS as usize {
        return Err(figures::use_at_most(CONCEPTS_CHARACTERS));
    }
    let mut concepts: Vec<KeyConcept> = Vec::new();
    for (number, line) in (1..).zip(lines(typed)) {
        let parts = line.split_once(':');
        let parts = parts.map(|(concept, text)| (concept.trim(), text.trim()));
        let Some((concept, definition)) = parts.filter(|(a, b)| !a.is_empty() && !b.is_empty())
        else {
            return Err(format!(
                "Line {number}: write the concept, a colon and its definition."
            ));
        };
        if concept.chars().count() > CONCEPT_CHARACTERS {
            return Err(format!(
                "Line {number}: the concept has more than {CONCEPT_CHARACTERS} characters."
            ));
        }
        if definition.chars().count() > DEFINITION_CHARACTERS {
            return Err(format!(
                "Line {number}: the definition has more than {DEFINITION_CHARACTERS} characters."
            ));
        }
        let is_same = |of: &&KeyConcept| of.concept.to_lowercase() == concept.to_lowercase();
        if concepts.iter().any(|of| is_same(&of)) {
            return Err(format!("Line {number}: “{concept}” is there twice."));
        }
        let before = known.iter().find(is_same);
        concepts.push(KeyConcept {
            concept: concept.to_owned(),
            definition: definition.to_owned(),
            anchor: before.and_then(|of| of.anchor.clone()),
            mentions: before.map(|of| of.mentions.clone()).unwrap_or_default(),
        });
    }
    match concepts.len() <= MOST_CONCEPTS {
        true => Ok(concepts),
        false => Err(format!("Name at most {MOST_CONCEPTS} concepts.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concepts_are_read_a_line_each() {
        let known = [KeyConcept {
            concept: "Mean".to_owned(),
            definition: "Old".to_owned(),
            anchor: Some("mean".to_owned()),
            mentions: Vec::new(),
        }];
        let read = read_concepts("mean: sum: over count\n\n Median : middle ", &known).unwrap();
        assert_eq!(
            (read[0].definition.as_str(), read[0].anchor.as_deref()),
            ("sum: over count", Some("mean"))
        );
        assert_eq!(
            (read[1].concept.as_str(), read[1].definition.as_str()),
            ("Median", "middle")
        );
        for (typed, said) in [
            (
                "Mean",
                "Line 1: write the concept, a colon and its definition.",
            ),
            ("A: b\na: c", "Line 2: “a” is there twice."),
        ] {
            assert_eq!(read_concepts(typed, &[]).unwrap_err(), said);
        }
    }
}
