//! Undoes acts of moderation.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::moderation::{REPLY, hold, of_course, unsettle};
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
            undo_on_message(conn, tutor, message, act, before, at).await?;
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

/// Deletes the replies of an act. A stub stays of those to which somebody replied.
async fn delete_replies(conn: &mut Conn, tutor: &TutorOf, before: &Value) -> AppResult<()> {
    let ids = before.get("replies").cloned().unwrap_or_default();
    let ids: Vec<MessageId> = serde_json::from_value(ids).unwrap_or_default();
    for reply in of_course(conn, tutor.course, &ids).await? {
        messages::delete(conn, None, reply.message_id, Utc::now()).await?;
        reply.announce(conn).await?;
    }
    Ok(())
}

async fn undo_on_message(
    conn: &mut Conn,
    tutor: &TutorOf,
    message: MessageId,
    act: MessageAct,
    before: Value,
    at: DateTime<Utc>,
) -> AppResult<()> {
    let found = of_course(conn, tutor.course, &[message]).await?;
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
        MessageAct::Approve => "held_at = ($2->>'held_at')::timestamptz",
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
