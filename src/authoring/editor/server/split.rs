//! Splits a topic at a heading. The new topic takes the text from the heading on, and the questions
//! that stand in it. Progress of learners, and all else that belongs to the topic, stays with the
//! first one. Both keep their versions.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;

use super::draft::{self, CurrentText, EditedTopic};
use super::publish;
use super::save::{self, SentText};
use super::source::{self, fence_of};
use crate::authoring::editor::EditorToken;
use crate::authoring::server::create;
use crate::authoring::server::outline::{finish, lock, record, stored_topics};
use crate::course::server::native::limits;
use crate::course::server::render::practice_mark;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::{quiz_questions, topics};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{QuestionId, TopicId};
use crate::platform::names;
use crate::question_bank::server::bank::QuestionRecord;

/// A heading at which a text can be split: its line in the text, and the text before and after it.
struct Cut<'t> {
    title: String,
    before: &'t str,
    after: &'t str,
}

/// Returns the headings of level one and two with a text before and after them.
fn cuts(text: &str) -> Vec<Cut<'_>> {
    let mut cuts = Vec::new();
    let mut fence: Option<&str> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        match (fence, fence_of(trimmed)) {
            (None, Some(opened)) => fence = Some(opened),
            (Some(open), Some(closed)) if closed.starts_with(open) && closed == trimmed => {
                fence = None;
            }
            _ => {}
        }
        let title = (line.strip_prefix("## ")).or_else(|| line.strip_prefix("# "));
        if let Some(title) = title.filter(|_| fence.is_none()) {
            let title = title.trim().trim_end_matches('#').replace(['*', '`'], "");
            let (before, after) = (text[..at].trim_end(), text[at + line.len()..].trim());
            if !before.is_empty() && !after.is_empty() {
                cuts.push(Cut {
                    title: names::tidy(&title),
                    before,
                    after,
                });
            }
        }
        at += line.len();
    }
    cuts.retain(|cut| !cut.title.is_empty());
    cuts
}

/// Returns the headings at which a text can be split: values of a form, and their words.
pub fn places(text: &str) -> Vec<(String, String)> {
    let numbered = cuts(text).into_iter().enumerate();
    numbered
        .map(|(at, cut)| (format!("{at}:{}", cut.title), cut.title))
        .collect()
}

/// Splits a topic at the heading that `place` names. Returns the name of the new topic in
/// addresses.
pub async fn split(
    conn: &mut Conn,
    tutor: &TutorOf,
    course: &str,
    topic: TopicId,
    place: &str,
) -> AppResult<String> {
    lock(conn, tutor, course).await?;
    let stored = draft::topic(conn, tutor.course, topic).await?;
    let current = draft::current(conn, &stored).await?;
    may_split(&stored, &current)?;
    let cut = cuts(&current.text)
        .into_iter()
        .enumerate()
        .find(|(at, cut)| format!("{at}:{}", cut.title) == place);
    let (_, cut) = cut.ok_or_else(|| AppError::field("place", "Choose a heading of the text."))?;
    let (name, new) = add_after(conn, tutor, &stored, &cut.title).await?;
    let (first, second) = (part(cut.before), part(cut.after));
    let sent = |base: i32, title: &str, text: String| SentText {
        page: EditorToken {
            base,
            writer: Uuid::new_v4(),
            change: 1,
            ..EditorToken::default()
        },
        title: title.to_owned(),
        text,
    };
    let old = sent(current.revision, &current.title, first.clone());
    save::save(conn, tutor, &stored, old).await?;
    let added = draft::topic(conn, tutor.course, new).await?;
    save::save(conn, tutor, &added, sent(0, &cut.title, second.clone())).await?;
    move_questions(conn, (topic, new), (&first, &second)).await?;
    if stored.retired_at.is_none() {
        publish::draft(conn, tutor, course, topic).await?;
        publish::draft(conn, tutor, course, new).await?;
    }
    let values = json!({ "topic": stored.slug, "new_topic": name, "heading": cut.title });
    record(
        conn,
        tutor,
        "topic.split",
        (serde_json::Value::Null, values),
    )
    .await?;
    finish(conn, tutor.course).await?;
    Ok(name)
}

/// A part of a stored text as an editor would have stored it: marks of questions have an empty line
/// on each side.
fn part(text: &str) -> String {
    let written = source::written(&format!("\n{text}\n\n"));
    source::stored(&format!("{}\n", written.trim()))
}

