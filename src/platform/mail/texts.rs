//! The mails whose words admins can change: the registry of their built-in words and of the
//! placeholders that are filled in. Own words are a setting of the organization.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{layout, reminders};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures;

/// Maximum length of a subject, in characters.
pub const SUBJECT_CHARACTERS: u32 = 150;
/// Maximum length of a text, in characters.
pub const TEXT_CHARACTERS: u32 = 3_000;
/// Maximum length of a reminder, in characters. It is a notification, too.
pub const REMINDER_CHARACTERS: u32 = 500;

/// Subject and text of a mail, with placeholders or filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailWords {
    pub subject: String,
    pub text: String,
}

/// Own words of an organization, by the key of their mail.
pub type MailTexts = BTreeMap<String, MailWords>;

/// A part of a mail that is filled in. The text has its name in braces.
pub struct Placeholder {
    pub name: &'static str,
    pub about: &'static str,
    pub example: &'static str,
}

/// A mail whose words can be changed.
pub struct MailKind {
    pub key: &'static str,
    pub name: &'static str,
    /// Says when it is sent.
    pub sent: &'static str,
    pub subject: &'static str,
    pub text: &'static str,
    pub placeholders: &'static [Placeholder],
}

pub(super) const fn placeholder(
    name: &'static str,
    about: &'static str,
    example: &'static str,
) -> Placeholder {
    Placeholder {
        name,
        about,
        example,
    }
}

/// The placeholder that no text may lack. People could do nothing with the mail otherwise.
const LINK: &str = "link";

const HELLO: Placeholder = placeholder(
    "hello",
    "Greeting with the name, if it is known",
    "Hello Asha Rao",
);
pub(super) const SCHOOL: Placeholder = placeholder("school", "Name of the site", "");
const TERM: Placeholder = placeholder("term", "Time for which the link works", "24 hours");
const WHAT: Placeholder = placeholder(
    "what",
    "Course and program",
    "“How to trust a number” (Spring)",
);
const UNTIL: Placeholder = placeholder(
    "until",
    "Time until which the seat is kept",
    "3 May 2027, 12:00 (UTC)",
);

const fn link(example: &'static str) -> Placeholder {
    placeholder(LINK, "The link. It must be there.", example)
}

pub const INVITATION: MailKind = MailKind {
    key: "invitation",
    name: "Invitation",
    sent: "To people whom an admin invites.",
    subject: "Your invitation to {school}",
    text: "{hello},\n\n{inviter} invites you {what}. Please open this link to accept:\n\n{link}\n\n\
           The link works once, for {term}, until {until}, and only for the address {email}. \
           If you did not expect this invitation, you can ignore this email.",
    placeholders: &[
        HELLO,
        placeholder("inviter", "Who invites", "Meera Iyer"),
        placeholder(
            "what",
            "To what, as what",
            "to Lyceum, to take the course “Birds”",
        ),
        link("https://school.example/invitation?token=x"),
        TERM,
        placeholder("until", "Day on which the link expires", "3 May 2027"),
        placeholder("email", "Address of the invitation", "asha@example.org"),
        SCHOOL,
    ],
};

pub const SIGN_UP: MailKind = MailKind {
    key: "sign_up",
    name: "Confirmation of a sign-up",
    sent: "To people who sign up.",
    subject: "Confirm your address for {school}",
    text: "{hello},\n\nSomeone, probably you, signed up at {school} with this address{named}, on {time}. \
           Please open this link to confirm your address. It signs you in, and you can start learning:\n\n{link}\n\n\
           The link works for {term}. It opens an account with the password that was chosen in this sign-up. \
           If you did not sign up, you can ignore this email. Without the link there is no account.",
    placeholders: &[
        HELLO,
        placeholder(
            "named",
            "“and the name …”, if a name is known",
            " and the name Asha Rao",
        ),
        placeholder("time", "Time of the sign-up", "3 May 2027, 12:00"),
        link("https://school.example/confirm?token=x"),
        TERM,
        SCHOOL,
    ],
};

pub const PASSWORD_RESET: MailKind = MailKind {
    key: "password_reset",
    name: "New password",
    sent: "To people who have forgotten their password.",
    subject: "Choose a new password for {school}",
    text: "{hello},\n\nPlease open this link to choose a new password. It works once, for {term}:\n\n{link}\n\n\
           If you did not ask for this, you can ignore this email. Your password stays the same.",
    placeholders: &[
        HELLO,
        link("https://school.example/reset-password?token=x"),
        TERM,
        SCHOOL,
    ],
};

pub const SEAT_OFFERED: MailKind = MailKind {
    key: "seat_offered",
    name: "Seat from the waitlist",
    sent: "To people on the waitlist for whom a seat has become free.",
    subject: "A seat in “{course}” is free for you",
    text: "{hello},\n\nA seat in {what} has become free, and you are next on the waitlist. It is kept for you until {until}.\n\n\
           Accept or decline it here:\n\n{link}\n\n\
           After that it is offered to the next person on the waitlist.",
    placeholders: &[
        HELLO,
        placeholder("course", "Title of the course", "How to trust a number"),
        WHAT,
        UNTIL,
        link("https://school.example/apply/x?token=x"),
        SCHOOL,
    ],
};

