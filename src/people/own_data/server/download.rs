//! The route that sends a copy of a person's data: to the person, and to admins, whose downloads
//! are recorded.

use axum::Router;
use axum::extract::{Extension, Path};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::people::own_data::COPY_FILE;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::{OWN_DATA, UserRole, sign_in_path};
use crate::platform::db::schema::{data_exports, stored_files};
use crate::platform::error::{AppError, AppResult};
use crate::platform::files::StoredFile;
use crate::platform::http::uploads::refusal;
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::UserId;

pub fn routes() -> Router<AppState> {
    Router::new().route(COPY_FILE, get(send))
}

async fn send(Extension(cx): Extension<Cx>, Path(export): Path<Uuid>) -> Response {
    match content(&cx, export).await {
        Ok(zip) => {
            let headers = [
                (header::CONTENT_TYPE, "application/zip"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"my-data.zip\"",
                ),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, zip).into_response()
        }
        Err(AppError::SignInRequired) => Redirect::to(&sign_in_path(OWN_DATA)).into_response(),
        Err(error) => refusal(&error),
    }
}

async fn content(cx: &Cx, export: Uuid) -> AppResult<Bytes> {
    let viewer = cx.viewer.clone().ok_or(AppError::SignInRequired)?;
    let of = cx.clone();
    let file = cx
        .within(async move |conn| {
            let found: Option<(UserId, StoredFile)> = data_exports::table
                .inner_join(
                    stored_files::table
                        .on(data_exports::file_id.eq(stored_files::file_id.nullable())),
                )
                .filter(data_exports::export_id.eq(export))
                .filter(data_exports::expires_at.gt(Utc::now()))
                .select((data_exports::user_id, StoredFile::as_select()))
                .first(conn)
                .await
                .optional()?;
            let may = |person: &UserId| *person == viewer.user_id || viewer.role == UserRole::Admin;
            let Some((person, file)) = found.filter(|(person, _)| may(person)) else {
                return Err(AppError::NotFound(
                    "There is no such file, or it has expired.".to_owned(),
                ));
            };
            if person != viewer.user_id {
                AuditEntry::done("user.data_downloaded")
                    .of("user", person)
                    .by(&of)
                    .write(conn)
                    .await?;
            }
            Ok(file)
        })
        .await?;
    cx.app.files.read(&file).await
}
