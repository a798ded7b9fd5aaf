//! Server functions of messages, for tutors of the course and admins. Every message is kept, and
//! written to the audit log without its text.

use leptos::prelude::*;

use super::{MessagePage, Receivers};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CohortMessageId};

#[cfg(feature = "ssr")]
use {
    super::server, crate::cohort::teach::home::server::require, crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::auth::limits::TUTOR_MESSAGES, crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock, serde_json::json,
};

/// Returns the form of a message to these members, and the messages that were sent before.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_message(
    course: String,
    cohort: CohortId,
    #[server(default)] to: Receivers,
) -> AppResult<MessagePage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    cx.within(async move |conn| {
        let of = require(conn, tutor.course, cohort).await?;
        server::page(conn, of, &to, tutor.signed_in.user_id(), &clock).await
    })
    .await
}

/// Sends a message to each of these members. If they are a list, the tutor has typed their number
/// as `confirmed`. Nothing is sent twice with one key.
#[server]
pub async fn send_message(
    course: String,
    cohort: CohortId,
    key: CohortMessageId,
    #[server(default)] to: Receivers,
    #[server(default)] title: String,
    #[server(default)] text: String,
    #[server(default)] confirmed: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let message = server::read(key, &title, &text, &confirmed)?;
    let user = tutor.signed_in.user_id();
    TUTOR_MESSAGES.take(&cx, &user.to_string()).await?;
    let path = to.path(&course, cohort);
    cx.within(async move |conn| {
        let of = require(conn, tutor.course, cohort).await?;
        let viewer = &tutor.signed_in.viewer;
        if !server::send(conn, &of, &message, &to, viewer).await? {
            return Ok(());
        }
        let told = json!({ "message": key, "title": message.title });
        Ok(AuditEntry::done("cohort.message_sent")
            .of("cohort", cohort)
            .change(None, Some(told))
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    let separator = if path.contains('?') { '&' } else { '?' };
    redirect(format!("{path}{separator}done=sent"));
    Ok(())
}
