//! The texts of a topic for learners who chose a persona. Each of them stands for the whole topic.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::draft::{self, EditedTopic};
use super::{publish, source, view};
use crate::authoring::editor::{TEXT_CHARACTERS, TopicVariant};
use crate::authoring::server::outline::{finish, lock, record};
use crate::course::StudyPersona;
use crate::course::server::store;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{CourseId, TopicId};

/// Returns the persona with this name, and the first one without a name.
fn persona(name: &str) -> AppResult<StudyPersona> {
    StudyPersona::narrations()
        .find(|persona| name.is_empty() || persona.name() == name)
        .ok_or_else(|| AppError::NotFound("There is no such persona.".to_owned()))
}

/// Returns the stored text for the persona.
fn text_for(topic: &EditedTopic, persona: StudyPersona) -> Option<&str> {
    let variants = topic.variants();
    let found = variants.into_iter().find(|(known, _)| *known == persona);
    found.map(|(_, text)| text)
}

/// Names the stored text, so that a save over another one is noticed. Empty for none.
fn fingerprint(text: Option<&str>) -> String {
    let hashed = text.map(|text| Sha256::digest(text.as_bytes()));
    let digits = hashed.iter().flatten().take(16);
    digits.map(|byte| format!("{byte:02x}")).collect()
}

pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    slug: &str,
    name: &str,
) -> AppResult<TopicVariant> {
    let persona = persona(name)?;
    let topic = draft::topic_named(conn, course, slug).await?;
    let stored = text_for(&topic, persona).map(str::to_owned);
    let personas = StudyPersona::narrations().map(|other| {
        let has_text = text_for(&topic, other).is_some();
        (other.name().to_owned(), other.label().to_owned(), has_text)
    });
    let text = stored.as_deref().unwrap_or(topic.text());
    let (preview, normal) = match topic.is_laid_out() {
        true => Default::default(),
        false => (
            view::preview(conn, course, topic.topic_id, text).await?,
            view::preview(conn, course, topic.topic_id, topic.text()).await?,
        ),
    };
    Ok(TopicVariant {
        course_title: store::title(conn, course).await?,
        topic_id: topic.topic_id,
        personas: personas.collect(),
        persona: persona.name().to_owned(),
        label: persona.label().to_owned(),
        has_text: stored.is_some(),
        text: source::written(text),
        seen: fingerprint(stored.as_deref()),
        is_laid_out: topic.is_laid_out(),
        preview,
        normal: normal.html,
        topic_title: topic.title,
    })
}

/// Publishes the text for a persona, or removes it if there is none. Returns the topic's name in
/// addresses.
pub async fn save(
    conn: &mut Conn,
    (tutor, course): (&TutorOf, &str),
    topic: TopicId,
    (name, seen): (&str, &str),
    text: Option<String>,
) -> AppResult<String> {
    let persona = persona(name)?;
    if let Some(text) = &text {
        check(text)?;
    }
    lock(conn, tutor, course).await?;
    let stored = draft::topic(conn, tutor.course, topic).await?;
    if stored.is_laid_out() {
        let sentence = "This topic is laid out in blocks. Change it in the files of the course.";
        return Err(AppError::field("text", sentence));
    }
    let before = text_for(&stored, persona);
    if fingerprint(before) != seen {
        return Err(AppError::Conflict(
            "This text was changed since you opened the page. Copy your words, then reload the page to see the other text."
                .to_owned(),
        ));
    }
    if before == text.as_deref() {
        return Ok(stored.slug);
    }
    let old =
        json!({ "topic": stored.slug, "persona": persona.name(), "has_text": before.is_some() });
    let new =
        json!({ "topic": stored.slug, "persona": persona.name(), "has_text": text.is_some() });
    match &text {
        Some(text) => publish::store_variant(conn, tutor.into(), &stored, persona, text).await?,
        None => publish::remove_variant(conn, &stored, persona).await?,
    }
    record(conn, tutor, "topic.variant_saved", (old, new)).await?;
    finish(conn, tutor.course).await?;
    Ok(stored.slug)
}

fn check(text: &str) -> AppResult<()> {
    let sentence = if text.trim().is_empty() {
        "Write the text first. To show the normal text to these learners, remove their own."
            .to_owned()
    } else if text.chars().count() > TEXT_CHARACTERS as usize {
        figures::use_at_most(TEXT_CHARACTERS)
    } else if text.contains('\0') {
        "The text contains a character that can’t be stored (U+0000).".to_owned()
    } else {
        return Ok(());
    };
    Err(AppError::field("text", sentence))
}
