//! The outcome of a form sent without JavaScript: its error and the typed values, kept in the
//! session for the next page. The address carries none of it, because anybody could write one.

use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::platform::error::{AppError, AppResult};

const KEY: &str = "flash";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flash {
    /// Path of the server function that the form posted to.
    pub form: String,
    /// None if the request succeeded; `values` is then empty.
    pub error: Option<AppError>,
    /// The typed values without secrets.
    pub values: Vec<(String, String)>,
}

pub async fn leave(session: &Session, flash: Flash) -> AppResult<()> {
    Ok(session.insert(KEY, flash).await?)
}

/// Takes the message out of the session.
pub async fn take(session: &Session) -> AppResult<Option<Flash>> {
    Ok(session.remove(KEY).await?)
}

/// Whether a field holds a secret. Passwords and tokens are never kept.
pub fn is_secret(field: &str) -> bool {
    ["password", "token", "secret", "code"]
        .iter()
        .any(|secret| field.contains(secret))
}
