//! The suggested questions of a topic, as tutors write and order them.

use chrono::Utc;
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;

use super::requests;
use crate::course::server::render::Links;
use crate::course::server::store::{self as courses_store, Addresses};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::{topic_prompt_suggestions as suggestions, topics};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures;
use crate::platform::ids::{CourseId, SuggestionId, TopicId, TutorRequestId};
use crate::platform::names;
use crate::platform::ui::Html;
use crate::tutor_chat::desk::{
    MOST_SUGGESTIONS, PREPARED_ANSWER_CHARACTERS, SUGGESTION_CHARACTERS, SuggestionForm,
    SuggestionLine, SuggestionsPage,
};

fn no_suggestion() -> AppError {
    AppError::NotFound("There is no such suggested question in this course.".to_owned())
}

fn no_topic() -> AppError {
    AppError::NotFound("There is no such topic in this course.".to_owned())
}

/// A suggested question as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = suggestions)]
struct StoredSuggestion {
    suggestion_id: SuggestionId,
    parent_suggestion_id: Option<SuggestionId>,
    prompt_text: String,
    answer: String,
    position: i32,
    is_active: bool,
}

/// Returns the suggested questions of a topic, in order.
async fn of_topic(conn: &mut Conn, topic: TopicId) -> QueryResult<Vec<StoredSuggestion>> {
    suggestions::table
        .filter(suggestions::topic_id.eq(topic))
        .order((suggestions::position, suggestions::suggestion_id))
        .select(StoredSuggestion::as_select())
        .load(conn)
        .await
}

/// Returns the tree below a question, or the whole tree. `links` are those of the course.
fn below(
    stored: &[StoredSuggestion],
    parent: Option<SuggestionId>,
    links: &Links<'_>,
) -> Vec<SuggestionLine> {
    let children = stored
        .iter()
        .filter(|one| one.parent_suggestion_id == parent);
    children
        .map(|one| SuggestionLine {
            suggestion_id: one.suggestion_id,
            prompt: one.prompt_text.clone(),
            answer: one.answer.clone(),
            html: Html(links.markdown_for_tutors(&one.answer).html),
            is_active: one.is_active,
            follow_ups: below(stored, Some(one.suggestion_id), links),
        })
        .collect()
}

/// Returns the suggested questions of a topic. `from` is the id of a question that a learner handed
/// to a person, with which the form for a new one begins.
pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    topic: &str,
    from: &str,
) -> AppResult<SuggestionsPage> {
    let found: Option<(TopicId, String)> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::slug.eq(topic))
        .select((topics::topic_id, topics::title))
        .first(conn)
        .await
        .optional()?;
    let (topic_id, topic_title) = found.ok_or_else(no_topic)?;
    let draft = match from.parse().ok().map(TutorRequestId) {
        Some(request) => requests::with_reply(conn, course, request).await?,
        None => None,
    };
    let draft = draft.map(|(question, reply)| (shortened(&question), reply));
    let addresses = Addresses::of(conn, course).await?;
    Ok(SuggestionsPage {
        course_title: courses_store::title(conn, course).await?,
        suggestions: below(&of_topic(conn, topic_id).await?, None, &addresses.links()),
        topic_id,
        topic_title,
        draft: draft.unwrap_or_default(),
    })
}

/// Shortens a learner's question to the length of a suggested one.
fn shortened(question: &str) -> String {
    let most = usize::try_from(SUGGESTION_CHARACTERS).unwrap_or(usize::MAX);
    names::tidy(question).chars().take(most).collect()
}

/// A checked form.
struct CheckedSuggestion {
    prompt: String,
    answer: String,
    answer_html: String,
    parent: Option<SuggestionId>,
}

