//! Mail: sent by SMTP if it is configured, otherwise written to files in the data folder. The
//! development server shows these files. Each mail is a plain text; mail programs also get it in
//! the layout that all mails share.

mod layout;
pub mod log;
pub mod reminders;
pub mod texts;

use std::path::PathBuf;
use std::sync::Arc;

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::platform::config::Config;
use crate::platform::error::{AppError, AppResult};

pub struct Mail {
    pub to: Mailbox,
    pub subject: String,
    pub text: String,
    /// For mails that people can do without.
    pub unsubscribe: Option<Unsubscribe>,
}

/// URL that stops mails of this kind. It shows a page, and mail programs post to it (RFC 8058).
#[derive(Clone)]
pub struct Unsubscribe(pub String);

impl Header for Unsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(value: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(value.trim_matches(['<', '>']).to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), format!("<{}>", self.0))
    }
}

/// Tells mail programs that one request without a page stops the mails.
#[derive(Clone)]
struct OneClick;

impl Header for OneClick {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

/// The sender that an organization has chosen.
#[derive(Debug, Clone, Default)]
pub struct MailSender {
    /// Empty for the name of the configuration.
    pub name: String,
    /// Address for answers. Empty for the address that sends.
    pub reply_to: String,
}

impl Mail {
    pub fn address(name: &str, email: &str) -> AppResult<Mailbox> {
        let address = email.parse().map_err(|error| AppError::internal(&error))?;
        Ok(Mailbox::new(Some(name.to_owned()), address))
    }

    pub fn is_address(email: &str) -> bool {
        email.parse::<lettre::Address>().is_ok()
    }

    /// Returns the address without a name.
    pub fn bare_address(email: &str) -> AppResult<Mailbox> {
        let address = email.parse().map_err(|error| AppError::internal(&error))?;
        Ok(Mailbox::new(None, address))
    }
}

#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    way: Arc<MailTransport>,
    print_links: bool,
}

enum MailTransport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

impl Mailer {
    pub fn new(config: &Config) -> Result<Self, String> {
        let from = config
            .mail
            .from
            .parse()
            .map_err(|error| format!("MAIL_FROM is not an address: {error}"))?;
        let way = match &config.mail.smtp_url {
            Some(url) => MailTransport::Smtp(
                AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
                    .map_err(|error| format!("SMTP_URL can't be used: {error}"))?
                    .timeout(Some(std::time::Duration::from_secs(20)))
                    .build(),
            ),
            None => MailTransport::Folder(folder(config)),
        };
        Ok(Self {
            from,
            way: Arc::new(way),
            print_links: config.mail.print_links,
        })
    }

    /// Whether mails are sent, or only written to a folder.
    pub fn sends(&self) -> bool {
        matches!(*self.way, MailTransport::Smtp(_))
    }

    fn sender_mailbox(&self, sender: &MailSender) -> Mailbox {
        match sender.name.is_empty() {
            true => self.from.clone(),
            false => Mailbox::new(Some(sender.name.clone()), self.from.email.clone()),
        }
    }

    /// Sends a mail in the name of `sender`, or writes it to the folder.
    ///
    /// # Errors
    ///
    /// The reason in the words of the mail server or the system.
    pub async fn send(&self, mail: Mail, sender: &MailSender) -> Result<(), String> {
        let to = mail.to.to_string();
        let html = layout::html(&mail.subject, &mail.text);
        let mut message = Message::builder()
            .from(self.sender_mailbox(sender))
            .to(mail.to)
            .subject(mail.subject);
        if let Ok(reply_to) = sender.reply_to.parse() {
            message = message.reply_to(Mailbox::new(None, reply_to));
        }
        if let Some(unsubscribe) = mail.unsubscribe {
            message = message.header(unsubscribe).header(OneClick);
        }
        let message = message
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), html))
            .map_err(|error| error.to_string())?;
        match &*self.way {
            MailTransport::Smtp(transport) => {
                transport
                    .send(message)
                    .await
                    .map_err(|error| error.to_string())?;
            }
            MailTransport::Folder(folder) => {
                write(folder, &message.formatted())
                    .await
                    .map_err(|error| error.to_string())?;
                if self.print_links {
                    for link in mail
                        .text
                        .split_whitespace()
                        .filter(|word| word.starts_with("http"))
                    {
                        tracing::warn!(%to, link, "a mail that can't be sent has this link");
                    }
                }
            }
        }
        Ok(())
    }
}

pub fn folder(config: &Config) -> PathBuf {
    config.data_dir.join("mail")
}

/// Writes to a temporary name first, so that nobody reads half a mail.
async fn write(folder: &std::path::Path, mail: &[u8]) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let name = uuid::Uuid::now_v7().to_string();
    let unfinished = folder.join(format!(".{name}"));
    tokio::fs::write(&unfinished, mail).await?;
    tokio::fs::rename(unfinished, folder.join(format!("{name}.eml"))).await
}
