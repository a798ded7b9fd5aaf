//! The route that takes a list of members. A browser sends it as a form, with or without scripts.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Multipart};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;

use super::{list, store, view};
use crate::cohort::server::store as cohorts;
use crate::cohort::teach::{LIST_BYTES, LIST_UPLOAD, member_list_path};
use crate::platform::auth::guard::tutor_of_slug;
use crate::platform::auth::sign_in_path;
use crate::platform::encode;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::server_fns::referring_page;
use crate::platform::http::uploads::{FIELDS, SentForm, refusal};
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::{CohortId, ListId};

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(LIST_BYTES + FIELDS);
    Router::new().route(LIST_UPLOAD, post(upload).layer(limit))
}

async fn upload(Extension(cx): Extension<Cx>, headers: HeaderMap, parts: Multipart) -> Response {
    let mut sent = SentForm::default();
    let outcome = match sent.receive(&cx, parts, &list::too_large()).await {
        Ok(cx) => keep(&cx, &mut sent).await,
        Err(error) => Err(error),
    };
    let course = sent.field("course");
    let cohort = CohortId(sent.field("cohort").parse().unwrap_or_default());
    let page = |list| member_list_path(&encode(course), cohort, list);
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
        Ok(()) if course.is_empty() => Redirect::to(&referring_page(&headers)).into_response(),
        Ok(()) => Redirect::to(&page(None)).into_response(),
        Err(error) => refusal(&error),
    }
}

async fn keep(cx: &Cx, sent: &mut SentForm) -> AppResult<ListId> {
    let tutor = tutor_of_slug(cx.clone(), sent.field("course")).await?;
    let cohort = sent
        .field("cohort")
        .parse()
        .map_err(|_| view::no_cohort())?;
    let cohort = CohortId(cohort);
    let content = sent.take_content()?;
    let people = tokio::task::spawn_blocking(move || list::read(&content))
        .await
        .map_err(|error| AppError::internal(&error))?
        .map_err(|sentence| AppError::field("", sentence))?;
    let file = sent.file_name.clone();
    cx.within(async move |conn| {
        cohorts::cohort(conn, tutor.course, cohort)
            .await?
            .ok_or_else(view::no_cohort)?;
        store::keep_list(conn, cohort, tutor.signed_in.user_id(), &file, &people).await
    })
    .await
}
