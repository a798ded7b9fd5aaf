//! Server functions of notifications. Each acts for the signed-in person alone, except the one that
//! stops mails by the key in their links.

use leptos::prelude::*;

use super::{NotificationChoices, NotificationList};
use crate::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::server::store,
    super::{MailFrequency, NotificationKind, NotificationLine},
    crate::auth::UserRole,
    crate::auth::guard::require_user,
    crate::error::AppError,
    crate::http::Cx,
    crate::http::server_fns::redirect,
    crate::time::Clock,
};

/// Pages of the list that can be read.
#[cfg(feature = "ssr")]
const MOST_PAGES: u32 = 100;

/// Returns a page of the person's notifications, newest first.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_notifications(page: u32) -> AppResult<NotificationList> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let page = page.min(MOST_PAGES);
    let has_unread = me.viewer.unread > 0;
    let mut rows = me
        .cx
        .within(async move |conn| Ok(store::newest(conn, user, page).await?))
        .await?;
    let has_more = rows.len() > store::PAGE && page < MOST_PAGES;
    rows.truncate(store::PAGE);
    let line = |row: store::NotificationRow| NotificationLine {
        href: format!("/notifications/{}", row.notification_id),
        title: row.title,
        body: row.body,
        events: row.events,
        when: (clock.ago(row.happened_at), row.happened_at.to_rfc3339()),
        is_read: row.read_at.is_some(),
    };
    Ok(NotificationList {
        lines: rows.into_iter().map(line).collect(),
        has_unread,
        page,
        has_more,
    })
}

#[server]
pub async fn read_all_notifications() -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    me.cx
        .within(async move |conn| Ok(store::read_all(conn, user).await?))
        .await?;
    redirect("/notifications");
    Ok(())
}

/// Returns the person's choices, for the kinds that they can get.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_notification_choices() -> AppResult<NotificationChoices> {
    let me = require_user()?;
    let user = me.user_id();
    let role = me.viewer.role;
    let mut choices = me
        .cx
        .within(async move |conn| Ok(store::choices(conn, user).await?))
        .await?;
    choices.mails.retain(|(kind, _)| match kind {
        NotificationKind::Desk | NotificationKind::Report => role == UserRole::Admin,
        NotificationKind::Question | NotificationKind::Review | NotificationKind::Today => {
            role != UserRole::Learner
        }
        _ => true,
    });
    Ok(choices)
}

/// Stores how mails come for each kind, and the hours without mails. `mails` holds pairs of the
/// names of a kind and a frequency; kinds that are left out stay as they are.
#[server]
pub async fn save_notification_choices(
    #[server(default)] mails: std::collections::HashMap<String, String>,
    quiet_from: String,
    quiet_until: String,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let mut problems = Vec::new();
    let mut chosen = Vec::new();
    for (kind, frequency) in &mails {
        match (
            NotificationKind::parse(kind),
            MailFrequency::parse(frequency),
        ) {
            (Some(kind), Some(frequency)) if kind.frequencies().contains(&frequency) => {
                chosen.push((kind, frequency));
            }
            (Some(kind), _) => problems.push((
                format!("mails[{}]", kind.name()),
                "Choose one of the options.".to_owned(),
            )),
            // A kind of another version of the site.
            (None, _) => {}
        }
    }
    let quiet = match (hour(&quiet_from), hour(&quiet_until)) {
        (Ok(Some(from)), Ok(Some(until))) if from != until => Some((from, until)),
        (Ok(None), Ok(None)) => None,
        (Ok(Some(_)), Ok(Some(_))) => {
            let sentence = "Choose two different hours.".to_owned();
            problems.push(("quiet_until".to_owned(), sentence));
            None
        }
        (from, until) => {
            for (name, hour) in [("quiet_from", from), ("quiet_until", until)] {
                if !matches!(hour, Ok(Some(_))) {
                    let sentence = "Choose an hour, or “none” in both fields.".to_owned();
                    problems.push((name.to_owned(), sentence));
                }
            }
            None
        }
    };
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    me.cx
        .within(async move |conn| store::choose(conn, user, &chosen, quiet).await)
        .await
}

/// Parses an hour of the day. An empty text is None.
#[cfg(feature = "ssr")]
fn hour(text: &str) -> Result<Option<i16>, ()> {
    match text {
        "" => Ok(None),
        text => match text.parse() {
            Ok(hour @ 0..=23) => Ok(Some(hour)),
            _ => Err(()),
        },
    }
}

/// Stops the mails of a kind, or those that come daily or weekly, for the person whose mails have
/// this key in their links. Works without signing in.
#[server]
pub async fn stop_mails(key: uuid::Uuid, which: String) -> AppResult<()> {
    Cx::current()?
        .within(async move |conn| store::stop_mails(conn, key, &which).await)
        .await
}
