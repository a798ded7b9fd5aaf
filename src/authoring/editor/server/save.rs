//! Saves the draft of a topic. The changes of a page are merged with those that others have saved
//! since it was opened, so that two people never overwrite each other.

use diesel::prelude::*;
use diesel::sql_types::{Int4, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::draft::{CurrentText, EditedTopic, current};
use super::merge::{self, MergedText};
use super::{live, revisions, source};
use crate::authoring::editor::{EditorToken, Prefer, SavedText, TEXT_CHARACTERS, TextConflict};
use crate::authoring::server::title;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures;

/// A text as an editor sends it.
#[derive(Debug, Clone)]
pub struct SentText {
    pub page: EditorToken,
    pub title: String,
    /// The text as authors write it, with single line breaks.
    pub text: String,
}

/// Text with which a page begins to differ.
struct DraftOrigin {
    revision: i32,
    text: Option<(String, String)>,
}

/// A sent text beside the saved one.
struct ComparedText {
    current: CurrentText,
    origin: DraftOrigin,
    /// The merged text, as authors write it.
    text: MergedText,
    /// The title, or both if this page and another one have changed it.
    title: Result<String, (String, String)>,
}

impl ComparedText {
    fn is_conflict(&self) -> bool {
        self.title.is_err() || self.text.text().is_none()
    }

    fn decided(&self, prefer: Prefer) -> (String, String) {
        let title = match (&self.title, prefer) {
            (Ok(title), _) => title,
            (Err((_, theirs)), Prefer::Theirs) => theirs,
            (Err((mine, _)), _) => mine,
        };
        (title.clone(), self.text.decided(prefer))
    }
}

/// Finds the text from which the page's changes are counted. That is the last text that the page
/// has sent, if it does not know yet that this was saved: then the answer was lost, or the page has
/// not yet taken in what was merged.
async fn origin(
    conn: &mut Conn,
    topic: &EditedTopic,
    (page, own): (&EditorToken, Option<revisions::DraftRevision>),
    current: &CurrentText,
) -> QueryResult<DraftOrigin> {
    if let Some(own) = own.filter(|own| own.revision > page.base) {
        return Ok(DraftOrigin {
            revision: own.revision,
            text: Some((own.title, own.body)),
        });
    }
    let stored = revisions::at(conn, topic.topic_id, page.base).await?;
    let text = match stored {
        Some(stored) => Some((stored.title, stored.body)),
        None => {
            (page.base == current.revision).then(|| (current.title.clone(), current.text.clone()))
        }
    };
    Ok(DraftOrigin {
        revision: page.base,
        text,
    })
}

async fn compared(
    conn: &mut Conn,
    topic: &EditedTopic,
    (sent, own): (&SentText, Option<revisions::DraftRevision>),
) -> AppResult<ComparedText> {
    let current = current(conn, topic).await?;
    let origin = origin(conn, topic, (&sent.page, own), &current).await?;
    let mine = source::written(&source::stored(&sent.text));
    let theirs = source::written(&current.text);
    let text = match &origin.text {
        Some((_, base)) => merge::merge(&source::written(base), &mine, &theirs),
        None => merge::without_base(&mine, &theirs),
    };
    let base = origin.text.as_ref().map(|(title, _)| title.as_str());
    let title = match (sent.title.as_str(), current.title.as_str()) {
        (mine, theirs) if mine == theirs || Some(mine) == base => Ok(theirs.to_owned()),
        (mine, theirs) if Some(theirs) == base => Ok(mine.to_owned()),
        (mine, theirs) => Err((mine.to_owned(), theirs.to_owned())),
    };
    Ok(ComparedText {
        current,
        origin,
        text,
        title,
    })
}

/// Saves the draft. A save that arrives twice, or later than a newer one of the same page, changes
/// nothing.
///
/// # Errors
///
/// `Conflict` if others have saved changes of the same paragraphs, and the page does not say which
/// side to keep. Then nothing is changed.
pub async fn save(
    conn: &mut Conn,
    tutor: &TutorOf,
    topic: &EditedTopic,
    mut sent: SentText,
) -> AppResult<SavedText> {
    if topic.is_laid_out() {
        let sentence = "This topic is laid out in blocks. Change it in the files of the course.";
        return Err(AppError::field("", sentence));
    }
    sent.title = checked(&sent)?;
    let me = tutor.signed_in.user_id();
    let page = (sent.page.writer, me);
    let own = revisions::last_of(conn, topic.topic_id, page).await?;
    if own
        .as_ref()
        .is_some_and(|own| sent.page.change < own.change_no)
    {
        return Ok(SavedText {
            revision: sent.page.base,
            ..SavedText::default()
        });
    }
    let compared = compared(conn, topic, (&sent, own)).await?;
    let current = &compared.current;
    let since = compared.origin.revision;
    let chosen = Prefer::parse(&sent.page.keep).filter(|_| sent.page.seen == current.revision);
    let prefer = match (compared.is_conflict(), chosen) {
        (true, None) => {
            let by = revisions::savers_since(conn, topic.topic_id, since, page).await?;
            return Err(AppError::Conflict(format!(
                "{} changed the same paragraphs after this page was opened. Your text was not saved; compare both sides below.",
                capitalized(&by)
            )));
        }
        (_, chosen) => chosen.unwrap_or(Prefer::Both),
    };
    let (title, written) = compared.decided(prefer);
    let text = source::stored(&written);
    let is_merged = (&title, &text) != (&sent.title, &source::stored(&sent.text));
    let by = match is_merged {
        true => revisions::savers_since(conn, topic.topic_id, since, page).await?,
        false => String::new(),
    };
    let mut saved = SavedText {
        revision: current.revision,
        by,
        title: (title != sent.title).then(|| title.clone()),
        edits: match is_merged {
            true => merge::edits(&sent.text, &source::written(&text)),
            false => Vec::new(),
        },
    };
    if (&current.title, &current.text) == (&title, &text) {
        return Ok(saved);
    }
    too_long(&text)?;
    saved.revision = current.revision + 1;
    revisions::keep_start(conn, topic.topic_id).await?;
    statement(
        "insert into topic_drafts (topic_id, title, body, revision, writer, change_no, is_published, saved_by)
         values ($1, $2, $3, $4, $5, $6, false, $7)
         on conflict (topic_id) do update set title = $2, body = $3, revision = $4, writer = $5, change_no = $6,
             is_published = false, saved_by = $7",
    )
    .bind::<SqlUuid, _>(topic.topic_id)
    .bind::<Text, _>(&title)
    .bind::<Text, _>(&text)
    .bind::<Int4, _>(saved.revision)
    .bind::<SqlUuid, _>(sent.page.writer)
    .bind::<Int4, _>(sent.page.change)
    .bind::<SqlUuid, _>(me)
    .execute(conn)
    .await?;
    let stored = source::stored(&sent.text);
    let sent_text = is_merged.then_some((sent.title.as_str(), stored.as_str()));
    revisions::keep(conn, topic.topic_id, sent_text).await?;
    live::text_changed(conn, topic.topic_id, sent.page.writer).await?;
    Ok(saved)
}

/// Returns what a sent text and the saved one have both changed. None if they can be merged.
pub async fn conflict(
    conn: &mut Conn,
    tutor: &TutorOf,
    topic: &EditedTopic,
    sent: &SentText,
) -> AppResult<Option<TextConflict>> {
    let page = (sent.page.writer, tutor.signed_in.user_id());
    let own = revisions::last_of(conn, topic.topic_id, page).await?;
    let compared = compared(conn, topic, (sent, own)).await?;
    if !compared.is_conflict() {
        return Ok(None);
    }
    let since = compared.origin.revision;
    let by = revisions::savers_since(conn, topic.topic_id, since, page).await?;
    Ok(Some(TextConflict {
        by: capitalized(&by),
        revision: compared.current.revision,
        title: compared.title.err(),
        places: compared.text.conflicts(),
    }))
}

fn capitalized(names: &str) -> String {
    let mut letters = names.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "Another page".to_owned(),
    }
}

/// Checks all fields. Returns the title without needless spaces.
fn checked(sent: &SentText) -> AppResult<String> {
    let mut problems = FieldProblems::default();
    let title = problems.keep(title("title", &sent.title));
    if sent.text.chars().count() > TEXT_CHARACTERS as usize {
        problems.add("text", figures::use_at_most(TEXT_CHARACTERS));
    }
    if sent.text.contains('\0') {
        problems.add(
            "text",
            "The text contains a character that can’t be stored (U+0000).",
        );
    }
    let Some(title) = title else {
        return Err(problems.error());
    };
    problems.check()?;
    Ok(title)
}

fn too_long(text: &str) -> AppResult<()> {
    if text.chars().count() <= TEXT_CHARACTERS as usize {
        return Ok(());
    }
    let sentence = format!(
        "With what others have written, the text is too long. {}",
        figures::use_at_most(TEXT_CHARACTERS)
    );
    Err(AppError::field("text", sentence))
}
