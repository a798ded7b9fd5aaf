//! Mails about a person's own data.

use serde::{Deserialize, Serialize};

use crate::people::own_data::COPY_DAYS;
use crate::platform::auth::{OWN_DATA, store};
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::jobs::{Job, JobContext, retries};
use crate::platform::mail::Mail;
use crate::platform::time::Clock;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OwnDataMail {
    pub user_id: UserId,
    pub about: OwnDataNews,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnDataNews {
    CopyReady,
    DeletionPlanned,
}

impl Job for OwnDataMail {
    const KIND: &'static str = "own_data_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let user = self.user_id;
        let account = cx
            .within(async move |conn| Ok(store::by_id(conn, user).await?))
            .await?;
        let Some(account) = account.filter(|account| account.deleted_at.is_none()) else {
            return Ok(());
        };
        let site = &cx.organization.name;
        let name = &account.display_name;
        let link = cx.link(OWN_DATA);
        let (subject, text) = match (self.about, account.erase_at) {
            (OwnDataNews::CopyReady, _) => (
                format!("The copy of your data at {site} is ready"),
                format!(
                    "Hello {name},\n\nThe copy of all data about you at {site} is ready. You can download it here for {COPY_DAYS} days, after signing in:\n\n{link}\n\n\
                     If you did not ask for it, you don't need to do anything.",
                ),
            ),
            (OwnDataNews::DeletionPlanned, Some(at)) => (
                format!("Your account at {site} will be deleted"),
                format!(
                    "Hello {name},\n\nYour account at {site} will be deleted on {}. Until then you can sign in and keep it:\n\n{link}\n\n\
                     If you did not ask for this, sign in, keep your account, and change your password.",
                    Clock::of_organization(&cx.organization).date(at)
                ),
            ),
            // The person has kept the account.
            (OwnDataNews::DeletionPlanned, None) => return Ok(()),
        };
        cx.send(Mail {
            to: Mail::address(name, &account.email)?,
            subject,
            text: format!("{text}\n\n{site}\n"),
            unsubscribe: None,
        })
        .await
    }
}
