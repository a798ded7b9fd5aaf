//! The mails of accounts. Each is a job that makes its own token when it runs, so that no secret waits in the queue.

use serde::{Deserialize, Serialize};

use super::store;
use super::tokens::{self, TokenPurpose};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::UserId;
use crate::platform::jobs::{Job, JobContext};
use crate::platform::mail::Mail;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountMail {
    pub user_id: UserId,
    pub about: About,
    /// Where a person wanted to go when they signed up.
    #[serde(default)]
    pub next: Option<String>,
}

impl AccountMail {
    pub fn new(user_id: UserId, about: About) -> Self {
        Self {
            user_id,
            about,
            next: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Somebody signed up: confirm the address.
    Welcome,
    /// Somebody signed up with an address that has an account.
    AlreadyHere,
    ResetPassword,
    PasswordChanged,
}

impl Job for AccountMail {
    const KIND: &'static str = "account_mail";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let about = self.about;
        let user_id = self.user_id;
        let (account, token) = cx
            .within(async move |conn| {
                let account = store::by_id(conn, user_id)
                    .await?
                    .ok_or(AppError::NotFound("No such account.".into()))?;
                let token = match about {
                    About::Welcome => {
                        Some(tokens::issue(conn, user_id, TokenPurpose::ConfirmEmail).await?)
                    }
                    About::ResetPassword | About::AlreadyHere => {
                        Some(tokens::issue(conn, user_id, TokenPurpose::ResetPassword).await?)
                    }
                    About::PasswordChanged => None,
                };
                Ok((account, token.unwrap_or_default()))
            })
            .await?;
        if account.deleted_at.is_some() {
            return Ok(());
        }
        let site = &cx.organization.name;
        let name = &account.display_name;
        let (subject, text) = match about {
            About::Welcome => (
                format!("Confirm your address for {site}"),
                format!(
                    "Hello {name},\n\nPlease open this link to confirm your address. It signs you in, and you can start learning:\n\n{}\n\n\
                     The link works for three days. If you did not sign up, you can ignore this email. The account stays closed until the address is confirmed.",
                    cx.link(&confirm_path(&token, self.next.as_deref()))
                ),
            ),
            About::AlreadyHere => (
                format!("You already have an account at {site}"),
                format!(
                    "Hello {name},\n\nSomeone, probably you, just tried to sign up with this address. It already has an account, so nothing was \
                     changed. You can sign in with your password.\n\nIf you don't remember it, choose a new one here. The link works for two \
                     hours:\n\n{}\n\nIf this wasn't you, you don't need to do anything.",
                    cx.link(&format!("/reset-password?token={token}"))
                ),
            ),
            About::ResetPassword => (
                format!("Choose a new password for {site}"),
                format!(
                    "Hello {name},\n\nPlease open this link to choose a new password. It works once, for two hours:\n\n{}\n\n\
                     If you did not ask for this, you can ignore this email. Your password stays the same.",
                    cx.link(&format!("/reset-password?token={token}"))
                ),
            ),
            About::PasswordChanged => (
                format!("Your password for {site} was changed"),
                format!(
                    "Hello {name},\n\nYour password was just changed, and all other devices were signed out.\n\n\
                     If this wasn't you, choose a new password now:\n\n{}",
                    cx.link("/forgot-password")
                ),
            ),
        };
        let to = Mail::address(&account.display_name, &account.email)?;
        cx.mailer
            .send(Mail {
                to,
                subject,
                text: format!("{text}\n\n{site}\n"),
            })
            .await
    }
}

fn confirm_path(token: &str, next: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("token", token);
    if let Some(next) = next {
        query.append_pair("next", next);
    }
    format!("/confirm?{}", query.finish())
}

/// A link for a new password was asked for at this address, which may be nobody's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ForgottenPassword {
    pub email: String,
}

impl Job for ForgottenPassword {
    const KIND: &'static str = "forgotten_password";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let account = cx
            .within(async move |conn| Ok(store::by_email(conn, &self.email).await?))
            .await?;
        match account.filter(store::Account::may_sign_in) {
            Some(account) => {
                let mail = AccountMail::new(account.user_id, About::ResetPassword);
                mail.run(cx).await
            }
            None => Ok(()),
        }
    }
}
