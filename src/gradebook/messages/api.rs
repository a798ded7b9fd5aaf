//! Server functions of messages to learners, for tutors of the course and admins. Every message is
//! kept, and written to the audit log without its text.

use leptos::prelude::*;

use super::{CourseMessagePage, CourseReceivers};
use crate::platform::error::AppResult;
use crate::platform::ids::CohortMessageId;

#[cfg(feature = "ssr")]
use {
    super::server, crate::activity::LearnerStatus, crate::cohort::teach::messages::server::read,
    crate::course::server::search, crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::auth::limits::TUTOR_MESSAGES, crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock, serde_json::json,
};

/// Returns the form of a message to these learners, and the messages that were sent before. The
/// form begins with a draft for a learner of the status `draft`, if that is given.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_course_message(
    course: String,
    #[server(default)] to: CourseReceivers,
    #[server(default)] draft: String,
) -> AppResult<CourseMessagePage> {
    let tutor = require_tutor_of_slug(&course).await?;
    search::check_length(&to.q)?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    let user = tutor.signed_in.user_id();
    let draft = LearnerStatus::parse(&draft);
    let of = (tutor.course, user);
    cx.within(async move |conn| server::page(conn, of, &to, draft, &clock).await)
        .await
}

/// Sends a message to each of these learners. If they are a list, the tutor has typed their number
/// as `confirmed`. Nothing is sent twice with one key.
#[server]
pub async fn send_course_message(
    course: String,
    key: CohortMessageId,
    #[server(default)] to: CourseReceivers,
    #[server(default)] title: String,
    #[server(default)] text: String,
    #[server(default)] confirmed: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    search::check_length(&to.q)?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let clock = Clock::of(&cx);
    let message = read(key, &title, &text, &confirmed)?;
    let user = tutor.signed_in.user_id();
    TUTOR_MESSAGES.take(&cx, &user.to_string()).await?;
    let path = to.path(&course);
    cx.within(async move |conn| {
        let viewer = &tutor.signed_in.viewer;
        let sent = server::send(conn, tutor.course, &message, &to, (viewer, &clock)).await?;
        let Some(receivers) = sent else {
            return Ok(());
        };
        let told = json!({ "message": key, "title": message.title, "receivers": receivers });
        Ok(AuditEntry::done("course.message_sent")
            .of("course", tutor.course)
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
