//! The route that takes a course as a zip.

use axum::Router;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Extension, Multipart};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use uuid::Uuid;

use super::previews::{self, UploadedCourse, describe};
use super::{apart, unpack};
use crate::authoring::imports::{COURSE_UPLOAD, IMPORT_COURSE, ZIP_BYTES, preview_path};
use crate::authoring::server::create;
use crate::import;
use crate::platform::auth::{guard, sessions, sign_in_path};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::server_fns::error_response;
use crate::platform::http::{AppState, Cx};

/// Bytes for the fields beside the file.
const FIELDS: usize = 16 * 1024;
/// Longest file name that is kept, in characters.
const NAME: usize = 200;

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(ZIP_BYTES + FIELDS);
    Router::new().route(COURSE_UPLOAD, post(upload).layer(limit))
}

#[derive(Default)]
struct CourseUpload {
    slug: String,
    name: String,
    content: Vec<u8>,
}

async fn upload(Extension(cx): Extension<Cx>, parts: Multipart) -> Response {
    let mut upload = CourseUpload::default();
    let slug = |upload: &CourseUpload| upload.slug.replace('\0', "");
    let (error, slug) = match received(&cx, &mut upload, parts).await {
        Ok(id) => return Redirect::to(&preview_path(&id)).into_response(),
        Err(AppError::SignInRequired) => {
            return Redirect::to(&sign_in_path(IMPORT_COURSE)).into_response();
        }
        Err(error @ AppError::Denied(_)) => return error_response(error),
        Err(error) => (error, slug(&upload)),
    };
    let left = Flash {
        form: COURSE_UPLOAD.to_owned(),
        error: Some(error),
        values: vec![("slug".to_owned(), slug)],
    };
    match flash::leave(&cx.session, left).await {
        Ok(()) => Redirect::to(IMPORT_COURSE).into_response(),
        Err(error) => error_response(error),
    }
}

async fn received(cx: &Cx, upload: &mut CourseUpload, parts: Multipart) -> AppResult<String> {
    guard::admin_of(cx.clone()).await?;
    upload.fill(parts).await?;
    // If the session ended while the file arrived, nothing is stored.
    let cx = sessions::recognize_again(cx.clone()).await?;
    stored(&cx, upload).await
}

impl CourseUpload {
    async fn fill(&mut self, mut parts: Multipart) -> AppResult<()> {
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            match part.name().unwrap_or_default() {
                "file" => {
                    self.name = part.file_name().unwrap_or_default().to_owned();
                    self.content = part.bytes().await.map_err(unreadable)?.to_vec();
                }
                "slug" => self.slug = part.text().await.map_err(unreadable)?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn unreadable(error: MultipartError) -> AppError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::field(
            "file",
            format!(
                "The file is too large. At most {} are allowed; larger courses can be imported with “lyceum import”.",
                figures::megabytes(ZIP_BYTES)
            ),
        ),
        _ => AppError::field(
            "file",
            "The file did not arrive whole. Please send it again.",
        ),
    }
}

/// Reads the course, finds out what its import changes, and keeps the upload. Returns its id.
async fn stored(cx: &Cx, upload: &CourseUpload) -> AppResult<String> {
    let admin = guard::admin_of(cx.clone()).await?;
    if upload.content.is_empty() {
        return Err(AppError::field("file", "Choose a file."));
    }
    let slug = match upload.slug.trim() {
        "" => None,
        typed => Some(create::slug(typed, "")?),
    };
    let course = unpack::read(upload.content.clone(), slug.clone()).await?;
    create::slug(&course.draft.slug, "")?;
    let (db, organization) = (cx.app.db.clone(), cx.organization.organization_id);
    let draft = course.draft.clone();
    let summary = apart(async move { import::dry_run(&db, organization, draft).await }).await?;
    let id = Uuid::new_v4();
    let name: String = upload.name.replace('\0', "");
    let name: String = name.chars().take(NAME).collect();
    let preview = describe(id, &name, &course, &summary);
    let uploaded = UploadedCourse {
        import_id: id,
        uploaded_by: admin.0.user_id(),
        file_name: name,
        content: Some(upload.content.clone()),
        slug,
        preview: serde_json::to_value(preview).map_err(|error| AppError::internal(&error))?,
        imported_as: None,
    };
    cx.within(async move |conn| previews::keep(conn, &uploaded).await)
        .await?;
    Ok(id.to_string())
}
