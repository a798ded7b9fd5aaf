//! The one error that crosses a boundary. It knows its HTTP status and its sentence; what is not a person's to mend is
//! logged with its cause where it is converted and travels as a reference alone.

use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

use leptos::server_fn;

pub type AppResult<T> = Result<T, AppError>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// 401: nobody is signed in.
    #[error("Please sign in first.")]
    SignInRequired,
    /// 403: known, and not allowed. The sentence says why.
    #[error("{0}")]
    Denied(String),
    /// 403: closed for now. The sentence says why, and the link leads to what opens it.
    #[error("{why}")]
    Closed {
        why: String,
        href: String,
        label: String,
    },
    /// 404: there is no such thing, or not for this person.
    #[error("{0}")]
    NotFound(String),
    /// 409: it was true a moment ago.
    #[error("{0}")]
    Conflict(String),
    /// 413: more than is accepted.
    #[error("{0}")]
    TooLarge(String),
    /// 422: what was sent can't be used. The pairs are field and sentence; an empty field speaks of the whole form.
    #[error("{}", .0.first().map(|(_, sentence)| sentence.as_str()).unwrap_or("Please check what you entered."))]
    Invalid(Vec<(String, String)>),
    /// 429, with the seconds until another try counts.
    #[error("That was tried too often. Please wait {} and try again.", wait(*.0))]
    TooMany(u32),
    /// 500, with the reference under which the log has the cause.
    #[error(
        "Something went wrong on our side. Nothing was changed. If it happens again, tell us this reference: {0}"
    )]
    Internal(String),
    /// The browser could not reach the server; nothing was sent or nothing came back.
    #[error(
        "Lyceum can't be reached right now. What you entered is still here; please try again in a moment."
    )]
    Unreachable,
}

impl AppError {
    pub fn status(&self) -> u16 {
        match self {
            Self::SignInRequired => 401,
            Self::Denied(_) | Self::Closed { .. } => 403,
            Self::NotFound(_) => 404,
            Self::Conflict(_) => 409,
            Self::TooLarge(_) => 413,
            Self::Invalid(_) => 422,
            Self::TooMany(_) => 429,
            Self::Internal(_) => 500,
            Self::Unreachable => 503,
        }
    }

    /// One field and what is wrong with it.
    pub fn field(field: &str, sentence: impl Into<String>) -> Self {
        Self::Invalid(vec![(field.to_owned(), sentence.into())])
    }

    /// What is wrong with this field, if that is what the error says.
    pub fn of_field(&self, field: &str) -> Option<String> {
        match self {
            Self::Invalid(problems) => problems
                .iter()
                .find(|(name, _)| name == field)
                .map(|(_, s)| s.clone()),
            _ => None,
        }
    }

    /// What there is to say above the form rather than at one of its fields.
    pub fn of_form(&self) -> Option<String> {
        match self {
            Self::Invalid(_) => self.of_field(""),
            other => Some(other.to_string()),
        }
    }
}

fn wait(seconds: u32) -> String {
    match seconds {
        0..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Serialization(_) => Self::Invalid(vec![(
                String::new(),
                "What was sent is incomplete or malformed.".to_owned(),
            )]),
            // On the server this is about what was sent, in the browser about what was answered.
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(_) => Self::Invalid(vec![(
                String::new(),
                "What was sent is incomplete or malformed.".to_owned(),
            )]),
            #[cfg(feature = "ssr")]
            other => Self::internal(&other),
            #[cfg(not(feature = "ssr"))]
            _ => Self::Unreachable,
        }
    }
}

#[cfg(feature = "ssr")]
mod server {
    use super::AppError;

    impl AppError {
        /// Logs the cause and keeps it from the outside.
        pub fn internal(cause: &(impl std::fmt::Display + ?Sized)) -> Self {
            let reference = crate::platform::http::request_id();
            tracing::error!(%reference, %cause, "request failed");
            Self::Internal(reference)
        }
    }

    impl From<diesel::result::Error> for AppError {
        fn from(error: diesel::result::Error) -> Self {
            use diesel::result::{DatabaseErrorKind, Error};
            match &error {
                Error::NotFound => Self::NotFound("There is nothing here by that name.".to_owned()),
                Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                    tracing::info!(constraint = info.constraint_name(), "unique violation");
                    Self::Conflict(
                        "That has just been done already. Please reload the page.".to_owned(),
                    )
                }
                Error::DatabaseError(_, info) if is_about_nul(info.as_ref()) => Self::Invalid(vec![(
                    String::new(),
                    "What was sent contains a character that can't be kept (U+0000). Nothing was changed."
                        .to_owned(),
                )]),
                _ => Self::internal(&error),
            }
        }
    }

    /// PostgreSQL keeps no NUL, neither in text (22021) nor in JSON (22P05); Diesel hands on what it says and not its code.
    fn is_about_nul(info: &dyn diesel::result::DatabaseErrorInformation) -> bool {
        info.message().ends_with("\"UTF8\": 0x00")
            || info
                .details()
                .is_some_and(|details| details.starts_with("\\u0000 "))
    }

    impl From<diesel_async::pooled_connection::deadpool::PoolError> for AppError {
        fn from(error: diesel_async::pooled_connection::deadpool::PoolError) -> Self {
            Self::internal(&error)
        }
    }

    impl From<tower_sessions::session::Error> for AppError {
        fn from(error: tower_sessions::session::Error) -> Self {
            Self::internal(&error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_speaks_at_its_field_and_else_above_the_form() {
        let error = AppError::field("email", "That is not an e-mail address.");
        assert_eq!(error.status(), 422);
        assert_eq!(
            error.of_field("email").as_deref(),
            Some("That is not an e-mail address.")
        );
        assert_eq!(error.of_form(), None);
        assert_eq!(
            AppError::TooMany(120).of_form().as_deref(),
            Some("That was tried too often. Please wait 2 minutes and try again.")
        );
    }
}
