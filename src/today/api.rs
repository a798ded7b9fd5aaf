//! Server functions of the page Today, for people who teach. Each finds only lines of courses that
//! they teach, and changes only their own list.

use leptos::prelude::*;

use super::{TodayPage, TodayQuery};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::server::store::{self, TodayTutor},
    super::server::view,
    super::{DismissedLine, TodayKind},
    crate::platform::auth::guard::{SignedIn, require_teacher},
    crate::platform::error::AppError,
    crate::platform::time::Clock,
    chrono::TimeDelta,
};

#[cfg(feature = "ssr")]
fn tutor(me: &SignedIn) -> TodayTutor {
    TodayTutor::new(me.user_id(), me.viewer.role)
}

/// Returns the lines that the person has not dismissed.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_today(#[server(default)] query: TodayQuery) -> AppResult<TodayPage> {
    let me = require_teacher().await?;
    let tutor = tutor(&me);
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| view::today(conn, tutor, &query, &clock).await)
        .await
}

/// Returns the number of lines.
#[server(input = server_fn::codec::GetUrl)]
pub async fn count_today() -> AppResult<i64> {
    let me = require_teacher().await?;
    let tutor = tutor(&me);
    let now = chrono::Utc::now();
    me.cx
        .within(async move |conn| Ok(store::count(conn, tutor, now).await?))
        .await
}

/// Dismisses a line. `act` is the value of the button that was pressed.
#[server]
pub async fn dismiss_line(#[server(default)] act: String) -> AppResult<()> {
    let me = require_teacher().await?;
    let tutor = tutor(&me);
    let (dismissal, line) = DismissedLine::parse(&act).ok_or_else(no_line)?;
    let now = chrono::Utc::now();
    let until = dismissal.days().map(|days| now + TimeDelta::days(days));
    me.cx
        .within(
            async move |conn| match store::dismiss(conn, tutor, &line, until, now).await? {
                true => Ok(()),
                false => Err(no_line()),
            },
        )
        .await
}

#[cfg(feature = "ssr")]
fn no_line() -> AppError {
    AppError::NotFound(
        "This line is gone, or something new has happened. Load the page again.".to_owned(),
    )
}

/// Shows a line again that the person has dismissed. `line` is its kind and its subject.
#[server]
pub async fn undo_dismissal(#[server(default)] line: String) -> AppResult<()> {
    let me = require_teacher().await?;
    let user = me.user_id();
    let named = line
        .split_once(' ')
        .and_then(|(kind, subject)| Some((TodayKind::parse(kind)?, subject.to_owned())));
    let (kind, subject) = named.ok_or_else(no_line)?;
    me.cx
        .within(async move |conn| Ok(store::restore(conn, user, kind, &subject).await?))
        .await
}
