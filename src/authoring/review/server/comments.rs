//! Comments on passages of a draft. A comment keeps the passage as it was written, and is about the
//! text as long as the passage stands there.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::notices;
use crate::authoring::editor::server::draft::{self, EditedTopic};
use crate::authoring::editor::server::{live, source};
use crate::authoring::review::{COMMENT_CHARACTERS, QUOTE_CHARACTERS};
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures;
use crate::platform::ids::{DraftCommentId, TopicId};

/// A comment as its form sends it.
pub struct NewComment<'a> {
    /// Id of the comment that it answers, or empty.
    pub parent: &'a str,
    pub quote: &'a str,
    pub text: &'a str,
}

/// Returns true if a passage stands in a text. Line breaks and spaces may differ.
pub fn stands_in(text: &str, quote: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    plain(text).contains(&plain(quote))
}

#[derive(QueryableByName)]
struct AddedComment {
    #[diesel(sql_type = Uuid)]
    comment_id: DraftCommentId,
}

pub async fn add(
    conn: &mut Conn,
    (tutor, course): (&TutorOf, &str),
    topic: &EditedTopic,
    new: NewComment<'_>,
) -> AppResult<()> {
    let text = new.text.replace("\r\n", "\n");
    let quote = new.quote.replace("\r\n", "\n");
    let (text, quote) = (text.trim(), quote.trim());
    let parent = parent(conn, topic.topic_id, new.parent).await?;
    let mut problems = FieldProblems::default();
    match text.chars().count() {
        0 => problems.add("text", "Write a comment."),
        length if length > COMMENT_CHARACTERS as usize => {
            problems.add("text", figures::use_at_most(COMMENT_CHARACTERS));
        }
        _ => {}
    }
    if text.contains('\0') || quote.contains('\0') {
        problems.add(
            "text",
            "The comment contains a character that can’t be stored (U+0000).",
        );
    }
    if quote.chars().count() > QUOTE_CHARACTERS as usize {
        problems.add("quote", figures::use_at_most(QUOTE_CHARACTERS));
    } else if parent.is_none() && !quote.is_empty() {
        let current = draft::current(conn, topic).await?;
        if !stands_in(&source::written(&current.text), quote) {
            problems.add(
                "quote",
                "This passage is not in the saved text. Copy it from there, or leave the field empty to comment on the whole topic.",
            );
        }
    }
    problems.check()?;
    let quote = if parent.is_some() { "" } else { quote };
    let added: AddedComment = statement(
        "insert into draft_comments (topic_id, parent_id, quote, body, author_user_id)
         values ($1, $2, $3, $4, $5) returning comment_id",
    )
    .bind::<Uuid, _>(topic.topic_id)
    .bind::<Nullable<Uuid>, _>(parent)
    .bind::<Text, _>(quote)
    .bind::<Text, _>(text)
    .bind::<Uuid, _>(tutor.signed_in.user_id())
    .get_result(conn)
    .await?;
    let thread = parent.unwrap_or(added.comment_id);
    notices::commented(
        conn,
        (tutor, course),
        topic,
        (thread, parent.is_some(), text),
    )
    .await?;
    Ok(live::announce(conn, topic.topic_id).await?)
}

fn no_comment() -> AppError {
    AppError::NotFound("There is no such comment on this topic.".to_owned())
}

#[derive(QueryableByName)]
struct ParentRow {
    #[diesel(sql_type = Uuid)]
    comment_id: DraftCommentId,
}

/// Finds the comment that is answered.
async fn parent(conn: &mut Conn, topic: TopicId, named: &str) -> AppResult<Option<DraftCommentId>> {
    if named.is_empty() {
        return Ok(None);
    }
    let id = named
        .parse()
        .map(DraftCommentId)
        .map_err(|_| no_comment())?;
    let found: Option<ParentRow> = statement(
        "select comment_id from draft_comments where comment_id = $1 and topic_id = $2 and parent_id is null",
    )
    .bind::<Uuid, _>(id)
    .bind::<Uuid, _>(topic)
    .get_result(conn)
    .await
    .optional()?;
    found
        .map(|found| Some(found.comment_id))
        .ok_or_else(no_comment)
}

#[derive(QueryableByName)]
struct ResolvedComment {
    #[diesel(sql_type = Uuid)]
    topic_id: TopicId,
}

/// Resolves a comment, or opens it again. A second request changes nothing.
pub async fn resolve(
    conn: &mut Conn,
    tutor: &TutorOf,
    comment: DraftCommentId,
    resolved: bool,
) -> AppResult<()> {
    let changed: Option<ResolvedComment> = statement(
        "update draft_comments c
         set resolved_at = case when $3 then coalesce(c.resolved_at, now()) end,
             resolved_by = case when $3 then coalesce(c.resolved_by, $4) end
         from topics t
         where c.comment_id = $1 and c.parent_id is null and t.topic_id = c.topic_id and t.course_id = $2
         returning c.topic_id",
    )
    .bind::<Uuid, _>(comment)
    .bind::<Uuid, _>(tutor.course)
    .bind::<Bool, _>(resolved)
    .bind::<Uuid, _>(tutor.signed_in.user_id())
    .get_result(conn)
    .await
    .optional()?;
    let changed = changed.ok_or_else(no_comment)?;
    Ok(live::announce(conn, changed.topic_id).await?)
}

#[cfg(test)]
mod tests {
    use super::stands_in;

    #[test]
    fn a_passage_is_found_whatever_its_line_breaks() {
        assert!(stands_in("One two\n\nthree  four", "two three\nfour"));
        assert!(!stands_in("One two", "two three"));
    }
}
