//! The error type of server functions and pages. Each error knows its HTTP status and its sentence
//! for people. An error that a person cannot fix is logged with its cause, and people see only a
//! reference to the log.

use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

use leptos::server_fn;

pub type AppResult<T> = Result<T, AppError>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// 401: no user is signed in.
    #[error("Please sign in first.")]
    SignInRequired,
    /// 403: the user may not do this. The sentence says why.
    #[error("{0}")]
    Denied(String),
    /// 403: locked for now. The sentence says why, and the link leads to the step that unlocks it.
    #[error("{why}")]
    Closed {
        why: String,
        href: String,
        label: String,
    },
    /// 404: it does not exist, or this person may not know that it does.
    #[error("{0}")]
    NotFound(String),
    /// 409: the state has changed since the page was loaded.
    #[error("{0}")]
    Conflict(String),
    /// 413: the request is too large.
    #[error("{0}")]
    TooLarge(String),
    /// 422: the input is invalid. The pairs are a field and a sentence; an empty field means the
    /// whole form.
    #[error("{}", .0.first().map(|(_, sentence)| sentence.as_str()).unwrap_or("Please check what you entered."))]
    Invalid(Vec<(String, String)>),
    /// 429: too many requests. Holds the seconds to wait.
    #[error("Too many requests. Please wait {} and try again.", wait(*.0))]
    TooMany(u32),
    /// 500: an internal error. Holds the reference under which its cause is logged.
    #[error(
        "Something went wrong on our side. Nothing was changed. If it happens again, tell us this reference: {0}"
    )]
    Internal(String),
    /// 503: a statement or its turn took too long, because the site is under load.
    #[error(
        "Many people are busy here right now. Nothing was changed; please try again in a moment."
    )]
    Busy,
    /// The browser could not reach the server, or got no answer.
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
            Self::Busy | Self::Unreachable => 503,
        }
    }

    /// An error of one field.
    pub fn field(field: &str, sentence: impl Into<String>) -> Self {
        Self::Invalid(vec![(field.to_owned(), sentence.into())])
    }

    /// The sentence about this field, if there is one.
    pub fn of_field(&self, field: &str) -> Option<String> {
        match self {
            Self::Invalid(problems) => problems
                .iter()
                .find(|(name, _)| name == field)
                .map(|(_, s)| s.clone()),
            _ => None,
        }
    }

    /// The sentence to show above the form instead of at a field.
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
                "The request is incomplete or malformed.".to_owned(),
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
pub use server::FieldProblems;

#[cfg(feature = "ssr")]
mod server {
    use super::{AppError, AppResult};

    /// Errors of a form's fields, collected so that the form shows all of them at once.
    #[derive(Debug, Default)]
    pub struct FieldProblems {
        fields: Vec<(String, String)>,
        /// First error that is not about a field.
        other: Option<AppError>,
    }

    impl FieldProblems {
        /// Returns the value, or keeps the error and returns None.
        pub fn keep<T>(&mut self, checked: AppResult<T>) -> Option<T> {
            match checked {
                Ok(value) => return Some(value),
                Err(AppError::Invalid(problems)) => self.fields.extend(problems),
                Err(other) => {
                    self.other.get_or_insert(other);
                }
            }
            None
        }

        pub fn add(&mut self, field: &str, sentence: impl Into<String>) {
            self.fields.push((field.to_owned(), sentence.into()));
        }

        /// Fails if any error was kept.
        ///
        /// # Errors
        ///
        /// All errors of fields, unless there was an error of another kind.
        pub fn check(self) -> AppResult<()> {
            match (self.other, self.fields.is_empty()) {
                (Some(other), _) => Err(other),
                (None, true) => Ok(()),
                (None, false) => Err(AppError::Invalid(self.fields)),
            }
        }

        /// The errors that were kept.
        pub fn error(self) -> AppError {
            self.other.unwrap_or(AppError::Invalid(self.fields))
        }
    }

    impl AppError {
        /// Logs the cause and returns an error that holds only a reference to the log.
        pub fn internal(cause: &(impl std::fmt::Display + ?Sized)) -> Self {
            let reference = crate::http::request_id();
            tracing::error!(%reference, %cause, "request failed");
            crate::jobs::note_cause(&cause.to_string());
            Self::Internal(reference)
        }
    }

    impl From<diesel::result::Error> for AppError {
        fn from(error: diesel::result::Error) -> Self {
            use diesel::result::{DatabaseErrorKind, Error};
            match &error {
                Error::NotFound => Self::NotFound("There is nothing here with that name.".to_owned()),
                Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                    tracing::info!(constraint = info.constraint_name(), "unique violation");
                    Self::Conflict(
                        "This has already been done. Please reload the page.".to_owned(),
                    )
                }
                Error::DatabaseError(_, info) if is_about_nul(info.as_ref()) => Self::Invalid(vec![(
                    String::new(),
                    "The text contains a character that can't be stored (U+0000). Nothing was changed."
                        .to_owned(),
                )]),
                Error::DatabaseError(_, info) if is_timeout(info.as_ref()) => {
                    tracing::warn!(cause = info.message(), "the database is busy");
                    Self::Busy
                }
                _ => Self::internal(&error),
            }
        }
    }

    /// Whether PostgreSQL gave up a statement or a lock after its time limit (57014, 55P03). Diesel
    /// passes on the message but not the code.
    fn is_timeout(info: &dyn diesel::result::DatabaseErrorInformation) -> bool {
        ["due to statement timeout", "due to lock timeout"]
            .iter()
            .any(|end| info.message().ends_with(end))
    }

    /// Whether PostgreSQL rejected U+0000, in text (22021) or in JSON (22P05). Diesel passes on the
    /// message but not the code.
    fn is_about_nul(info: &dyn diesel::result::DatabaseErrorInformation) -> bool {
        info.message().ends_with("\"UTF8\": 0x00")
            || info
                .details()
                .is_some_and(|details| details.starts_with("\\u0000 "))
    }

    impl From<diesel_async::pooled_connection::deadpool::PoolError> for AppError {
        fn from(error: diesel_async::pooled_connection::deadpool::PoolError) -> Self {
            match error {
                diesel_async::pooled_connection::deadpool::PoolError::Timeout(
                    deadpool::managed::TimeoutType::Wait,
                ) => {
                    tracing::warn!("no connection to the database became free in time");
                    Self::Busy
                }
                error => Self::internal(&error),
            }
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
        let error = AppError::field("email", "That is not an email address.");
        assert_eq!(error.status(), 422);
        assert_eq!(
            error.of_field("email").as_deref(),
            Some("That is not an email address.")
        );
        assert_eq!(error.of_form(), None);
        assert_eq!(
            AppError::TooMany(120).of_form().as_deref(),
            Some("Too many requests. Please wait 2 minutes and try again.")
        );
    }
}
