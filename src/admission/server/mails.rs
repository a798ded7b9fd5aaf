//! Mails to applicants. Each mail makes a link of its own when it is sent. Applicants can thus
//! go on without an account, and no token waits in the queue.

use serde::{Deserialize, Serialize};

use super::offerings::{self, CourseNames, OfferingRow};
use super::registrations::{self, RegistrationRow};
use super::view;
use crate::admission::apply::ApplicationStage;
use crate::admission::review::{DecisionMail, MAIL_CHARACTERS, ReviewDecision, SUBJECT_CHARACTERS};
use crate::admission::{AskedQuestion, RegistrationStatus};
use crate::platform::auth::lifetimes;
use crate::platform::error::AppResult;
use crate::platform::ids::RegistrationId;
use crate::platform::jobs::{Job, JobContext, retries};
use crate::platform::mail::Mail;
use crate::platform::mail::texts::{self, MailKind, MailTexts};
use crate::platform::names;
use crate::platform::time::Clock;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RegistrationMail {
    pub registration: RegistrationId,
    pub about: RegistrationNews,
}

impl RegistrationMail {
    pub fn new(registration: RegistrationId, about: RegistrationNews) -> Self {
        Self {
            registration,
            about,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationNews {
    /// The link by which an application is begun or continued.
    Continue,
    /// Confirms that the application arrived.
    Submitted,
    /// A decision, in the words stored with it.
    Decided,
    SeatOffered,
    OfferExpired,
    PaymentRecorded,
    /// Reminds an accepted person who has not paid.
    PaymentDue,
    /// Tells that a seat was freed, because it was not paid in time.
    PaymentExpired,
    /// Tells an accepted person that the seat has no price any more.
    NothingToPay,
}

impl Job for RegistrationMail {
    const KIND: &'static str = "registration_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let id = self.registration;
        let found = cx
            .within(async move |conn| {
                let Some(row) = registrations::by_id(conn, id).await? else {
                    return Ok(None);
                };
                let offering = offerings::published(conn, row.offering_id).await?;
                let token = registrations::issue_token(conn, id).await?;
                Ok(offering.map(|(offering, course)| (row, offering, course, token)))
            })
            .await?;
        // The application was deleted, or the course is no longer published.
        let Some((row, offering, course, token)) = found else {
            return Ok(());
        };
        let clock = Clock::of_organization(&cx.organization);
        let stage = match (self.about, row.status) {
            (RegistrationNews::Continue, RegistrationStatus::Draft) => {
                ApplicationStage::parse(&row.stage).unwrap_or(ApplicationStage::Details)
            }
            _ => ApplicationStage::Program,
        };
        let link = cx.link(&stage.path(row.offering_id, &token));
        let letter = RegistrationLetter {
            row: &row,
            offering: &offering,
            course: &course,
            school: &cx.organization.name,
            link: &link,
            own_texts: &cx.organization.site.settings.mail_texts,
        };
        let Some((subject, text)) = letter.words(self.about, &clock) else {
            return Ok(());
        };
        // A stranger may have typed the name. Mails carry no link of theirs.
        let name = row.name.as_deref().filter(|name| !names::has_link(name));
        cx.send(Mail {
            to: match name {
                Some(name) => Mail::address(name, &row.email)?,
                None => Mail::bare_address(&row.email)?,
            },
            subject,
            text: format!("{text}\n\n{}\n", cx.organization.name),
            unsubscribe: None,
        })
        .await
    }
}

/// All that the words of a mail depend on.
struct RegistrationLetter<'a> {
    row: &'a RegistrationRow,
    offering: &'a OfferingRow,
    course: &'a CourseNames,
    school: &'a str,
    link: &'a str,
    /// Words of mails that admins have changed.
    own_texts: &'a MailTexts,
}

impl RegistrationLetter<'_> {
    /// Returns subject and text. None if the mail no longer fits the application.
    fn words(&self, about: RegistrationNews, clock: &Clock) -> Option<(String, String)> {
        match about {
            RegistrationNews::Continue => Some(self.continuing()),
            RegistrationNews::Submitted => Some(self.submitted(clock)),
            RegistrationNews::Decided => self.decided(clock),
            RegistrationNews::SeatOffered => self.offered(clock),
            RegistrationNews::OfferExpired => Some(self.expired()),
            RegistrationNews::PaymentRecorded => self.paid(),
            RegistrationNews::PaymentDue => self.due(clock),
            RegistrationNews::PaymentExpired => Some(self.not_paid()),
            RegistrationNews::NothingToPay => Some(self.free()),
        }
    }

    fn hello(&self) -> String {
        let name = self
            .row
            .name
            .as_deref()
            .filter(|name| !names::has_link(name));
        name.map_or("Hello".to_owned(), |name| format!("Hello {name}"))
    }

