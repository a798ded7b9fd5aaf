//! The steps of a review: asked for, taken back, decided.

use diesel::sql_types::{Int4, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{notices, store};
use crate::authoring::editor::server::draft::{self, EditedTopic};
use crate::authoring::editor::server::live;
use crate::authoring::review::{COMMENT_CHARACTERS, ReviewState, ReviewStep};
use crate::authoring::server::outline::record;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{TopicId, UserId};

/// Fields of the form of a step.
pub struct ReviewFields<'f> {
    pub reviewer: &'f str,
    pub note: &'f str,
    /// Revision of the draft that the page shows.
    pub seen: i32,
}

/// Takes a step.
pub async fn take(
    conn: &mut Conn,
    (tutor, course): (&TutorOf, &str),
    topic: &EditedTopic,
    step: ReviewStep,
    fields: ReviewFields<'_>,
) -> AppResult<()> {
    let before = store::review(conn, topic.topic_id).await?;
    let state = before.as_ref().map(store::ReviewRow::state);
    let me = tutor.signed_in.user_id();
    match step {
        ReviewStep::Request => request(conn, (tutor, course), topic, fields.reviewer).await?,
        ReviewStep::Withdraw => {
            end(conn, topic.topic_id).await?;
        }
        ReviewStep::Approve | ReviewStep::WantChanges => {
            let Some(before) = before.filter(|_| state == Some(ReviewState::Ready)) else {
                return Err(AppError::Conflict(
                    "Nobody asks for a review of this topic now. Load the page again to see its state.".to_owned(),
                ));
            };
            if before.requested_by == Some(me) {
                return Err(AppError::field(
                    "",
                    "You asked for this review yourself. Somebody else decides it.",
                ));
            }
            let new = match step {
                ReviewStep::Approve => ReviewState::Approved,
                _ => ReviewState::ChangesWanted,
            };
            decide(conn, tutor, topic, (new, &fields)).await?;
            notices::decided(
                conn,
                (tutor, course),
                topic,
                (before.requested_by, new, fields.note.trim()),
            )
            .await?;
        }
    }
    let now = store::review(conn, topic.topic_id).await?;
    let now = now.as_ref().map(store::ReviewRow::state);
    let value = |state: Option<ReviewState>| json!({ "topic": topic.slug, "review": state.map(ReviewState::name) });
    record(conn, tutor, "topic.review", (value(state), value(now))).await?;
    Ok(live::announce(conn, topic.topic_id).await?)
}

async fn request(
    conn: &mut Conn,
    (tutor, course): (&TutorOf, &str),
    topic: &EditedTopic,
    reviewer: &str,
) -> AppResult<()> {
    let me = tutor.signed_in.user_id();
    let fellows = store::fellows(conn, tutor.course, me).await?;
    let asked = match reviewer {
        "" => None,
        id => {
            let found = fellows
                .iter()
                .find(|fellow| fellow.user_id.to_string() == id);
            let found = found.ok_or_else(|| {
                AppError::field(
                    "reviewer",
                    "Choose another tutor of this course, or all of them.",
                )
            })?;
            Some(found.user_id)
        }
    };
    statement(
        "insert into draft_reviews (topic_id, state, requested_by, reviewer_id) values ($1, 'ready', $2, $3)
         on conflict (topic_id) do update set state = 'ready', requested_by = $2, reviewer_id = $3,
             requested_at = now(), decided_by = null, decided_at = null, revision = null, note = ''",
    )
    .bind::<Uuid, _>(topic.topic_id)
    .bind::<Uuid, _>(me)
    .bind::<Nullable<Uuid>, _>(asked)
    .execute(conn)
    .await?;
    let people: Vec<UserId> = match asked {
        Some(one) => vec![one],
        None => fellows.into_iter().map(|fellow| fellow.user_id).collect(),
    };
    notices::requested(conn, (tutor, course), topic, &people).await
}

async fn decide(
    conn: &mut Conn,
    tutor: &TutorOf,
    topic: &EditedTopic,
    (state, fields): (ReviewState, &ReviewFields<'_>),
) -> AppResult<()> {
    let note = fields.note.replace("\r\n", "\n");
    let note = note.trim();
    if note.chars().count() > COMMENT_CHARACTERS as usize {
        return Err(AppError::field(
            "note",
            figures::use_at_most(COMMENT_CHARACTERS),
        ));
    }
    if note.contains('\0') {
        let sentence = "The note contains a character that can’t be stored (U+0000).";
        return Err(AppError::field("note", sentence));
    }
    let current = draft::current(conn, topic).await?;
    if current.revision != fields.seen {
        return Err(AppError::Conflict(
            "The text has changed since you saw it. Nothing was decided. Read the changes, then decide again."
                .to_owned(),
        ));
    }
    statement(
        "update draft_reviews set state = $2, decided_by = $3, decided_at = now(), revision = $4, note = $5
         where topic_id = $1",
    )
    .bind::<Uuid, _>(topic.topic_id)
    .bind::<Text, _>(state.name())
    .bind::<Uuid, _>(tutor.signed_in.user_id())
    .bind::<Int4, _>(current.revision)
    .bind::<Text, _>(note)
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends a review, because it was taken back or the topic is published.
pub async fn end(conn: &mut Conn, topic: TopicId) -> AppResult<()> {
    let ended = statement("delete from draft_reviews where topic_id = $1")
        .bind::<Uuid, _>(topic)
        .execute(conn)
        .await?;
    if ended > 0 {
        notices::withdrawn(conn, topic).await?;
    }
    Ok(())
}
