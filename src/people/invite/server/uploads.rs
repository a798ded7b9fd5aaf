//! The route that takes a list of people to invite. A browser sends it as a form, with or without
//! scripts.

use axum::Router;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Extension, Multipart};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;

use super::{check, lists};
use crate::cohort::teach::LIST_BYTES;
use crate::cohort::teach::server::list::too_large;
use crate::people::invite::{INVITATION_UPLOAD, INVITATIONS, invitation_list_path};
use crate::platform::auth::guard::admin_of;
use crate::platform::auth::{sessions, sign_in_path};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::InvitationListId;
use crate::question_bank::authoring::server::transfer::refusal;

/// Bytes for the fields beside the file.
const FIELDS: usize = 16 * 1024;

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(LIST_BYTES + FIELDS);
    Router::new().route(INVITATION_UPLOAD, post(upload).layer(limit))
}

#[derive(Default)]
struct InvitationUpload {
    role: String,
    course: String,
    name: String,
    content: Vec<u8>,
}

async fn upload(Extension(cx): Extension<Cx>, parts: Multipart) -> Response {
    let mut upload = InvitationUpload::default();
    // If the session ended while the file arrived, nothing is stored.
    let outcome = match upload.fill(parts).await {
        Ok(()) => match sessions::recognize_again(cx.clone()).await {
            Ok(cx) => keep(cx, upload).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    let error = match outcome {
        Ok(list) => return Redirect::to(&invitation_list_path(list)).into_response(),
        Err(AppError::SignInRequired) => {
            return Redirect::to(&sign_in_path(INVITATIONS)).into_response();
        }
        Err(error @ AppError::Denied(_)) => return refusal(&error),
        Err(error) => error,
    };
    let left = Flash {
        form: INVITATION_UPLOAD.to_owned(),
        error: Some(error),
        values: Vec::new(),
    };
    match flash::leave(&cx.session, left).await {
        Ok(()) => Redirect::to(INVITATIONS).into_response(),
        Err(error) => refusal(&error),
    }
}

impl InvitationUpload {
    async fn fill(&mut self, mut parts: Multipart) -> AppResult<()> {
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            match part.name().unwrap_or_default() {
                "file" => {
                    self.name = part.file_name().unwrap_or_default().to_owned();
                    self.content = part.bytes().await.map_err(unreadable)?.to_vec();
                }
                "role" => self.role = part.text().await.map_err(unreadable)?,
                "course" => self.course = part.text().await.map_err(unreadable)?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn unreadable(error: MultipartError) -> AppError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge(too_large()),
        _ => AppError::field("", "The file did not arrive whole. Please send it again."),
    }
}

async fn keep(cx: Cx, upload: InvitationUpload) -> AppResult<InvitationListId> {
    let me = admin_of(cx.clone()).await?.0;
    if upload.content.is_empty() {
        return Err(AppError::field(
            "",
            "Choose a file that has something in it.",
        ));
    }
    let role = check::role(&upload.role)?;
    let slug = upload.course.clone();
    let course = cx
        .within(async move |conn| check::course(conn, &slug, role).await)
        .await?;
    let (content, has_course) = (upload.content, course.is_some());
    let lines = tokio::task::spawn_blocking(move || lists::read(&content, role, has_course))
        .await
        .map_err(|error| AppError::internal(&error))?
        .map_err(|sentence| AppError::field("", sentence))?;
    let file = upload.name.replace('\0', "");
    let course = course.map(|course| course.course_id);
    cx.within(async move |conn| {
        lists::keep(conn, me.user_id(), &file, (role, course), &lines).await
    })
    .await
}
