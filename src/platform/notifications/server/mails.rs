//! Mails about notifications.

use serde::{Deserialize, Serialize};

use super::store;
use super::store::NotificationRow;
use crate::auth::store as accounts;
use crate::error::{AppError, AppResult};
use crate::ids::UserId;
use crate::jobs::{Job, JobContext, retries};
use crate::mail::{Mail, Unsubscribe};
use crate::notifications::{MailFrequency, NotificationChoices, NotificationKind};

/// The notifications that come in one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailBatch {
    /// Those of one kind, at once.
    Kind(NotificationKind),
    Daily,
    Weekly,
}

impl MailBatch {
    pub fn of(kind: NotificationKind, frequency: MailFrequency) -> Option<Self> {
        match (kind, frequency) {
            (_, MailFrequency::Off) => None,
            // Its mail is not collected with others.
            (NotificationKind::Today | NotificationKind::Report, _)
            | (_, MailFrequency::AtOnce) => Some(Self::Kind(kind)),
            (_, MailFrequency::Daily) => Some(Self::Daily),
            (_, MailFrequency::Weekly) => Some(Self::Weekly),
        }
    }

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Daily => MailFrequency::Daily.name(),
            Self::Weekly => MailFrequency::Weekly.name(),
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        match NotificationKind::parse(name) {
            Some(kind) => Some(Self::Kind(kind)),
            None => [Self::Daily, Self::Weekly]
                .into_iter()
                .find(|batch| batch.name() == name),
        }
    }

    /// Returns the kinds that now come in this batch.
    pub fn kinds(self, choices: &NotificationChoices) -> Vec<NotificationKind> {
        let now = choices.mails.iter();
        now.filter(|(kind, frequency)| Self::of(*kind, *frequency) == Some(self))
            .map(|(kind, _)| *kind)
            .collect()
    }
}

/// Sends the notifications of a batch that are neither read nor mailed.
#[derive(Debug, Serialize, Deserialize)]
pub struct NotificationMail {
    pub user: UserId,
    pub batch: MailBatch,
}

impl Job for NotificationMail {
    const KIND: &'static str = "notification_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let Self { user, batch } = self;
        let site = cx.organization.name.clone();
        let context = cx.clone();
        let link = |path: &str| cx.link(path);
        // Sent within the transaction: if the mail fails, its notifications stay unmailed.
        cx.within(async move |conn| {
            let account = accounts::by_id(conn, user)
                .await?
                .ok_or(AppError::NotFound("No such account.".into()))?;
            if !account.may_sign_in() || account.email_confirmed_at.is_none() {
                return Ok(());
            }
            let kinds = batch.kinds(&store::choices(conn, user).await?);
            let rows = store::take_unmailed(conn, user, &kinds).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let key = store::unsubscribe_key(conn, user).await?;
            let stop = format!("/stop-mails/{key}/{}", batch.name());
            let text = text(&account.display_name, &rows, link);
            let foot = format!(
                "{site}\n\nChoose which mails you get: {}\nStop mails like this one: {}",
                link("/settings/notifications"),
                link(&stop),
            );
            context
                .send_in(
                    conn,
                    Mail {
                        to: Mail::address(&account.display_name, &account.email)?,
                        subject: subject(&rows, &site),
                        text: format!("{text}\n\n{foot}\n"),
                        unsubscribe: Some(Unsubscribe(link(&stop))),
                    },
                )
                .await
        })
        .await
    }
}

fn subject(rows: &[NotificationRow], site: &str) -> String {
    match rows {
        [one] => one.title.clone(),
        rows => format!("{} notifications from {site}", rows.len()),
    }
}

fn text(name: &str, rows: &[NotificationRow], link: impl Fn(&str) -> String) -> String {
    let mut text = format!("Hello {name},");
    for row in rows {
        let more = match row.events {
            1 => String::new(),
            events => format!(" ({} more like this)", events - 1),
        };
        text.push_str(&format!("\n\n{}{more}", row.title));
        if !row.body.is_empty() {
            text.push_str(&format!("\n{}", row.body));
        }
        text.push_str(&format!("\n{}", link(&row.path)));
    }
    text
}