    fn what(&self) -> String {
        format!("“{}” ({})", self.course.title, self.offering.title)
    }

    /// Returns a mail whose words admins can change.
    fn written(&self, kind: &MailKind, more: &[(&str, &str)]) -> (String, String) {
        let (hello, what) = (self.hello(), self.what());
        let mut values = vec![
            ("hello", hello.as_str()),
            ("course", &self.course.title),
            ("what", &what),
            ("link", self.link),
            ("school", self.school),
        ];
        values.extend(more);
        let words = kind.write(self.own_texts, &values);
        (words.subject, words.text)
    }

    fn continuing(&self) -> (String, String) {
        let (hello, what, link, school) = (self.hello(), self.what(), self.link, self.school);
        let subject = format!("Your application for “{}”", self.course.title);
        let text = format!(
            "{hello},\n\nSomeone, probably you, wants to apply at {school} for {what}. This link opens your application, on any device:\n\n{link}\n\n\
             It works for {}. What you save is kept, so you can stop at any time and go on later.\n\n\
             If you did not ask for this, you can ignore this email.",
            lifetimes::APPLICATION
        );
        (subject, text)
    }

    fn submitted(&self, clock: &Clock) -> (String, String) {
        let (hello, what, link) = (self.hello(), self.what(), self.link);
        let arrived = match self.row.status {
            RegistrationStatus::Accepted => format!("You have a seat in {what}."),
            _ => format!("Your application for {what} has arrived."),
        };
        let next = match self.row.status {
            RegistrationStatus::Accepted if self.row.owes(self.offering) => format!(
                "Please pay {} for it{}: the page behind the link leads to your cart.",
                view::price(self.offering).label(),
                self.term(clock)
                    .map_or(String::new(), |until| format!(" until {until}"))
            ),
            RegistrationStatus::Accepted => "Welcome!".to_owned(),
            RegistrationStatus::Waitlisted => {
                "All seats are taken, so you are on the waitlist. When a seat becomes free, it is offered to you by mail.".to_owned()
            }
            _ => "We will read it and write to you once it is decided.".to_owned(),
        };
        let account = match self.row.user_id {
            Some(_) => String::new(),
            None => "\n\nTo study you need an account with this email address. If you have none yet, the page behind the link helps you to create it.".to_owned(),
        };
        let answers = view::answers(self.row)
            .iter()
            .filter(|asked| !asked.answer.is_empty())
            .map(answer_lines)
            .collect::<String>();
        let answers = match answers.is_empty() {
            true => String::new(),
            false => format!("\n\nYour answers:{answers}"),
        };
        let subject = match self.row.status {
            RegistrationStatus::Accepted => format!("You have a seat in “{}”", self.course.title),
            RegistrationStatus::Waitlisted => {
                format!("You are on the waitlist for “{}”", self.course.title)
            }
            _ => format!("We have your application for “{}”", self.course.title),
        };
        let text = format!(
            "{hello},\n\n{arrived} {next}{account}\n\nSee where it stands, at any time:\n\n{link}{answers}"
        );
        (subject, text)
    }

    fn decided(&self, clock: &Clock) -> Option<(String, String)> {
        let DecisionMail { subject, text } =
            of_decision(self.row, self.offering, &self.course.title, self.school)?;
        let account = match (self.row.status, self.row.user_id) {
            (RegistrationStatus::Accepted, None) => {
                "\n\nTo study you need an account with this email address. The page behind the link helps you to create it."
            }
            _ => "",
        };
        let term = self.term(clock).map_or(String::new(), |until| {
            format!("\n\nThe seat is kept for you until {until}. Please pay before.")
        });
        Some((
            subject,
            format!("{text}{term}{account}\n\nYour application: {}", self.link),
        ))
    }

    fn offered(&self, clock: &Clock) -> Option<(String, String)> {
        let until = self.row.offer_expires_at?;
        if self.row.status != RegistrationStatus::Offered {
            return None;
        }
        let until = format!("{} ({})", clock.date_time(until), clock.zone.name());
        Some(self.written(&texts::SEAT_OFFERED, &[("until", &until)]))
    }

    fn expired(&self) -> (String, String) {
        let (hello, what, link) = (self.hello(), self.what(), self.link);
        let subject = format!("The offer of a seat in “{}” has ended", self.course.title);
        let text = format!(
            "{hello},\n\nThe seat in {what} that was kept for you has been passed on, because it was not accepted in time.\n\n\
             If you still want to take part, you can apply again:\n\n{link}"
        );
        (subject, text)
    }

    /// Returns the time until which the person has to pay, in words.
    fn term(&self, clock: &Clock) -> Option<String> {
        let until = self
            .row
            .pay_until
            .filter(|_| self.row.owes(self.offering))?;
        Some(format!(
            "{} ({})",
            clock.date_time(until),
            clock.zone.name()
        ))
    }

