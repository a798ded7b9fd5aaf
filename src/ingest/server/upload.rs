//! The route that takes files. Each becomes a job of its own, so that a bad one holds up no other.

use axum::Router;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Extension, Multipart};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;

use super::sources::{self, Added, Adder};
use crate::ingest::{DOCUMENT_UPLOAD, DOCUMENTS, UPLOAD_BYTES};
use crate::platform::auth::guard::{self, SignedIn};
use crate::platform::auth::{sessions, sign_in_path};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::server_fns::error_response;
use crate::platform::http::uploads::FIELDS;
use crate::platform::http::{AppState, Cx};

/// Most files of one upload.
const FILES: usize = 100;

/// Sentences about an upload that the page shows.
const SAID: usize = 30;

/// Names of the values that the page finds in the flash.
pub const QUEUED: &str = "queued";
pub const SAME: &str = "same";
pub const PROBLEM: &str = "problem";

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(UPLOAD_BYTES + FIELDS);
    Router::new().route(DOCUMENT_UPLOAD, post(upload).layer(limit))
}

async fn upload(Extension(cx): Extension<Cx>, parts: Multipart) -> Response {
    let mut said = Vec::new();
    let error = match received(&cx, parts, &mut said).await {
        Ok(()) => None,
        Err(AppError::SignInRequired) => {
            return Redirect::to(&sign_in_path(DOCUMENTS)).into_response();
        }
        Err(error @ AppError::Denied(_)) => return error_response(error),
        Err(error) => Some(error),
    };
    said.truncate(SAID);
    let left = Flash {
        form: DOCUMENT_UPLOAD.to_owned(),
        error,
        values: said,
    };
    match flash::leave(&cx.session, left).await {
        Ok(()) => Redirect::to(DOCUMENTS).into_response(),
        Err(error) => error_response(error),
    }
}

/// Queues each file as soon as it has arrived. `said` tells what became of them.
async fn received(
    cx: &Cx,
    mut parts: Multipart,
    said: &mut Vec<(String, String)>,
) -> AppResult<()> {
    guard::teacher_of(cx.clone()).await?;
    let unreadable = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge(format!(
            "These files are too large. At most {} are taken at once.",
            figures::megabytes(UPLOAD_BYTES)
        )),
        _ => AppError::field(
            "",
            "The files did not arrive whole. Please send them again.",
        ),
    };
    let (mut count, mut queued) = (0, 0);
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().unwrap_or_default().replace('\0', "");
        let content = part.bytes().await.map_err(unreadable)?.to_vec();
        // Browsers send an empty part if no file was chosen.
        if name.is_empty() && content.is_empty() {
            continue;
        }
        count += 1;
        if count > FILES {
            let sentence = format!("At most {FILES} files are taken at once. Put them into a zip.");
            said.push((PROBLEM.to_owned(), sentence));
            break;
        }
        // The session may have ended while the file arrived.
        let cx = sessions::recognize_again(cx.clone()).await?;
        let teacher = guard::teacher_of(cx).await?;
        match keep(&teacher, &name, content).await {
            Ok(Added::Queued(_)) => queued += 1,
            Ok(Added::Same { title, .. }) => {
                let name = sources::file_name(&name);
                said.push((
                    SAME.to_owned(),
                    format!("{name}: “{title}” has the same content, so nothing new was made."),
                ));
            }
            Err(error @ (AppError::Invalid(_) | AppError::TooMany(_))) => {
                said.push((PROBLEM.to_owned(), error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    if queued > 0 {
        said.insert(0, (QUEUED.to_owned(), queued.to_string()));
    }
    match count {
        0 => Err(AppError::field("", "Choose a file.")),
        _ => Ok(()),
    }
}

async fn keep(teacher: &SignedIn, name: &str, content: Vec<u8>) -> AppResult<Added> {
    let adder = Adder::within_limit(teacher).await?;
    teacher
        .cx
        .within(async move |conn| sources::add_file(conn, &adder, name, content).await)
        .await
}
