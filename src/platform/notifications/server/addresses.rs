//! Addresses that are no pages: a notification's link, and the one by which a mail program stops
//! mails (RFC 8058).

use axum::Router;
use axum::extract::{Extension, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::store;
use crate::auth::sign_in_path;
use crate::http::uploads::refusal;
use crate::http::{AppState, Cx};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/notifications/{id}", get(open))
        .route("/stop-mails/{key}/{which}", post(stop))
}

/// Marks a notification as read, and goes to what it is about.
async fn open(Extension(cx): Extension<Cx>, Path(id): Path<uuid::Uuid>) -> Response {
    let Some(viewer) = cx.viewer.clone() else {
        return Redirect::to(&sign_in_path("/notifications")).into_response();
    };
    let path = cx
        .within(async move |conn| Ok(store::open(conn, viewer.user_id, id).await?))
        .await;
    match path {
        Ok(path) => Redirect::to(path.as_deref().unwrap_or("/notifications")).into_response(),
        Err(error) => refusal(&error),
    }
}

/// Stops mails. Mail programs send this request without cookies; the key in the address is the
/// proof.
async fn stop(
    Extension(cx): Extension<Cx>,
    Path((key, which)): Path<(uuid::Uuid, String)>,
) -> Response {
    let stopped = cx
        .within(async move |conn| store::stop_mails(conn, key, &which).await)
        .await;
    match stopped {
        Ok(()) => (StatusCode::OK, "These mails are stopped.").into_response(),
        Err(error) => refusal(&error),
    }
}
