//! Mails to people who apply to teach.

use serde::{Deserialize, Serialize};

use super::store::{self, TutorApplicationRow};
use crate::admission::review::DecisionMail;
use crate::platform::error::AppResult;
use crate::platform::ids::TutorApplicationId;
use crate::platform::jobs::{Job, JobContext, retries};
use crate::platform::mail::{Mail, texts};
use crate::platform::names;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct TutorApplicationMail {
    pub application: TutorApplicationId,
    pub about: TutorNews,
}

impl TutorApplicationMail {
    pub fn new(application: TutorApplicationId, about: TutorNews) -> Self {
        Self { application, about }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TutorNews {
    Arrived,
    /// Only for people with an account. Others get an invitation.
    Approved,
    /// In the words stored with the application.
    Rejected,
}

impl Job for TutorApplicationMail {
    const KIND: &'static str = "tutor_application_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let id = self.application;
        let found = cx
            .within(async move |conn| Ok(store::by_id(conn, id).await?))
            .await?;
        // The application was deleted.
        let Some(row) = found else {
            return Ok(());
        };
        let school = &cx.organization.name;
        let DecisionMail { subject, text } = match self.about {
            TutorNews::Arrived => arrived(&row, school),
            TutorNews::Approved => {
                let (hello, link) = (hello(&row), cx.link("/teach"));
                let values = [
                    ("hello", hello.as_str()),
                    ("link", &link),
                    ("school", school),
                ];
                let own = &cx.organization.site.settings.mail_texts;
                let words = texts::TUTOR_APPROVED.write(own, &values);
                DecisionMail {
                    subject: words.subject,
                    text: words.text,
                }
            }
            TutorNews::Rejected => DecisionMail {
                subject: row.mail_subject.clone().unwrap_or_default(),
                text: row.mail_text.clone().unwrap_or_default(),
            },
        };
        // A stranger may have typed the name. Mails carry no link of theirs.
        let to = match names::has_link(&row.name) {
            false => Mail::address(&row.name, &row.email)?,
            true => Mail::bare_address(&row.email)?,
        };
        cx.send(Mail {
            to,
            subject,
            text: format!("{text}\n\n{school}\n"),
            unsubscribe: None,
        })
        .await
    }
}

fn hello(row: &TutorApplicationRow) -> String {
    match names::has_link(&row.name) {
        false => format!("Hello {}", row.name),
        true => "Hello".to_owned(),
    }
}

/// Says nothing of what was typed, because anybody can type somebody else's address.
fn arrived(row: &TutorApplicationRow, school: &str) -> DecisionMail {
    DecisionMail {
        subject: format!("We have your application to teach at {school}"),
        text: format!(
            "{},\n\nyour application to teach at {school} has arrived. Thank you! We will read it and write to you.\n\n\
             If you did not apply, you can ignore this email.",
            hello(row)
        ),
    }
}

/// Returns the usual mail of a rejection.
pub fn rejection(row: &TutorApplicationRow, school: &str) -> DecisionMail {
    DecisionMail {
        subject: format!("Your application to teach at {school}"),
        text: format!(
            "{},\n\nthank you for your application to teach at {school}, and for the time that you took. This time we can't take it further. \
             We hope to hear from you again.",
            hello(row)
        ),
    }
}
