//! Forms with a file, which browsers send to a route of a feature, with or without scripts.

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Cx;
use crate::auth::sessions;
use crate::error::{AppError, AppResult};

/// Bytes for the fields beside the file.
pub const FIELDS: usize = 16 * 1024;

/// A form with a file, as far as it has arrived.
#[derive(Default)]
pub struct SentForm {
    pub file_name: String,
    pub content: Vec<u8>,
    fields: Vec<(String, String)>,
}

impl SentForm {
    /// Returns the value of a field, or an empty text if it has not arrived.
    pub fn field(&self, name: &str) -> &str {
        let mut fields = self.fields.iter();
        let found = fields.find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value)
    }

    /// Reads the form. Returns the person as they are afterwards: their session may have ended
    /// while the file arrived. `too_large` says how large a file may be.
    ///
    /// # Errors
    ///
    /// Fails if the form does not arrive whole. The parts that have arrived are kept.
    pub async fn receive(
        &mut self,
        cx: &Cx,
        mut parts: Multipart,
        too_large: &str,
    ) -> AppResult<Cx> {
        let unreadable = |error: MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge(too_large.to_owned()),
            _ => AppError::field("", "The file did not arrive whole. Please send it again."),
        };
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" {
                self.file_name = part.file_name().unwrap_or_default().replace('\0', "");
                self.content = part.bytes().await.map_err(unreadable)?.to_vec();
            } else {
                let value = part.text().await.map_err(unreadable)?;
                self.fields.push((name, value));
            }
        }
        sessions::recognize_again(cx.clone()).await
    }

    /// Takes the file's content.
    ///
    /// # Errors
    ///
    /// Fails if it is empty.
    pub fn take_content(&mut self) -> AppResult<Vec<u8>> {
        match self.content.is_empty() {
            true => Err(AppError::field(
                "",
                "Choose a file that has something in it.",
            )),
            false => Ok(std::mem::take(&mut self.content)),
        }
    }
}

/// Answers with an error as plain text.
pub fn refusal(error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, error.to_string()).into_response()
}
