//! The route that takes a list of members. A browser sends it as a form, with or without scripts.

use axum::Router;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Extension, Multipart};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;

use super::{list, store, view};
use crate::cohort::server::store as cohorts;
use crate::cohort::teach::{LIST_BYTES, LIST_UPLOAD, member_list_path};
use crate::platform::auth::guard::tutor_of_slug;
use crate::platform::auth::{sessions, sign_in_path};
use crate::platform::encode;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::server_fns::referring_page;
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::{CohortId, ListId};
use crate::question_bank::authoring::server::transfer::refusal;

/// Bytes for the fields beside the file.
const FIELDS: usize = 16 * 1024;

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(LIST_BYTES + FIELDS);
    Router::new().route(LIST_UPLOAD, post(upload).layer(limit))
}

#[derive(Default)]
struct ListUpload {
    course: String,
    cohort: String,
    name: String,
    content: Vec<u8>,
}

async fn upload(Extension(cx): Extension<Cx>, headers: HeaderMap, parts: Multipart) -> Response {
    let mut upload = ListUpload::default();
    // If the session ended while the file arrived, nothing is stored.
    let outcome = match upload.fill(parts).await {
        Ok(()) => match sessions::recognize_again(cx.clone()).await {
            Ok(cx) => keep(&cx, &upload).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    let cohort = CohortId(upload.cohort.parse().unwrap_or_default());
    let page = |list| member_list_path(&encode(&upload.course), cohort, list);
    let error = match outcome {
        Ok(list) => return Redirect::to(&page(Some(list))).into_response(),
        Err(AppError::SignInRequired) => {
            return Redirect::to(&sign_in_path(&page(None))).into_response();
        }
        Err(error @ (AppError::Denied(_) | AppError::NotFound(_))) => return refusal(&error),
        Err(error) => error,
    };
    let left = Flash {
        form: LIST_UPLOAD.to_owned(),
        error: Some(error),
        values: Vec::new(),
    };
    match flash::leave(&cx.session, left).await {
        // The fields of a body that is too large may be unknown.
        Ok(()) if upload.course.is_empty() => {
            Redirect::to(&referring_page(&headers)).into_response()
        }
        Ok(()) => Redirect::to(&page(None)).into_response(),
        Err(error) => refusal(&error),
    }
}

impl ListUpload {
    async fn fill(&mut self, mut parts: Multipart) -> AppResult<()> {
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            match part.name().unwrap_or_default() {
                "file" => {
                    self.name = part.file_name().unwrap_or_default().to_owned();
                    self.content = part.bytes().await.map_err(unreadable)?.to_vec();
                }
                "course" => self.course = part.text().await.map_err(unreadable)?,
                "cohort" => self.cohort = part.text().await.map_err(unreadable)?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn unreadable(error: MultipartError) -> AppError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge(list::too_large()),
        _ => AppError::field("", "The file did not arrive whole. Please send it again."),
    }
}

async fn keep(cx: &Cx, upload: &ListUpload) -> AppResult<ListId> {
    let tutor = tutor_of_slug(cx.clone(), &upload.course).await?;
    let cohort = upload.cohort.parse().map_err(|_| view::no_cohort())?;
    let cohort = CohortId(cohort);
    if upload.content.is_empty() {
        return Err(AppError::field(
            "",
            "Choose a file that has something in it.",
        ));
    }
    let content = upload.content.clone();
    let people = tokio::task::spawn_blocking(move || list::read(&content))
        .await
        .map_err(|error| AppError::internal(&error))?
        .map_err(|sentence| AppError::field("", sentence))?;
    let file = upload.name.replace('\0', "");
    cx.within(async move |conn| {
        cohorts::cohort(conn, tutor.course, cohort)
            .await?
            .ok_or_else(view::no_cohort)?;
        store::keep_list(conn, cohort, tutor.signed_in.user_id(), &file, &people).await
    })
    .await
}
