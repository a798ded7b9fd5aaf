//! The outcome of a form sent without JavaScript: its error and the typed values, kept in the
//! session for the next page. The address carries none of it, because anybody could write one.

use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::auth::sessions;
use crate::error::{AppError, AppResult};

const KEY: &str = "flash";
/// Bytes of a field, with its name, that are kept for somebody who is not signed in, and of all
/// fields together. Sign-in and sign-up need less.
const FIELD: usize = 1_000;
const FIELDS: usize = 3_000;
/// Bytes that each field counts besides its name and value, so that many short ones are large too.
const FIELD_OVERHEAD: usize = 16;
/// Bytes of an error that are kept then.
const ERROR: usize = 2_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flash {
    /// Path of the server function that the form posted to.
    pub form: String,
    /// None if the request succeeded; `values` is then empty.
    pub error: Option<AppError>,
    /// The typed values without secrets.
    pub values: Vec<(String, String)>,
}

/// Keeps the message for the next page. Anybody can make anonymous sessions: little is kept in
/// them.
pub async fn leave(session: &Session, flash: Flash) -> AppResult<()> {
    let flash = match sessions::is_anonymous(session).await? {
        true => flash.shortened(),
        false => flash,
    };
    Ok(session.insert(KEY, flash).await?)
}

/// Takes the message out of the session; only sessions that exist are asked. An anonymous session
/// ends with it.
pub async fn take(session: &Session) -> AppResult<Option<Flash>> {
    // Removing marks the session as changed even if nothing was there, and it would be saved.
    let flash = match session.get_value(KEY).await? {
        Some(_) => session.remove(KEY).await?,
        None => None,
    };
    if sessions::is_anonymous(session).await? {
        session.flush().await?;
    }
    Ok(flash)
}

/// Whether a field holds a secret. Passwords and tokens are never kept.
pub fn is_secret(field: &str) -> bool {
    ["password", "token", "secret", "code"]
        .iter()
        .any(|secret| field.contains(secret))
}

impl Flash {
    /// Without what is too long, and saying so.
    fn shortened(mut self) -> Self {
        if self.form.len() > FIELD {
            self.form.clear();
        }
        if self.error.as_ref().is_some_and(|error| size(error) > ERROR) {
            self.error = Some(AppError::field("", "What you entered can't be used."));
        }
        self.values.retain(|(name, _)| !name.is_empty());
        let count = self.values.len();
        let mut left = FIELDS;
        self.values.retain(|(name, value)| {
            let size = name.len() + value.len() + FIELD_OVERHEAD;
            let is_kept = size <= FIELD.min(left);
            left -= if is_kept { size } else { 0 };
            is_kept
        });
        if self.values.len() < count
            && let Some(error) = self.error.take()
        {
            self.error = Some(with_note(error));
        }
        self
    }
}

fn size(error: &AppError) -> usize {
    serde_json::to_string(error).map_or(usize::MAX, |text| text.len())
}

/// The error, which says that not all fields came back.
fn with_note(error: AppError) -> AppError {
    const NOTE: &str = "Some of what you typed was too long to keep. Please enter it again.";
    let mut problems = match error {
        AppError::Invalid(problems) => problems,
        other => vec![(String::new(), other.to_string())],
    };
    match problems.iter_mut().find(|(field, _)| field.is_empty()) {
        Some((_, sentence)) => *sentence = format!("{sentence} {NOTE}"),
        None => problems.push((String::new(), NOTE.to_owned())),
    }
    AppError::Invalid(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_to_keep_is_left_out_and_the_form_says_so() {
        let value = |name: &str, length: usize| (name.to_owned(), "x".repeat(length));
        let values = vec![
            value("email", 30),
            value("name", 100_000),
            value("next", 30),
        ];
        let flash = Flash {
            form: "/api/sign_up".to_owned(),
            error: Some(AppError::field("email", "That is no address.")),
            values,
        };
        let short = flash.shortened();
        let names: Vec<&str> = short.values.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["email", "next"]);
        let error = short.error.unwrap();
        assert_eq!(
            error.of_field("email").as_deref(),
            Some("That is no address.")
        );
        assert!(error.of_form().unwrap().contains("too long to keep"));
    }

    #[test]
    fn no_number_or_length_of_fields_makes_a_large_message() {
        let many = (0..10_000).map(|n| (format!("field{n}"), "x".repeat(50)));
        let flash = Flash {
            form: "x".repeat(5_000),
            error: Some(AppError::NotFound("x".repeat(100_000))),
            values: many.collect(),
        };
        let short = serde_json::to_string(&flash.shortened()).unwrap();
        assert!(short.len() < 10_000, "{}", short.len());
    }

    #[test]
    fn empty_and_tiny_fields_count_too() {
        for (sent, kept) in [("=&", 0), ("=x&", 0), ("a&", 176), ("a=b&", 166)] {
            let body = sent.repeat(300_000);
            let values = url::form_urlencoded::parse(body.as_bytes()).into_owned();
            let flash = Flash {
                form: "/api/sign_up".to_owned(),
                error: Some(AppError::field("email", "That is no address.")),
                values: values.collect(),
            };
            let short = flash.shortened();
            assert_eq!(short.values.len(), kept, "{sent}");
            let text = serde_json::to_string(&short).unwrap();
            assert!(text.len() < 10_000, "{sent}: {}", text.len());
        }
    }
}
