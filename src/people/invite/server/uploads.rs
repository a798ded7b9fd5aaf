//! The route that takes a list of people to invite. A browser sends it as a form, with or without
//! scripts.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Multipart};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;

use super::{check, lists};
use crate::cohort::teach::LIST_BYTES;
use crate::cohort::teach::server::list::too_large;
use crate::people::invite::{INVITATION_UPLOAD, INVITATIONS, invitation_list_path};
use crate::platform::auth::guard::admin_of;
use crate::platform::auth::sign_in_path;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::uploads::{FIELDS, SentForm, refusal};
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::InvitationListId;

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(LIST_BYTES + FIELDS);
    Router::new().route(INVITATION_UPLOAD, post(upload).layer(limit))
}

async fn upload(Extension(cx): Extension<Cx>, parts: Multipart) -> Response {
    let mut sent = SentForm::default();
    let outcome = match sent.receive(&cx, parts, &too_large()).await {
        Ok(cx) => keep(cx, sent).await,
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

async fn keep(cx: Cx, mut sent: SentForm) -> AppResult<InvitationListId> {
    let me = admin_of(cx.clone()).await?.0;
    let content = sent.take_content()?;
    let role = check::role(sent.field("role"))?;
    let slug = sent.field("course").to_owned();
    let course = cx
        .within(async move |conn| check::course(conn, &slug, role).await)
        .await?;
    let has_course = course.is_some();
    let lines = tokio::task::spawn_blocking(move || lists::read(&content, role, has_course))
        .await
        .map_err(|error| AppError::internal(&error))?
        .map_err(|sentence| AppError::field("", sentence))?;
    let file = sent.file_name;
    let course = course.map(|course| course.course_id);
    cx.within(async move |conn| {
        lists::keep(conn, me.user_id(), &file, (role, course), &lines).await
    })
    .await
}