/// Saves a suggested question of a topic, a new one if `id` is None. Returns the topic's name in
/// addresses.
pub async fn save(
    conn: &mut Conn,
    tutor: &TutorOf,
    topic: TopicId,
    id: Option<SuggestionId>,
    form: &SuggestionForm,
) -> AppResult<String> {
    let slug = lock_topic(conn, tutor.course, topic).await?;
    let stored = of_topic(conn, topic).await?;
    let old = match id {
        Some(id) => Some(find(&stored, id)?),
        None => None,
    };
    let checked = checked(conn, tutor.course, &stored, old, form).await?;
    let texts = (
        suggestions::prompt_text.eq(&checked.prompt),
        suggestions::answer.eq(&checked.answer),
        suggestions::answer_html.eq(&checked.answer_html),
        suggestions::edited_at.eq(Utc::now()),
    );
    match id {
        Some(id) => {
            diesel::update(suggestions::table.find(id))
                .set(texts)
                .execute(conn)
                .await?;
        }
        None => {
            let siblings = stored
                .iter()
                .filter(|other| other.parent_suggestion_id == checked.parent);
            let last = siblings.map(|other| other.position).max();
            let place = last.map_or(0, |last| last.saturating_add(1));
            diesel::insert_into(suggestions::table)
                .values((
                    suggestions::course_id.eq(tutor.course),
                    suggestions::topic_id.eq(topic),
                    suggestions::parent_suggestion_id.eq(checked.parent),
                    suggestions::position.eq(place),
                    suggestions::created_by.eq(tutor.signed_in.user_id()),
                    texts,
                ))
                .execute(conn)
                .await?;
        }
    }
    let before = old.map(|old| json!({ "question": old.prompt_text }));
    let after = Some(json!({ "question": checked.prompt }));
    record(conn, tutor, "saved", topic, (before, after)).await?;
    Ok(slug)
}

async fn record(
    conn: &mut Conn,
    tutor: &TutorOf,
    act: &str,
    topic: TopicId,
    (before, after): (Option<serde_json::Value>, Option<serde_json::Value>),
) -> QueryResult<()> {
    AuditEntry::done(&format!("tutor_chat.suggestion_{act}"))
        .of("topic", topic)
        .change(before, after)
        .by(&tutor.signed_in.cx)
        .write(conn)
        .await
}

/// Locks a topic of the course until the transaction ends. Returns its name in addresses.
async fn lock_topic(conn: &mut Conn, course: CourseId, topic: TopicId) -> AppResult<String> {
    let slug: Option<String> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::topic_id.eq(topic))
        .select(topics::slug)
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    slug.ok_or_else(no_topic)
}

fn find(stored: &[StoredSuggestion], id: SuggestionId) -> AppResult<&StoredSuggestion> {
    let mut all = stored.iter();
    all.find(|one| one.suggestion_id == id)
        .ok_or_else(no_suggestion)
}

/// Checks a form. `old` is the stored question that it changes.
///
/// # Errors
///
/// `Invalid` with all problems of the fields.
async fn checked(
    conn: &mut Conn,
    course: CourseId,
    stored: &[StoredSuggestion],
    old: Option<&StoredSuggestion>,
    form: &SuggestionForm,
) -> AppResult<CheckedSuggestion> {
    let mut problems = FieldProblems::default();
    let is_long = |text: &str, most: u32| text.chars().count() > most as usize;
    let prompt = names::tidy(&form.prompt);
    if prompt.is_empty() {
        problems.add("prompt", "Enter the question.");
    } else if is_long(&prompt, SUGGESTION_CHARACTERS) {
        problems.add("prompt", figures::use_at_most(SUGGESTION_CHARACTERS));
    }
    let answer = form.answer.replace("\r\n", "\n").trim().to_owned();
    let rendered = Addresses::of(conn, course).await?.links().markdown(&answer);
    if is_long(&answer, PREPARED_ANSWER_CHARACTERS) {
        problems.add("answer", figures::use_at_most(PREPARED_ANSWER_CHARACTERS));
    } else if names::visible(&rendered.text).is_none() && !rendered.html.contains("<math") {
        problems.add("answer", "Enter the answer.");
    }
    let parent = match (old, form.parent.as_str()) {
        (Some(old), _) => old.parent_suggestion_id,
        (None, "") => None,
        (None, typed) => {
            let named = stored
                .iter()
                .find(|one| one.suggestion_id.to_string() == typed);
            if named.is_none() {
                problems.add("parent", "Choose a question of this topic.");
            }
            named.map(|one| one.suggestion_id)
        }
    };
    let is_there = stored.iter().any(|other| {
        other.parent_suggestion_id == parent
            && other.prompt_text == prompt
            && old.is_none_or(|old| old.suggestion_id != other.suggestion_id)
    });
    if is_there {
        problems.add("prompt", "This question is in the same place already.");
    }
    if old.is_none() && stored.len() >= MOST_SUGGESTIONS {
        let why = format!("A topic has at most {MOST_SUGGESTIONS} suggested questions.");
        problems.add("", why);
    }
    problems.check()?;
    Ok(CheckedSuggestion {
        prompt,
        answer,
        answer_html: rendered.html,
        parent,
    })
}