fn may_split(topic: &EditedTopic, current: &CurrentText) -> AppResult<()> {
    let wrong = |sentence: &str| Err(AppError::field("", sentence));
    if topic.is_laid_out() {
        return wrong("This topic is laid out in blocks. Change it in the files of the course.");
    }
    if !topic.variants().is_empty() {
        return wrong(
            "This topic has texts of its own for personas, which can’t be split with it. Use the published text for all first.",
        );
    }
    if topic.retired_at.is_none() && current.has_changes {
        return wrong("This topic has changes that are not published. Publish them first.");
    }
    Ok(())
}

/// Adds a draft after the topic. Returns its name in addresses and its id.
async fn add_after(
    conn: &mut Conn,
    tutor: &TutorOf,
    topic: &EditedTopic,
    title: &str,
) -> AppResult<(String, TopicId)> {
    let all = stored_topics(conn, tutor.course).await?;
    let stored = all.iter().find(|other| other.topic_id == topic.topic_id);
    let stored = stored.ok_or_else(draft::no_topic)?;
    let here = || {
        let module = stored.module_no;
        all.iter().filter(move |other| other.module_no == module)
    };
    if here().count() >= limits::TOPICS {
        let sentence = format!("A module has at most {} topics.", limits::TOPICS);
        return Err(AppError::field("", sentence));
    }
    // Places can be equal before the outline is settled for the first time.
    for (place, other) in (1i32..).zip(here()) {
        diesel::update(topics::table.find(other.topic_id))
            .set(topics::outline_order.eq(place * 2))
            .execute(conn)
            .await?;
    }
    let at = here().position(|other| other.topic_id == topic.topic_id);
    let place = at.and_then(|at| i32::try_from(at + 1).ok()).unwrap_or(1) * 2 + 1;
    let taken: HashSet<String> = all.iter().map(|other| other.slug.clone()).collect();
    let name = create::free_slug(title, &taken);
    let title = crate::authoring::server::title("place", title)?;
    create::add_topic(conn, tutor.course, stored.module_no, place, (&name, &title)).await?;
    let new = draft::topic_named(conn, tutor.course, &name)
        .await?
        .topic_id;
    Ok((name, new))
}

/// Moves the questions that stand only in the second text to its topic. Those of a draft are hidden
/// with it.
async fn move_questions(
    conn: &mut Conn,
    (from, to): (TopicId, TopicId),
    (first, second): (&str, &str),
) -> AppResult<()> {
    let records: Vec<QuestionRecord> = quiz_questions::table
        .filter(quiz_questions::topic_id.eq(from))
        .select(QuestionRecord::as_select())
        .load(conn)
        .await?;
    let moved: Vec<QuestionId> = records
        .iter()
        .filter(|record| {
            let mark = practice_mark(&record.key());
            second.contains(&mark) && !first.contains(&mark)
        })
        .map(|record| record.question_id)
        .collect();
    let moved: Vec<Uuid> = moved.into_iter().map(|question| question.0).collect();
    statement(
        "update quiz_questions q
         set topic_id = n.topic_id,
             retired_at = case when q.retired_at = o.retired_at then n.retired_at else q.retired_at end
         from topics o, topics n
         where o.topic_id = $1 and n.topic_id = $2 and q.topic_id = $1 and q.question_id = any($3)",
    )
    .bind::<SqlUuid, _>(from)
    .bind::<SqlUuid, _>(to)
    .bind::<Array<SqlUuid>, _>(moved)
    .execute(conn)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_headings_but_not_in_code() {
        let text = "# At the start\n\nWords.\n\n## The *mean*\n\n```\n## code\n```\n\n### Deep\n\n## Empty\n";
        let places = places(text);
        let value = ("0:The mean".to_owned(), "The mean".to_owned());
        assert_eq!(places, [value]);
        let cut = cuts(text).remove(0);
        assert_eq!(cut.before, "# At the start\n\nWords.");
        assert!(cut.after.starts_with("```") && cut.after.ends_with("## Empty"));
        let mark = "<div data-question=\"q\"></div>";
        assert_eq!(
            part(&format!("{mark}\n\nEnd.")),
            format!("\n{mark}\n\nEnd.\n")
        );
        assert_eq!(part(&format!("A.\n\n{mark}")), format!("A.\n\n{mark}\n\n"));
    }
}
