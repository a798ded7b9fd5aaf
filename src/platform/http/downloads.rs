//! Files that the server makes when somebody asks for them.

use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use super::uploads::refusal;
use crate::auth::sign_in_path;
use crate::error::{AppError, AppResult};

/// A file with its media type and its name, which has only letters, digits, `-`, `_` and `.`.
pub struct Download {
    pub name: String,
    pub media_type: &'static str,
    pub content: Vec<u8>,
}

impl Download {
    /// A file of [`crate::spreadsheet::csv_file`].
    pub fn csv(name: impl Into<String>, content: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            media_type: "text/csv; charset=utf-8",
            content,
        }
    }
}

/// Answers with the file to be saved, or with the error as plain text. A visitor is asked to sign
/// in first, and comes to `page` then, which has the link to the file.
pub fn send(file: AppResult<Download>, page: &str) -> Response {
    match file {
        Ok(file) => (
            [
                (header::CONTENT_TYPE, file.media_type.to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename=\"{}\"", file.name),
                ),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ],
            file.content,
        )
            .into_response(),
        Err(AppError::SignInRequired) => Redirect::to(&sign_in_path(page)).into_response(),
        Err(error) => refusal(&error),
    }
}
