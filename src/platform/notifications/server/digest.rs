//! Mails that a feature writes by itself, in the morning like collected mails.

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::mails::MailBatch;
use super::store::{self, readers};
use crate::auth::store::{self as accounts, Account};
use crate::db::Conn;
use crate::db::schema::users;
use crate::error::AppResult;
use crate::ids::UserId;
use crate::jobs::{self, Job, JobContext};
use crate::mail::{Mail, Unsubscribe};
use crate::notifications::NotificationKind;
use crate::time::Clock;

/// Queues the next mail of the kind for each person, in the morning on which they want it. People
/// who want none get none. A mail that is queued already has the same name.
pub async fn queue<J: Job>(
    conn: &mut Conn,
    people: &[UserId],
    kind: NotificationKind,
    job: fn(UserId) -> J,
) -> AppResult<()> {
    let ids: Vec<uuid::Uuid> = people.iter().map(|user| user.0).collect();
    let readers = readers(conn, &ids, kind).await?;
    let now = Utc::now();
    let mails = readers.iter().filter_map(|reader| {
        let (user, at) = (reader.user_id, reader.morning(kind, now)?);
        let name = format!("{} {user} {}", kind.name(), at.timestamp());
        Some((job(user), name, at))
    });
    jobs::enqueue_all_once(conn, mails.collect()).await
}

/// A person who still wants mails of a kind.
pub struct DigestReader {
    pub account: Account,
    /// The clock of their time zone, or of the organization's if they have not chosen one.
    pub clock: Clock,
    kind: NotificationKind,
}

/// Returns the person, unless they want no mails of the kind any more or can't get any.
pub async fn reader(
    conn: &mut Conn,
    user: UserId,
    kind: NotificationKind,
    of_site: Clock,
) -> AppResult<Option<DigestReader>> {
    let Some(account) = accounts::by_id(conn, user).await? else {
        return Ok(None);
    };
    let choices = store::choices(conn, user).await?;
    let is_wanted = !MailBatch::Kind(kind).kinds(&choices).is_empty();
    if !is_wanted || !account.may_sign_in() || account.email_confirmed_at.is_none() {
        return Ok(None);
    }
    let zone: Option<String> = users::table
        .find(user)
        .select(users::time_zone)
        .first(conn)
        .await?;
    let own = zone.and_then(|zone| zone.parse().ok());
    Ok(Some(DigestReader {
        account,
        clock: Clock {
            zone: own.unwrap_or(of_site.zone),
            ..of_site
        },
        kind,
    }))
}

/// Mails the text to the person, with the ways to stop such mails at its end.
pub async fn send(
    context: &JobContext,
    conn: &mut Conn,
    reader: &DigestReader,
    (subject, text): (String, String),
) -> AppResult<()> {
    let DigestReader { account, kind, .. } = reader;
    let key = store::unsubscribe_key(conn, account.user_id).await?;
    let batch = MailBatch::Kind(*kind);
    let stop = context.link(&format!("/stop-mails/{key}/{}", batch.name()));
    let site = &context.organization.name;
    let foot = format!(
        "{site}\n\nChoose which mails you get: {}\nStop mails like this one: {stop}",
        context.link("/settings/notifications"),
    );
    context
        .send_in(
            conn,
            Mail {
                to: Mail::address(&account.display_name, &account.email)?,
                subject,
                text: format!("{text}\n\n{foot}\n"),
                unsubscribe: Some(Unsubscribe(stop)),
            },
        )
        .await
}