pub const PAYMENT_DUE: MailKind = MailKind {
    key: "payment_due",
    name: "Reminder of a payment",
    sent: "To accepted people who have not paid for their seat.",
    subject: "Please pay for your seat in “{course}”",
    text: "{hello},\n\nyour seat in {what} is not paid yet. It is kept for you until {until}. Please pay {price} before: \
           the page behind the link leads to your cart or your order.\n\n{link}\n\n\
           After that the seat is offered to the next person on the waitlist. If you have paid already, you need not do anything.",
    placeholders: &[
        HELLO,
        placeholder("course", "Title of the course", "How to trust a number"),
        WHAT,
        UNTIL,
        placeholder("price", "Price of the seat", "€48.00"),
        link("https://school.example/apply/x?token=x"),
        SCHOOL,
    ],
};

pub const TUTOR_APPROVED: MailKind = MailKind {
    key: "tutor_approved",
    name: "Approval of a tutor",
    sent: "To people with an account whose application to teach is approved.",
    subject: "You can teach at {school}",
    text: "{hello},\n\nwe are glad to tell you that you are a tutor at {school} now. This page is your start:\n\n{link}",
    placeholders: &[HELLO, link("https://school.example/teach"), SCHOOL],
};

/// All mails whose words can be changed.
pub const KINDS: [&MailKind; 10] = [
    &INVITATION,
    &SIGN_UP,
    &PASSWORD_RESET,
    &SEAT_OFFERED,
    &PAYMENT_DUE,
    &TUTOR_APPROVED,
    &reminders::WORK_DUE,
    &reminders::EXAM_CLOSING,
    &reminders::COLD_CALL_CLOSING,
    &reminders::SESSION_SOON,
];

/// A part of a text: words as they are, or the name of a placeholder.
enum Part<'a> {
    Words(&'a str),
    Name(&'a str),
}

/// Splits a text at its placeholders. A brace without its other half is words.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        parts.push(Part::Words(&rest[..start]));
        parts.push(Part::Name(&rest[start + 1..start + length]));
        rest = &rest[start + length + 1..];
    }
    parts.push(Part::Words(rest));
    parts
}

/// Puts the values in. A placeholder within a value stays as it is.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    parts(text)
        .into_iter()
        .map(|part| match part {
            Part::Words(words) => words,
            Part::Name(name) => {
                let value = values.iter().find(|(known, _)| *known == name);
                value.map_or("", |(_, value)| value)
            }
        })
        .collect()
}

impl MailKind {
    pub fn find(key: &str) -> Option<&'static Self> {
        KINDS.into_iter().find(|kind| kind.key == key)
    }

    /// False for a reminder, to whose mail the link is added.
    pub fn has_link(&self) -> bool {
        let mut placeholders = self.placeholders.iter();
        placeholders.any(|placeholder| placeholder.name == LINK)
    }

    pub fn usual(&self) -> MailWords {
        MailWords {
            subject: self.subject.to_owned(),
            text: self.text.to_owned(),
        }
    }

    /// The words with their placeholders: the organization's own, or the built-in ones.
    pub fn words(&self, own: &MailTexts) -> MailWords {
        own.get(self.key).cloned().unwrap_or_else(|| self.usual())
    }

    /// Returns the mail with the values put in.
    pub fn write(&self, own: &MailTexts, values: &[(&str, &str)]) -> MailWords {
        let words = self.words(own);
        MailWords {
            // Values such as a question can have several lines.
            subject: fill(&words.subject, values).replace(['\n', '\r'], " "),
            text: fill(&words.text, values),
        }
    }

    /// Returns the words with an example in place of each placeholder.
    pub fn example(&self, words: &MailWords, school: &str) -> MailWords {
        let values: Vec<(&str, &str)> = self
            .placeholders
            .iter()
            .map(|placeholder| match placeholder.name {
                "school" => ("school", school),
                name => (name, placeholder.example),
            })
            .collect();
        MailWords {
            subject: fill(&words.subject, &values),
            text: fill(&words.text, &values),
        }
    }

    /// Checks words that were typed.
    ///
    /// # Errors
    ///
    /// `Invalid` if a placeholder is unknown, if the link is missing or would not work, and if the
    /// words are too long.
    pub fn check(&self, words: &MailWords) -> AppResult<()> {
        let mut problems = FieldProblems::default();
        let most_of_text = match self.has_link() {
            true => TEXT_CHARACTERS,
            false => REMINDER_CHARACTERS,
        };
        for (field, text, most) in [
            ("subject", &words.subject, SUBJECT_CHARACTERS),
            ("text", &words.text, most_of_text),
        ] {
            if text.chars().count() > most as usize {
                problems.add(field, figures::use_at_most(most));
            }
            if text.trim().is_empty() {
                problems.add(field, "Write something.");
            }
            problems.keep(self.check_names(field, text));
        }
        if words.subject.contains(['\n', '\r']) {
            problems.add("subject", "Write the subject on one line.");
        }
        if names(&words.subject).contains(&LINK) {
            problems.add(
                "subject",
                "A subject can’t have a link. Put {link} into the text.",
            );
        }
        if self.has_link() {
            problems.keep(check_link(&words.text));
        }
        problems.check()
    }

    fn check_names(&self, field: &str, text: &str) -> AppResult<()> {
        let known = |name: &&str| self.placeholders.iter().any(|known| known.name == *name);
        let list: Vec<String> = self
            .placeholders
            .iter()
            .map(|placeholder| format!("{{{}}}", placeholder.name))
            .collect();
        if let Some(unknown) = names(text).into_iter().find(|name| !known(name)) {
            return Err(AppError::field(
                field,
                format!("{{{unknown}}} is not known. Use {}.", list.join(", ")),
            ));
        }
        let has_brace = parts(text)
            .iter()
            .any(|part| matches!(part, Part::Words(words) if words.contains(['{', '}'])));
        match has_brace {
            true => Err(AppError::field(
                field,
                "A brace is without its other half. Braces are for placeholders, such as {school}.",
            )),
            false => Ok(()),
        }
    }
}

