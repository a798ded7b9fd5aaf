//! Reads the forms of applications to teach.

use crate::admission::review::{DecisionMail, MAIL_CHARACTERS, SUBJECT_CHARACTERS};
use crate::people::applications::{
    LINK_CHARACTERS, STORY_CHARACTERS, SUBJECTS_CHARACTERS, TutorFields,
};
use crate::platform::auth::{check_display_name, normalize_email};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures;
use crate::platform::names;

/// An application as it is stored.
#[derive(Debug)]
pub struct CheckedTutor {
    pub name: String,
    pub email: String,
    pub subjects: String,
    pub experience: String,
    pub motivation: String,
    pub link: Option<String>,
}

/// Reads the fields, or names all that are wrong.
pub fn application(fields: &TutorFields) -> AppResult<CheckedTutor> {
    let mut problems = FieldProblems::default();
    let at = |field: &'static str| move |why: String| AppError::field(field, why);
    let name = problems.keep(check_display_name(&fields.name).map_err(at("name")));
    let email = problems.keep(normalize_email(&fields.email).map_err(at("email")));
    let subjects = words(
        "subjects",
        &names::tidy(&fields.subjects),
        SUBJECTS_CHARACTERS,
    );
    let subjects = problems.keep(subjects);
    let experience = problems.keep(words("experience", &fields.experience, STORY_CHARACTERS));
    let motivation = problems.keep(words("motivation", &fields.motivation, STORY_CHARACTERS));
    let link = problems.keep(link(&fields.link));
    match (name, email, subjects, experience, motivation, link) {
        (
            Some(name),
            Some(email),
            Some(subjects),
            Some(experience),
            Some(motivation),
            Some(link),
        ) => Ok(CheckedTutor {
            name,
            email,
            subjects,
            experience,
            motivation,
            link,
        }),
        _ => Err(problems.error()),
    }
}

fn words(field: &str, typed: &str, most: u32) -> AppResult<String> {
    let text = typed.trim().replace("\r\n", "\n").replace('\0', "");
    match text.chars().count() {
        0 => Err(AppError::field(field, "Enter a sentence or two.")),
        length if length > most as usize => Err(AppError::field(field, figures::use_at_most(most))),
        _ => Ok(text),
    }
}

fn link(typed: &str) -> AppResult<Option<String>> {
    let link = typed.trim();
    if link.is_empty() {
        return Ok(None);
    }
    if link.chars().count() > LINK_CHARACTERS as usize {
        return Err(AppError::field(
            "link",
            figures::use_at_most(LINK_CHARACTERS),
        ));
    }
    let is_web = link.starts_with("https://") || link.starts_with("http://");
    match is_web && !link.chars().any(|c| c.is_whitespace() || c.is_control()) {
        true => Ok(Some(link.to_owned())),
        false => Err(AppError::field(
            "link",
            "Enter a web address that begins with https://, or leave this empty.",
        )),
    }
}

/// Reads the mail of a rejection.
pub fn mail(subject: &str, text: &str) -> AppResult<DecisionMail> {
    let mut problems = FieldProblems::default();
    let subject = names::tidy(subject);
    let subject = problems.keep(words("subject", &subject, SUBJECT_CHARACTERS));
    let text = problems.keep(words("text", text, MAIL_CHARACTERS));
    match (subject, text) {
        (Some(subject), Some(text)) => Ok(DecisionMail { subject, text }),
        _ => Err(problems.error()),
    }
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn a_link_is_a_web_address_or_missing() {
        assert_eq!(link("  ").ok(), Some(None));
        let stored = |typed: &str| link(typed).ok().flatten();
        assert_eq!(
            stored(" https://example.org/me "),
            Some("https://example.org/me".to_owned())
        );
        for wrong in [
            "example.org",
            "javascript:alert(1)",
            "https://a b",
            "ftp://example.org",
        ] {
            assert!(link(wrong).is_err(), "{wrong}");
        }
    }
}
