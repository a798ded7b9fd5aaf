//! Mails of accounts. Each mail is a job that makes its token when it runs, so that no secret waits
//! in the queue.

use serde::{Deserialize, Serialize};

use super::sign_ups::{self, SignUp};
use super::{lifetimes, store, tokens};
use crate::error::{AppError, AppResult};
use crate::ids::{SignUpId, UserId};
use crate::jobs::{Job, JobContext, retries};
use crate::mail::{Mail, texts};
use crate::names;

/// The answer to a sign-up: a link that confirms it, or a note that the address already has an
/// account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignUpMail {
    pub sign_up_id: SignUpId,
    /// Local path to return to after the sign-up.
    pub next: Option<String>,
}

impl Job for SignUpMail {
    const KIND: &'static str = "sign_up_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let id = self.sign_up_id;
        let found = cx
            .within(async move |conn| {
                let Some(sign_up) = sign_ups::by_id(conn, id).await? else {
                    return Ok(None);
                };
                let account = store::by_email(conn, &sign_up.email).await?;
                if let Some(account) = account.filter(|a| a.email_confirmed_at.is_some()) {
                    return Ok(Some(AddressOwner::Account(account.user_id)));
                }
                let token = tokens::issue_confirmation(conn, id).await?;
                Ok(Some(AddressOwner::New(sign_up, token)))
            })
            .await?;
        match found {
            // The sign-up was confirmed or has expired.
            None => Ok(()),
            Some(AddressOwner::Account(user)) => {
                AccountMail::new(user, AccountNews::AlreadyHere)
                    .run(cx)
                    .await
            }
            Some(AddressOwner::New(sign_up, token)) => self.send_link(cx, &sign_up, &token).await,
        }
    }
}

/// The existing account of a sign-up's address, or the sign-up with its new token.
enum AddressOwner {
    Account(UserId),
    New(SignUp, String),
}

impl SignUpMail {
    async fn send_link(&self, cx: &JobContext, sign_up: &SignUp, token: &str) -> AppResult<()> {
        let site = &cx.organization.name;
        // A stranger may have typed the name, and the mail would carry its link to this address.
        // The form refuses such names, but the sign-up may be older than that.
        let name = Some(sign_up.display_name.as_str()).filter(|name| !names::has_link(name));
        let hello = name.map_or("Hello".to_owned(), |name| format!("Hello {name}"));
        let named = name.map_or(String::new(), |name| format!(" and the name {name}"));
        let at =
            crate::time::Clock::of_organization(&cx.organization).date_time(sign_up.created_at);
        let link = cx.link(&confirm_path(token, self.next.as_deref()));
        let own = &cx.organization.site.settings.mail_texts;
        let values = [
            ("hello", hello.as_str()),
            ("named", &named),
            ("time", &at),
            ("link", &link),
            ("term", &lifetimes::CONFIRMATION.to_string()),
            ("school", site),
        ];
        let words = texts::SIGN_UP.write(own, &values);
        send(cx, name, &sign_up.email, words.subject, &words.text).await
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountMail {
    pub user_id: UserId,
    pub about: AccountNews,
}

impl AccountMail {
    pub fn new(user_id: UserId, about: AccountNews) -> Self {
        Self { user_id, about }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountNews {
    /// Someone signed up with an address that already has an account.
    AlreadyHere,
    ResetPassword,
    PasswordChanged,
}

impl Job for AccountMail {
    const KIND: &'static str = "account_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let about = self.about;
        let user_id = self.user_id;
        let (account, token) = cx
            .within(async move |conn| {
                let account = store::by_id(conn, user_id)
                    .await?
                    .ok_or(AppError::NotFound("No such account.".into()))?;
                let token = match about {
                    AccountNews::ResetPassword | AccountNews::AlreadyHere => {
                        Some(tokens::issue_reset(conn, user_id).await?)
                    }
                    AccountNews::PasswordChanged => None,
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
            AccountNews::AlreadyHere => (
                format!("You already have an account at {site}"),
                format!(
                    "Hello {name},\n\nSomeone, probably you, just tried to sign up with this address. It already has an account, so nothing was \
                     changed. You can sign in with your password.\n\nIf you don't remember it, choose a new one here. The link works for {}:\n\n{}\n\n\
                     If this wasn't you, you don't need to do anything.",
                    lifetimes::RESET,
                    cx.link(&format!("/reset-password?token={token}"))
                ),
            ),
            AccountNews::ResetPassword => {
                let values = [
                    ("hello", format!("Hello {name}")),
                    ("link", cx.link(&format!("/reset-password?token={token}"))),
                    ("term", lifetimes::RESET.to_string()),
                    ("school", site.clone()),
                ];
                let values = values
                    .each_ref()
                    .map(|(name, value)| (*name, value.as_str()));
                let own = &cx.organization.site.settings.mail_texts;
                let words = texts::PASSWORD_RESET.write(own, &values);
                (words.subject, words.text)
            }
            AccountNews::PasswordChanged => (
                format!("Your password for {site} was changed"),
                format!(
                    "Hello {name},\n\nYour password was just changed, and all other devices were signed out.\n\n\
                     If this wasn't you, choose a new password now:\n\n{}",
                    cx.link("/forgot-password")
                ),
            ),
        };
        send(cx, Some(name), &account.email, subject, &text).await
    }
}

async fn send(
    cx: &JobContext,
    name: Option<&str>,
    email: &str,
    subject: String,
    text: &str,
) -> AppResult<()> {
    let site = &cx.organization.name;
    cx.send(Mail {
        to: match name {
            Some(name) => Mail::address(name, email)?,
            None => Mail::bare_address(email)?,
        },
        subject,
        text: format!("{text}\n\n{site}\n"),
        unsubscribe: None,
    })
    .await
}

fn confirm_path(token: &str, next: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("token", token);
    if let Some(next) = next {
        query.append_pair("next", next);
    }
    format!("/confirm?{}", query.finish())
}

/// A request for a new password at this address, which may have no account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ForgottenPassword {
    pub email: String,
}

impl Job for ForgottenPassword {
    const KIND: &'static str = "forgotten_password";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let account = cx
            .within(async move |conn| Ok(store::by_email(conn, &self.email).await?))
            .await?;
        match account.filter(store::Account::may_sign_in) {
            Some(account) => {
                let mail = AccountMail::new(account.user_id, AccountNews::ResetPassword);
                mail.run(cx).await
            }
            None => Ok(()),
        }
    }
}
