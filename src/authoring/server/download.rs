//! The route that sends a course as a zip in the native format.

use axum::Router;
use axum::extract::{Extension, Path};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::json;

use crate::authoring::{COURSE_ZIP, course_zip_path};
use crate::import::export;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::tutor_of_slug;
use crate::platform::auth::sign_in_path;
use crate::platform::encode;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::uploads::refusal;
use crate::platform::http::{AppState, Cx};

pub fn routes() -> Router<AppState> {
    Router::new().route(COURSE_ZIP, get(send))
}

async fn send(Extension(cx): Extension<Cx>, Path(course): Path<String>) -> Response {
    match zipped(&cx, &course).await {
        Ok(zip) => {
            let name = format!("attachment; filename=\"{course}.zip\"");
            let headers = [
                (header::CONTENT_TYPE, "application/zip".to_owned()),
                (header::CONTENT_DISPOSITION, name),
            ];
            (headers, zip).into_response()
        }
        Err(AppError::SignInRequired) => {
            Redirect::to(&sign_in_path(&course_zip_path(&encode(&course)))).into_response()
        }
        Err(error) => refusal(&error),
    }
}

async fn zipped(cx: &Cx, slug: &str) -> AppResult<Vec<u8>> {
    let tutor = tutor_of_slug(cx.clone(), slug).await?;
    let of = tutor.signed_in.cx.clone();
    let exported = cx
        .within(async move |conn| {
            let exported = export::load(conn, tutor.course).await?;
            AuditEntry::done("course.exported")
                .of("course", tutor.course)
                .change(None, Some(json!({ "slug": exported.draft.slug })))
                .by(&of)
                .write(conn)
                .await?;
            Ok(exported)
        })
        .await?;
    exported.zipped(&cx.app.files).await
}
