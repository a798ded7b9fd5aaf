//! The route that takes a course as a zip.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Multipart};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use uuid::Uuid;

use super::previews::{self, UploadedCourse, describe};
use super::{apart, unpack};
use crate::authoring::imports::{COURSE_UPLOAD, IMPORT_COURSE, ZIP_BYTES, preview_path};
use crate::authoring::server::create;
use crate::import;
use crate::platform::auth::{guard, sign_in_path};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::server_fns::error_response;
use crate::platform::http::uploads::{FIELDS, SentForm};
use crate::platform::http::{AppState, Cx};

/// Longest file name that is kept, in characters.
const NAME: usize = 200;

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(ZIP_BYTES + FIELDS);
    Router::new().route(COURSE_UPLOAD, post(upload).layer(limit))
}

async fn upload(Extension(cx): Extension<Cx>, parts: Multipart) -> Response {
    let mut sent = SentForm::default();
    let error = match received(&cx, &mut sent, parts).await {
        Ok(id) => return Redirect::to(&preview_path(&id)).into_response(),
        Err(AppError::SignInRequired) => {
            return Redirect::to(&sign_in_path(IMPORT_COURSE)).into_response();
        }
        Err(error @ AppError::Denied(_)) => return error_response(error),
        Err(error) => error,
    };
    let left = Flash {
        form: COURSE_UPLOAD.to_owned(),
        error: Some(error),
        values: vec![("slug".to_owned(), sent.field("slug").replace('\0', ""))],
    };
    match flash::leave(&cx.session, left).await {
        Ok(()) => Redirect::to(IMPORT_COURSE).into_response(),
        Err(error) => error_response(error),
    }
}

async fn received(cx: &Cx, sent: &mut SentForm, parts: Multipart) -> AppResult<String> {
    guard::admin_of(cx.clone()).await?;
    let too_large = format!(
        "The file is too large. At most {} are allowed; larger courses can be imported with “lyceum import”.",
        figures::megabytes(ZIP_BYTES)
    );
    let cx = sent.receive(cx, parts, &too_large).await?;
    stored(&cx, sent).await
}

/// Reads the course, finds out what its import changes, and keeps the upload. Returns its id.
async fn stored(cx: &Cx, sent: &mut SentForm) -> AppResult<String> {
    let admin = guard::admin_of(cx.clone()).await?;
    if sent.content.is_empty() {
        return Err(AppError::field("file", "Choose a file."));
    }
    let slug = match sent.field("slug").trim() {
        "" => None,
        typed => Some(create::slug(typed, "")?),
    };
    let course = unpack::read(sent.content.clone(), slug.clone()).await?;
    create::slug(&course.draft.slug, "")?;
    let (db, organization) = (cx.app.db.clone(), cx.organization.organization_id);
    let draft = course.draft.clone();
    let summary = apart(async move { import::dry_run(&db, organization, draft).await }).await?;
    let id = Uuid::new_v4();
    let name: String = sent.file_name.chars().take(NAME).collect();
    let preview = describe(id, &name, &course, &summary);
    let uploaded = UploadedCourse {
        import_id: id,
        uploaded_by: admin.0.user_id(),
        file_name: name,
        content: Some(std::mem::take(&mut sent.content)),
        slug,
        preview: serde_json::to_value(preview).map_err(|error| AppError::internal(&error))?,
        imported_as: None,
    };
    cx.within(async move |conn| previews::keep(conn, &uploaded).await)
        .await?;
    Ok(id.to_string())
}
