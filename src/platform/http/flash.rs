//! What a form sent without JavaScript comes back with: its error and what was typed, kept in the session for the one
//! page that follows. Nothing of it travels in an address, where anybody could write it.

use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::platform::error::{AppError, AppResult};

const KEY: &str = "flash";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flash {
    /// Path of the server function that the form posted to.
    pub form: String,
    /// None: it went well, and `values` is empty.
    pub error: Option<AppError>,
    /// What was typed, secrets left out.
    pub values: Vec<(String, String)>,
}

pub async fn leave(session: &Session, flash: Flash) -> AppResult<()> {
    Ok(session.insert(KEY, flash).await?)
}

/// Takes the message out of the session; only sessions that exist are asked.
pub async fn take(session: &Session) -> AppResult<Option<Flash>> {
    Ok(session.remove(KEY).await?)
}

/// Passwords and tokens are never kept.
pub fn is_secret(field: &str) -> bool {
    ["password", "token", "secret", "code"]
        .iter()
        .any(|secret| field.contains(secret))
}