/// Names of the placeholders in a text.
fn names(text: &str) -> Vec<&str> {
    let names = parts(text).into_iter().filter_map(|part| match part {
        Part::Name(name) => Some(name),
        Part::Words(_) => None,
    });
    names.collect()
}

/// Checks that a text has the link, and that mail programs will see its end.
fn check_link(text: &str) -> AppResult<()> {
    let wrong = |sentence: &str| Err(AppError::field("text", sentence));
    if !names(text).contains(&LINK) {
        return wrong("The text must have {link}. Without it nobody could go on.");
    }
    let is_apart = text.split("{link}").collect::<Vec<_>>();
    let ends = |part: &str| part.is_empty() || part.ends_with(char::is_whitespace);
    let begins = |part: &str| part.is_empty() || part.starts_with(char::is_whitespace);
    let between = is_apart.windows(2);
    let mut between = between.map(|pair| ends(pair[0]) && begins(pair[1]));
    match between.all(|is_apart| is_apart) {
        true => Ok(()),
        false => {
            wrong("Leave a space or a new line before and after {link}, so that it can be clicked.")
        }
    }
}

/// Returns the text as HTML without the styles of mails, for a page.
pub fn preview(text: &str) -> String {
    layout::plain(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(subject: &str, text: &str) -> MailWords {
        MailWords {
            subject: subject.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn built_in_words_pass_their_own_check_and_have_no_gap() {
        for kind in KINDS {
            kind.check(&kind.usual()).expect(kind.key);
            let example = kind.example(&kind.usual(), "Lyceum");
            assert!(!example.text.contains(['{', '}']), "{}", example.text);
            assert_eq!(example.text.contains("https://"), kind.has_link());
        }
        let keys: std::collections::BTreeSet<_> = KINDS.iter().map(|kind| kind.key).collect();
        assert_eq!(keys.len(), KINDS.len());
    }

    #[test]
    fn a_link_cannot_get_lost() {
        for text in [
            "Hello {name}",
            "No link",
            "Here:{link}",
            "Here {link}.",
            "({link} )",
            "{link} and {nothing}",
            "{link} }",
            "{link} {",
            "",
        ] {
            assert!(PASSWORD_RESET.check(&words("S", text)).is_err(), "{text}");
        }
        for text in [
            "{link}",
            "{hello},\n\n{link}\n\n{school}",
            "Open {link} now",
        ] {
            assert!(PASSWORD_RESET.check(&words("S", text)).is_ok(), "{text}");
        }
        assert!(PASSWORD_RESET.check(&words("{link}", "{link}")).is_err());
        assert!(PASSWORD_RESET.check(&words("a\nb", "{link}")).is_err());
        let long = "x".repeat(TEXT_CHARACTERS as usize) + " {link}";
        assert!(PASSWORD_RESET.check(&words("S", &long)).is_err());
    }

    #[test]
    fn a_reminder_is_short_and_has_no_link_of_its_own() {
        let check = |text: &str| reminders::WORK_DUE.check(&words("Due: {exercise}", text));
        assert!(check("Hand in until {until}, please.").is_ok());
        for wrong in ["See {link}", "", &"x".repeat(501)] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_are_put_in_once() {
        let own = MailTexts::from([(
            "password_reset".to_owned(),
            words("Hi {hello}", "{hello}: {link} {school}"),
        )]);
        let values = [
            ("hello", "{link}"),
            ("link", "https://x.example"),
            ("school", "S"),
        ];
        let mail = PASSWORD_RESET.write(&own, &values);
        assert_eq!(mail, words("Hi {link}", "{link}: https://x.example S"));
        assert_eq!(
            PASSWORD_RESET.write(&MailTexts::new(), &values).subject,
            "Choose a new password for S"
        );
    }
}