    fn due(&self, clock: &Clock) -> Option<(String, String)> {
        let until = self.term(clock)?;
        let price = view::price(self.offering).label();
        let values = [("until", until.as_str()), ("price", &price)];
        Some(self.written(&texts::PAYMENT_DUE, &values))
    }

    fn not_paid(&self) -> (String, String) {
        let (hello, what, link) = (self.hello(), self.what(), self.link);
        let subject = format!("Your seat in “{}” was given up", self.course.title);
        let text = format!(
            "{hello},\n\nyour seat in {what} was given up, because it was not paid in time. An order that held only this seat is canceled. \
             If you have paid, please answer this email.\n\n\
             If you still want to take part, you can apply again:\n\n{link}"
        );
        (subject, text)
    }

    fn free(&self) -> (String, String) {
        let (hello, what, link) = (self.hello(), self.what(), self.link);
        let subject = format!("Nothing is to be paid for “{}”", self.course.title);
        let text = format!(
            "{hello},\n\nyour seat in {what} is free of charge now. Your seat is yours, and an order that held only this seat is canceled.\n\n\
             Your application: {link}"
        );
        (subject, text)
    }

    fn paid(&self) -> Option<(String, String)> {
        // The payment may have been undone, and nobody learns here of a decision that can be
        // undone.
        if self.row.paid_at.is_none() || self.row.previous_status.is_some() {
            return None;
        }
        let (hello, what, link) = (self.hello(), self.what(), self.link);
        let subject = format!("Your payment for “{}”", self.course.title);
        let text = format!(
            "{hello},\n\nYour payment for {what} has arrived. Thank you! Your seat is yours.\n\nYour application: {link}"
        );
        Some((subject, text))
    }
}

fn answer_lines(asked: &AskedQuestion) -> String {
    format!("\n\n{}\n{}", asked.prompt, asked.answer)
}

/// Returns the mail of a decision about an application, with the names put in. None if it has none.
pub fn of_decision(
    row: &RegistrationRow,
    offering: &OfferingRow,
    course: &str,
    school: &str,
) -> Option<DecisionMail> {
    let fill = |words: &str| {
        words
            .replace("{course}", course)
            .replace("{offering}", &offering.title)
            .replace("{school}", school)
            .replace("{name}", row.called())
    };
    let words = row.mail_words()?;
    Some(DecisionMail {
        subject: cut(&fill(&words.subject), SUBJECT_CHARACTERS),
        text: cut(&fill(&words.text), MAIL_CHARACTERS),
    })
}

fn cut(text: &str, characters: u32) -> String {
    text.chars().take(characters as usize).collect()
}

/// Returns the offering's words for a decision with `{name}`, `{course}`, `{offering}` and
/// `{school}` for the names.
pub fn template(offering: &OfferingRow, decision: ReviewDecision) -> DecisionMail {
    let own = offering
        .mails
        .get(decision.name())
        .and_then(|mail| serde_json::from_value(mail.clone()).ok());
    own.unwrap_or_else(|| usual(offering, decision))
}

fn usual(offering: &OfferingRow, decision: ReviewDecision) -> DecisionMail {
    let payment = match offering.is_free() {
        true => "",
        false => {
            "\n\nPlease pay for your seat: the page of your application leads to your cart. Once the payment has arrived, you can begin."
        }
    };
    let starts = offering.starts_on.map_or(String::new(), |day| {
        format!(" It starts on {}.", day.format("%-d %B %Y"))
    });
    let (subject, text) = match decision {
        ReviewDecision::Accept => (
            "You have a seat in “{course}”",
            format!(
                "Hello {{name}},\n\nwe are glad to tell you that you have a seat in “{{course}}” ({{offering}}).{starts} Welcome!{payment}"
            ),
        ),
        ReviewDecision::Waitlist => (
            "You are on the waitlist for “{course}”",
            "Hello {name},\n\nthank you for applying for “{course}” ({offering}). We would like to have you with us, but all seats are taken \
             at the moment, so you are on the waitlist. When a seat becomes free for you, we write to you at once."
                .to_owned(),
        ),
        ReviewDecision::Release => (
            "Your seat in “{course}” was given up",
            "Hello {name},\n\nyour seat in “{course}” ({offering}) was given up, and goes to somebody else. If you think that this is a \
             mistake, please answer soon."
                .to_owned(),
        ),
        ReviewDecision::Reject | ReviewDecision::Review => (
            "Your application for “{course}”",
            "Hello {name},\n\nthank you for applying for “{course}” ({offering}), and for the time that you took. This time we can't offer you \
             a seat. We hope to hear from you again."
                .to_owned(),
        ),
    };
    DecisionMail {
        subject: subject.to_owned(),
        text,
    }
}
