//! Undoes acts of moderation.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::moderation::{REPLY, hold, left_of, of_course, unsettle};
use super::prompt_acts::{UndonePromptAct, put_back};
use crate::coldcall::server::{messages, notices};
use crate::coldcall::teach::MessageAct;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::moderation_actions;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{ActionId, CohortId, MessageId, PromptId, UserId};

fn no_action() -> AppError {
    AppError::NotFound("This was undone already, or never happened.".to_owned())
}

type Acted = (
    String,
    Option<MessageId>,
    Option<PromptId>,
    Option<CohortId>,
    Option<UserId>,
    Value,
    DateTime<Utc>,
);

/// Undoes an act: its subject gets back the state that it had before.
pub async fn undo(conn: &mut Conn, tutor: &TutorOf, action: ActionId) -> AppResult<()> {
    let acted: Option<Acted> = moderation_actions::table
        .find(action)
        .filter(moderation_actions::course_id.eq(tutor.course))
        .filter(moderation_actions::undone_at.is_null())
        .select((
            moderation_actions::action,
            moderation_actions::message_id,
            moderation_actions::prompt_id,
            moderation_actions::cohort_id,
            moderation_actions::member_user_id,
            moderation_actions::before,
            moderation_actions::created_at,
        ))
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let (name, message, prompt, cohort, member, before, at) = acted.ok_or_else(no_action)?;
    match (MessageAct::parse(&name), message, prompt, cohort, member) {
        (Some(act), Some(message), ..) => {
            let undone = UndoneMessageAct {
                action,
                at,
                act,
                message,
                before,
            };
            undo_on_message(conn, tutor, undone).await?;
        }
        (None, ..) if name == REPLY => delete_replies(conn, tutor, &before).await?,
        (None, _, Some(prompt), ..) => {
            let undone = UndonePromptAct {
                action,
                at,
                name: &name,
                prompt,
                cohort,
                before,
            };
            put_back(conn, undone).await?;
        }
        (None, _, _, Some(cohort), Some(member)) if name == "release" => {
            return hold(conn, tutor, cohort, member, true).await;
        }
        // The hold ends by being undone.
        _ => {}
    }
    diesel::update(moderation_actions::table.find(action))
        .set((
            moderation_actions::undone_at.eq(Utc::now()),
            moderation_actions::undone_by.eq(tutor.signed_in.user_id()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes the replies of an act that are still there, and takes back what was told of them. A stub
/// stays of those to which somebody replied.
async fn delete_replies(conn: &mut Conn, tutor: &TutorOf, before: &Value) -> AppResult<()> {
    let ids = before.get("replies").cloned().unwrap_or_default();
    let ids: Vec<MessageId> = serde_json::from_value(ids).unwrap_or_default();
    let replies = left_of(conn, tutor.course, &ids).await?;
    let ids: Vec<MessageId> = replies.iter().map(|reply| reply.message_id).collect();
    notices::replies_undone(conn, &ids).await?;
    for reply in replies {
        messages::delete(conn, None, reply.message_id, Utc::now()).await?;
        reply.announce(conn).await?;
    }
    Ok(())
}

/// An act on a message that is undone.
struct UndoneMessageAct {
    action: ActionId,
    at: DateTime<Utc>,
    act: MessageAct,
    message: MessageId,
    before: Value,
}

async fn undo_on_message(
    conn: &mut Conn,
    tutor: &TutorOf,
    undone: UndoneMessageAct,
) -> AppResult<()> {
    let found = of_course(conn, tutor.course, &[undone.message]).await?;
    check_unchanged(conn, &undone).await?;
    let UndoneMessageAct {
        at,
        act,
        message,
        before,
        ..
    } = undone;
    if matches!(act, MessageAct::Hide | MessageAct::Settle) {
        unsettle(conn, message, at).await?;
    }
    let change = match act {
        MessageAct::Hide | MessageAct::Restore => {
            "hidden_at = ($2->>'hidden_at')::timestamptz, hidden_reason = $2->>'hidden_reason'"
        }
        MessageAct::Pin | MessageAct::Unpin => "pinned_at = ($2->>'pinned_at')::timestamptz",
        MessageAct::Endorse | MessageAct::Unendorse => {
            "endorsed_at = ($2->>'endorsed_at')::timestamptz"
        }
        MessageAct::Credit | MessageAct::Uncredit => {
            "credited_at = ($2->>'credited_at')::timestamptz"
        }
        // A message that its author has changed since may be held again.
        MessageAct::Approve => "held_at = coalesce(held_at, ($2->>'held_at')::timestamptz)",
        MessageAct::Settle => return Ok(()),
    };
    statement(format!(
        "update cold_call_messages set {change} where message_id = $1"
    ))
    .bind::<SqlUuid, _>(message)
    .bind::<Jsonb, _>(before)
    .execute(conn)
    .await?;
    for found in found {
        found.announce(conn).await?;
        notices::undone(conn, found.prompt_id, message).await?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct ChangedSince {
    /// A later act on the same thing is not undone.
    #[diesel(sql_type = Bool)]
    by_act: bool,
    #[diesel(sql_type = Bool)]
    by_author: bool,
}

/// Refuses to undo an act over a later one of its kind, and to pin or endorse a text that its
/// author has changed since.
async fn check_unchanged(conn: &mut Conn, undone: &UndoneMessageAct) -> AppResult<()> {
    let same: &[&str] = match undone.act {
        MessageAct::Hide | MessageAct::Restore => &["hide", "restore"],
        MessageAct::Pin | MessageAct::Unpin => &["pin", "unpin"],
        MessageAct::Endorse | MessageAct::Unendorse => &["endorse", "unendorse"],
        MessageAct::Credit | MessageAct::Uncredit => &["credit", "uncredit"],
        MessageAct::Approve => &["approve"],
        // Only the reports that this act settled are opened again.
        MessageAct::Settle => return Ok(()),
    };
    let changed: ChangedSince = statement(
        "select exists (select from moderation_actions a
                        where a.message_id = m.message_id and a.action = any($2)
                          and a.action_id > $3 and a.undone_at is null) as by_act,
                coalesce(m.edited_at > $4, false) as by_author
         from cold_call_messages m where m.message_id = $1",
    )
    .bind::<SqlUuid, _>(undone.message)
    .bind::<Array<Text>, _>(same)
    .bind::<SqlUuid, _>(undone.action)
    .bind::<Timestamptz, _>(undone.at)
    .get_result(conn)
    .await?;
    let marks = matches!(undone.act, MessageAct::Unpin | MessageAct::Unendorse);
    let why = match changed {
        ChangedSince { by_act: true, .. } => {
            "A later act changed this message again. Undo that one first."
        }
        ChangedSince {
            by_author: true, ..
        } if marks => {
            "The author changed this message after that. Pin or endorse the changed text instead."
        }
        _ => return Ok(()),
    };
    Err(AppError::Conflict(why.to_owned()))
}