/// Moves a suggested question ("up-ID", "down-ID"), switches it ("on-ID", "off-ID"), or deletes it
/// with its follow-ups ("delete-ID"). Returns the name of its topic in addresses.
pub async fn change(conn: &mut Conn, tutor: &TutorOf, which: &str) -> AppResult<String> {
    let (act, id) = which.split_once('-').ok_or_else(no_suggestion)?;
    let id = SuggestionId(id.parse().map_err(|_| no_suggestion())?);
    let topic: Option<TopicId> = suggestions::table
        .find(id)
        .filter(suggestions::course_id.eq(tutor.course))
        .select(suggestions::topic_id)
        .first(conn)
        .await
        .optional()?;
    let topic = topic.ok_or_else(no_suggestion)?;
    let slug = lock_topic(conn, tutor.course, topic).await?;
    let stored = of_topic(conn, topic).await?;
    let one = find(&stored, id)?;
    match act {
        "up" | "down" => shift(conn, &stored, one, act == "up").await?,
        "on" | "off" => switch(conn, one, act == "on").await?,
        "delete" => {
            diesel::delete(suggestions::table.find(id))
                .execute(conn)
                .await?;
            let before = Some(json!({ "question": one.prompt_text }));
            record(conn, tutor, "deleted", topic, (before, None)).await?;
        }
        _ => return Err(no_suggestion()),
    }
    Ok(slug)
}

/// Moves a question by one place among those beside it. At the end it stays in its place.
async fn shift(
    conn: &mut Conn,
    stored: &[StoredSuggestion],
    moved: &StoredSuggestion,
    is_up: bool,
) -> AppResult<()> {
    let mut order: Vec<Uuid> = stored
        .iter()
        .filter(|one| one.parent_suggestion_id == moved.parent_suggestion_id)
        .map(|one| one.suggestion_id.0)
        .collect();
    let at = order.iter().position(|id| *id == moved.suggestion_id.0);
    let at = at.ok_or_else(no_suggestion)?;
    let to = match is_up {
        true => at.saturating_sub(1),
        false => (at + 1).min(order.len() - 1),
    };
    order.swap(at, to);
    statement(
        "update topic_prompt_suggestions s set position = o.place
         from unnest($1) with ordinality o (suggestion_id, place)
         where s.suggestion_id = o.suggestion_id and s.position <> o.place",
    )
    .bind::<Array<SqlUuid>, _>(order)
    .execute(conn)
    .await?;
    Ok(())
}

async fn switch(conn: &mut Conn, one: &StoredSuggestion, is_on: bool) -> AppResult<()> {
    if is_on && one.answer.is_empty() {
        return Err(AppError::field(
            "",
            "Write an answer first. Learners see only questions that have one.",
        ));
    }
    diesel::update(suggestions::table.find(one.suggestion_id))
        .set(suggestions::is_active.eq(is_on))
        .execute(conn)
        .await?;
    Ok(())
}
