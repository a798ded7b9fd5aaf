//! Takes material into the library: a pasted text, or the topics of a course that are open to the
//! learner. Cards are made at once.

use chrono::{DateTime, Utc};

use super::chunks::{StudyChunk, chunks, relevance};
use super::rules::{self, RuleCard, cards};
use super::store::cards::{NewCard, content_key};
use super::store::materials::{self, NewMaterial};
use super::store::{self, CardContent};
use crate::enrollment::server::{access, progress, store as studying};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures;
use crate::platform::ids::{MaterialId, TopicId, UserId};
use crate::platform::markdown;
use crate::platform::time::Clock;
use crate::study::{SUBJECT_CHARACTERS, TEXT_CHARACTERS, TITLE_CHARACTERS};

/// Most tags of a material or a card, and the longest of them in characters.
const MOST_TAGS: usize = 20;
const TAG_CHARACTERS: usize = 60;

/// A text as it was pasted.
pub struct PastedText {
    pub title: String,
    pub text: String,
    pub subject: String,
    pub tags: String,
}

/// Reads tags that are separated by commas. Repeated ones count once.
pub fn read_tags(typed: &str) -> Result<Vec<String>, String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in typed
        .split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
    {
        if tag.chars().count() > TAG_CHARACTERS {
            return Err(format!(
                "A tag can have at most {TAG_CHARACTERS} characters."
            ));
        }
        if !tags
            .iter()
            .any(|known| known.to_lowercase() == tag.to_lowercase())
        {
            tags.push(tag.to_owned());
        }
    }
    match tags.len() > MOST_TAGS {
        true => Err(format!("Use at most {MOST_TAGS} tags.")),
        false => Ok(tags),
    }
}

/// Adds a pasted text with its cards.
///
/// # Errors
///
/// `Invalid` with all problems of all fields.
pub async fn add_text(
    conn: &mut Conn,
    user: UserId,
    typed: &PastedText,
    now: DateTime<Utc>,
) -> AppResult<MaterialId> {
    let mut problems = FieldProblems::default();
    let (title, text, subject) = (typed.title.trim(), typed.text.trim(), typed.subject.trim());
    let is_longer = |text: &str, most: u32| text.chars().count() > most as usize;
    if title.is_empty() {
        problems.add("title", "Enter a title.");
    } else if is_longer(title, TITLE_CHARACTERS) {
        problems.add("title", figures::use_at_most(TITLE_CHARACTERS));
    }
    if text.is_empty() {
        problems.add("text", "Paste a text.");
    } else if is_longer(text, TEXT_CHARACTERS) {
        problems.add("text", figures::use_at_most(TEXT_CHARACTERS));
    }
    if is_longer(subject, SUBJECT_CHARACTERS) {
        problems.add("subject", figures::use_at_most(SUBJECT_CHARACTERS));
    }
    let tags = read_tags(&typed.tags).unwrap_or_else(|sentence| {
        problems.add("tags", sentence);
        Vec::new()
    });
    problems.check()?;
    let source = text.to_owned();
    let cut = move || {
        let html = markdown::render(&source, &|_, _| None).html;
        let found = chunks(&html).into_iter().map(|chunk| (None, chunk));
        CutText::of(found.collect())
    };
    let cut = away(cut).await?;
    let new = NewMaterial {
        title,
        subject,
        tags: &tags,
        language: "",
        length: length(text.chars().count()),
    };
    let material = materials::add_text(conn, user, new).await?;
    keep(conn, user, material, &cut, now).await?;
    Ok(material)
}

fn length(characters: usize) -> i32 {
    i32::try_from(characters).unwrap_or(i32::MAX)
}

/// Takes in the topics of a course that are open to the learner. A course that is there already is
/// brought up to date: cards of passages that are gone leave, unless the learner knows them.
///
/// # Errors
///
/// `Denied` if the learner is not enrolled, `Conflict` if no topic is open.
pub async fn take_course(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    clock: &Clock,
) -> AppResult<MaterialId> {
    let studying = studying::studying(conn, user, course)
        .await?
        .ok_or_else(access::not_enrolled)?;
    let progress = progress::refresh(conn, user, studying.course_id, clock.now).await?;
    let open: Vec<TopicId> = (progress.shared.topics())
        .filter(|(module, topic)| {
            progress
                .lock_of_topic(module.number, topic.number)
                .is_none()
        })
        .map(|(_, topic)| topic.topic_id)
        .collect();
    if open.is_empty() {
        return Err(AppError::Conflict(
            "No topic of this course is open to you yet.".to_owned(),
        ));
    }
    let mut texts = materials::topic_texts(conn, &open).await?;
    // The order of the course. Blocks of a topic keep their order.
    texts.sort_by_key(|(topic, _)| open.iter().position(|open| open == topic));
    let characters = texts.iter().map(|(_, html)| html.chars().count()).sum();
    let cut = move || {
        let found = texts.iter().flat_map(|(topic, html)| {
            let chunks = chunks(html).into_iter();
            chunks.map(move |chunk| (Some(*topic), chunk))
        });
        CutText::of(found.collect())
    };
    let cut = away(cut).await?;
    let new = NewMaterial {
        title: &studying.title,
        subject: "",
        tags: &[],
        language: &studying.language,
        length: length(characters),
    };
    let material = materials::of_course(conn, user, studying.course_id, new).await?;
    keep(conn, user, material, &cut, clock.now).await?;
    store::cards::remove_orphans(conn, user, material).await?;
    // It may have been in the trash.
    materials::set_trashed(conn, user, material, false, clock.now).await?;
    Ok(material)
}

/// A text with its passages and cards.
struct CutText {
    chunks: Vec<(Option<TopicId>, StudyChunk)>,
    central: Vec<f64>,
    cards: Vec<RuleCard>,
}

impl CutText {
    fn of(chunks: Vec<(Option<TopicId>, StudyChunk)>) -> Self {
        let plain: Vec<StudyChunk> = chunks.iter().map(|(_, chunk)| chunk.clone()).collect();
        let central = relevance(&plain);
        let cards = cards(&plain, &central);
        Self {
            chunks,
            central,
            cards,
        }
    }
}

/// Cutting a long text takes a while, which other tasks of the thread would wait for.
async fn away(work: impl FnOnce() -> CutText + Send + 'static) -> AppResult<CutText> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| AppError::internal(&error))
}

async fn keep(
    conn: &mut Conn,
    user: UserId,
    material: MaterialId,
    cut: &CutText,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let ids = materials::replace_chunks(conn, material, &cut.chunks, &cut.central).await?;
    let new = |card: &RuleCard| NewCard {
        chunk: ids.get(card.chunk).copied(),
        question: None,
        kind: card.kind,
        content: CardContent::new(&card.front, &card.back),
        key: content_key(card.kind, &card.front, &card.back),
        sibling: card.sibling.chars().take(200).collect(),
        tags: Vec::new(),
        model: rules::MODEL,
        quality: Some(card.quality),
    };
    let cards: Vec<NewCard> = cut.cards.iter().map(new).collect();
    store::cards::add(conn, user, material, &cards, now).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_separated_by_commas() {
        assert_eq!(read_tags(" a, B ,, b,c d").unwrap(), ["a", "B", "c d"]);
        assert_eq!(read_tags("").unwrap(), Vec::<String>::new());
        assert!(read_tags(&"x".repeat(61)).is_err());
        let many: Vec<String> = (0..21).map(|at| at.to_string()).collect();
        assert!(read_tags(&many.join(",")).is_err());
    }
}
