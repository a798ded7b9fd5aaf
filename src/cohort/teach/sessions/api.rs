//! Server functions of live sessions, for tutors of the course and admins. Every change is written
//! to the audit log, without links and notes.

use std::collections::HashMap;

use leptos::prelude::*;

use super::{SessionFields, SessionPage, TaughtSessions};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, LiveSessionId, SeriesId};

#[cfg(feature = "ssr")]
use {
    super::server::{check, store, view},
    super::{session_path, sessions_path},
    crate::cohort::teach::home::server::require,
    crate::platform::address,
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::db::Conn,
    crate::platform::http::Cx,
    crate::platform::http::server_fns::redirect,
    serde_json::{Value, json},
};

/// Returns the sessions of a cohort.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_sessions(course: String, cohort: CohortId) -> AppResult<TaughtSessions> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| view::list(conn, tutor.course, cohort).await)
        .await
}

/// Returns a session with its attendance.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_session(
    course: String,
    cohort: CohortId,
    session: LiveSessionId,
) -> AppResult<SessionPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| view::session(conn, tutor.course, cohort, session).await)
        .await
}

/// Makes a session, or a weekly series. Nothing is made twice with one key.
#[server]
pub async fn make_sessions(
    course: String,
    cohort: CohortId,
    key: SeriesId,
    #[server(default)] session: SessionFields,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    cx.within(async move |conn| {
        let of = require(conn, tutor.course, cohort).await?;
        let draft = check::session(&session, of.clock().zone)?;
        let user = tutor.signed_in.user_id();
        let made = store::make(conn, &of, key, user, &draft).await?;
        let told = json!({ "title": draft.title, "sessions": made });
        record(conn, &by, "cohort.sessions_made", cohort, told).await
    })
    .await?;
    let path = sessions_path(&course, cohort);
    redirect(address::with_query(&path, &[("done", "made")]));
    Ok(())
}

/// Changes a session. With `later`, later sessions of its series get the same texts, length and
/// link, and are moved by as much.
#[server]
pub async fn change_session(
    course: String,
    cohort: CohortId,
    id: LiveSessionId,
    #[server(default)] session: SessionFields,
    #[server(default)] later: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    cx.within(async move |conn| {
        let of = require(conn, tutor.course, cohort).await?;
        let draft = check::session(&session, of.clock().zone)?;
        let user = tutor.signed_in.user_id();
        store::change(conn, &of, id, &draft, !later.is_empty(), user).await?;
        let told = json!({ "session": id, "title": draft.title, "starts_at": draft.starts_at });
        record(conn, &by, "cohort.session_changed", cohort, told).await
    })
    .await?;
    let path = session_path(&course, cohort, id);
    redirect(address::with_query(&path, &[("done", "saved")]));
    Ok(())
}

/// Cancels a session that is to come, or lets a canceled one take place.
#[server]
pub async fn cancel_session(
    course: String,
    cohort: CohortId,
    id: LiveSessionId,
    canceled: bool,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    cx.within(async move |conn| {
        let of = require(conn, tutor.course, cohort).await?;
        let user = tutor.signed_in.user_id();
        if !store::set_canceled(conn, &of, id, canceled, user).await? {
            return Ok(());
        }
        let action = match canceled {
            true => "cohort.session_canceled",
            false => "cohort.session_restored",
        };
        record(conn, &by, action, cohort, json!({ "session": id })).await
    })
    .await?;
    let done = if canceled { "canceled" } else { "restored" };
    let path = session_path(&course, cohort, id);
    redirect(address::with_query(&path, &[("done", done)]));
    Ok(())
}

/// Saves the sheet of attendance. `marks` and `was` hold marks by member: as they are now, and as
/// they were stored when the page was loaded. Marks that are the same in both stay as they are, so
/// that an old tab undoes nothing.
#[server]
pub async fn record_attendance(
    course: String,
    cohort: CohortId,
    id: LiveSessionId,
    #[server(default)] marks: HashMap<String, String>,
    #[server(default)] was: HashMap<String, String>,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let marks = check::marks(&marks, &was)?;
    cx.within(async move |conn| {
        require(conn, tutor.course, cohort).await?;
        let changed = store::record(conn, cohort, id, &marks).await?;
        let told = json!({ "session": id, "changed": changed });
        record(conn, &by, "cohort.attendance_recorded", cohort, told).await
    })
    .await?;
    let path = session_path(&course, cohort, id);
    redirect(address::with_query(&path, &[("done", "recorded")]));
    Ok(())
}

#[cfg(feature = "ssr")]
async fn record(
    conn: &mut Conn,
    by: &Cx,
    action: &str,
    cohort: CohortId,
    new: Value,
) -> AppResult<()> {
    Ok(AuditEntry::done(action)
        .of("cohort", cohort)
        .change(None, Some(new))
        .by(by)
        .write(conn)
        .await?)
}
